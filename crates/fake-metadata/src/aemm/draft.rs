//! A configuration in the making: entries are tried with `settings`, and those it refuses are moved
//! to where they fit or named.

use std::path::Path;

use settings::{Error, Settings};

use super::Imported;
use super::keys::SECTIONS;

/// One line to be.
pub(super) struct Entry {
    /// AEMM's key.
    source: String,
    section: &'static str,
    key: String,
    /// As TOML; JSON's strings, numbers and lists of strings are that.
    value: String,
    /// Where it can be served if the key does not take it, and its text.
    path: Option<(String, String)>,
}

impl Entry {
    pub(super) fn new(source: &str, section: &'static str, key: &str, value: String) -> Self {
        Entry { source: source.to_owned(), section, key: key.to_owned(), value, path: None }
    }

    pub(super) fn or_at(self, path: Option<(String, String)>) -> Self {
        Entry { path, ..self }
    }

    fn line(&self) -> String {
        let bare = self.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let key =
            if bare { self.key.clone() } else { serde_json::Value::from(self.key.as_str()).to_string() };
        format!("{key} = {}", self.value)
    }
}

#[derive(Default)]
pub(super) struct Draft {
    entries: Vec<Entry>,
    left_out: Vec<String>,
}

impl Draft {
    /// Adds an entry; AEMM says some facts twice, and the first is kept.
    pub(super) fn add(&mut self, entry: Entry) {
        let same = self.entries.iter().find(|old| (old.section, &old.key) == (entry.section, &entry.key));
        match same.map(|old| (old.value == entry.value, old.source.clone())) {
            None => self.entries.push(entry),
            Some((true, _)) => {}
            Some((false, first)) => {
                self.leave_out(
                    &entry.source,
                    &format!("differs from {first}, and an instance has one of it"),
                );
            }
        }
    }

    pub(super) fn leave_out(&mut self, source: &str, reason: &str) {
        self.left_out.push(format!("{source}: {reason}"));
    }

    /// Writes it out, once `settings` takes all of it.
    pub(super) fn finish(mut self) -> Imported {
        loop {
            let (toml, lines) = self.written();
            let (line, reason) = match Settings::parse(&toml, Path::new("")) {
                Err(Error::Bad { line, reason, .. }) => (line, reason),
                _ => return Imported { toml, left_out: self.left_out },
            };
            // The line that is wrong, or for want of one the last entry: each round has one less.
            let at = lines.iter().position(|number| *number == line).unwrap_or(self.entries.len() - 1);
            let entry = self.entries.remove(at);
            match entry.path {
                Some((path, text)) => {
                    let value = serde_json::Value::from(text).to_string();
                    self.entries.push(Entry::new(&entry.source, "paths", &path, value));
                }
                None => self.leave_out(&entry.source, &reason),
            }
        }
    }

    /// The text, and the line of each entry in it.
    fn written(&self) -> (String, Vec<usize>) {
        let mut toml = String::new();
        let mut lines = vec![0; self.entries.len()];
        for section in SECTIONS {
            let mut entries = self.entries.iter().enumerate().filter(|(_, entry)| entry.section == *section);
            let Some(first) = entries.next() else { continue };
            if !section.is_empty() {
                toml.push_str(&format!("[{section}]\n"));
            }
            for (at, entry) in std::iter::once(first).chain(entries) {
                lines[at] = 1 + toml.matches('\n').count();
                toml.push_str(&format!("{}\n", entry.line()));
            }
        }
        (toml, lines)
    }
}
