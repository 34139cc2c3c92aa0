//! Keys and a clock that jumps, as that of a machine does that was suspended. The server's clock is
//! moved by libfaketime (package faketime). The kernel, which would wake the server, knows nothing of
//! that, so a command wakes it; that the kernel is asked to is seen in proc(5).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::server::{Server, program, wait_until};

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
    // It may have no valid keys yet, and says so.
    let woken = program().env("RUNTIME_DIRECTORY", server.path("")).arg("status").output().unwrap();
    assert!(woken.stdout.starts_with(b"fake-metadata "), "{woken:?}");
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

/// All files in a folder that the kernel has of the server, one text each.
fn texts(server: &Server, folder: &str, file: impl Fn(PathBuf) -> PathBuf) -> Vec<String> {
    let entries = fs::read_dir(server.process(folder)).unwrap();
    // One may be gone by now.
    entries.filter_map(|entry| fs::read_to_string(file(entry.unwrap().path())).ok()).collect()
}

/// What the kernel says of each thread of the server.
fn threads(server: &Server) -> Vec<String> {
    texts(server, "task", |thread| thread.join("status"))
}

#[test]
fn the_kernel_is_asked_to_tell_of_jumps() {
    let server = Server::start("");
    // CLOCK_REALTIME, and TFD_TIMER_ABSTIME with TFD_TIMER_CANCEL_ON_SET (linux/timerfd.h).
    wait_until("there is such a timer", || {
        let timers = texts(&server, "fdinfo", |file| file);
        timers
            .iter()
            .any(|timer| timer.contains("clockid: 0\n") && timer.contains("settime flags: 03\n"))
            .then_some(())
    });
}

#[test]
fn nothing_wakes_an_idle_server() {
    let server = Server::start("");
    server.get(ROLE);
    let switches = || -> u64 {
        let threads = threads(&server);
        let lines = threads.iter().flat_map(|thread| thread.lines());
        let counts = lines.filter_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        counts.map(|count| count.trim().parse::<u64>().unwrap()).sum()
    };
    // Keys are made in a thread that ends, and the log waits for a moment.
    wait_until("the keys are made", || (threads(&server).len() == 2).then_some(()));
    std::thread::sleep(Duration::from_secs(1));
    let before = switches();
    std::thread::sleep(Duration::from_secs(8));
    let woken = switches() - before;
    println!("woken {woken} times in 8 seconds");
    assert!(woken <= 2, "woken {woken} times");
}
