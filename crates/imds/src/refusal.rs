//! Every reason to refuse a request, and its status, in one table.

use crate::response::Status;

/// Why a request was not answered with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A token was asked for without a lifetime, or with one that is not 1 to 21600 seconds.
    BadTokenTtl,
    /// No token was sent although they are required.
    TokenMissing,
    /// The token is not one of this service's, or its time is over.
    TokenInvalid,
    /// A token was asked for through a proxy, or on a path that only looks like the token path.
    TokenRefused,
    /// A client wanted to be told to go on before it sends its body.
    ExpectationRefused,
    /// Another method was used on the token path.
    NotAllowedOnToken,
    /// A method other than GET and HEAD was used on metadata.
    NotAllowedOnData,
    /// There is no such entry.
    NotFound,
    /// The service is switched off.
    EndpointDisabled,
    /// Another machine asks.
    ForeignPeer,
    /// The service is asked under a name that is not its own, as by a browser that was misled.
    ForeignHost,
    /// A web page asks for keys.
    Browser,
    /// The request target is longer than any entry's name.
    UriTooLong,
    /// The role has no valid keys at present.
    NoKeys,
}

impl Refusal {
    /// The status this refusal is answered with (EC2 User Guide, "Retrieve instance metadata",
    /// and wire captures of the real service).
    pub fn status(self) -> Status {
        match self {
            Refusal::BadTokenTtl => Status::BadRequest,
            Refusal::TokenMissing | Refusal::TokenInvalid => Status::Unauthorized,
            Refusal::TokenRefused | Refusal::EndpointDisabled => Status::Forbidden,
            Refusal::ForeignPeer | Refusal::ForeignHost | Refusal::Browser => Status::Forbidden,
            Refusal::NotFound => Status::NotFound,
            Refusal::NotAllowedOnToken | Refusal::NotAllowedOnData => Status::NotAllowed,
            Refusal::UriTooLong => Status::UriTooLong,
            Refusal::ExpectationRefused => Status::ExpectationFailed,
            Refusal::NoKeys => Status::Unavailable,
        }
    }

    /// What to tell whoever runs the service, where the client alone cannot know why.
    pub fn remark(self) -> Option<&'static str> {
        match self {
            Refusal::EndpointDisabled => Some("http-endpoint is \"disabled\""),
            Refusal::ForeignPeer => Some("asked by another machine; see [access] networks"),
            Refusal::ForeignHost => Some("asked under another name; see [access] hosts"),
            Refusal::Browser => Some("web pages get no keys"),
            Refusal::NoKeys => Some("no valid keys at present; see fake-metadata status"),
            _ => None,
        }
    }

    /// The methods that would have been allowed, where that is why it was refused.
    pub(crate) fn allow(self) -> Option<&'static str> {
        match self {
            Refusal::NotAllowedOnToken => Some(ALLOWED_ON_TOKEN),
            Refusal::NotAllowedOnData => Some(ALLOWED_ON_DATA),
            _ => None,
        }
    }
}

/// The real service's `Allow` on the token path.
pub(crate) const ALLOWED_ON_TOKEN: &str = "OPTIONS, PUT";
/// No capture shows the real service's `Allow` on metadata; these are the methods it takes.
pub(crate) const ALLOWED_ON_DATA: &str = "GET, HEAD, OPTIONS";
