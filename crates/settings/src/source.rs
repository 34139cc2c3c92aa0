//! `[role.credentials]`: where the role's keys come from.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;
use crate::secret::Secret;
use crate::section::Section;
use crate::{defaults, form};

/// `[role.credentials]`, by its `source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialSource {
    /// Keys made up here, which no AWS service accepts.
    Generated,
    /// The keys written into the configuration.
    Static(Keys),
    /// Keys in the server's environment.
    Environment(Variables),
    /// A profile of the files that AWS's tools share.
    Profile(Profile),
    /// What a command prints.
    Process(Process),
    /// Keys that are handed to the running server.
    Pushed,
}

impl CredentialSource {
    /// Its name in the configuration.
    pub fn name(&self) -> &'static str {
        match self {
            CredentialSource::Generated => "generated",
            CredentialSource::Static(_) => "static",
            CredentialSource::Environment(_) => "environment",
            CredentialSource::Profile(_) => "profile",
            CredentialSource::Process(_) => "process",
            CredentialSource::Pushed => "pushed",
        }
    }
}

/// `source = "static"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// `access-key-id`
    pub access_key_id: Secret,
    /// `secret-access-key`
    pub secret_access_key: Secret,
    /// `session-token`, which only temporary keys have.
    pub session_token: Option<Secret>,
}

/// `source = "environment"`: the names of variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variables {
    /// `access-key-id-variable`
    pub access_key_id: String,
    /// `secret-access-key-variable`
    pub secret_access_key: String,
    /// `session-token-variable`
    pub session_token: String,
}

/// `source = "profile"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// `profile`
    pub name: String,
    /// `file`: the shared credentials file; that of the server's own user if not given.
    pub file: Option<PathBuf>,
    /// `config-file`: the shared configuration file; that beside the other if not given.
    pub config_file: Option<PathBuf>,
}

/// `source = "process"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// `command`: the program and its arguments.
    pub command: Vec<String>,
    /// `timeout`: how long it may take.
    pub timeout: Duration,
}

/// The keys that only one source reads.
const OF_ONE_SOURCE: &[(&str, &[&str])] = &[
    ("static", &["access-key-id", "secret-access-key", "session-token"]),
    ("environment", &["access-key-id-variable", "secret-access-key-variable", "session-token-variable"]),
    ("profile", &["profile", "file", "config-file"]),
    ("process", &["command", "timeout"]),
];

pub(crate) fn credential_source(section: &mut Section<'_>, file: &Path) -> Result<CredentialSource, Error> {
    let names = "\"generated\", \"static\", \"environment\", \"profile\", \"process\" or \"pushed\"";
    let known = ["generated", "static", "environment", "profile", "process", "pushed"];
    let source = section.text("source", names, form::one_of(&known))?;
    let source = source.as_deref().unwrap_or("generated");
    for (other, keys) in OF_ONE_SOURCE {
        section.know(keys);
        if let Some(key) = keys.iter().find(|key| *other != source && section.has(key)) {
            return Err(section.error(key, format!("is for source = \"{other}\", not for \"{source}\"")));
        }
    }
    Ok(match source {
        "static" => CredentialSource::Static(Keys {
            access_key_id: needed(section, "access-key-id")?,
            secret_access_key: needed(section, "secret-access-key")?,
            session_token: section.secret("session-token")?,
        }),
        "environment" => CredentialSource::Environment(variables(section)?),
        "profile" => {
            let path = "the path of a file such as \"/home/vagrant/.aws/credentials\"";
            let name = "a profile's name such as \"dev\"";
            CredentialSource::Profile(Profile {
                name: section.text("profile", name, profile)?.unwrap_or_else(|| defaults::PROFILE.to_owned()),
                file: section.text("file", path, form::path(file))?,
                config_file: section.text("config-file", path, form::path(file))?,
            })
        }
        "process" => {
            let command = "a program and its arguments, such as \"/usr/local/bin/keys --role dev\"";
            let timeout = "a time from \"1s\" to \"5m\", such as \"30s\"";
            let missing = || format!("needs role.credentials.command, {command}");
            CredentialSource::Process(Process {
                command: section
                    .text("command", command, form::command)?
                    .ok_or_else(|| section.error("source", missing()))?,
                timeout: section
                    .text("timeout", timeout, form::timeout)?
                    .unwrap_or(defaults::PROCESS_TIMEOUT),
            })
        }
        "pushed" => CredentialSource::Pushed,
        _ => CredentialSource::Generated,
    })
}

fn needed(section: &mut Section<'_>, key: &'static str) -> Result<Secret, Error> {
    let missing = |section: &Section<'_>| {
        section.error("source", format!("needs role.credentials.{key} beside it for \"static\""))
    };
    section.secret(key)?.ok_or_else(|| missing(section))
}

fn variables(section: &mut Section<'_>) -> Result<Variables, Error> {
    let keys = ["access-key-id-variable", "secret-access-key-variable", "session-token-variable"];
    let mut name = |index: usize| {
        let (key, default) = (keys[index], defaults::VARIABLES[index]);
        // What is written there by mistake may be the key itself.
        let Some(text) = section.secret(key)? else { return Ok(default.to_owned()) };
        let reason = || format!("must be the name of an environment variable, such as \"{default}\"");
        form::variable(text.reveal()).ok_or_else(|| section.error(key, reason()))
    };
    Ok(Variables { access_key_id: name(0)?, secret_access_key: name(1)?, session_token: name(2)? })
}

fn profile(text: &str) -> Option<String> {
    form::line(text).filter(|name| !name.contains(['[', ']']))
}
