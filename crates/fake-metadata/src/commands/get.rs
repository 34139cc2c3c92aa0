//! `fake-metadata get PATH`: asks the running server as a client would.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use settings::Settings;

use crate::Result;
use crate::cli::Get;
use crate::error::Error;

const TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn run(options: &Get) -> Result {
    let settings = Settings::load(options.config.file.as_deref())?;
    let path = match options.path.as_str() {
        path if path.starts_with('/') => path.to_owned(),
        path => format!("/latest/{path}"),
    };
    if path.chars().any(|char| char.is_whitespace() || char.is_control()) {
        return Err(Error::Path(path));
    }
    let server = reachable(settings.listen[0]);
    let token = ask(server, "PUT /latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n")?;
    let token = String::from_utf8_lossy(&token.body).into_owned();
    let answer = ask(server, &format!("GET {path}"), &format!("X-aws-ec2-metadata-token: {token}\r\n"))?;
    if !answer.status.starts_with("200") {
        return Err(Error::Refused { path, status: answer.status });
    }
    let mut out = io::stdout().lock();
    // A reader that went away, such as `head`, has had what it wanted.
    let _ =
        out.write_all(&answer.body).and_then(|()| if answer.is_text { out.write_all(b"\n") } else { Ok(()) });
    Ok(())
}

struct Answer {
    /// The status line without the protocol: `200 OK`.
    status: String,
    is_text: bool,
    body: Vec<u8>,
}

/// One request over a connection of its own; the server ends it.
fn ask(server: SocketAddr, request: &str, header: &str) -> Result<Answer> {
    let exchange = || {
        let mut stream = TcpStream::connect_timeout(&server, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        write!(stream, "{request} HTTP/1.1\r\nHost: {server}\r\n{header}\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().map_err(|source| Error::NoAnswer { address: server, source })?;
    parse(&answer).ok_or(Error::OddAnswer { address: server })
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.lines().next()?.strip_prefix("HTTP/1.1 ")?.to_owned();
    let is_text = head.contains("\r\nContent-Type: text/");
    Some(Answer { status, is_text, body: answer[end + 4..].to_vec() })
}

/// The address to connect to where the server listens on all of them.
fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), listen.port()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), listen.port()),
        _ => listen,
    }
}
