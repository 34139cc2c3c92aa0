//! What can go wrong, as finished sentences, and the exit code of each (sysexits.h).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The command line was wrong.
pub(crate) const USAGE: u8 = 64;
/// `status` found something absent or in conflict.
pub(crate) const NOT_IN_PLACE: u8 = 1;
const UNAVAILABLE: u8 = 69;
const OS_ERROR: u8 = 71;
const CANNOT_CREATE: u8 = 73;
const NOT_PERMITTED: u8 = 77;
const CONFIGURATION: u8 = 78;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Settings(#[from] settings::Error),
    #[error("listen has no address that packets to {address} can be redirected to; add \"{wanted}\"")]
    NothingToRedirectTo { address: IpAddr, wanted: SocketAddr },
    #[error("the network of this machine can be changed by root only; run it with sudo")]
    NotRoot,
    #[error(
        "this machine looks like a real EC2 instance ({evidence}), where the address is already taken; \
             --force shadows the real service all the same"
    )]
    RealInstance { evidence: String },
    #[error("{tool} is not installed; install it with: apt install {tool}")]
    ToolMissing { tool: &'static str },
    #[error("{what}: {reason}")]
    Conflict { what: String, reason: String },
    #[error("the kernel refused to {what}: {source}{}", hint(.source))]
    Kernel { what: String, source: io::Error },
    #[error("`{command}` failed with status {status}: {message}")]
    Iptables { command: String, status: i32, message: String },
    #[error("{}: {problem}", file.display())]
    Stanza { file: PathBuf, problem: crate::stanza::Problem },
    #[error("{}: cannot be {what}: {source}", file.display())]
    File { file: PathBuf, what: &'static str, source: io::Error },
    #[error("{}: is no record of this program ({reason}); move it away and run apply again", file.display())]
    Record { file: PathBuf, reason: String },
}

impl Error {
    pub(crate) fn exit_code(&self) -> u8 {
        let is_refusal = |source: &io::Error| source.kind() == io::ErrorKind::PermissionDenied;
        match self {
            Error::Settings(_) | Error::NothingToRedirectTo { .. } => CONFIGURATION,
            Error::Stanza { .. } | Error::Record { .. } => CONFIGURATION,
            Error::NotRoot | Error::RealInstance { .. } => NOT_PERMITTED,
            Error::Kernel { source, .. } | Error::File { source, .. } if is_refusal(source) => NOT_PERMITTED,
            Error::Iptables { status: 4, .. } => NOT_PERMITTED,
            Error::ToolMissing { .. } | Error::Conflict { .. } => UNAVAILABLE,
            Error::Kernel { .. } | Error::Iptables { .. } => OS_ERROR,
            Error::File { .. } => CANNOT_CREATE,
        }
    }
}

fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::PermissionDenied => {
            "; this needs the capability NET_ADMIN, which containers often lack"
        }
        _ => "",
    }
}
