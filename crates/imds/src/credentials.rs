//! The role's keys, those of the instance's own identity, and the documents that carry them.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use humantime::format_rfc3339_seconds;
use zeroize::{Zeroize, Zeroizing};

use crate::instance::Instance;
use crate::json;
use crate::refusal::Refusal;
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

/// Nothing of the keys stays in memory.
impl Drop for Credentials {
    fn drop(&mut self) {
        self.access_key_id.zeroize();
        self.secret_access_key.zeroize();
        self.token.zeroize();
    }
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

/// Why a role gives no keys, as EC2 tells (botocore and aws-config read both).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// For example `AssumeRoleUnauthorizedAccess`, or `InstanceProfileNotFound`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// What is told in place of keys where none is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// As on EC2: 200, with a document that says why.
    Failure(Failure),
    /// 503.
    Unavailable,
}

/// What is served of a role between two rotations.
#[derive(Clone)]
pub struct RoleDocuments {
    /// `iam/security-credentials/ROLE`
    credentials: Told,
    /// What takes its place once the keys have expired, and from when on.
    exhausted: (Told, SystemTime),
    /// `iam/info`
    profile_info: Bytes,
    last_updated: SystemTime,
}

/// A document, or 503.
type Told = Option<Bytes>;

impl fmt::Debug for RoleDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoleDocuments").field("last_updated", &self.last_updated).finish_non_exhaustive()
    }
}

impl RoleDocuments {
    /// Writes the documents (EC2 User Guide, "Retrieve security credentials from instance metadata";
    /// the order of members from captures). The keys are handed out until they expire, never longer.
    pub fn new(instance: &Instance, credentials: &Credentials, exhausted: &Exhausted) -> Self {
        RoleDocuments {
            credentials: Some(document(credentials)),
            exhausted: (exhausted.told(credentials.expiration), credentials.expiration),
            profile_info: profile_info(instance, credentials.last_updated),
            last_updated: credentials.last_updated,
        }
    }

    /// The documents of a role that has no keys, since some time.
    pub fn without_keys(instance: &Instance, exhausted: &Exhausted, since: SystemTime) -> Self {
        RoleDocuments {
            credentials: exhausted.told(since),
            exhausted: (exhausted.told(since), since),
            profile_info: profile_info(instance, since),
            last_updated: since,
        }
    }

    /// What is served in place of keys when the role is there but of no use: a status of 200 all the
    /// same. If the profile is what is broken, its description says so, too.
    pub fn failed(self, failure: &Failure) -> Self {
        let document = failure_document(failure, self.last_updated);
        let of_profile = failure.code.starts_with("InstanceProfile");
        let profile_info = if of_profile { document.clone() } else { self.profile_info };
        let told = Some(document);
        RoleDocuments {
            credentials: told.clone(),
            exhausted: (told, self.last_updated),
            profile_info,
            last_updated: self.last_updated,
        }
    }

    /// The keys' document, or what takes its place by now, and when that was written.
    pub(crate) fn credentials(&self, now: SystemTime) -> Result<(&Bytes, SystemTime), Refusal> {
        let (exhausted, since) = &self.exhausted;
        let (told, written) = match now < *since {
            true => (&self.credentials, self.last_updated),
            false => (exhausted, *since),
        };
        told.as_ref().map(|document| (document, written)).ok_or(Refusal::NoKeys)
    }

    /// The profile's description, and when it was written.
    pub(crate) fn profile_info(&self) -> (&Bytes, SystemTime) {
        (&self.profile_info, self.last_updated)
    }
}

impl Exhausted {
    fn told(&self, since: SystemTime) -> Told {
        match self {
            Exhausted::Failure(failure) => Some(failure_document(failure, since)),
            Exhausted::Unavailable => None,
        }
    }
}

/// What is served of the instance's own identity, which every instance has, with a role or without
/// (EC2 User Guide, "Instance identity roles").
#[derive(Clone)]
pub struct IdentityDocuments {
    /// `identity-credentials/ec2/security-credentials/ec2-instance`
    pub(crate) credentials: Bytes,
    /// `identity-credentials/ec2/info`
    pub(crate) info: Bytes,
    pub(crate) last_updated: SystemTime,
}

impl fmt::Debug for IdentityDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityDocuments").field("last_updated", &self.last_updated).finish_non_exhaustive()
    }
}

impl IdentityDocuments {
    /// Writes the documents; the order of members from captures.
    pub fn new(instance: &Instance, credentials: &Credentials) -> Self {
        IdentityDocuments {
            credentials: document(credentials),
            info: ready(json::object(&[
                ("Code", Some("Success")),
                ("LastUpdated", Some(&format_rfc3339_seconds(credentials.last_updated).to_string())),
                ("AccountId", Some(&instance.account_id)),
            ])),
            last_updated: credentials.last_updated,
        }
    }
}

fn document(credentials: &Credentials) -> Bytes {
    let document = json::object(&[
        ("Code", Some("Success")),
        ("LastUpdated", Some(&format_rfc3339_seconds(credentials.last_updated).to_string())),
        ("Type", Some("AWS-HMAC")),
        ("AccessKeyId", Some(&credentials.access_key_id)),
        ("SecretAccessKey", Some(&credentials.secret_access_key)),
        ("Token", Some(&credentials.token)),
        ("Expiration", Some(&format_rfc3339_seconds(credentials.expiration).to_string())),
    ]);
    // Gone from memory with the last answer that carries it.
    Bytes::from_owner(Zeroizing::new(document.into_bytes()))
}

fn profile_info(instance: &Instance, last_updated: SystemTime) -> Bytes {
    ready(json::object(&[
        ("Code", Some("Success")),
        ("LastUpdated", Some(&format_rfc3339_seconds(last_updated).to_string())),
        ("InstanceProfileArn", instance.instance_profile_arn().as_deref()),
        ("InstanceProfileId", Some(&instance.instance_profile_id)),
    ]))
}

fn failure_document(failure: &Failure, since: SystemTime) -> Bytes {
    ready(json::object(&[
        ("Code", Some(&failure.code)),
        ("Message", Some(&failure.message)),
        ("LastUpdated", Some(&format_rfc3339_seconds(since).to_string())),
    ]))
}
