//! Keys in the environment of this process.

use std::time::SystemTime;

use settings::{Secret, Variables};

use super::{Given, Keys, Obtained, Problem, Source};

/// When keys expire, as `aws configure export-credentials --format env` writes it.
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";

pub(super) struct Environment(pub(super) Variables);

impl Source for Environment {
    fn obtain(&mut self, _now: SystemTime) -> Obtained {
        Obtained::Now(keys(&self.0))
    }
}

/// The keys in the variables of these names.
pub(crate) fn keys(names: &Variables) -> Given {
    let needed = |name: &str| secret(name)?.ok_or_else(|| Problem::NoVariable(name.to_owned()));
    let expiration = std::env::var(EXPIRATION).ok();
    Ok(Keys {
        access_key_id: needed(&names.access_key_id)?,
        secret_access_key: needed(&names.secret_access_key)?,
        session_token: secret(&names.session_token)?,
        expiration: match expiration.filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => Some(super::document::time(&text).ok_or(Problem::BadTime(EXPIRATION))?),
        },
    })
}

fn secret(name: &str) -> Result<Option<Secret>, Problem> {
    let bad = || Problem::BadVariable(name.to_owned());
    match std::env::var(name) {
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(bad()),
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => Secret::token(text).map(Some).ok_or_else(bad),
    }
}
