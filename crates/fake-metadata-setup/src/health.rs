//! What `status` asks beyond the changes themselves: is the server there, is it ours, does it
//! answer through the address, is this a real EC2 instance?

use std::fs;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use settings::Settings;

use crate::machine;
use crate::plan;
use crate::redirect;
use crate::step::State;

/// One line of `status`.
pub(crate) struct Finding {
    pub(crate) name: &'static str,
    pub(crate) what: String,
    pub(crate) state: State,
}

const PATIENCE: Duration = Duration::from_secs(2);
/// Where daemontools finds the server, if it is the one that runs it.
const SUPERVISED: &str = "/service/fake-metadata";
const FINE: State = State::InPlace { marked: true };

/// `leading_here`: the addresses that are in place with their rules, without which nothing may be
/// sent to them.
pub(crate) fn findings(settings: &Settings, leading_here: &[IpAddr]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for address in settings.network.addresses() {
        if let Ok(port) = plan::redirect_port(settings, address) {
            let server = SocketAddr::new(redirect::target(address), port);
            findings.push(Finding { name: "server", what: server.to_string(), state: listener(server) });
        }
    }
    findings.push(Finding { name: "service", what: "fake-metadata.service".to_owned(), state: service() });
    for address in settings.network.addresses() {
        let service = SocketAddr::new(address, settings.network.port);
        let state = match leading_here.contains(&address) {
            true => answer(service).map_or_else(|error| State::Conflict(format!("none: {error}")), |()| FINE),
            false => State::NotNeeded("the address does not lead to this machine's server".to_owned()),
        };
        let what = format!("a token and metadata from http://{service}");
        findings.push(Finding { name: "answer", what, state });
    }
    if let Some(evidence) = machine::ec2_evidence() {
        let state = State::Conflict(format!("a real EC2 instance: {evidence}; remove this package here"));
        findings.push(Finding { name: "machine", what: "this".to_owned(), state });
    }
    findings
}

/// Who listens where packets are redirected to.
fn listener(server: SocketAddr) -> State {
    let table = if server.is_ipv6() { "/proc/net/tcp6" } else { "/proc/net/tcp" };
    let table = fs::read_to_string(table).unwrap_or_default();
    let Some(inode) = table.lines().find_map(|line| listening_inode(line, server)) else {
        let start = match Path::new(SUPERVISED).exists() {
            true => format!("svc -u {SUPERVISED}"),
            false => "systemctl start fake-metadata".to_owned(),
        };
        return State::Conflict(format!("nobody listens; start it with: {start}"));
    };
    match holder(inode) {
        Some((_, name)) if name == "fake-metadata" => FINE,
        Some((pid, name)) => State::Conflict(format!(
            "{name} (process {pid}) listens there; end it, or set another port in `listen`"
        )),
        None => FINE,
    }
}

/// The inode of a listening socket, if this line of /proc/net/tcp or tcp6 (proc(5)) is of one that
/// takes connections to the server's address.
fn listening_inode(line: &str, server: SocketAddr) -> Option<&str> {
    const LISTENING: &str = "0A";
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let (address, port) = words.get(1)?.split_once(':')?;
    // The address is told in numbers of 32 bits, each in the machine's own order.
    let numbers =
        address.as_bytes().chunks(8).map(|number| u32::from_str_radix(str::from_utf8(number).ok()?, 16).ok());
    let bytes: Vec<u8> =
        numbers.map(|number| number.map(u32::to_ne_bytes)).collect::<Option<Vec<_>>>()?.concat();
    let address = match bytes.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
        _ => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?),
    };
    let is_server = (address == server.ip() || address.is_unspecified())
        && u16::from_str_radix(port, 16).ok()? == server.port()
        && *words.get(3)? == LISTENING;
    words.get(9).copied().filter(|_| is_server)
}

/// The process that holds a socket: its number and name.
fn holder(inode: &str) -> Option<(String, String)> {
    let wanted = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes.map(|entry| entry.path()).find_map(|process| {
        let mut files = fs::read_dir(process.join("fd")).ok()?.flatten();
        files
            .find(|file| fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == wanted.as_str()))?;
        let name = fs::read_to_string(process.join("comm")).ok()?;
        Some((process.file_name()?.to_string_lossy().into_owned(), name.trim().to_owned()))
    })
}

fn service() -> State {
    if !Path::new("/run/systemd/system").exists() {
        return State::NotNeeded("systemd does not run here".to_owned());
    }
    let state = match Command::new("systemctl").args(["is-active", "fake-metadata.service"]).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(error) => return State::Conflict(format!("systemctl cannot be run: {error}")),
    };
    match state.as_str() {
        "active" => FINE,
        state => State::Conflict(format!("it is {state}; see: systemctl status fake-metadata")),
    }
}

/// A token, and with it the top of the metadata, as any client would ask.
fn answer(address: SocketAddr) -> io::Result<()> {
    let put = "PUT /latest/api/token";
    let token = ask(address, put, "X-aws-ec2-metadata-token-ttl-seconds: 60")?;
    ask(address, "GET /latest/meta-data/", &format!("X-aws-ec2-metadata-token: {token}")).map(drop)
}

/// The body of a 200.
fn ask(address: SocketAddr, request: &str, header: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "{request} HTTP/1.1\r\nHost: {address}\r\n{header}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.lines().next().unwrap_or_default();
    match (status, answer.split_once("\r\n\r\n")) {
        ("HTTP/1.1 200 OK", Some((_, body))) => Ok(body.to_owned()),
        _ => Err(io::Error::other(format!("{request} was answered with {status:?}"))),
    }
}
