//! Assuming the roles of the command line.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::SharedCredentialsProvider;
use aws_sdk_sts::types::PolicyDescriptorType;

use crate::Result;
use crate::cli::Cli;
use crate::error::Error;
use crate::said;

/// Who is asked for a role, for a sentence.
pub(crate) fn who(cli: &Cli, config: &SdkConfig, role: &str) -> String {
    match (&cli.endpoint_url, config.region()) {
        (Some(url), _) => format!("STS at {url}, asked for {role},"),
        (None, Some(region)) => format!("STS in {region}, asked for {role},"),
        (None, None) => format!("STS, asked for {role},"),
    }
}

/// The keys of one role, got with other keys. What narrows a session holds for the last role: AWS
/// lets the others be short, and their policies know nothing of the last one's.
pub(crate) async fn assume(
    cli: &Cli,
    config: &SdkConfig,
    role: &str,
    is_last: bool,
    with: Credentials,
) -> Result<Credentials> {
    let config = config.to_builder().credentials_provider(SharedCredentialsProvider::new(with)).build();
    let mut request =
        Client::new(&config).assume_role().role_arn(role).role_session_name(&cli.role_session_name);
    if is_last {
        request = request.set_external_id(cli.external_id.clone()).set_duration_seconds(
            cli.duration.map(|duration| i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)),
        );
        for policy in &cli.policies {
            request = request.policy_arns(PolicyDescriptorType::builder().arn(policy).build());
        }
    }
    let who = who(cli, &config, role);
    let answer = request.send().await.map_err(|error| said::of_request(&error, who.clone()))?;
    let odd = |reason: &str| Error::Odd { who: who.clone(), reason: reason.to_owned() };
    let keys = answer.credentials.ok_or_else(|| odd("it sends no keys"))?;
    let expiry =
        SystemTime::try_from(keys.expiration).map_err(|_| odd("its keys expire at no time that can be"))?;
    Ok(Credentials::new(
        keys.access_key_id,
        keys.secret_access_key,
        Some(keys.session_token),
        Some(expiry),
        "STS",
    ))
}
