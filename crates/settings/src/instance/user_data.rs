//! The three ways to give user data.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::form;
use crate::section::Section;

/// What was given at launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserData {
    /// `user-data` or `user-data-base64`: the bytes.
    Bytes(Vec<u8>),
    /// `user-data-file`: a file that holds them.
    File(PathBuf),
}

pub(crate) fn user_data(section: &mut Section<'_>, file: &Path) -> Result<Option<UserData>, Error> {
    const KEYS: [&str; 3] = ["user-data", "user-data-base64", "user-data-file"];
    let given: Vec<_> = KEYS.into_iter().filter(|key| section.has(key)).collect();
    if let [first, second, ..] = given[..] {
        let reason = format!("says what instance.{first} says already; leave one of them out");
        return Err(section.error(second, reason));
    }
    let text = section.text(KEYS[0], "a string", |text| Some(UserData::Bytes(text.into())))?;
    let bytes = section.text(KEYS[1], "bytes in base64, such as \"AAEC\"", form::base64)?;
    let file = section.text(KEYS[2], "the path of a file", form::path(file))?;
    Ok(text.or(bytes.map(UserData::Bytes)).or(file.map(UserData::File)))
}
