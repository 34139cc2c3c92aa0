//! `fake-metadata certificate`: what a client needs to verify the signatures of the identity document.

use std::fs;
use std::io::{self, Write};

use crate::Result;
use crate::cli::Certificate;
use crate::error::Error;
use crate::{identity, state};

pub(crate) fn run(options: &Certificate) -> Result {
    let folder = identity::folder(&state::folder());
    let mut certificates = String::new();
    for name in identity::NAMES {
        if options.name.as_ref().is_none_or(|wanted| wanted == name) {
            let file = identity::certificate_file(&folder, name);
            let text = fs::read_to_string(&file).map_err(|source| Error::NoCertificate { file, source })?;
            certificates.push_str(&text);
        }
    }
    // A reader that went away has had what it wanted.
    let _ = io::stdout().write_all(certificates.as_bytes());
    Ok(())
}
