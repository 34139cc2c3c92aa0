//! The role's keys and the two documents that carry them.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use humantime::format_rfc3339_seconds;

use crate::instance::Instance;
use crate::json;
use crate::tree::ready;

/// One set of temporary keys.
#[derive(Clone)]
pub struct Credentials {
    /// Begins with `ASIA`, as temporary keys do.
    pub access_key_id: String,
    /// 40 characters.
    pub secret_access_key: String,
    /// The session token that goes with the keys.
    pub token: String,
    /// When these keys were obtained.
    pub last_updated: SystemTime,
    /// When they cease to work.
    pub expiration: SystemTime,
}

/// Keys stay out of logs and panics: only the times are shown.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("last_updated", &self.last_updated)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

/// What is served of a role, and of the instance's own identity, between two rotations.
#[derive(Clone)]
pub struct RoleDocuments {
    /// `iam/security-credentials/ROLE`
    pub(crate) credentials: Bytes,
    /// `iam/info`
    pub(crate) profile_info: Bytes,
    /// `identity-credentials/ec2/security-credentials/ec2-instance`
    pub(crate) identity_credentials: Bytes,
    /// `identity-credentials/ec2/info`
    pub(crate) identity_info: Bytes,
    pub(crate) last_updated: SystemTime,
}

impl fmt::Debug for RoleDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoleDocuments").field("last_updated", &self.last_updated).finish_non_exhaustive()
    }
}

impl RoleDocuments {
    /// Writes all documents (EC2 User Guide, "Retrieve security credentials from instance metadata"
    /// and "Instance identity roles"; the order of members from captures).
    pub fn new(instance: &Instance, credentials: &Credentials, identity: &Credentials) -> Self {
        let last_updated = format_rfc3339_seconds(credentials.last_updated).to_string();
        RoleDocuments {
            credentials: document(credentials),
            profile_info: ready(json::object(&[
                ("Code", Some("Success")),
                ("LastUpdated", Some(&last_updated)),
                ("InstanceProfileArn", instance.instance_profile_arn().as_deref()),
                ("InstanceProfileId", Some(&instance.instance_profile_id)),
            ])),
            identity_credentials: document(identity),
            identity_info: ready(json::object(&[
                ("Code", Some("Success")),
                ("LastUpdated", Some(&last_updated)),
                ("AccountId", Some(&instance.account_id)),
            ])),
            last_updated: credentials.last_updated,
        }
    }

    /// What is served in place of keys when the role is there but of no use: a status of 200 all the
    /// same. If the profile is what is broken, its description says so, too.
    pub fn failed(self, failure: &Failure) -> Self {
        let last_updated = format_rfc3339_seconds(self.last_updated).to_string();
        let document: Bytes = json::object(&[
            ("Code", Some(&failure.code)),
            ("Message", Some(&failure.message)),
            ("LastUpdated", Some(&last_updated)),
        ])
        .into();
        let of_profile = failure.code.starts_with("InstanceProfile");
        let profile_info = if of_profile { document.clone() } else { self.profile_info };
        RoleDocuments { credentials: document, profile_info, ..self }
    }
}

/// Why a role gives no keys, as EC2 tells (botocore and aws-config read both).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// For example `AssumeRoleUnauthorizedAccess`, or `InstanceProfileNotFound`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

fn document(credentials: &Credentials) -> Bytes {
    ready(json::object(&[
        ("Code", Some("Success")),
        ("LastUpdated", Some(&format_rfc3339_seconds(credentials.last_updated).to_string())),
        ("Type", Some("AWS-HMAC")),
        ("AccessKeyId", Some(&credentials.access_key_id)),
        ("SecretAccessKey", Some(&credentials.secret_access_key)),
        ("Token", Some(&credentials.token)),
        ("Expiration", Some(&format_rfc3339_seconds(credentials.expiration).to_string())),
    ]))
}
