//! What the service answers, header by header, in the order the real one writes them.

use std::time::SystemTime;

use bytes::Bytes;

use crate::refusal::Refusal;

/// A response status. `Not Allowed`, EC2's own phrase, differs from the usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "`code` and `phrase` say what each is")]
pub enum Status {
    Ok,
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    NotAllowed,
    UriTooLong,
    ExpectationFailed,
    Unavailable,
}

impl Status {
    /// The number and the reason phrase of the status line.
    pub fn line(self) -> (u16, &'static str) {
        match self {
            Status::Ok => (200, "OK"),
            Status::BadRequest => (400, "Bad Request"),
            Status::Unauthorized => (401, "Unauthorized"),
            Status::Forbidden => (403, "Forbidden"),
            Status::NotFound => (404, "Not Found"),
            Status::NotAllowed => (405, "Not Allowed"),
            Status::UriTooLong => (414, "URI Too Long"),
            Status::ExpectationFailed => (417, "Expectation Failed"),
            Status::Unavailable => (503, "Service Unavailable"),
        }
    }
}

/// The headers the service sends, and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the header of that name")]
pub enum Name {
    AcceptRanges,
    Allow,
    Connection,
    ContentLength,
    ContentType,
    Date,
    LastModified,
    Server,
    TokenTtl,
}

impl Name {
    /// The header's name as the real service spells it.
    pub fn text(self) -> &'static str {
        match self {
            Name::AcceptRanges => "Accept-Ranges",
            Name::Allow => "Allow",
            Name::Connection => "Connection",
            Name::ContentLength => "Content-Length",
            Name::ContentType => "Content-Type",
            Name::Date => "Date",
            Name::LastModified => "Last-Modified",
            Name::Server => "Server",
            Name::TokenTtl => "X-Aws-Ec2-Metadata-Token-Ttl-Seconds",
        }
    }
}

/// A header's value, not yet text, so that the transport can keep what repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Fixed text.
    Text(&'static str),
    /// A number: bytes or seconds.
    Number(u64),
    /// A time, to be written as an HTTP date (RFC 9110, section 5.6.7).
    Time(SystemTime),
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: Status,
    /// The body a GET would carry; the transport leaves it out for HEAD.
    pub body: Bytes,
    order: &'static [Name],
    content_type: &'static str,
    /// Seconds: a new token's lifetime, or what is left of the one that was sent.
    token_ttl: Option<u32>,
    last_modified: Option<SystemTime>,
    allow: Option<&'static str>,
    /// Why, if it was refused.
    pub refusal: Option<Refusal>,
    keep_alive: bool,
    date: SystemTime,
}

const TEXT: &str = "text/plain";

// The orders in which the current generation of the service writes its headers, from captures.
const TOKEN_ORDER: &[Name] =
    &[Name::TokenTtl, Name::ContentLength, Name::Date, Name::Server, Name::Connection, Name::ContentType];
const DATA_ORDER: &[Name] = &[
    Name::TokenTtl,
    Name::ContentType,
    Name::AcceptRanges,
    Name::LastModified,
    Name::ContentLength,
    Name::Date,
    Name::Server,
    Name::Connection,
];
const EMPTY_ORDER: &[Name] =
    &[Name::Allow, Name::ContentLength, Name::Date, Name::Server, Name::Connection, Name::ContentType];
const FORBIDDEN_ORDER: &[Name] =
    &[Name::ContentLength, Name::ContentType, Name::Date, Name::Server, Name::Connection];
const PAGE_ORDER: &[Name] =
    &[Name::TokenTtl, Name::ContentType, Name::ContentLength, Name::Date, Name::Server, Name::Connection];

/// The page for an unknown path, 339 bytes.
const NOT_FOUND_PAGE: &str = "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n\
    <!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n\
    \t\t \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n\
    <html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n \
    <head>\n  <title>404 - Not Found</title>\n </head>\n \
    <body>\n  <h1>404 - Not Found</h1>\n </body>\n</html>\n";

impl Response {
    fn new(status: Status, order: &'static [Name], now: SystemTime) -> Self {
        Response {
            status,
            body: Bytes::new(),
            order,
            content_type: TEXT,
            token_ttl: None,
            last_modified: None,
            allow: None,
            refusal: None,
            keep_alive: false,
            date: now,
        }
    }

    /// A new token and its lifetime in seconds.
    pub(crate) fn token(token: Bytes, ttl: u32, now: SystemTime) -> Self {
        Response { body: token, token_ttl: Some(ttl), ..Self::new(Status::Ok, TOKEN_ORDER, now) }
    }

    /// An entry's value, or a directory's listing.
    pub(crate) fn data(
        body: Bytes,
        content_type: &'static str,
        last_modified: SystemTime,
        now: SystemTime,
    ) -> Self {
        let last_modified = Some(last_modified);
        Response { body, content_type, last_modified, ..Self::new(Status::Ok, DATA_ORDER, now) }
    }

    /// The answer to OPTIONS.
    pub(crate) fn options(allow: &'static str, now: SystemTime) -> Self {
        Response { allow: Some(allow), ..Self::new(Status::Ok, EMPTY_ORDER, now) }
    }

    /// A refusal with EC2's own body: a page for 404, nothing for the others.
    pub(crate) fn refused(refusal: Refusal, now: SystemTime) -> Self {
        let status = refusal.status();
        if status == Status::NotFound {
            let body = Bytes::from_static(NOT_FOUND_PAGE.as_bytes());
            let page = Self::new(status, PAGE_ORDER, now);
            return Response { body, content_type: "text/html", refusal: Some(refusal), ..page };
        }
        let (allow, refusal) = (refusal.allow(), Some(refusal));
        let order = if status == Status::Forbidden { FORBIDDEN_ORDER } else { EMPTY_ORDER };
        Response { allow, refusal, ..Self::new(status, order, now) }
    }

    /// A refusal with the one-line JSON body that some applications expect.
    pub(crate) fn refused_in_json(refusal: Refusal, now: SystemTime) -> Self {
        let reason: &'static [u8] = match refusal.status() {
            Status::Ok => b"{}",
            Status::BadRequest => br#"{"error": "bad request"}"#,
            Status::Unauthorized => br#"{"error": "unauthorized"}"#,
            Status::Forbidden => br#"{"error": "forbidden"}"#,
            Status::NotFound => br#"{"error": "not found"}"#,
            Status::NotAllowed => br#"{"error": "method not allowed"}"#,
            Status::UriTooLong => br#"{"error": "uri too long"}"#,
            Status::ExpectationFailed => br#"{"error": "expectation failed"}"#,
            Status::Unavailable => br#"{"error": "service unavailable"}"#,
        };
        let body = Bytes::from_static(reason);
        Response { body, content_type: "application/json", ..Self::refused(refusal, now) }
    }

    /// With the remaining seconds of the token that was sent, if one was.
    pub(crate) fn with_token_ttl(self, remaining: Option<u32>) -> Self {
        Response { token_ttl: remaining.or(self.token_ttl), ..self }
    }

    /// With the connection kept open, as a client must ask for by name.
    pub(crate) fn with_keep_alive(self, keep_alive: bool) -> Self {
        Response { keep_alive, ..self }
    }

    /// Whether this is a new token, whose packets may travel only so many hops.
    pub fn is_token(&self) -> bool {
        self.order == TOKEN_ORDER
    }

    /// The headers in the order they are sent.
    pub fn headers(&self) -> impl Iterator<Item = (Name, Value)> + '_ {
        self.order.iter().filter_map(|name| Some((*name, self.value(*name)?)))
    }

    fn value(&self, name: Name) -> Option<Value> {
        Some(match name {
            Name::AcceptRanges => Value::Text("none"),
            Name::Allow => Value::Text(self.allow?),
            Name::Connection if self.keep_alive => return None,
            Name::Connection => Value::Text("close"),
            Name::ContentLength => Value::Number(self.body.len() as u64),
            Name::ContentType => Value::Text(self.content_type),
            Name::Date => Value::Time(self.date),
            Name::LastModified => Value::Time(self.last_modified?),
            // Cloud detectors tell EC2 by this.
            Name::Server => Value::Text("EC2ws"),
            Name::TokenTtl => Value::Number(self.token_ttl?.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_length_captured_from_the_real_service() {
        assert_eq!(NOT_FOUND_PAGE.len(), 339);
    }
}
