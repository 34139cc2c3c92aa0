//! Which changes the settings ask for, in the order in which they are made. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::{Deserialize, Serialize};
use settings::Settings;

use crate::Result;
use crate::address::Address;
use crate::boot_lines::BootLines;
use crate::error::Error;
use crate::nat_table::{Family, NatTable};
use crate::redirect::{self, Backend, Redirect};
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

    /// The address it is for, if it is for one alone.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self {
            Change::Address(step) => Some(step.address),
            Change::Redirect(step) => Some(step.address),
            Change::NatTable(_) | Change::BootLines(_) => None,
        }
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

/// The server's port, as far as packets to an address can be redirected to it.
pub(crate) fn redirect_port(settings: &Settings, address: IpAddr) -> Result<u16> {
    let (unspecified, wanted) = match address {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), settings::defaults::LISTEN),
        IpAddr::V6(_) => (Ipv6Addr::UNSPECIFIED.into(), settings::defaults::LISTEN_IPV6),
    };
    let reached = [redirect::target(address), unspecified];
    let listen = settings.listen.iter().find(|listen| reached.contains(&listen.ip()) && listen.port() != 0);
    listen.map(SocketAddr::port).ok_or(Error::NothingToRedirectTo { address, wanted })
}

/// The changes that last until the next boot: for each address itself, the table where there must be
/// one, the rule. They are undone in the opposite order, so that nothing is ever sent to a missing
/// address. Which iptables there is for an address is for the caller to know.
pub(crate) fn runtime(
    settings: &Settings,
    backend: impl Fn(IpAddr) -> Result<Backend>,
) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for address in settings.network.addresses() {
        let settings::Network { interface, port, .. } = settings.network.clone();
        let to_port = redirect_port(settings, address)?;
        let backend = backend(address)?;
        changes.push(Change::Address(Address { address, interface }));
        if backend == Backend::NfTables {
            changes.push(Change::NatTable(NatTable { family: Family::of(address) }));
        }
        changes.push(Change::Redirect(Redirect { backend, address, port, to_port }));
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn plan(text: &str, backend: Backend) -> Result<Vec<String>> {
        let settings = Settings::parse(text, Path::new("c.toml")).unwrap();
        Ok(runtime(&settings, |_| Ok(backend))?.iter().map(|change| change.step().what()).collect())
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
        assert_eq!(
            plan("[network]\nipv6 = true", Backend::NfTables).unwrap()[3..],
            [
                "fd00:ec2::254/128 on lo",
                "ip6 nat of nftables",
                "[fd00:ec2::254]:80 to [::1]:8000 in nat OUTPUT (ip6tables-nft)"
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
