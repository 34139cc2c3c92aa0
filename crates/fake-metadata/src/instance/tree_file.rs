//! `paths-file`: a whole tree of entries as JSON, objects for directories.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::read;
use crate::Result;
use crate::error::Error;

/// The entries, each by its whole name.
pub(super) fn entries(file: &Path) -> Result<BTreeMap<String, String>> {
    let wrong = |reason| Error::BadFile { file: file.to_owned(), reason };
    let tree: Map<String, Value> = serde_json::from_slice(&read(file)?)
        .map_err(|error| wrong(format!("this is not a JSON object: {error}")))?;
    let mut entries = BTreeMap::new();
    add(&mut entries, "", &tree).map_err(wrong)?;
    Ok(entries)
}

fn add(
    entries: &mut BTreeMap<String, String>,
    prefix: &str,
    tree: &Map<String, Value>,
) -> std::result::Result<(), String> {
    for (name, value) in tree {
        let name = format!("{prefix}{name}");
        let text = match value {
            Value::Object(below) => {
                add(entries, &format!("{name}/"), below)?;
                continue;
            }
            value => text(value).ok_or_else(|| {
                format!("`{name}` must be a string, a list of strings, or an object with what is below it")
            })?,
        };
        entries.insert(name, text);
    }
    Ok(())
}

/// A value as metadata has it: text, and of a list a line each.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Array(items) => {
            items.iter().map(|item| item.as_str()).collect::<Option<Vec<_>>>().map(|lines| lines.join("\n"))
        }
        Value::Null | Value::Object(_) => None,
    }
}
