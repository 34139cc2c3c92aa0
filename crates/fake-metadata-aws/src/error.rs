//! What can go wrong, as finished sentences, and the exit code of each (sysexits.h). No sentence has
//! a key in it; what is somebody else's text has been through `said`.

use std::io;
use std::path::PathBuf;

/// The command line was wrong.
pub(crate) const USAGE: u8 = 64;
const UNAVAILABLE: u8 = 69;
const OS_ERROR: u8 = 71;
const IO_ERROR: u8 = 74;
const NOT_PERMITTED: u8 = 77;
const CONFIGURATION: u8 = 78;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: cannot be read: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{0}")]
    Malformed(String),
    #[error(
        "the profile {profile} is not in {files}; name another with --profile, or other files with \
         --config-file and --credentials-file"
    )]
    NoProfile { profile: String, files: String },
    #[error("the profile {profile} names the source_profile {source_profile}, which is not in {files}")]
    NoSourceProfile { profile: String, source_profile: String, files: String },
    #[error(
        "the profile {profile} has mfa_serial, and here is nobody who could be asked for a code; get keys \
         where you are (aws sts get-session-token, or aws configure export-credentials) and hand them \
         over with: fake-metadata credentials set -, or use a profile of SSO"
    )]
    Mfa { profile: String },
    #[error(
        "the profile {profile} has credential_source = {from}, which here is the service that runs this \
         program; use a profile with credentials of its own"
    )]
    Metadata { profile: String, from: String },
    #[error(
        "the profile {profile} has login_session, which this program does not know; hand its keys over \
         with: aws configure export-credentials --profile {profile} | fake-metadata credentials set -"
    )]
    LoginSession { profile: String },
    #[error(
        "there are no credentials: none in the environment, none of the profile {profile} in {files}, \
         and AWS_WEB_IDENTITY_TOKEN_FILE is not set"
    )]
    NoCredentials { profile: String, files: String },
    #[error("the profile {profile} has no credentials in {files}")]
    EmptyProfile { profile: String, files: String },
    #[error(
        "the sign-in of the profile {profile} is missing or has expired; run: aws sso login --profile \
         {profile}"
    )]
    SsoLogin { profile: String },
    #[error(
        "the credential_process of the profile {profile} gave no credentials; run it by hand, as the same \
         user, to see why"
    )]
    Process { profile: String },
    #[error("{origin} cannot be used: {reason}")]
    BadOrigin { origin: String, reason: String },
    #[error("{who} refuses: {message} ({code})")]
    Refused { who: String, code: String, message: String },
    #[error("{who} cannot be reached: {reason}")]
    Unreachable { who: String, reason: String },
    #[error("{who} does not answer as it should: {reason}")]
    Odd { who: String, reason: String },
    #[error("{who} gave no answer within {seconds} s; see whether this machine can reach it")]
    TimedOut { who: String, seconds: u64 },
    #[error("the keys cannot be written to standard output: {0}")]
    Output(io::Error),
    #[error("this program cannot be run again with an environment of its own: {0}")]
    Again(io::Error),
    #[error("the system gave no means of waiting: {0}")]
    Runtime(io::Error),
}

impl Error {
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Error::Unreadable { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                NOT_PERMITTED
            }
            Error::Unreadable { .. }
            | Error::Malformed(_)
            | Error::NoProfile { .. }
            | Error::NoSourceProfile { .. }
            | Error::Mfa { .. }
            | Error::Metadata { .. }
            | Error::LoginSession { .. }
            | Error::NoCredentials { .. }
            | Error::EmptyProfile { .. }
            | Error::BadOrigin { .. } => CONFIGURATION,
            Error::SsoLogin { .. } | Error::Refused { .. } => NOT_PERMITTED,
            Error::Process { .. }
            | Error::Unreachable { .. }
            | Error::Odd { .. }
            | Error::TimedOut { .. } => UNAVAILABLE,
            Error::Output(_) => IO_ERROR,
            Error::Again(_) | Error::Runtime(_) => OS_ERROR,
        }
    }
}
