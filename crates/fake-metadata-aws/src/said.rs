//! What AWS's libraries say of a failure: a chain of errors of theirs, made one of ours.

use std::error::Error as StdError;

use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;

use crate::error::Error;

/// What SSO answers to a token that it no longer takes.
const TOKEN_REFUSED: &str = "UnauthorizedException";

/// Longer than any sentence of AWS's, shorter than a page of somebody else's.
const LONGEST: usize = 500;

/// The answer of AWS that is somewhere in a chain of errors, if there is one.
pub(crate) fn by_aws(error: &(dyn StdError + 'static), who: &str) -> Option<Error> {
    links(error).find_map(|link| {
        by_service::<AssumeRoleError>(link, who)
            .or_else(|| by_service::<AssumeRoleWithWebIdentityError>(link, who))
            .or_else(|| by_service::<GetRoleCredentialsError>(link, who))
    })
}

/// Whether SSO has been asked and wants the user to sign in again.
pub(crate) fn wants_sign_in(error: &Error) -> bool {
    matches!(error, Error::Refused { code, .. } if code == TOKEN_REFUSED)
}

fn by_service<E>(error: &(dyn StdError + 'static), who: &str) -> Option<Error>
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    Some(of_request(error.downcast_ref::<SdkError<E>>()?, who.to_owned()))
}

/// What a failed request means for the user.
pub(crate) fn of_request<E>(error: &SdkError<E>, who: String) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let body = String::from_utf8_lossy(answer.raw().body().bytes().unwrap_or_default());
            let code = answer.err().code().or_else(|| element(&body, "Code"));
            let message = answer.err().message().or_else(|| element(&body, "Message"));
            match (code, message) {
                (Some(code), _) if status >= 500 => {
                    Error::Odd { who, reason: format!("it answers {status} ({})", clean(code)) }
                }
                (Some(code), message) => {
                    let message = message.unwrap_or("it does not say why");
                    Error::Refused { who, code: clean(code), message: clean(message) }
                }
                (None, _) => Error::Odd { who, reason: format!("it answers {status} without a reason") },
            }
        }
        SdkError::DispatchFailure(failure) if !failure.is_timeout() => {
            Error::Unreachable { who, reason: innermost(error) }
        }
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
            Error::Unreachable { who, reason: "there was no answer in time".to_owned() }
        }
        _ => Error::Odd { who, reason: innermost(error) },
    }
}

/// The text of an element of XML. AWS's library finds it where AWS has it, but others wrap it once more.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

/// The last link of a chain of errors says most.
pub(crate) fn innermost(error: &(dyn StdError + 'static)) -> String {
    let said = links(error).last().map(ToString::to_string).unwrap_or_default();
    if said.contains("UnknownIssuer") {
        return format!("{} (are ca-certificates installed?)", clean(&said));
    }
    clean(said.strip_prefix("ProfileFile provider could not be built: ").unwrap_or(&said))
}

fn links<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Somebody else's text on one line, not too long, and without what looks like the id of a key.
pub(crate) fn clean(text: &str) -> String {
    let words: Vec<_> = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let words = words.iter().filter(|word| !word.is_empty()).map(|word| without_key(word));
    let mut line = words.collect::<Vec<_>>().join(" ");
    line.truncate(line.floor_char_boundary(LONGEST));
    line.trim_end_matches('.').to_owned()
}

fn without_key(word: &str) -> &str {
    let is_key = |at: usize| {
        let id: String = word[at..].chars().take_while(char::is_ascii_alphanumeric).collect();
        id.len() >= 16 && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let found = ["AKIA", "ASIA"].iter().any(|sign| word.match_indices(sign).any(|(at, _)| is_key(at)));
    if found { "(a key)" } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_many_lines_becomes_one() {
        assert_eq!(clean("one\n  two\u{7}\tthree."), "one two three");
        assert!(clean(&"ä ".repeat(1000)).len() <= LONGEST);
    }

    #[test]
    fn ids_of_keys_are_left_out() {
        assert_eq!(clean("the key 'ASIAMADEUP1234567890' has expired"), "the key (a key) has expired");
        assert_eq!(clean("id=AKIAMADEUP1234567890"), "(a key)");
        assert_eq!(clean("in ASIA and AKIAx"), "in ASIA and AKIAx");
    }
}
