//! What a request asks, in the terms of `imds`.

use std::net::IpAddr;

use hyper::Method;
use hyper::body::Incoming;
use hyper::header::HeaderValue;

/// What `imds` looks at of a request, read in one pass over its headers.
pub(super) fn asked(
    request: &hyper::Request<Incoming>,
    (peer, peer_is_here): (IpAddr, bool),
) -> imds::Request<'_> {
    let method = match *request.method() {
        Method::GET => imds::Method::Get,
        Method::HEAD => imds::Method::Head,
        Method::PUT => imds::Method::Put,
        Method::OPTIONS => imds::Method::Options,
        _ => imds::Method::Other,
    };
    let uri = request.uri();
    let mut asked = imds::Request { peer, peer_is_here, ..imds::Request::new(method, uri.path()) };
    for (name, value) in request.headers() {
        match name.as_str() {
            // What is no text is no name either.
            "host" => asked.host = asked.host.or(Some(value.to_str().unwrap_or_default())),
            "x-aws-ec2-metadata-token" => asked.token = asked.token.or(Some(value.as_bytes())),
            "x-aws-ec2-metadata-token-ttl-seconds" => {
                asked.token_ttl = asked.token_ttl.or(Some(value.as_bytes()));
            }
            "connection" => asked.keep_alive |= names(value, "keep-alive"),
            "accept" => asked.accepts_json |= names(value, "application/json"),
            "expect" => asked.expects_continue |= names(value, "100-continue"),
            "x-forwarded-for" => asked.forwarded = true,
            // Fetch Metadata: every browser sends the first with each request to an address like these
            // (W3C, "Fetch Metadata Request Headers").
            "sec-fetch-site" | "sec-fetch-mode" | "sec-fetch-dest" | "origin" => asked.from_browser = true,
            _ => {}
        }
    }
    if let Some(authority) = uri.authority() {
        asked.host = Some(authority.as_str());
    }
    asked
}

/// Whether a list that may have parameters has this word.
fn names(value: &HeaderValue, word: &str) -> bool {
    let parts = value.as_bytes().split(|byte| matches!(byte, b',' | b';'));
    parts.map(<[u8]>::trim_ascii).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}
