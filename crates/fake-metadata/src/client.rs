//! A client of the running server: one request over a connection of its own each time, as the simplest
//! of programs would ask.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use settings::Settings;

use crate::Result;
use crate::error::Error;

const TIMEOUT: Duration = Duration::from_secs(5);

/// A server, and the token it gave.
pub(crate) struct Client {
    server: SocketAddr,
    token: Option<String>,
}

/// What came back.
pub(crate) struct Answer {
    /// The status line and the headers, a line each, without the empty one at the end.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// A client of the server that these settings describe.
    pub(crate) fn new(settings: &Settings) -> Client {
        Client { server: reachable(settings.listen[0]), token: None }
    }

    /// Asks for a token, to be sent from then on.
    pub(crate) fn with_token(mut self) -> Result<Client> {
        let path = "/latest/api/token";
        let answer = self.ask("PUT", path, "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n")?;
        self.token = Some(String::from_utf8_lossy(&answer.expect_ok(path)?.body).into_owned());
        Ok(self)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        let token = self.token.as_ref().map(|token| format!("X-aws-ec2-metadata-token: {token}\r\n"));
        self.ask("GET", path, &token.unwrap_or_default())
    }

    fn ask(&self, method: &str, path: &str, header: &str) -> Result<Answer> {
        let server = self.server;
        let ask = || {
            let stream = TcpStream::connect_timeout(&server, TIMEOUT)?;
            stream.set_read_timeout(Some(TIMEOUT))?;
            exchange(stream, format!("{method} {path} HTTP/1.1\r\nHost: {server}\r\n{header}\r\n").as_bytes())
        };
        let answer = ask().map_err(|source| Error::NoAnswer { address: server, source })?;
        Answer::parse(&answer).ok_or(Error::OddAnswer { address: server })
    }
}

/// Sends a request and reads the answer, after which the server ends the connection.
pub(crate) fn exchange(mut stream: impl Read + Write, request: &[u8]) -> io::Result<Vec<u8>> {
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

impl Answer {
    pub(crate) fn parse(answer: &[u8]) -> Option<Answer> {
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&answer[..end]).ok()?.replace("\r\n", "\n");
        head.starts_with("HTTP/1.1 ").then(|| Answer { head, body: answer[end + 4..].to_vec() })
    }

    /// The status without the protocol: `200 OK`.
    pub(crate) fn status(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.split_once(' ').map_or(line, |(_, status)| status)
    }

    pub(crate) fn is_text(&self) -> bool {
        self.head.contains("\nContent-Type: text/")
    }

    /// This, unless it is a refusal.
    pub(crate) fn expect_ok(self, path: &str) -> Result<Answer> {
        if self.status().starts_with("200 ") {
            return Ok(self);
        }
        Err(Error::Refused { path: path.to_owned(), status: self.status().to_owned() })
    }
}

/// The address to connect to where the server listens on all of them.
fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), listen.port()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), listen.port()),
        _ => listen,
    }
}
