//! Whether a client runs on this machine.

use std::net::IpAddr;

use nix::ifaddrs::getifaddrs;

/// Whether an address is this machine's: of loopback, one of those known to be, or, which costs a
/// question to the kernel, of any of its interfaces.
pub(crate) fn is_here(peer: IpAddr, known: &[IpAddr]) -> bool {
    let peer = peer.to_canonical();
    // A client that asks the metadata address has that address itself.
    peer.is_loopback() || known.contains(&peer) || addresses().any(|address| address == peer)
}

fn addresses() -> impl Iterator<Item = IpAddr> {
    let interfaces = getifaddrs().into_iter().flatten().filter_map(|interface| interface.address);
    interfaces.filter_map(|address| {
        let ipv4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
        ipv4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
    })
}
