//! Where the role's keys come from: one file a source.

mod generated;
pub(crate) mod rotation;

use std::time::SystemTime;

use imds::Credentials;
use settings::CredentialSource;

use crate::Result;

/// New keys from the configured source.
pub(crate) fn obtain(source: &CredentialSource, now: SystemTime) -> Result<Credentials> {
    match source {
        CredentialSource::Generated { lifetime } => generated::credentials(*lifetime, now),
    }
}
