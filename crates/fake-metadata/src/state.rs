//! What outlasts a restart.

use std::path::PathBuf;

/// Its folder, which the service manager names (systemd.exec(5), `StateDirectory=`).
pub(crate) fn folder() -> PathBuf {
    // Several may be given, with a colon between them; the unit has one.
    std::env::var_os("STATE_DIRECTORY").map_or_else(|| "/var/lib/fake-metadata/server".into(), PathBuf::from)
}
