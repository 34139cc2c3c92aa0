//! What can be wrong with a configuration file, as finished sentences.

use std::io;
use std::path::PathBuf;

/// Why a configuration was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is not UTF-8 text.
    #[error("{}: is not UTF-8 text, as TOML must be", file.display())]
    NotText {
        /// The file.
        file: PathBuf,
    },
    /// A place in the file is wrong.
    #[error("{}:{line}: {reason}", file.display())]
    Bad {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what would be right.
        reason: String,
    },
}
