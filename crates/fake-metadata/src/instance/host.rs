//! What this machine knows of itself, for `from-host`. All of it can be read by anybody: no
//! privilege, no packet. What cannot be told is made up instead, and a sentence says so.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};

use ipnet::Ipv4Net;

/// An address of a block reserved for documentation (RFC 5737): connecting a datagram socket sends
/// nothing, but has the kernel choose the address it would send from.
const SOMEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

#[derive(Debug, Default)]
pub(super) struct Host {
    pub(super) hostname: Option<String>,
    pub(super) mac: Option<String>,
    /// The address, and the block around it.
    pub(super) network: Option<Ipv4Net>,
    pub(super) ipv6s: Vec<Ipv6Addr>,
}

impl Host {
    pub(super) fn look(notices: &mut Vec<String>) -> Host {
        let hostname = rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
        let hostname = hostname.filter(|name| !name.is_empty() && name != "(none)");
        let routes = fs::read_to_string("/proc/self/net/route").unwrap_or_default();
        let Some(interface) = default_interface(&routes) else {
            notices.push(
                "from-host: this machine has no default route, so MAC and addresses are made up".to_owned(),
            );
            return Host { hostname, ..Host::default() };
        };
        let mac = fs::read_to_string(format!("/sys/class/net/{interface}/address")).ok();
        let mac = mac.map(|mac| mac.trim().to_owned()).filter(|mac| mac.len() == 17);
        if mac.is_none() {
            notices.push(format!("from-host: {interface} has no MAC that can be read, so one is made up"));
        }
        let network = source().and_then(|address| block(&routes, interface, address));
        if network.is_none() {
            notices.push(format!("from-host: no IPv4 address of {interface} was found, so one is made up"));
        }
        let ipv6s = ipv6s(&fs::read_to_string("/proc/self/net/if_inet6").unwrap_or_default(), interface);
        Host { hostname, mac, network, ipv6s }
    }
}

/// The address this machine sends from.
fn source() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(SOMEWHERE).ok()?;
    match socket.local_addr().ok()?.ip() {
        std::net::IpAddr::V4(address) => Some(address),
        std::net::IpAddr::V6(_) => None,
    }
}

/// The columns of the kernel's table: name, destination and mask, the addresses as they lie in
/// memory.
fn routes(table: &str) -> impl Iterator<Item = (&str, Ipv4Addr, Ipv4Addr)> {
    table.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let address = |at: usize| {
            u32::from_str_radix(columns.get(at)?, 16).ok().map(|bits| Ipv4Addr::from(bits.to_ne_bytes()))
        };
        Some((*columns.first()?, address(1)?, address(7)?))
    })
}

/// The interface of the default route: the kernel lists the one it prefers first.
fn default_interface(table: &str) -> Option<&str> {
    let mut routes = routes(table);
    routes.find(|(_, to, mask)| to.is_unspecified() && mask.is_unspecified()).map(|(name, ..)| name)
}

/// The address with the size of the interface's network, as far as EC2 has subnets of that size.
fn block(table: &str, interface: &str, address: Ipv4Addr) -> Option<Ipv4Net> {
    let masks = routes(table).filter(|(name, ..)| *name == interface).filter_map(|(_, to, mask)| {
        let block = Ipv4Net::with_netmask(to, mask).ok()?;
        (block.prefix_len() > 0 && block.contains(&address)).then_some(block.prefix_len())
    });
    let prefix = masks.max().unwrap_or(20).clamp(16, 28);
    Ipv4Net::new(address, prefix).ok()
}

/// The interface's addresses of global scope.
fn ipv6s(table: &str, interface: &str) -> Vec<Ipv6Addr> {
    let addresses = table.lines().filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let [bits, _, _, "00", _, name] = columns[..] else { return None };
        let bits = u128::from_str_radix(bits, 16).ok().filter(|_| name == interface)?;
        Some(Ipv6Addr::from_bits(bits))
    });
    addresses.collect()
}

/// The keys of an `authorized_keys` file (sshd(8)), named by their comments; options are left out.
pub(super) fn authorized_keys(text: &str) -> Vec<(String, String)> {
    let keys = text.lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let kinds = ["ssh-", "ecdsa-", "sk-"];
        let at = words.iter().position(|word| kinds.iter().any(|kind| word.starts_with(kind)))?;
        words.get(at + 1)?;
        let plain = |char: char| char != '/' && char != '=' && !char.is_control();
        let comment = words.get(at + 2..)?.join("-").replace(|char| !plain(char), "-");
        let name = if comment.is_empty() { "authorized".to_owned() } else { comment };
        Some((name, words[at..].join(" ")))
    });
    keys.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn routes_of_the_kernel() {
        let table = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n\
            lo 0000007F 00000000 0001 0 0 0 000000FF 0 0 0\n\
            eth1 00000000 0200000A 0003 0 0 100 00000000 0 0 0\n\
            eth1 0000000A 00000000 0001 0 0 100 00FFFFFF 0 0 0\n";
        assert_eq!(default_interface(table), Some("eth1"));
        let network = block(table, "eth1", [10, 0, 0, 15].into()).unwrap();
        assert_eq!(network.to_string(), "10.0.0.15/24");
        assert_eq!(default_interface("Iface\n"), None);
    }

    #[test]
    fn global_addresses_of_the_kernel() {
        let table = "20010db8000000000000000000000005 02 40 00 80 eth1\n\
            fe800000000000000000000000000001 02 40 20 80 eth1\n\
            20010db8000000000000000000000006 03 40 00 80 eth2\n";
        assert_eq!(ipv6s(table, "eth1"), ["2001:db8::5".parse::<Ipv6Addr>().unwrap()]);
    }

    #[test]
    fn keys() {
        let text = "# a comment\n\nssh-ed25519 AAAAFAKE me@vm\nno-pty ssh-rsa AAAAFAKE\nnonsense\n";
        let found = authorized_keys(text);
        assert_eq!(found[0], ("me@vm".to_owned(), "ssh-ed25519 AAAAFAKE me@vm".to_owned()));
        assert_eq!(found[1], ("authorized".to_owned(), "ssh-rsa AAAAFAKE".to_owned()));
        assert_eq!(found.len(), 2);
    }
}
