//! The credentials that the first role is assumed with, or that are printed if there is no role. They
//! are looked for where AWS's programs look, but for metadata services.

use aws_config::environment::credentials::EnvironmentVariableCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

use crate::Result;
use crate::cli::Cli;
use crate::error::Error;
use crate::said;
use crate::shared::{Kind, Origin, Shared};

/// A profile that is named on the command line is the only place to look, as with AWS's own programs.
pub(crate) async fn credentials(
    cli: &Cli,
    shared: &Shared,
    origin: Option<&Origin>,
    config: &ProviderConfig,
) -> Result<Credentials> {
    let elsewhere = cli.profile.is_none();
    if elsewhere {
        let environment = EnvironmentVariableCredentialsProvider::new();
        if let Some(keys) = found(environment.provide_credentials().await, "the environment", None)? {
            return Ok(keys);
        }
    }
    if let Some(origin) = origin {
        let name = format!("the profile {}", shared.profile);
        let provider = ProfileFileCredentialsProvider::builder()
            .configure(config)
            .profile_files(shared.files.clone())
            .profile_name(&shared.profile)
            .with_custom_provider("Ec2InstanceMetadata", NoMetadata)
            .with_custom_provider("EcsContainer", NoMetadata)
            .build();
        if let Some(keys) = found(provider.provide_credentials().await, &name, Some(origin))? {
            return Ok(keys);
        }
    }
    let (profile, files) = (shared.profile.clone(), shared.names.clone());
    if elsewhere {
        let provider = WebIdentityTokenCredentialsProvider::builder().configure(config).build();
        let name = "the web identity in AWS_WEB_IDENTITY_TOKEN_FILE";
        match found(provider.provide_credentials().await, name, None)? {
            Some(keys) => Ok(keys),
            None => Err(Error::NoCredentials { profile, files }),
        }
    } else {
        Err(Error::EmptyProfile { profile, files })
    }
}

/// What a provider came up with; nothing, if it is not its turn.
fn found(
    came: std::result::Result<Credentials, CredentialsError>,
    name: &str,
    origin: Option<&Origin>,
) -> Result<Option<Credentials>> {
    match came {
        Ok(keys) => Ok(Some(keys)),
        Err(CredentialsError::CredentialsNotLoaded(_)) => Ok(None),
        Err(error) => Err(failure(&error, name, origin)),
    }
}

fn failure(error: &CredentialsError, name: &str, origin: Option<&Origin>) -> Error {
    let by_aws = said::by_aws(error, &format!("AWS, asked with {name},"));
    let is_configuration = matches!(error, CredentialsError::InvalidConfiguration(_));
    match (by_aws, origin) {
        (Some(error), Some(origin)) if origin.kind == Kind::Sso && said::wants_sign_in(&error) => {
            Error::SsoLogin { profile: origin.profile.clone() }
        }
        (Some(error), _) => error,
        (None, Some(origin)) if origin.kind == Kind::Sso && !is_configuration => {
            Error::SsoLogin { profile: origin.profile.clone() }
        }
        // What it has written may be anything, keys for instance.
        (None, Some(origin)) if origin.kind == Kind::Process && !is_configuration => {
            Error::Process { profile: origin.profile.clone() }
        }
        (None, _) => Error::BadOrigin { origin: name.to_owned(), reason: said::innermost(error) },
    }
}

/// In the place of the metadata services, to which `shared` lets no profile lead.
#[derive(Debug)]
struct NoMetadata;

impl ProvideCredentials for NoMetadata {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::invalid_configuration(
            "no metadata service is asked for credentials here",
        )))
    }
}
