//! The one writer of files: a file has its old content or its new, never something between.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use crate::Result;
use crate::error::Error;

/// Replaces a file's content. The file keeps its owner and mode; one that is not there yet belongs
/// to root and is for all to read. A symbolic link stays, and what it points to is replaced.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result {
    write(path, content).map_err(failed(path, "written"))
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        target => target?,
    };
    let folder = target.parent().unwrap_or(Path::new("/"));
    // In the same folder, so that the rename stays within one file system; hidden, and with a name
    // that ifupdown does not read in a folder it sources.
    let mut new = Builder::new().prefix(".fake-metadata-").suffix("~").tempfile_in(folder)?;
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
    fn an_error_names_the_file() {
        let error = replace(Path::new("/nonexistent/file"), b"").unwrap_err().to_string();
        assert!(error.starts_with("/nonexistent/file: cannot be written: "), "{error}");
    }
}
