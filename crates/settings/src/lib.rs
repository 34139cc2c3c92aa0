//! The configuration file, read by both programs: what may be in it, what holds where it is silent,
//! and what is said when it is wrong. Its only I/O is reading that one file.
//!
//! # Layout
//!
//! - `schema`: the keys and their meaning; reads a table into [`Settings`].
//! - `instance`: the same for `[instance]` and the tables in it.
//! - `role`, `source`: the same for `[role]` and `[role.credentials]`.
//! - `secret`: text that is shown nowhere.
//! - `defaults`: every default value and well-known path, written nowhere else.
//! - `section`: one table of the file: typed look-up, unknown keys and line numbers.
//! - `form`: the forms values must have.
//! - `error`: what can be wrong.

pub mod defaults;
mod error;
mod form;
mod instance;
mod role;
mod schema;
mod secret;
mod section;
mod source;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

pub use error::Error;
pub use form::{command, socket_address};
pub use instance::{Event, Events, Instance, Interface, Spot, UserData};
pub use role::{Exhausted, Failure, Role};
pub use schema::{Access, ErrorFormat, Network, Settings, TokenSettings};
pub use secret::Secret;
pub use source::{CredentialSource, Keys, Process, Profile, Variables};

impl Settings {
    /// Reads the file given, or the usual one; where the usual one is missing, all defaults hold.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or holds a key or a value that it must not.
    pub fn load(path: Option<&Path>) -> Result<Settings, Error> {
        let file = path.unwrap_or(Path::new(defaults::CONFIG_FILE));
        match std::fs::read_to_string(file) {
            Ok(text) => Settings::parse(&text, file),
            Err(error) if path.is_none() && error.kind() == io::ErrorKind::NotFound => {
                Settings::parse("", file)
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(Error::NotText { file: file.to_owned() })
            }
            Err(source) => Err(Error::Unreadable { file: file.to_owned(), source }),
        }
    }
}
