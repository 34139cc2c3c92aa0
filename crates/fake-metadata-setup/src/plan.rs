//! Which changes the settings ask for, in the order in which they are made. Pure.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};
use settings::Settings;

use crate::Result;
use crate::address::Address;
use crate::boot_lines::BootLines;
use crate::error::Error;
use crate::nat_table::NatTable;
use crate::redirect::{Backend, Redirect};
use crate::step::Step;

/// A change, in the form in which it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Change {
    Address(Address),
    NatTable(NatTable),
    Redirect(Redirect),
    /// Not recorded: it outlives a boot, and every one of its lines says whose it is.
    #[serde(skip)]
    BootLines(BootLines),
}

impl Change {
    pub(crate) fn is_recorded(&self) -> bool {
        !matches!(self, Change::BootLines(_))
    }

    pub(crate) fn step(&self) -> &dyn Step {
        match self {
            Change::Address(step) => step,
            Change::NatTable(step) => step,
            Change::Redirect(step) => step,
            Change::BootLines(step) => step,
        }
    }
}

/// The change that lasts.
pub(crate) fn persistent() -> Vec<Change> {
    vec![Change::BootLines(BootLines)]
}

/// The server's port, as far as packets can be redirected to it: REDIRECT sends the machine's own to
/// 127.0.0.1 (iptables-extensions(8)).
pub(crate) fn redirect_port(settings: &Settings) -> Result<u16> {
    let reached = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
    let listen = settings.listen.iter().find(|listen| reached.contains(&listen.ip()) && listen.port() != 0);
    let address = settings.network.address;
    listen.map(SocketAddr::port).ok_or(Error::NothingToRedirectTo { address })
}

/// The changes that last until the next boot: the address, the table where there must be one, the
/// rule. They are undone in the opposite order, so that nothing is ever sent to a missing address.
pub(crate) fn runtime(settings: &Settings, backend: Backend) -> Result<Vec<Change>> {
    let settings::Network { address, interface, port } = settings.network.clone();
    let to_port = redirect_port(settings)?;
    let mut changes = vec![Change::Address(Address { address, interface })];
    if backend == Backend::NfTables {
        changes.push(Change::NatTable(NatTable {}));
    }
    changes.push(Change::Redirect(Redirect { backend, address, port, to_port }));
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn plan(text: &str, backend: Backend) -> Result<Vec<String>> {
        let settings = Settings::parse(text, Path::new("c.toml")).unwrap();
        Ok(runtime(&settings, backend)?.iter().map(|change| change.step().what()).collect())
    }

    #[test]
    fn in_order() {
        assert_eq!(
            plan("", Backend::NfTables).unwrap(),
            [
                "169.254.169.254/32 on lo",
                "ip nat of nftables",
                "169.254.169.254:80 to 127.0.0.1:8000 in nat OUTPUT (iptables-nft)"
            ]
        );
        let other =
            "listen = [\"[::1]:1\", \"127.0.0.1:81\"]\n[network]\naddress = \"127.9.9.9\"\nport = 8080\n";
        assert_eq!(
            plan(other, Backend::Legacy).unwrap(),
            ["127.9.9.9/32 on lo", "127.9.9.9:8080 to 127.0.0.1:81 in nat OUTPUT (iptables-legacy)"]
        );
    }

    #[test]
    fn a_server_that_no_packet_can_be_redirected_to() {
        for listen in ["[\"[::1]:8000\"]", "[\"10.0.0.1\"]", "[\"127.0.0.1:0\"]"] {
            let error = plan(&format!("listen = {listen}"), Backend::NfTables).unwrap_err();
            assert!(matches!(error, Error::NothingToRedirectTo { .. }), "{listen}");
        }
    }
}
