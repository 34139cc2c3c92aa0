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

/// Keys of the instance's own identity, which every instance has beside those of its role (EC2 User
/// Guide, "Instance identity roles"): always made up, and renewed together with the role's.
pub(crate) fn of_instance(role: &Credentials) -> Result<Credentials> {
    let lifetime = role.expiration.duration_since(role.last_updated).unwrap_or_default();
    generated::credentials(lifetime, role.last_updated)
}
