//! What a client asked, reduced to what the service looks at.

use std::net::{IpAddr, Ipv4Addr};

/// An HTTP method, as far as the service tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// HEAD: answered like GET; the transport leaves the body out.
    Head,
    /// PUT: only the token path takes it.
    Put,
    /// OPTIONS
    Options,
    /// Anything else, which is never allowed.
    Other,
}

/// One request. Borrowed from whatever the transport holds, so that reading it copies nothing.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// The path of the request target as sent, percent-encoding and all, without the query.
    pub path: &'a str,
    /// `X-aws-ec2-metadata-token`, if sent.
    pub token: Option<&'a [u8]>,
    /// `X-aws-ec2-metadata-token-ttl-seconds`, if sent.
    pub token_ttl: Option<&'a [u8]>,
    /// Whether `X-Forwarded-For` was sent, with whatever value: the request came through a proxy.
    pub forwarded: bool,
    /// Whether `Expect: 100-continue` was sent.
    pub expects_continue: bool,
    /// Whether `Accept` names `application/json`.
    pub accepts_json: bool,
    /// `Host`, or the authority of an absolute target, if sent and text.
    pub host: Option<&'a str>,
    /// Where the request came from.
    pub peer: IpAddr,
    /// Whether that is an address of this machine.
    pub peer_is_here: bool,
    /// Whether a browser sent it for a web page: with `Origin` or one of `Sec-Fetch-`.
    pub from_browser: bool,
    /// Whether the client asked to keep the connection open with `Connection: keep-alive`.
    pub keep_alive: bool,
}

impl<'a> Request<'a> {
    /// A request of this machine with no header that matters.
    pub fn new(method: Method, path: &'a str) -> Self {
        Request {
            method,
            path,
            token: None,
            token_ttl: None,
            forwarded: false,
            expects_continue: false,
            accepts_json: false,
            host: None,
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            peer_is_here: true,
            from_browser: false,
            keep_alive: false,
        }
    }
}
