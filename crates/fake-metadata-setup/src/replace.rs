//! The one writer of files: a file has its old content or its new, never something between.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use crate::Result;
use crate::error::Error;

/// The new content's name begins so and ends in a tilde: hidden, and nothing that ifupdown reads in
/// a folder it sources. Between them is the name of the file, so that the next run finds what one
/// that was killed has left.
const PREFIX: &str = ".fake-metadata-";

/// Replaces a file's content. The file keeps its owner and mode; one that is not there yet belongs
/// to root and is for all to read. A symbolic link stays, and what it points to is replaced. To be
/// called under the record's lock, since two at once would meet at one name.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result {
    write(path, content).map_err(failed(path, "written"))
}

/// Removes what a replacement of this file left when it was killed. Under the record's lock, too.
pub(crate) fn sweep(path: &Path) -> io::Result<()> {
    remove(&leftover(&resolved(path)?))
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let target = resolved(path)?;
    remove(&leftover(&target))?;
    let folder = target.parent().unwrap_or(Path::new("/"));
    // In the same folder, so that the rename stays within one file system.
    let mut new = Builder::new().prefix(PREFIX).suffix(&suffix(&target)).rand_bytes(0).tempfile_in(folder)?;
    match fs::metadata(&target) {
        Ok(old) => {
            fchown(new.as_file(), Some(old.uid()), Some(old.gid()))?;
            new.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o7777))?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            new.as_file().set_permissions(Permissions::from_mode(0o644))?;
        }
        Err(error) => return Err(error),
    }
    new.write_all(content)?;
    new.as_file().sync_all()?;
    new.persist(&target)?;
    File::open(folder)?.sync_all()
}

/// The file itself, where this is a symbolic link to it.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        target => target,
    }
}

fn suffix(target: &Path) -> OsString {
    let mut suffix = target.file_name().unwrap_or_default().to_owned();
    suffix.push("~");
    suffix
}

fn leftover(target: &Path) -> PathBuf {
    let mut name = OsString::from(PREFIX);
    name.push(suffix(target));
    target.with_file_name(name)
}

/// A file's bytes, if there is one.
pub(crate) fn read_if_there(file: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(file) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(file, "read")(error)),
    }
}

/// Removes a file; that there is none is no error.
pub(crate) fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// An error about a file.
pub(crate) fn failed(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> Error {
    let file = PathBuf::from(path);
    move |source| Error::File { file, what, source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn mode_and_link_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
    }

    #[test]
    fn a_new_file_is_for_all_to_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        replace(&file, b"new").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o644);
    }

    #[test]
    fn what_was_left_by_one_that_was_killed_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let (file, left) = (folder.path().join("file"), folder.path().join(".fake-metadata-file~"));
        fs::write(&left, "half").unwrap();
        replace(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(!left.exists());
        fs::write(&left, "half").unwrap();
        sweep(&file).unwrap();
        sweep(&file).unwrap();
        assert!(!left.exists());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn an_error_names_the_file() {
        let error = replace(Path::new("/dev/null/file"), b"").unwrap_err().to_string();
        assert!(error.starts_with("/dev/null/file: cannot be written: "), "{error}");
    }
}
