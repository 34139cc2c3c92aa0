//! Whether a client runs on this machine.

use std::net::IpAddr;

use if_addrs::get_if_addrs;

/// Whether an address is this machine's: of loopback, one of those known to be, or, which costs a
/// question to the kernel, of any of its interfaces.
pub(crate) fn is_here(peer: IpAddr, known: &[IpAddr]) -> bool {
    let peer = peer.to_canonical();
    // A client that asks the metadata address has that address itself.
    peer.is_loopback()
        || known.contains(&peer)
        || get_if_addrs().is_ok_and(|interfaces| interfaces.iter().any(|interface| interface.ip() == peer))
}
