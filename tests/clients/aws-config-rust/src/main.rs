//! The AWS SDK for Rust finds the role's credentials and the region with nothing configured.

mod hold;

use std::process::ExitCode;
use std::time::SystemTime;

use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, imds};
use aws_credential_types::provider::ProvideCredentials;

const ROLE: &str = "app-role";
const REGION: &str = "eu-west-1";
const INSTANCE: &str = "i-0c11e17500c11e175";

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
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http.clone()).load().await;

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

    let client =
        imds::Client::builder().configure(&ProviderConfig::without_region().with_http_client(http)).build();
    let get = async |path| client.get(path).await.map_err(|error| format!("{path}: {error:?}"));
    let id = get("/latest/meta-data/instance-id").await?;
    check(id.as_ref() == INSTANCE, || format!("the instance is {}, not {INSTANCE}", id.as_ref()))?;
    let document = get("/latest/dynamic/instance-identity/document").await?;
    check(document.as_ref().contains(INSTANCE), || format!("the document is {}", document.as_ref()))?;
    println!("aws-config {version}: instance and identity document by its IMDS client: ok");
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
