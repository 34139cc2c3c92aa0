//! `fake-metadata import aemm FILE`: another mock's configuration as ours.

use std::fs;
use std::io::{self, Write};

use crate::cli::{Import, Mock};
use crate::error::Error;
use crate::{Result, aemm};

pub(crate) fn run(options: &Import) -> Result {
    let file = &options.file;
    let text =
        fs::read_to_string(file).map_err(|source| Error::Unreadable { file: file.to_owned(), source })?;
    let imported = match options.from {
        Mock::Aemm => aemm::import(&text),
    };
    let imported = imported.map_err(|reason| Error::BadFile { file: file.to_owned(), reason })?;
    for left_out in imported.left_out {
        eprintln!("fake-metadata: {}: not carried over: {left_out}", file.display());
    }
    // A reader that went away has had what it wanted.
    let _ = io::stdout().lock().write_all(imported.toml.as_bytes());
    Ok(())
}
