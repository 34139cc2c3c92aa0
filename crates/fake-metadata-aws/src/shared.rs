//! The shared files, and what a profile in them leads to: looked at before anything is asked, since
//! AWS's libraries leave MFA out and would ask the metadata service.

use std::env;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use aws_config::profile::{self, Profile, ProfileFileLoadError, ProfileSet};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::Result;
use crate::cli::Cli;
use crate::error::Error;
use crate::said;

/// What the shared files say.
pub(crate) struct Shared {
    /// Those that are there.
    pub(crate) files: EnvConfigFiles,
    /// All that were looked for, for a sentence.
    pub(crate) names: String,
    /// The chosen profile's name.
    pub(crate) profile: String,
    profiles: ProfileSet,
}

/// Where the credentials of a profile come from in the end.
pub(crate) struct Origin {
    /// The last profile of the chain.
    pub(crate) profile: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Sso,
    Process,
    Other,
}

impl Shared {
    pub(crate) async fn read(cli: &Cli) -> Result<Shared> {
        let config = place(cli.config_file.as_deref(), "AWS_CONFIG_FILE", "config");
        let credentials =
            place(cli.credentials_file.as_deref(), "AWS_SHARED_CREDENTIALS_FILE", "credentials");
        // Without any file at all the builder would panic.
        let mut files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "");
        if is_there(&config, cli.config_file.is_some())? {
            files = files.with_file(EnvConfigFileKind::Config, &config);
        }
        if is_there(&credentials, cli.credentials_file.is_some())? {
            files = files.with_file(EnvConfigFileKind::Credentials, &credentials);
        }
        let files = files.build();
        let name = cli.profile.clone().map(Into::into);
        let profiles = profile::load(&Fs::real(), &Env::real(), &files, name)
            .await
            .map_err(|error| Error::Malformed(malformed(&error)))?;
        Ok(Shared {
            files,
            names: format!("{} or {}", config.display(), credentials.display()),
            profile: profiles.selected_profile().to_owned(),
            profiles,
        })
    }

    /// The region that the chosen profile names.
    pub(crate) fn region(&self) -> Option<&str> {
        self.profiles.get("region")
    }

    /// Follows the chosen profile to where its credentials come from, and refuses what cannot work
    /// here. There is none if nothing is said of the profile `default`, which nobody has to have.
    pub(crate) fn origin(&self, cli: &Cli) -> Result<Option<Origin>> {
        let Some(mut profile) = self.profiles.get_profile(&self.profile) else {
            if self.profile == "default" && cli.profile.is_none() {
                return Ok(None);
            }
            return Err(Error::NoProfile { profile: self.profile.clone(), files: self.names.clone() });
        };
        let mut seen = vec![profile.name()];
        loop {
            let role = profile.get("role_arn").filter(|_| profile.get("web_identity_token_file").is_none());
            if profile.get("mfa_serial").is_some()
                && (role.is_some() || seen.len() > 1 || !cli.roles.is_empty())
            {
                return Err(Error::Mfa { profile: profile.name().to_owned() });
            }
            refuse_metadata(profile)?;
            // One that is led to may have a role of its own, which is not assumed if it has keys; and
            // of a circle AWS's library tells.
            let ends = seen.len() > 1 && profile.get("aws_access_key_id").is_some();
            let next =
                profile.get("source_profile").filter(|name| role.is_some() && !ends && !seen.contains(name));
            let Some(name) = next else {
                return Ok(Some(Origin { profile: profile.name().to_owned(), kind: kind(profile)? }));
            };
            profile = self.profiles.get_profile(name).ok_or_else(|| Error::NoSourceProfile {
                profile: profile.name().to_owned(),
                source_profile: name.to_owned(),
                files: self.names.clone(),
            })?;
            seen.push(profile.name());
        }
    }
}

/// The reason names the file only where that could be read.
fn malformed(error: &ProfileFileLoadError) -> String {
    let reason = said::innermost(error);
    match error {
        ProfileFileLoadError::CouldNotReadFile { .. } => {
            format!("{}: {reason}", said::clean(&error.to_string()))
        }
        _ => reason,
    }
}

fn refuse_metadata(profile: &Profile) -> Result {
    match profile.get("credential_source") {
        Some(from) if !from.eq_ignore_ascii_case("Environment") => {
            Err(Error::Metadata { profile: profile.name().to_owned(), from: said::clean(from) })
        }
        _ => Ok(()),
    }
}

/// In the order in which AWS's library looks.
fn kind(profile: &Profile) -> Result<Kind> {
    let has = |key| profile.get(key).is_some();
    if has("web_identity_token_file") || has("credential_source") {
        Ok(Kind::Other)
    } else if has("sso_session") || has("sso_start_url") {
        Ok(Kind::Sso)
    } else if has("login_session") {
        Err(Error::LoginSession { profile: profile.name().to_owned() })
    } else if has("credential_process") {
        Ok(Kind::Process)
    } else {
        Ok(Kind::Other)
    }
}

fn place(given: Option<&Path>, variable: &str, name: &str) -> PathBuf {
    let home = env::var_os("HOME").map_or_else(|| PathBuf::from("~"), PathBuf::from);
    let named = given.map(Path::to_owned).or_else(|| env::var_os(variable).map(PathBuf::from));
    match named {
        Some(path) => match path.strip_prefix("~") {
            Ok(rest) => home.join(rest),
            Err(_) => path,
        },
        None => home.join(".aws").join(name),
    }
}

/// Whether the file is there; one that must be, or may not be read, is an error. AWS's library would
/// take it for an empty one.
fn is_there(file: &Path, must_be: bool) -> Result<bool> {
    match File::open(file) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_be => Ok(false),
        Err(source) => Err(Error::Unreadable { file: file.to_owned(), source }),
    }
}
