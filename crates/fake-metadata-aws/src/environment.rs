//! The environment of this process, which that of a profile's `credential_process` is as well.

use std::env;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::Result;
use crate::error::Error;

/// Where this machine's programs are told to ask for credentials. All of it may lead to the very
/// service that runs this program, which would wait for itself.
const METADATA: [(&str, Option<&str>); 5] = [
    ("AWS_EC2_METADATA_DISABLED", Some("true")),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", None),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", None),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", None),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", None),
];

/// Lets go of what leads to a metadata service, and has STS looked for at `endpoint` also for the
/// roles in a profile. An environment cannot be changed safely once a process runs, so that this
/// program is run once more in the right one, in the same process.
pub(crate) fn settle(endpoint: Option<&str>) -> Result {
    let mut wanted = METADATA.to_vec();
    if let Some(url) = endpoint {
        wanted.push(("AWS_ENDPOINT_URL_STS", Some(url)));
        wanted.push(("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", None));
    }
    wanted.retain(|(name, value)| env::var_os(name).as_deref() != value.map(OsStr::new));
    if wanted.is_empty() {
        return Ok(());
    }
    let mut command = Command::new("/proc/self/exe");
    command.arg0("fake-metadata-aws").args(env::args_os().skip(1));
    for (name, value) in wanted {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Err(Error::Again(command.exec()))
}
