//! `fake-metadata credentials`: shows, renews and hands in the keys of the running server.

use std::io::{self, Read, Write};

use settings::{Profile, Variables, defaults};
use zeroize::Zeroizing;

use crate::Result;
use crate::cli::{Credentials, Set};
use crate::commands::status;
use crate::control::client;
use crate::credentials::{Keys, Problem, document, environment, profile};
use crate::error::Error;

pub(crate) fn run(command: &Credentials) -> Result {
    match command {
        Credentials::Show(options) => {
            let status = client::ask("GET", "/status", b"")?;
            say(&if options.json { format!("{:#}\n", status["roles"]) } else { status::roles(&status) });
            status::check(&status)
        }
        Credentials::Rotate(options) => {
            let done = client::ask("POST", &format!("/roles/{}/renew", role(options.name.as_deref())?), b"")?;
            match done["outcome"].as_str() {
                Some("same") => say("the source still gives the same keys, which are valid\n"),
                _ => say("there are new keys\n"),
            }
            Ok(())
        }
        Credentials::Set(options) => {
            let keys = document::write(&keys(options)?);
            client::ask(
                "PUT",
                &format!("/roles/{}/credentials", role(options.role.name.as_deref())?),
                &keys,
            )?;
            say("the keys are served from now on\n");
            Ok(())
        }
    }
}

fn role(name: Option<&str>) -> Result<&str> {
    let name = name.unwrap_or("-");
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@-_".contains(&byte));
    if is_name && !name.is_empty() { Ok(name) } else { Err(Error::RoleName(name.to_owned())) }
}

fn keys(options: &Set) -> Result<Keys> {
    let [access_key_id, secret_access_key, session_token] = defaults::VARIABLES.map(str::to_owned);
    let keys = match &options.from_profile {
        _ if options.from_environment => {
            environment::keys(&Variables { access_key_id, secret_access_key, session_token })
        }
        Some(name) => profile::keys(&Profile { name: name.clone(), file: None, config_file: None }),
        None => return from_input(),
    };
    keys.map_err(|problem| match problem {
        // The advice for the service is of no use here.
        Problem::NoVariable(name) => {
            Error::NotHandedIn(format!("the environment variable {name} is not set"))
        }
        problem => Error::NotHandedIn(problem.to_string()),
    })
}

fn from_input() -> Result<Keys> {
    let mut text = Zeroizing::new(Vec::with_capacity(document::LIMIT + 1));
    let limit = document::LIMIT as u64 + 1;
    let read = io::stdin().lock().take(limit).read_to_end(&mut text);
    let reason = match read {
        Err(error) => error.to_string(),
        Ok(length) if length > document::LIMIT => format!("it is longer than {} KiB", document::LIMIT / 1024),
        Ok(_) => match document::read(&text) {
            Ok(keys) => return Ok(keys),
            Err(reason) => reason,
        },
    };
    Err(Error::NotHandedIn(format!(
        "standard input has no credential-process JSON, such as `aws configure export-credentials` prints: {reason}"
    )))
}

fn say(text: &str) {
    // A reader that went away has had what it wanted.
    let _ = io::stdout().write_all(text.as_bytes());
}
