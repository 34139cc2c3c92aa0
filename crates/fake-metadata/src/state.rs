//! What outlasts a restart.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Its folder, which the service manager names (systemd.exec(5), `StateDirectory=`).
pub(crate) fn folder() -> PathBuf {
    // Several may be given, with a colon between them; the unit has one.
    std::env::var_os("STATE_DIRECTORY").map_or_else(|| "/var/lib/fake-metadata/server".into(), PathBuf::from)
}

/// Writes a file that is whole or not there, with that mode whatever the umask.
pub(crate) fn write(file: &Path, text: &str, mode: u32) -> io::Result<()> {
    let new = file.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut writer = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
    writer.set_permissions(Permissions::from_mode(mode))?;
    writer.write_all(text.as_bytes())?;
    // A power cut must not leave a name without its bytes.
    writer.sync_all()?;
    fs::rename(new, file)
}
