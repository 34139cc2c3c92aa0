//! Prints the keys of a role in AWS in the form that AWS prescribes for a `credential_process`. The
//! daemon runs this program, and links nothing of it: AWS's libraries are larger than all the rest.
//!
//! # Layout
//!
//! - `cli`, `arguments`: the command line, and what a single argument must look like.
//! - `environment`: what must not be in this process's environment.
//! - `shared`: the shared files, and what a profile in them leads to.
//! - `base`: the credentials that the first role is assumed with. No metadata service is asked.
//! - `roles`: assuming the roles, one with the keys of the other.
//! - `network`: how AWS is reached.
//! - `output`: the keys as JSON.
//! - `said`: what AWS's libraries say of a failure.
//! - `error`: what can go wrong, and the exit code of each, in one table.

mod arguments;
pub mod cli;

#[cfg(feature = "sdk")]
mod base;
#[cfg(feature = "sdk")]
mod environment;
#[cfg(feature = "sdk")]
mod error;
#[cfg(feature = "sdk")]
mod network;
#[cfg(feature = "sdk")]
mod output;
#[cfg(feature = "sdk")]
mod program;
#[cfg(feature = "sdk")]
mod roles;
#[cfg(feature = "sdk")]
mod said;
#[cfg(feature = "sdk")]
mod shared;

#[cfg(feature = "sdk")]
pub use program::main;

/// The command line's definition, for completions and for checking the manual.
pub fn command() -> clap::Command {
    <cli::Cli as clap::CommandFactory>::command()
}

/// What every part returns.
#[cfg(feature = "sdk")]
type Result<T = ()> = std::result::Result<T, error::Error>;
