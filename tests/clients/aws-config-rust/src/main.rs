//! The AWS SDK for Rust finds the role's credentials and the region with nothing configured.

mod hold;

use std::process::ExitCode;
use std::time::SystemTime;

use aws_config::BehaviorVersion;
use aws_credential_types::provider::ProvideCredentials;

const ROLE: &str = "app-role";
const REGION: &str = "eu-west-1";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let version = version().unwrap_or("of an unknown version");
    match find(version).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("aws-config {version}: {wrong}");
            ExitCode::FAILURE
        }
    }
}

async fn find(version: &str) -> Result<(), String> {
    // The kind of connection is all that is set: the default one would bring TLS.
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;

    let provider = config.credentials_provider().ok_or("there is no provider of credentials")?;
    let keys = provider.provide_credentials().await.map_err(|error| format!("no credentials: {error:?}"))?;
    if let [_, command, source] = &*std::env::args().collect::<Vec<_>>()
        && command == "hold"
    {
        hold::hold(&provider, source).await?;
        println!("aws-config {version}: three rotations and a restart of the service, source {source}: ok");
        return Ok(());
    }
    let id = keys.access_key_id();
    check(id.starts_with("ASIAFAKE"), || format!("the access key is {id}"))?;
    check(keys.session_token().is_some(), || "the session token is missing".to_owned())?;
    let expires = keys.expiry();
    check(expires > Some(SystemTime::now()), || format!("the credentials expire {expires:?}"))?;
    println!("aws-config {version}: credentials of {ROLE}: ok");

    let region = config.region().map(AsRef::as_ref);
    check(region == Some(REGION), || format!("the region is {region:?}, not {REGION}"))?;
    println!("aws-config {version}: region {REGION}: ok");
    Ok(())
}

fn check(right: bool, wrong: impl FnOnce() -> String) -> Result<(), String> {
    if right { Ok(()) } else { Err(wrong()) }
}

/// The library does not tell its version; the lock file does.
fn version() -> Option<&'static str> {
    let (_, rest) = include_str!("../Cargo.lock").split_once("name = \"aws-config\"\nversion = \"")?;
    Some(rest.split_once('"')?.0)
}
