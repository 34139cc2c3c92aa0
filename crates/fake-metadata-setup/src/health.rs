//! What `status` asks beyond the changes themselves: is the server there, is it ours, does it
//! answer through the address, is this a real EC2 instance?

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use settings::Settings;

use crate::machine;
use crate::plan;
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

/// `leads_here`: whether address and rule are in place, without which nothing may be sent to it.
pub(crate) fn findings(settings: &Settings, leads_here: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Ok(port) = plan::redirect_port(settings) {
        findings.push(Finding { name: "server", what: format!("port {port}"), state: server(port) });
    }
    findings.push(Finding { name: "service", what: "fake-metadata.service".to_owned(), state: service() });
    let address = SocketAddr::from((settings.network.address, settings.network.port));
    let state = match leads_here {
        true => answer(address).map_or_else(|error| State::Conflict(format!("none: {error}")), |()| FINE),
        false => State::NotNeeded("the address does not lead to this machine's server".to_owned()),
    };
    findings.push(Finding {
        name: "answer",
        what: format!("a token and metadata from http://{address}"),
        state,
    });
    if let Some(evidence) = machine::ec2_evidence() {
        let state = State::Conflict(format!("a real EC2 instance: {evidence}; remove this package here"));
        findings.push(Finding { name: "machine", what: "this".to_owned(), state });
    }
    findings
}

/// Who listens on the port of 127.0.0.1.
fn server(port: u16) -> State {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let Some(inode) = table.lines().find_map(|line| listener(line, port)) else {
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

/// The inode of a listening socket, if this line of /proc/net/tcp (proc(5)) is of one at the port.
fn listener(line: &str, port: u16) -> Option<&str> {
    const LISTENING: &str = "0A";
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let (address, local_port) = words.get(1)?.split_once(':')?;
    let address = Ipv4Addr::from(u32::from_str_radix(address, 16).ok()?.to_ne_bytes());
    let is_ours = (address.is_loopback() || address.is_unspecified())
        && u16::from_str_radix(local_port, 16).ok()? == port
        && *words.get(3)? == LISTENING;
    words.get(9).copied().filter(|_| is_ours)
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
    write!(stream, "{request} HTTP/1.1\r\nHost: {}\r\n{header}\r\n\r\n", address.ip())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.lines().next().unwrap_or_default();
    match (status, answer.split_once("\r\n\r\n")) {
        ("HTTP/1.1 200 OK", Some((_, body))) => Ok(body.to_owned()),
        _ => Err(io::Error::other(format!("{request} was answered with {status:?}"))),
    }
}
