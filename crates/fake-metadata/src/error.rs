//! What can go wrong, as finished sentences, and the exit code of each (sysexits.h).

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The command line was wrong.
pub(crate) const USAGE: u8 = 64;
const DATA: u8 = 65;
const UNAVAILABLE: u8 = 69;
const OS_ERROR: u8 = 71;
const CANNOT_CREATE: u8 = 73;
const NOT_PERMITTED: u8 = 77;
const CONFIGURATION: u8 = 78;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Settings(#[from] settings::Error),
    #[error("{}: paths: {source}", file.display())]
    Paths { file: PathBuf, source: imds::BadEntry },
    #[error("{}: cannot be read: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{}: {reason}", file.display())]
    BadFile { file: PathBuf, reason: String },
    #[error("the environment variable {name} must be {expected}, not {found:?}")]
    Environment { name: &'static str, expected: &'static str, found: String },
    #[error("cannot listen on {address}: {}", listen_reason(.address, .source))]
    Listen { address: SocketAddr, source: io::Error },
    #[error("{}: the log cannot be written: {source}", file.display())]
    LogFile { file: PathBuf, source: io::Error },
    #[error("the system gave no {what}: {source}")]
    System { what: &'static str, source: io::Error },
    #[error("no random bytes can be had from the system: {0}")]
    Random(getrandom::Error),
    #[error("{}: is of no use for signing the identity document: {source}", file.display())]
    Identity { file: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{}: {source}; the service makes it when it first starts: systemctl start fake-metadata", file.display())]
    NoCertificate { file: PathBuf, source: io::Error },
    #[error("the thread that makes its keys has ended too early")]
    Thread,
    #[error("{what} cannot be made: {source}")]
    Sign { what: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("PATH must have neither spaces nor control characters: {0:?}")]
    Path(String),
    #[error("nothing answers at {address} ({source}); start the service with: systemctl start fake-metadata")]
    NoAnswer { address: SocketAddr, source: io::Error },
    #[error("{address} does not answer like a metadata service")]
    OddAnswer { address: SocketAddr },
    #[error("{}: no server answers there: {}", socket.display(), socket_reason(.source))]
    NoServer { socket: PathBuf, source: io::Error },
    #[error("the server's answer is not one of this program's; is it of another version?")]
    OddServer,
    #[error("{0}")]
    Declined(String),
    #[error("{0}; no keys were handed in")]
    NotHandedIn(String),
    #[error("--role must be the name of a role, of letters, digits and + = , . @ - _, not {0:?}")]
    RoleName(String),
    #[error("the role {0} has no valid keys at present")]
    NoKeys(String),
    #[error("no keys of the instance's own identity could be made up")]
    NoIdentityKeys,
    #[error("{path}: the service answered {status}")]
    Refused { path: String, status: String },
}

impl Error {
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Error::Settings(_)
            | Error::Paths { .. }
            | Error::Unreadable { .. }
            | Error::BadFile { .. }
            | Error::Environment { .. } => CONFIGURATION,
            Error::Listen { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => NOT_PERMITTED,
            Error::Listen { .. } | Error::System { .. } | Error::Random(_) => OS_ERROR,
            Error::LogFile { .. } => CANNOT_CREATE,
            Error::Identity { .. } | Error::Sign { .. } | Error::Thread => OS_ERROR,
            Error::Path(_) | Error::RoleName(_) => USAGE,
            Error::NotHandedIn(_) => DATA,
            Error::NoIdentityKeys => OS_ERROR,
            Error::NoServer { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                NOT_PERMITTED
            }
            Error::NoServer { .. } | Error::OddServer => UNAVAILABLE,
            Error::NoAnswer { .. } | Error::OddAnswer { .. } => UNAVAILABLE,
            Error::NoCertificate { .. } => UNAVAILABLE,
            Error::Refused { .. } | Error::Declined(_) | Error::NoKeys(_) => 1,
        }
    }
}

fn listen_reason(address: &SocketAddr, source: &io::Error) -> String {
    let port = address.port();
    match source.kind() {
        io::ErrorKind::AddrInUse => {
            format!("another program already does; see which with: ss -ltnp 'sport = :{port}'")
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine has no such address; use one of `ip addr`, such as 127.0.0.1".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            format!("port {port} is for root only; use one from 1024, such as 8000")
        }
        _ => source.to_string(),
    }
}

fn socket_reason(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::PermissionDenied => {
            format!(
                "{source}; be root, or a member of the group _fake-metadata: adduser YOU _fake-metadata, then log in again"
            )
        }
        _ => format!("{source}; start it with: systemctl start fake-metadata"),
    }
}
