//! The JSON that carries keys from one program to another (AWS SDKs and Tools Reference Guide,
//! "Process credential provider").

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use settings::Secret;
use zeroize::Zeroizing;

use super::Keys;

/// More than any such document has, in bytes.
pub(crate) const LIMIT: usize = 64 * 1024;

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    version: Option<u64>,
    #[serde(borrow)]
    access_key_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    secret_access_key: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    session_token: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    expiration: Option<Cow<'a, str>>,
}

/// Reads the keys. What is wrong with the text is said without anything of it.
pub(crate) fn read(text: &[u8]) -> Result<Keys, String> {
    let document: Document<'_> = serde_json::from_slice(text).map_err(|error| reason(text, &error))?;
    match document.version {
        Some(1) => {}
        Some(other) => return Err(format!("its Version is {other} instead of 1")),
        None => return Err("it has no Version, which must be 1".to_owned()),
    }
    let secret = |text: Option<Cow<'_, str>>, name: &str| {
        let text = text.filter(|text| !text.is_empty());
        let bad = || format!("its {name} must be one word of visible ASCII characters");
        text.map(|text| Secret::token(text.into_owned()).ok_or_else(bad)).transpose()
    };
    let needed = |text, name| secret(text, name)?.ok_or_else(|| format!("it has no {name}"));
    Ok(Keys {
        access_key_id: needed(document.access_key_id, "AccessKeyId")?,
        secret_access_key: needed(document.secret_access_key, "SecretAccessKey")?,
        session_token: secret(document.session_token, "SessionToken")?,
        expiration: match document.expiration {
            None => None,
            Some(text) => {
                Some(time(&text).ok_or("its Expiration must be a time such as 2027-01-15T08:00:00Z")?)
            }
        },
    })
}

/// Writes the keys for another of our processes.
pub(crate) fn write(keys: &Keys) -> Zeroizing<Vec<u8>> {
    let borrowed = |secret: &'_ Secret| Cow::Owned::<str>(secret.reveal().to_owned());
    let document = Document {
        version: Some(1),
        access_key_id: Some(borrowed(&keys.access_key_id)),
        secret_access_key: Some(borrowed(&keys.secret_access_key)),
        session_token: keys.session_token.as_ref().map(borrowed),
        expiration: keys.expiration.map(|time| humantime::format_rfc3339_seconds(time).to_string().into()),
    };
    // With room for all of it, no copy is left behind.
    let mut text = Zeroizing::new(Vec::with_capacity(LIMIT));
    let _ = serde_json::to_writer(&mut *text, &document);
    text
}

/// A time (RFC 3339), with `Z` or an offset as Python's AWS CLI writes it.
pub(crate) fn time(text: &str) -> Option<SystemTime> {
    let (local, offset) = text.len().checked_sub(6).and_then(|at| text.split_at_checked(at))?;
    let Some(sign @ ('+' | '-')) = offset.chars().next() else {
        return humantime::parse_rfc3339(text).ok();
    };
    let (hours, minutes) = offset[1..].split_once(':')?;
    let minutes = hours.parse::<u64>().ok()? * 60 + minutes.parse::<u64>().ok()?;
    let offset = Duration::from_secs(minutes * 60);
    let local = humantime::parse_rfc3339(&format!("{local}Z")).ok()?;
    if sign == '+' { local.checked_sub(offset) } else { local.checked_add(offset) }
}

/// The library's own sentence may quote a value.
fn reason(text: &[u8], error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        _ if text.trim_ascii().is_empty() => "there was nothing".to_owned(),
        serde_json::error::Category::Data => format!("a value at {place} is of the wrong kind"),
        serde_json::error::Category::Eof => format!("it ends too early, at {place}"),
        _ => format!("it is not JSON, from {place} on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let text = r#"{"Version": 1, "AccessKeyId": "ASIAFAKE", "SecretAccessKey": "Fake\/Secret", "SessionToken": "FakeToken",
            "Expiration": "2027-01-15T10:00:00+02:00", "AccountId": "123456789012"}"#;
        let keys = read(text.as_bytes()).unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(keys.secret_access_key.reveal(), "Fake/Secret");
        let written = write(&keys);
        assert_eq!(
            std::str::from_utf8(&written).unwrap(),
            r#"{"Version":1,"AccessKeyId":"ASIAFAKE","SecretAccessKey":"Fake/Secret","SessionToken":"FakeToken","Expiration":"2027-01-15T08:00:00Z"}"#
        );
        assert_eq!(read(&written).map(|keys| keys.expiration).unwrap(), keys.expiration);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_keys() {
        let good = r#""AccessKeyId": "ASIAFAKE", "SecretAccessKey": "FakeSecret""#;
        for (text, reason) in [
            (String::new(), "there was nothing"),
            ("FakeSecret".to_owned(), "it is not JSON, from line 1, column 1 on"),
            (format!("{{{good}"), "it ends too early, at line 1, column 59"),
            (format!("{{{good}}}"), "it has no Version, which must be 1"),
            (format!("{{\"Version\": 2, {good}}}"), "its Version is 2 instead of 1"),
            (
                format!("{{\"Version\": \"FakeSecret\", {good}}}"),
                "a value at line 1, column 24 is of the wrong kind",
            ),
            ("{\"Version\": 1, \"AccessKeyId\": \"ASIAFAKE\"}".to_owned(), "it has no SecretAccessKey"),
            (
                "{\"Version\": 1, \"AccessKeyId\": \"Fake Secret\", \"SecretAccessKey\": \"a\"}".to_owned(),
                "its AccessKeyId must be one word of visible ASCII characters",
            ),
            (
                format!("{{\"Version\": 1, {good}, \"Expiration\": \"FakeSecret\"}}"),
                "its Expiration must be a time such as 2027-01-15T08:00:00Z",
            ),
        ] {
            assert_eq!(read(text.as_bytes()).map(|_| ()).unwrap_err(), reason, "{text}");
        }
    }

    #[test]
    fn times() {
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(time("2027-01-15T08:00:00Z"), at(1_800_000_000));
        assert_eq!(
            time("2027-01-15T08:00:00.5Z"),
            at(1_800_000_000).map(|time| time + Duration::from_millis(500))
        );
        assert_eq!(time("2027-01-15T08:00:00+00:00"), at(1_800_000_000));
        assert_eq!(time("2027-01-15T03:30:00-04:30"), at(1_800_000_000));
        for bad in
            ["", "Z", "2027", "2027-01-15T08:00:00", "2027-01-15T08:00:00+0000", "2027-01-15T08:00:00+aa:bb"]
        {
            assert_eq!(time(bad), None, "{bad}");
        }
    }
}
