//! How AWS is reached.

use std::env;
use std::time::Duration;

use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::cli::Cli;
use crate::shared::Shared;

const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(10);

/// That of the command line, the environment, the profile; or the one that has every role.
pub(crate) fn region(cli: &Cli, shared: &Shared) -> Region {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let named =
        cli.region.clone().or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
    Region::new(
        named.or_else(|| shared.region().map(str::to_owned)).unwrap_or_else(|| "us-east-1".to_owned()),
    )
}

/// For what aws-config does by itself.
pub(crate) fn provider_config(region: Region) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_region(Some(region))
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_http_client(http_client())
        .with_retry_config(retries())
        .with_timeout_config(timeouts())
}

/// For the roles of the command line. No default provider is left in it.
pub(crate) async fn sdk_config(shared: &Shared, region: Region) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .profile_files(shared.files.clone())
        .profile_name(&shared.profile)
        .no_credentials()
        .http_client(http_client())
        .retry_config(retries())
        .timeout_config(timeouts())
        .load()
        .await
}

/// The proxies of the environment are heeded, as by AWS's own programs; certificates are the system's.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(300))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ANSWER).build()
}
