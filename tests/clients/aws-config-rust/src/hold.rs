//! One provider lives through three rotations of its role's keys and a restart of the service, without
//! an error and without ever giving keys that have expired.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

/// Prints the keys it saw.
pub async fn hold(provider: &SharedCredentialsProvider, source: &str) -> Result<(), String> {
    // The keys of these stay the same; only their times move on.
    let is_same = ["static", "environment"].contains(&source);
    let (mut expirations, mut held) = (BTreeSet::new(), BTreeSet::new());
    while held.len() < if is_same { 1 } else { 4 } || expirations.len() < 4 {
        let keys =
            provider.provide_credentials().await.map_err(|error| format!("no credentials: {error:?}"))?;
        if keys.expiry() <= Some(SystemTime::now()) {
            return Err(format!("its keys expired at {:?}", keys.expiry()));
        }
        expirations.insert(keys.expiry());
        if held.insert(keys.access_key_id().to_owned()) {
            let token = keys.session_token().unwrap_or_default();
            println!("key {} {} {token}", keys.access_key_id(), keys.secret_access_key());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    Ok(())
}
