//! What a single argument must look like. What AWS would refuse is refused here, with a sentence.

use std::time::Duration;

const SHORTEST: Duration = Duration::from_secs(15 * 60);
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);

pub(crate) fn role(text: &str) -> Result<String, String> {
    let right = arn(text).is_some_and(|(account, name)| {
        is_account(account) && name.strip_prefix("role/").is_some_and(|name| !name.is_empty())
    });
    checked(right, text, "write the ARN of a role, such as arn:aws:iam::123456789012:role/app")
}

pub(crate) fn policy(text: &str) -> Result<String, String> {
    let right = arn(text).is_some_and(|(account, name)| {
        (account == "aws" || is_account(account))
            && name.strip_prefix("policy/").is_some_and(|name| !name.is_empty())
    });
    checked(right, text, "write the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess")
}

pub(crate) fn session_name(text: &str) -> Result<String, String> {
    let right = (2..=64).contains(&text.len()) && consists_of(text, "_+=,.@-");
    checked(right, text, "write 2 to 64 letters, digits and characters of _+=,.@-")
}

pub(crate) fn external_id(text: &str) -> Result<String, String> {
    let right = (2..=1224).contains(&text.len()) && consists_of(text, "_+=,.@:/-");
    checked(right, text, "write 2 to 1224 letters, digits and characters of _+=,.@:/-")
}

pub(crate) fn region(text: &str) -> Result<String, String> {
    let right = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    checked(right, text, "write a region, such as eu-west-1")
}

pub(crate) fn url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let right = rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.contains(|letter: char| letter.is_whitespace() || letter == '@')
    });
    checked(right, text, "write a URL, such as https://sts.eu-west-1.amazonaws.com")
}

pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| (SHORTEST..=LONGEST).contains(duration))
        .ok_or_else(|| "write a time from 15m to 12h, such as 1h".to_owned())
}

/// The account and the name in the ARN of something of IAM's.
fn arn(text: &str) -> Option<(&str, &str)> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let (arn, partition, service, region) = (next()?, next()?, next()?, next()?);
    let (account, name) = (next()?, next()?);
    let right = arn == "arn" && partition.starts_with("aws") && service == "iam" && region.is_empty();
    (right && consists_of(name, "_+=,.@-/")).then_some((account, name))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn consists_of(text: &str, others: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || others.contains(letter))
}

fn checked(right: bool, text: &str, wanted: &str) -> Result<String, String> {
    if right { Ok(text.to_owned()) } else { Err(wanted.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles() {
        for right in [
            "arn:aws:iam::123456789012:role/app",
            "arn:aws-cn:iam::123456789012:role/path/of/app",
            "arn:aws-us-gov:iam::123456789012:role/a+b=c,d.e@f-g_h",
        ] {
            assert_eq!(role(right).unwrap(), right);
        }
        for wrong in [
            "",
            "app",
            "arn:aws:iam::123456789012:user/app",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::12345678901:role/app",
            "arn:aws:iam:eu-west-1:123456789012:role/app",
            "arn:aws:sts::123456789012:assumed-role/app/session",
            "arn:aws:iam::123456789012:role/app app",
        ] {
            assert!(role(wrong).unwrap_err().starts_with("write "), "{wrong}");
        }
    }

    #[test]
    fn policies() {
        assert!(policy("arn:aws:iam::aws:policy/ReadOnlyAccess").is_ok());
        assert!(policy("arn:aws:iam::123456789012:policy/mine").is_ok());
        assert!(policy("arn:aws:iam::aws:role/ReadOnlyAccess").is_err());
    }

    #[test]
    fn durations() {
        assert_eq!(duration("15m").unwrap(), SHORTEST);
        assert_eq!(duration("12h").unwrap(), LONGEST);
        for wrong in ["14m 59s", "12h 1s", "1", "", "-1h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_rest() {
        assert!(session_name("fake-metadata").is_ok());
        assert!(session_name("x").is_err() && session_name("a b").is_err());
        assert!(external_id("a:b/c").is_ok() && external_id("a b").is_err());
        assert!(region("eu-west-1").is_ok() && region("").is_err() && region("eu.west").is_err());
        assert!(url("http://127.0.0.1:5000").is_ok());
        assert!(url("127.0.0.1:5000").is_err() && url("http://").is_err() && url("http:// a").is_err());
    }
}
