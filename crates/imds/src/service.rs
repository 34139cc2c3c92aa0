//! The only door: a request and the time go in, the answer comes out.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use crate::access::Access;
use crate::credentials::{IdentityDocuments, RoleDocuments};
use crate::guard::{self, TokenPolicy};
use crate::path::{self, Target};
use crate::refusal::{ALLOWED_ON_DATA, ALLOWED_ON_TOKEN, Refusal};
use crate::request::{Method, Request};
use crate::response::Response;
use crate::token::Tokens;
use crate::tree::{Content, Leaf, Node, Tree};
use crate::version::Version;

/// Which bodies refusals carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorBodies {
    /// EC2's own; JSON for a client whose `Accept` names it.
    #[default]
    Ec2,
    /// JSON for everyone.
    Json,
}

/// Everything an answer depends on but the request and the time. Never changed in place: a new
/// one, which may share parts with the old, takes its place.
#[derive(Clone, Debug)]
pub struct Service {
    /// The session tokens; kept across changes, so that clients keep theirs.
    pub tokens: Arc<Tokens>,
    /// Who may ask at all.
    pub access: Arc<Access>,
    /// Whether metadata needs a token.
    pub policy: TokenPolicy,
    /// The hops a new token may travel, 1 to 64. EC2's `HttpPutResponseHopLimit`; it is for the
    /// transport to keep.
    pub hop_limit: u8,
    /// Bodies of refusals.
    pub errors: ErrorBodies,
    /// The entries.
    pub tree: Arc<Tree>,
    /// The documents of the role, replaced at each rotation.
    pub role: Option<RoleDocuments>,
    /// The documents of the instance's own identity, replaced likewise.
    pub identity: IdentityDocuments,
    /// `Last-Modified` of all that stays as it was at launch.
    pub launch_time: SystemTime,
}

/// The largest path that is looked at, in bytes. EC2's own names are below 200.
const LONGEST_PATH: usize = 4096;

/// The token path below a version; only `latest` issues tokens there.
const TOKEN_PATH: &str = "api/token";

impl Service {
    /// Answers a request.
    pub fn handle(&self, request: &Request<'_>, now: SystemTime) -> Response {
        let response = self.answer(request, now).unwrap_or_else(|(refusal, remaining)| {
            let json = request.accepts_json || self.errors == ErrorBodies::Json;
            let refused = if json { Response::refused_in_json } else { Response::refused };
            refused(refusal, now).with_token_ttl(remaining)
        });
        response.with_keep_alive(request.keep_alive)
    }

    /// The answer, or the refusal with the remaining seconds of a valid token.
    fn answer(&self, request: &Request<'_>, now: SystemTime) -> Result<Response, (Refusal, Option<u32>)> {
        if request.path.len() > LONGEST_PATH {
            return Err((Refusal::UriTooLong, None));
        }
        self.access.admit(request).map_err(|refusal| (refusal, None))?;
        let target = path::target(request.path);
        if let Target::Entry { version, name, slash } = &target
            && name == TOKEN_PATH
        {
            let is_token_path = *version == Version::LATEST && !slash;
            return self.answer_on_token_path(request, is_token_path, now).map_err(|refusal| (refusal, None));
        }
        match request.method {
            Method::Get | Method::Head => {}
            Method::Options => return Ok(Response::options(ALLOWED_ON_DATA, now)),
            Method::Put | Method::Other => return Err((Refusal::NotAllowedOnData, None)),
        }
        let remaining =
            guard::admit(request, self.policy, &self.tokens, now).map_err(|refusal| (refusal, None))?;
        let response = self.entry(request, &target, now).map_err(|refusal| (refusal, remaining))?;
        Ok(response.with_token_ttl(remaining))
    }

    /// A PUT under another version or with a slash is forbidden, not missing (EC2 User Guide,
    /// "Considerations" of IMDSv2, and a capture).
    fn answer_on_token_path(
        &self,
        request: &Request<'_>,
        is_token_path: bool,
        now: SystemTime,
    ) -> Result<Response, Refusal> {
        match request.method {
            Method::Put if is_token_path => {
                let (token, ttl) = guard::issue(request, &self.tokens, now)?;
                Ok(Response::token(token, ttl, now))
            }
            Method::Put => Err(Refusal::TokenRefused),
            Method::Options => Ok(Response::options(ALLOWED_ON_TOKEN, now)),
            Method::Get | Method::Head | Method::Other => Err(Refusal::NotAllowedOnToken),
        }
    }

    fn entry(
        &self,
        request: &Request<'_>,
        target: &Target<'_>,
        now: SystemTime,
    ) -> Result<Response, Refusal> {
        const TEXT: &str = "text/plain";
        let listing = |lines: Bytes| Response::data(lines, TEXT, self.launch_time, now);
        match target {
            Target::Unknown => Err(Refusal::NotFound),
            Target::Root => Ok(listing(Version::listing())),
            Target::Entry { version, name, .. } => match self.tree.get(name).ok_or(Refusal::NotFound)? {
                Node::Directory(directory) => {
                    directory.listing(*version).map(listing).ok_or(Refusal::NotFound)
                }
                Node::Leaf(Leaf { since, .. }) if since > version => Err(Refusal::NotFound),
                Node::Leaf(Leaf { content, .. }) if request.from_browser && content.is_secret() => {
                    Err(Refusal::Browser)
                }
                Node::Leaf(Leaf { content, .. }) => {
                    let role = || self.role.as_ref().ok_or(Refusal::NotFound);
                    let identity = &self.identity;
                    let mut content_type = TEXT;
                    let (body, last_modified) = match content {
                        Content::Text(text) => (text, self.launch_time),
                        Content::Binary(bytes) => {
                            content_type = "application/octet-stream";
                            (bytes, self.launch_time)
                        }
                        Content::Credentials => role()?.credentials(now)?,
                        Content::ProfileInfo => role()?.profile_info(),
                        Content::IdentityCredentials => (&identity.credentials, identity.last_updated),
                        Content::IdentityInfo => (&identity.info, identity.last_updated),
                    };
                    Ok(Response::data(body.clone(), content_type, last_modified, now))
                }
            },
        }
    }
}
