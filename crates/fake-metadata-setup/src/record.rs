//! What this program has changed until the next boot, remembered in a file, so that nothing else
//! is ever undone. A change is entered before it is made and struck out after it is undone: a
//! crash in between leaves an entry for something that is not there, which is harmless.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::boot_lines;
use crate::error::Error;
use crate::machine;
use crate::nat_table::Family;
use crate::plan::Change;
use crate::replace::{failed, remove, replace, sweep};

/// The file and its folder.
const FILE: &str = "/var/lib/fake-metadata/setup.json";
const VERSION: u32 = 1;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    /// The network in which the changes were made.
    network: String,
    changes: Vec<Change>,
}

/// The record, held open: no other run of this program changes anything meanwhile.
pub(crate) struct Record {
    file: PathBuf,
    content: Content,
    lock: Option<File>,
}

impl Record {
    /// Reads the record without keeping others from it; there may be none.
    pub(crate) fn read() -> Result<Record> {
        let file = PathBuf::from(FILE);
        let network = machine::network_name().unwrap_or_default();
        let content = match fs::read(&file) {
            Ok(bytes) => {
                parse(&bytes, network).map_err(|reason| Error::Record { file: file.clone(), reason })?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Content { version: VERSION, network, changes: Vec::new() }
            }
            Err(error) => return Err(failed(&file, "read")(error)),
        };
        Ok(Record { file, content, lock: None })
    }

    /// Waits for other runs to end, then reads the record. With `create`, changes are to be entered:
    /// there must be a folder, and a name for this network.
    pub(crate) fn open(create: bool) -> Result<Record> {
        let folder = Path::new(FILE).parent().unwrap_or(Path::new("/"));
        let lock = match locked(folder) {
            // Where there is no folder nor can be one, there is still to be undone what bears marks.
            Err(_) if !create && !folder.exists() => return Record::read(),
            lock => lock?,
        };
        for file in [FILE, boot_lines::FILE, machine::BOOT] {
            // What cannot be removed lies in nobody's way; the next run tries again.
            let _ = sweep(Path::new(file));
        }
        let named = if create { machine::name_network() } else { Ok(()) };
        let mut record = Record::read()?;
        record.lock = Some(lock);
        // From here on, the folder goes away again with the record.
        named.map(|()| record)
    }

    /// What was made by this program and not undone yet, in the order in which it is made.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.content.changes
    }

    pub(crate) fn has(&self, change: &Change) -> bool {
        self.content.changes.contains(change)
    }

    pub(crate) fn enter(&mut self, change: &Change) -> Result {
        if !change.is_recorded() || self.has(change) {
            return Ok(());
        }
        let before = self.content.changes.clone();
        self.content.changes.push(change.clone());
        // An older entry may be of a later kind, if a run was killed or failed in between.
        self.content.changes.sort_by_key(rank);
        let saved = self.save();
        if saved.is_err() {
            // It is not going to be made then; an entry for it must not keep the record alive.
            self.content.changes = before;
        }
        saved
    }

    pub(crate) fn strike(&mut self, change: &Change) -> Result {
        if !self.has(change) {
            return Ok(());
        }
        self.content.changes.retain(|entered| entered != change);
        self.save()
    }

    fn save(&self) -> Result {
        if self.content.changes.is_empty() {
            return remove(&self.file).map_err(failed(&self.file, "removed"));
        }
        let text = serde_json::to_vec_pretty(&self.content).map_err(io::Error::from);
        replace(&self.file, &text.map_err(failed(&self.file, "written"))?)
    }
}

impl Drop for Record {
    /// An empty record and its folder go away, as far as nothing else is in there.
    fn drop(&mut self) {
        if self.lock.is_some() && self.content.changes.is_empty() {
            // What fails here leaves nothing that matters, and the next run tries again.
            let _ = remove(&self.file);
            let _ = self.file.parent().map(fs::remove_dir);
            machine::forget_network();
        }
    }
}

/// Where a change comes in the order in which changes are made.
fn rank(change: &Change) -> (bool, u8) {
    match change {
        Change::Address(step) => (step.address.is_ipv6(), 0),
        Change::NatTable(step) => (step.family == Family::Ip6, 1),
        Change::Redirect(step) => (step.address.is_ipv6(), 2),
        Change::BootLines(_) => (true, 3),
    }
}

/// The folder, made if it is not there, and locked.
fn locked(folder: &Path) -> Result<File> {
    loop {
        fs::create_dir_all(folder).map_err(failed(folder, "made"))?;
        let lock = match File::open(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            lock => lock.map_err(failed(folder, "opened"))?,
        };
        lock.lock().map_err(failed(folder, "locked"))?;
        // The run waited for may have removed the folder with its record: a lock on nothing then.
        let ours = lock.metadata().map_err(failed(folder, "read"))?;
        match fs::metadata(folder) {
            Ok(there) if (ours.dev(), ours.ino()) == (there.dev(), there.ino()) => return Ok(lock),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(folder, "read")(error));
            }
            _ => {}
        }
    }
}

/// Reads a record; what was made in another network than this one is not there any more.
fn parse(bytes: &[u8], network: String) -> std::result::Result<Content, String> {
    let content: Content = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if content.version != VERSION {
        return Err(format!("version {}; this program writes version {VERSION}", content.version));
    }
    if content.network != network || network.is_empty() {
        return Ok(Content { version: VERSION, network, changes: Vec::new() });
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"version": 1, "network": "here", "changes": [
        {"address": {"address": "169.254.169.254", "interface": "lo"}},
        {"nat-table": {"family": "ip"}},
        {"redirect": {"backend": "nf-tables", "address": "169.254.169.254", "port": 80, "to-port": 8000}}
    ]}"#;

    #[test]
    fn this_network_only() {
        assert_eq!(parse(RECORD.as_bytes(), "here".into()).unwrap().changes.len(), 3);
        assert!(parse(RECORD.as_bytes(), "elsewhere".into()).unwrap().changes.is_empty());
    }

    #[test]
    fn before_there_was_ipv6() {
        let old = RECORD.replace("{\"family\": \"ip\"}", "{}");
        assert_ne!(old, RECORD);
        let content = |text: &str| parse(text.as_bytes(), "here".into()).unwrap();
        assert_eq!(content(&old), content(RECORD));
    }

    #[test]
    fn written_as_read() {
        let content = parse(RECORD.as_bytes(), "here".into()).unwrap();
        let written = serde_json::to_vec(&content).unwrap();
        assert_eq!(parse(&written, "here".into()).unwrap(), content);
    }

    #[test]
    fn anything_else_is_refused() {
        let error = |text: &str| parse(text.as_bytes(), "here".into()).unwrap_err();
        assert!(error("").contains("EOF"));
        assert!(error(&RECORD.replace("\"lo\"", "5")).contains("line 2"));
        assert_eq!(error(&RECORD.replace(": 1,", ": 2,")), "version 2; this program writes version 1");
    }
}
