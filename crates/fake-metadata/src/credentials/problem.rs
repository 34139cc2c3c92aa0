//! Why a source gave no keys. Each sentence names the source, the file or the command, and says what
//! to do; none has anything of a key in it.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use humantime::{format_duration, format_rfc3339_seconds};
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum Problem {
    #[error(
        "the environment variable {0} is not set; set it in /etc/default/fake-metadata, then: systemctl restart fake-metadata"
    )]
    NoVariable(String),
    #[error("the environment variable {0} must be one word of visible ASCII characters")]
    BadVariable(String),
    #[error("the environment variable {0} must be a time such as 2027-01-15T08:00:00Z")]
    BadTime(&'static str),
    #[error("{}: cannot be read: {source}{}", file.display(), hint(.source))]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{}: it is longer than {} KiB, and a file of profiles is not", file.display(), limit / 1024)]
    TooLong { file: PathBuf, limit: u64 },
    #[error(
        "no home folder is known, so the shared credentials file must be named with role.credentials.file"
    )]
    NoHome,
    #[error("{}: there is no profile {name:?}{}", file.display(), among(.known))]
    NoProfile { file: PathBuf, name: String, known: Vec<String> },
    #[error("{}: the profile {name:?} has {has} but no keys; use source = \"process\" with a command that makes them, such as: fake-metadata-aws --profile {name}", file.display())]
    NotKeys { file: PathBuf, name: String, has: &'static str },
    #[error("{}: the profile {name:?} has no {key}", file.display())]
    Incomplete { file: PathBuf, name: String, key: &'static str },
    #[error("{}: {key} of the profile {name:?} must be one word of visible ASCII characters", file.display())]
    BadValue { file: PathBuf, name: String, key: &'static str },
    #[error(
        "the command {command} cannot be started: {source}; role.credentials.command must begin with the path of a program that user _fake-metadata may run"
    )]
    Start { command: String, source: io::Error },
    #[error("the command {command} had not ended after {}, so it was killed; see role.credentials.timeout", format_duration(*after))]
    Slow { command: String, after: Duration },
    #[error("the command {command} printed more than {} KiB, so it was killed", limit / 1024)]
    Flood { command: String, limit: usize },
    #[error("the command {command} failed ({status}){}", saying(.said))]
    Failed { command: String, status: String, said: String },
    #[error("the command {command} printed no credential-process JSON: {reason}")]
    Output { command: String, reason: String },
    #[error("the keys had expired already, at {}; renew them where they come from", format_rfc3339_seconds(*.0))]
    Expired(SystemTime),
    #[error("no keys were handed in yet; do so with: fake-metadata credentials set")]
    NotPushed,
    #[error("no random bytes can be had from the system: {0}")]
    Random(getrandom::Error),
}

fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::PermissionDenied => {
            "; user _fake-metadata must be able to: chgrp _fake-metadata and chmod 640, in a folder it may enter"
        }
        _ => "",
    }
}

fn among(known: &[String]) -> String {
    match known {
        [] => "; it has none".to_owned(),
        known => format!("; it has {}", known.join(", ")),
    }
}

fn saying(said: &str) -> String {
    match said {
        "" => ", saying nothing".to_owned(),
        said => format!(", saying: {said}"),
    }
}
