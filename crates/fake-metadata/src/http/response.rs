//! An answer in hyper's terms: the same status, headers in the same order, body.
//!
//! What repeats from answer to answer is made once a thread, as hyper itself does with its dates: the
//! names of an answer's headers, in their order, and the text of times and lifetimes.

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use hyper::StatusCode;
use hyper::body::{Body, Frame, SizeHint};
use hyper::ext::ReasonPhrase;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

static TOKEN_TTL: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");

thread_local! {
    /// Headers by the numbers of their names, a byte each, with the values of the first such answer.
    static LAYOUTS: RefCell<Vec<(u64, HeaderMap)>> = const { RefCell::new(Vec::new()) };
    /// What was written last, in seconds, and its text: in `Date`, in `Last-Modified`, of a lifetime.
    static WRITTEN: [RefCell<(u64, HeaderValue)>; 3] =
        const { [const { RefCell::new((u64::MAX, HeaderValue::from_static(""))) }; 3] };
}

/// The decimal numbers below a thousand, three digits each.
static DIGITS: [u8; 3000] = {
    let mut digits = [0; 3000];
    let mut number = 0;
    while number < 1000 {
        digits[3 * number] = b'0' + (number / 100) as u8;
        digits[3 * number + 1] = b'0' + (number / 10 % 10) as u8;
        digits[3 * number + 2] = b'0' + (number % 10) as u8;
        number += 1;
    }
    digits
};

pub(super) fn written(response: imds::Response) -> hyper::Response<Whole> {
    let mut headers = layout(&response);
    for (value, (name, new)) in headers.values_mut().zip(response.headers()) {
        match new {
            // Most texts are the same in all answers of a layout.
            imds::Value::Text(text) if value == text => {}
            new => *value = header_value(name, new),
        }
    }
    let (code, phrase) = response.status.line();
    let mut written = hyper::Response::new(Whole(Some(response.body)));
    *written.headers_mut() = headers;
    if code != 200 {
        *written.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if written.status().canonical_reason() != Some(phrase) {
            written.extensions_mut().insert(ReasonPhrase::from_static(phrase.as_bytes()));
        }
    }
    written
}

/// Headers with the names of this answer's, in their order, and with the values of an earlier one.
fn layout(response: &imds::Response) -> HeaderMap {
    let key = response.headers().fold(0, |key, (name, _)| (key << 8) | (name as u64 + 1));
    LAYOUTS.with_borrow_mut(|layouts| {
        if let Some((_, layout)) = layouts.iter().find(|(of, _)| *of == key) {
            return layout.clone();
        }
        let header = |(name, value)| (header_name(name), header_value(name, value));
        let layout: HeaderMap = response.headers().map(header).collect();
        layouts.push((key, layout.clone()));
        layout
    })
}

fn header_name(name: imds::Name) -> HeaderName {
    match name {
        imds::Name::AcceptRanges => header::ACCEPT_RANGES,
        imds::Name::Allow => header::ALLOW,
        imds::Name::Connection => header::CONNECTION,
        imds::Name::ContentLength => header::CONTENT_LENGTH,
        imds::Name::ContentType => header::CONTENT_TYPE,
        imds::Name::Date => header::DATE,
        imds::Name::LastModified => header::LAST_MODIFIED,
        imds::Name::Server => header::SERVER,
        imds::Name::TokenTtl => TOKEN_TTL.clone(),
    }
}

fn header_value(name: imds::Name, value: imds::Value) -> HeaderValue {
    match value {
        imds::Value::Text(text) => HeaderValue::from_static(text),
        imds::Value::Number(seconds) if name == imds::Name::TokenTtl => {
            repeated(2, seconds, HeaderValue::from)
        }
        imds::Value::Number(number) => decimal(number),
        imds::Value::Time(time) => {
            let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
            repeated(usize::from(name == imds::Name::LastModified), seconds, date)
        }
    }
}

/// What was written last in this place, or what is written there now.
fn repeated(place: usize, seconds: u64, write: impl FnOnce(u64) -> HeaderValue) -> HeaderValue {
    WRITTEN.with(|written| {
        let mut last = written[place].borrow_mut();
        if last.0 != seconds {
            *last = (seconds, write(seconds));
        }
        last.1.clone()
    })
}

/// Nearly all lengths are below a thousand, and their text is there already.
fn decimal(number: u64) -> HeaderValue {
    let skipped = if number < 10 { 2 } else { usize::from(number < 100) };
    let place = usize::try_from(number).unwrap_or(usize::MAX).saturating_mul(3);
    match DIGITS.get(place + skipped..place + 3).map(str::from_utf8) {
        Some(Ok(digits)) => HeaderValue::from_static(digits),
        _ => HeaderValue::from(number),
    }
}

fn date(seconds: u64) -> HeaderValue {
    let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    // A date has no character that a header may not have.
    HeaderValue::try_from(date).unwrap_or(HeaderValue::from_static(""))
}

/// A body that is all there, and still to be sent even where it is empty: hyper would write the
/// length of one that says it has ended after all other headers, and EC2 writes it where it stands.
pub(super) struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, Bytes::len) as u64)
    }
}
