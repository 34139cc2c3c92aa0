//! Keys and a clock that jumps, as that of a machine does that was suspended. The server's clock is
//! moved by libfaketime (package faketime).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::server::{Server, wait_until};

const ROLE: &str = "/latest/meta-data/iam/security-credentials/BaseIAMRole";

/// Where Debian has it, below the folder of the machine's kind.
fn library() -> PathBuf {
    let mut folders = fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let library = folders
        .find_map(|folder| Some(folder.join("faketime/libfaketime.so.1")).filter(|file| file.exists()));
    assert!(library.is_some(), "libfaketime is missing; install it with: apt install faketime");
    library.unwrap()
}

/// A server whose clock is ahead of the machine's by what this file says.
fn server(clock: &Path) -> Server {
    fs::write(clock, "+0").unwrap();
    Server::start_with("[role.credentials]\nlifetime = \"1h\"\n", |server| {
        server
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", clock)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    })
}

/// Moves the clock, then waits for keys that are good for some time by it. No key that has expired is
/// handed out meanwhile.
fn jump(server: &Server, clock: &Path, minutes: u64) -> Value {
    let new = clock.with_extension("new");
    fs::write(&new, format!("+{minutes}m")).unwrap();
    fs::rename(new, clock).unwrap();
    wait_until("there are keys for the new time", || {
        let now = SystemTime::now() + Duration::from_secs(minutes * 60);
        let keys: Value = serde_json::from_str(&server.get(ROLE)).unwrap();
        if keys["Code"] == "Failed" {
            return None;
        }
        let time = |member: &str| humantime::parse_rfc3339(keys[member].as_str().unwrap()).unwrap();
        assert!(time("Expiration") > now - Duration::from_secs(1), "expired keys: {:?}", keys["Expiration"]);
        let is_new = time("LastUpdated") <= now && time("Expiration") > now + Duration::from_secs(55 * 60);
        is_new.then_some(keys)
    })
}

#[test]
fn keys_are_renewed_when_the_clock_jumps() {
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    let server = server(&clock);
    let mut seen = vec![jump(&server, &clock, 0)];
    // Into the time of renewal, far beyond the expiry, and back.
    for minutes in [50, 3000, 0] {
        let keys = jump(&server, &clock, minutes);
        assert!(!seen.contains(&keys), "{minutes}");
        seen.push(keys);
    }
}
