//! The rule that sends the address's port to the server. The only file that names iptables.
//!
//! What the iptables library answers to questions cannot be told from failure, so only its way to
//! run a command is used, and its exit status and output are read here.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::process::ExitStatusExt;
use std::process::Output;

use iptables::IPTables;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::address::host;
use crate::error::Error;
use crate::step::{Outcome, State, Step};

const TABLE: &str = "nat";
const CHAIN: &str = "OUTPUT";
/// The comment by which this program knows its rule again.
const MARK: &str = "-m comment --comment fake-metadata ";

/// The REDIRECT rule in the nat table's OUTPUT chain, through which all packets of this machine to
/// itself pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Redirect {
    pub(crate) backend: Backend,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) to_port: u16,
}

/// The two implementations of iptables; rules of one are invisible to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Backend {
    NfTables,
    Legacy,
}

impl Backend {
    /// The one that the plain command for an address is, `iptables` or `ip6tables`.
    pub(crate) fn of_this_machine(address: IpAddr) -> Result<Backend> {
        let command = if address.is_ipv6() { "ip6tables" } else { "iptables" };
        let output = execute(command, "--version")?;
        let version = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !version.starts_with(&format!("{command} ")) {
            return Err(failed(&format!("{command} --version"), &output));
        }
        Ok(if version.contains("legacy") { Backend::Legacy } else { Backend::NfTables })
    }
}

/// Where REDIRECT sends the packets that a machine sends to an address of its own
/// (iptables-extensions(8)).
pub(crate) fn target(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    }
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = SocketAddr::new(self.address, self.port);
        write!(f, "{from} to {}", SocketAddr::new(target(self.address), self.to_port))
    }
}

impl Step for Redirect {
    fn name(&self) -> &'static str {
        "rule"
    }

    fn what(&self) -> String {
        format!("{self} in {TABLE} {CHAIN} ({})", self.command())
    }

    fn inspect(&self) -> Result<State> {
        let rules = self.rules()?;
        let ours: Vec<_> = rules.iter().filter(|rule| rule.contains(MARK)).collect();
        let (marked, plain) = (self.rule(MARK), self.rule(""));
        Ok(match ours.as_slice() {
            [rule] if **rule != marked => State::Amiss(format!("it is `{rule}`")),
            [rule] if rules.first() != Some(rule) => {
                State::Amiss(format!("`{}` stands before it and may catch its packets", rules[0]))
            }
            [_] => State::InPlace { marked: true },
            [_, ..] => State::Amiss("it is there more than once".to_owned()),
            [] if rules.contains(&plain) => State::InPlace { marked: false },
            [] => rules.iter().find(|rule| self.is_caught_by(rule)).map_or(State::Absent, |rule| {
                State::Conflict(format!(
                    "`{rule}` already sends these packets elsewhere; if that may go: {} -t {TABLE} -D {CHAIN} {rule}",
                    self.command()
                ))
            }),
        })
    }

    /// At the head of the chain: a rule before it could catch the packet.
    fn apply(&self) -> Result {
        self.run(&format!("-I {CHAIN} 1 {}", self.rule(MARK))).map(|_| ())
    }

    /// Takes away all rules with our mark, whatever configuration they are from.
    fn undo(&self) -> Result<Outcome> {
        let mut rules = self.rules()?;
        rules.retain(|rule| rule.contains(MARK));
        for rule in &rules {
            self.run(&format!("-D {CHAIN} {rule}"))?;
        }
        Ok(if rules.is_empty() { Outcome::Already } else { Outcome::Changed })
    }
}

impl Redirect {
    fn command(&self) -> &'static str {
        match (self.backend, self.address) {
            (Backend::NfTables, IpAddr::V4(_)) => "iptables-nft",
            (Backend::NfTables, IpAddr::V6(_)) => "ip6tables-nft",
            (Backend::Legacy, IpAddr::V4(_)) => "iptables-legacy",
            (Backend::Legacy, IpAddr::V6(_)) => "ip6tables-legacy",
        }
    }

    /// Spelled as `iptables -S` prints it.
    fn rule(&self, mark: &str) -> String {
        let Redirect { port, to_port, .. } = self;
        let host = host(self.address);
        format!("-d {host} -p tcp -m tcp --dport {port} {mark}-j REDIRECT --to-ports {to_port}")
    }

    /// Takes away the same rule without our mark, however often it is there.
    pub(crate) fn undo_unmarked(&self) -> Result {
        let plain = self.rule("");
        for rule in self.rules()?.iter().filter(|rule| **rule == plain) {
            self.run(&format!("-D {CHAIN} {rule}"))?;
        }
        Ok(())
    }

    /// The chain's rules, as iptables spells them.
    fn rules(&self) -> Result<Vec<String>> {
        let question = format!("-S {CHAIN}");
        let output = self.run(&question)?;
        let text = String::from_utf8_lossy(&output.stdout).replace('"', "");
        // An answer begins with the policy. iptables does not mind if it cannot write.
        if !text.starts_with(&format!("-P {CHAIN} ")) {
            return Err(self.failed(&question, &output));
        }
        let prefix = format!("-A {CHAIN} ");
        Ok(text.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect())
    }

    /// Whether a rule of somebody else is about this very address and port.
    fn is_caught_by(&self, rule: &str) -> bool {
        let has = |option: &str| rule.contains(option);
        has(&format!("-d {} ", host(self.address)))
            && (has("-p tcp ") || !has("-p "))
            && (has(&format!("--dport {} ", self.port)) || !has("--dport"))
    }

    fn run(&self, arguments: &str) -> Result<Output> {
        let output = execute(self.command(), arguments)?;
        if output.status.success() { Ok(output) } else { Err(self.failed(arguments, &output)) }
    }

    fn failed(&self, arguments: &str, output: &Output) -> Error {
        failed(&format!("{} -t {TABLE} {arguments}", self.command()), output)
    }
}

fn failed(command: &str, output: &Output) -> Error {
    let mut message = String::from_utf8_lossy(&output.stderr).trim().lines().collect::<Vec<_>>().join("; ");
    if message.is_empty() {
        message = output.status.signal().map_or("no answer".to_owned(), |number| format!("signal {number}"));
    }
    Error::Iptables { command: command.to_owned(), status: output.status.code().unwrap_or(-1), message }
}

/// Runs one command on the nat table, waiting for its turn at the lock.
fn execute(command: &'static str, arguments: &str) -> Result<Output> {
    // Of all that the library's own constructor would find out, only this is of use: each version
    // there is in a supported release knows -C and --wait.
    let tool = IPTables { cmd: command, has_check: true, has_wait: true, is_numeric: false };
    tool.execute(TABLE, arguments).map_err(|error| match error.downcast_ref::<io::Error>() {
        Some(error) if error.kind() == io::ErrorKind::NotFound => Error::ToolMissing { tool: "iptables" },
        _ => Error::Iptables { command: command.to_owned(), status: -1, message: error.to_string() },
    })
}
