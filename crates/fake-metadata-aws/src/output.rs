//! The keys as JSON, in AWS's form for a `credential_process`.

use std::io::{self, Write};

use aws_credential_types::Credentials;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::Result;
use crate::error::Error;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

/// Prints them on standard output.
pub(crate) fn print(keys: &Credentials) -> Result {
    let text = text(keys).map_err(|error| Error::Output(error.into()))?;
    let mut output = io::stdout().lock();
    output.write_all(&text).and_then(|()| output.flush()).map_err(Error::Output)
}

fn text(keys: &Credentials) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let output = Output {
        version: 1,
        access_key_id: keys.access_key_id(),
        secret_access_key: keys.secret_access_key(),
        session_token: keys.session_token(),
        expiration: keys.expiry().map(|time| humantime::format_rfc3339_seconds(time).to_string()),
    };
    // Room for any session token, so that no copy of it is left behind by growing.
    let mut text = Zeroizing::new(Vec::with_capacity(16 * 1024));
    serde_json::to_writer(&mut *text, &output)?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn printed(token: Option<&str>, seconds: Option<u64>) -> String {
        let expiry = seconds.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
        let keys = Credentials::new("ASIAMADEUP", "made/up", token.map(str::to_owned), expiry, "test");
        String::from_utf8(text(&keys).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn all_that_there_is() {
        assert_eq!(
            printed(Some("token"), Some(1_800_000_000)),
            "{\"Version\":1,\"AccessKeyId\":\"ASIAMADEUP\",\"SecretAccessKey\":\"made/up\",\
             \"SessionToken\":\"token\",\"Expiration\":\"2027-01-15T08:00:00Z\"}\n"
        );
    }

    #[test]
    fn nothing_that_there_is_not() {
        assert_eq!(
            printed(None, None),
            "{\"Version\":1,\"AccessKeyId\":\"ASIAMADEUP\",\"SecretAccessKey\":\"made/up\"}\n"
        );
    }
}
