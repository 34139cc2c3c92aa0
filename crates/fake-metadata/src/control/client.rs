//! A command's end of the control socket.

use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroizing;

use super::VERSION;
use crate::Result;
use crate::client::{self, Answer};
use crate::error::Error;

/// A source may be asked meanwhile, and a command may take this long (`role.credentials.timeout`).
const TIMEOUT: Duration = Duration::from_secs(310);

/// Asks the running server: a path below the version, and what goes with it.
pub(crate) fn ask(method: &str, path: &str, body: &[u8]) -> Result<Value> {
    let socket = super::socket();
    let head = format!(
        "{method} {VERSION}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    // With room for all of it, no copy is left behind.
    let mut request = Zeroizing::new(Vec::with_capacity(head.len() + body.len()));
    request.extend_from_slice(head.as_bytes());
    request.extend_from_slice(body);
    let exchange = || {
        let stream = UnixStream::connect(&socket)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        client::exchange(stream, &request)
    };
    let answer = exchange().map_err(|source| Error::NoServer { socket: socket.clone(), source })?;
    let answer = Answer::parse(&answer).ok_or(Error::OddServer)?;
    let value: Value = serde_json::from_slice(&answer.body).map_err(|_| Error::OddServer)?;
    match value["error"].as_str() {
        Some(sentence) => Err(Error::Declined(sentence.to_owned())),
        None => Ok(value),
    }
}
