//! A whole subtree, as a client finds it that follows the listings.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::Result;
use crate::client::Client;

/// Shown in place of what holds keys; asked for by its own path, it is printed as it is.
const HIDDEN: &str = "(keys)";

/// What a path leads to: text, or the entries of a directory. Keys are left out.
///
/// # Errors
/// Where it is not there, or an entry that was listed is not.
pub(crate) fn crawl(client: &Client, path: &str) -> Result<Value> {
    let path = path.trim_end_matches('/');
    // A leaf answers with a slash behind it as well; only its folder tells what it is.
    if let Some((folder, name)) = path.rsplit_once('/').filter(|(folder, _)| folder.matches('/').count() > 1)
    {
        let listing = client.get(&format!("{folder}/"))?.expect_ok(folder)?;
        if String::from_utf8_lossy(&listing.body).lines().any(|line| line == name) {
            return Ok(entry(client, folder, name)?.1);
        }
    }
    subtree(client, path)
}

fn subtree(client: &Client, path: &str) -> Result<Value> {
    let listing = client.get(&format!("{path}/"))?.expect_ok(path)?;
    let lines = String::from_utf8_lossy(&listing.body).into_owned();
    let mut entries = Map::new();
    for line in lines.lines() {
        let (name, value) = entry(client, path, line)?;
        entries.insert(name, value);
    }
    Ok(Value::Object(entries))
}

fn entry(client: &Client, folder: &str, line: &str) -> Result<(String, Value)> {
    if let Some(name) = line.strip_suffix('/') {
        return Ok((name.to_owned(), subtree(client, &format!("{folder}/{name}"))?));
    }
    // Public keys are listed by number and name, and found by the number.
    if let (true, Some((number, _))) = (folder.ends_with("/public-keys"), line.split_once('=')) {
        return Ok((line.to_owned(), subtree(client, &format!("{folder}/{number}"))?));
    }
    // The top names its directories without slashes.
    let is_top = folder.matches('/').count() == 1;
    if is_top && matches!(line, "dynamic" | "meta-data") {
        return Ok((line.to_owned(), subtree(client, &format!("{folder}/{line}"))?));
    }
    if folder.ends_with("/security-credentials") {
        return Ok((line.to_owned(), HIDDEN.into()));
    }
    let path = format!("{folder}/{line}");
    let answer = client.get(&path)?.expect_ok(&path)?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    Ok((line.to_owned(), text.into()))
}

/// As lines: an entry each, those of a directory indented below it.
pub(crate) fn as_tree(value: &Value) -> String {
    let mut tree = String::new();
    if let Some(text) = value.as_str() {
        return format!("{text}\n");
    }
    write_tree(value, 0, &mut tree);
    tree
}

fn write_tree(value: &Value, depth: usize, tree: &mut String) {
    let indent = "  ".repeat(depth);
    for (name, value) in value.as_object().into_iter().flatten() {
        // Writing to a string cannot fail.
        let _ = match value.as_str() {
            None => writeln!(tree, "{indent}{name}/"),
            Some(text) if !text.contains('\n') => writeln!(tree, "{indent}{name}: {text}"),
            Some(text) => {
                let lines = text.lines().map(|line| format!("{indent}  {line}\n"));
                write!(tree, "{indent}{name}:\n{}", lines.collect::<String>())
            }
        };
        write_tree(value, depth + 1, tree);
    }
}
