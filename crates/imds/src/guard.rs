//! Who may ask: the rules of IMDSv1 and IMDSv2.

use std::time::SystemTime;

use bytes::Bytes;

use crate::refusal::Refusal;
use crate::request::Request;
use crate::token::Tokens;

/// EC2's `HttpTokens`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenPolicy {
    /// Requests without a token are answered (IMDSv1).
    #[default]
    Optional,
    /// Every request for metadata must carry a token (IMDSv2 only).
    Required,
}

/// Judges a request for metadata: the remaining seconds of the token it carries, if any.
///
/// A bad token is refused even where none is needed: clients rely on the 401 to get a new one.
pub(crate) fn admit(
    request: &Request<'_>,
    policy: TokenPolicy,
    tokens: &Tokens,
    now: SystemTime,
) -> Result<Option<u32>, Refusal> {
    match (request.token, policy) {
        (Some(token), _) => tokens.remaining(token, now).map(Some).ok_or(Refusal::TokenInvalid),
        (None, TokenPolicy::Optional) => Ok(None),
        (None, TokenPolicy::Required) => Err(Refusal::TokenMissing),
    }
}

/// Judges a PUT on the token path and issues the token.
///
/// `X-Forwarded-For` shows an open proxy, which must not hand tokens to the outside; `Expect` is
/// answered with 417, as s3fs found (EC2 User Guide, "How IMDSv2 works").
pub(crate) fn issue(
    request: &Request<'_>,
    tokens: &Tokens,
    now: SystemTime,
) -> Result<(Bytes, u32), Refusal> {
    if request.expects_continue {
        return Err(Refusal::ExpectationRefused);
    }
    if request.from_browser {
        return Err(Refusal::Browser);
    }
    if request.forwarded {
        return Err(Refusal::TokenRefused);
    }
    tokens.issue(request.token_ttl, now).ok_or(Refusal::BadTokenTtl)
}
