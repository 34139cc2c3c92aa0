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
    /// Where it can be served if the key does not take it, and its text there.
    paths: Vec<(String, String)>,
}

impl Entry {
    pub(super) fn new(source: &str, section: &'static str, key: &str, value: String) -> Self {
        Entry { source: source.to_owned(), section, key: key.to_owned(), value, paths: Vec::new() }
    }

    pub(super) fn or_at(self, path: Option<(String, String)>) -> Self {
        Entry { paths: path.into_iter().collect(), ..self }
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
    /// Adds an entry. AEMM says some facts twice: the first is kept, and another value is served
    /// at its path alone.
    pub(super) fn add(&mut self, entry: Entry) {
        let same = |old: &&mut Entry| (old.section, &old.key) == (entry.section, &entry.key);
        match self.entries.iter_mut().find(same) {
            None => self.entries.push(entry),
            Some(old) if old.value == entry.value => old.paths.extend(entry.paths),
            Some(old) => {
                let reason = format!("differs from {}, and an instance has one of it", old.source);
                self.demote(entry, &reason);
            }
        }
    }

    /// Serves an entry at its path, or leaves it out for a reason.
    fn demote(&mut self, entry: Entry, reason: &str) {
        if entry.paths.is_empty() {
            self.leave_out(&entry.source, reason);
        }
        for (path, text) in entry.paths {
            let value = serde_json::Value::from(text).to_string();
            self.entries.push(Entry::new(&entry.source, "paths", &path, value));
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
            self.demote(entry, &reason);
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
