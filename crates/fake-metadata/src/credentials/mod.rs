//! Where the roles' keys come from: one file a source, behind [`Source`], and when they are renewed.
//! No source may keep the server waiting, and none may put a key into what it says went wrong.

pub(crate) mod document;
pub(crate) mod environment;
mod fixed;
mod generated;
mod problem;
mod process;
pub(crate) mod profile;
mod pushed;
mod role;
mod rotation;
mod text;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use imds::Credentials;
use settings::{CredentialSource, Secret};

pub(crate) use problem::Problem;
pub(crate) use role::{Event, Outcome, Role};

/// What a source gives.
pub(crate) struct Keys {
    pub(crate) access_key_id: Secret,
    pub(crate) secret_access_key: Secret,
    /// Which long-term keys have not.
    pub(crate) session_token: Option<Secret>,
    /// Where the source says so.
    pub(crate) expiration: Option<SystemTime>,
}

/// Keys, or why there are none.
pub(crate) type Given = Result<Keys, Problem>;

/// What asking a source comes to.
pub(crate) enum Obtained {
    /// It was at hand.
    Now(Given),
    /// It takes its time, which is for others to wait.
    Later(Pin<Box<dyn Future<Output = Given> + Send>>),
}

/// Where keys come from.
pub(crate) trait Source: Send {
    /// Asks for keys.
    fn obtain(&mut self, now: SystemTime) -> Obtained;

    /// Whether it might give others than the last time it was asked. It costs some system calls at most.
    fn has_changed(&mut self) -> bool {
        false
    }

    /// How often that is worth a look, if it is.
    fn is_looked_at_every(&self) -> Option<Duration> {
        None
    }

    /// Whether keys are handed in instead of asked for.
    fn is_pushed(&self) -> bool {
        false
    }

    /// What the user should know about it, if anything.
    fn warning(&self) -> Option<String> {
        None
    }
}

/// The source the configuration names.
fn source(settings: &CredentialSource, lifetime: Duration) -> Box<dyn Source> {
    match settings {
        CredentialSource::Generated => Box::new(generated::Generated(lifetime)),
        CredentialSource::Static(keys) => Box::new(fixed::Fixed(keys.clone())),
        CredentialSource::Environment(names) => Box::new(environment::Environment(names.clone())),
        CredentialSource::Profile(profile) => Box::new(profile::Shared::new(profile)),
        CredentialSource::Process(process) => Box::new(process::Command(process.clone())),
        CredentialSource::Pushed => Box::new(pushed::Pushed),
    }
}

impl Keys {
    /// As they are served: keys that do not say when they expire live for `lifetime`.
    fn into_credentials(self, lifetime: Duration, now: SystemTime) -> Result<Credentials, Problem> {
        let expiration = self.expiration.unwrap_or(now + lifetime);
        if expiration <= now {
            return Err(Problem::Expired(expiration));
        }
        let text = |secret: &Secret| secret.reveal().to_owned();
        Ok(Credentials {
            access_key_id: text(&self.access_key_id),
            secret_access_key: text(&self.secret_access_key),
            token: self.session_token.as_ref().map(text).unwrap_or_default(),
            last_updated: now,
            expiration,
        })
    }
}

/// Keys of the instance's own identity, which every instance has beside those of its role (EC2 User
/// Guide, "Instance identity roles"): always made up.
pub(crate) fn of_instance() -> Role {
    Role::new(settings::Role {
        name: "ec2-instance".to_owned(),
        credentials: CredentialSource::Generated,
        lifetime: settings::defaults::LIFETIME,
        exhausted: settings::Exhausted::Error,
        failure: None,
    })
}
