//! Which local user a connection belongs to, asked of the kernel (sock_diag(7)): once a connection,
//! and only where it matters.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, Ordering};

use netlink_packet_core::{NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink};

/// A connection to the kernel.
pub(crate) struct Owners {
    socket: OwnedFd,
    sequence: AtomicU32,
}

impl Owners {
    pub(crate) fn new() -> io::Result<Owners> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let protocol = Some(netlink::SOCK_DIAG);
        let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, protocol)?;
        // Answers come from the kernel (netlink(7): its number is 0) and from nobody else.
        rustix::net::connect(&socket, &netlink::SocketAddrNetlink::new(0, 0))?;
        Ok(Owners { socket, sequence: AtomicU32::new(1) })
    }

    /// The number of the user whose socket is `client` and connected to one of `servers`; none if
    /// there is no such socket here: its owner has gone, or is in another machine or container.
    pub(crate) fn of(
        &self,
        client: SocketAddr,
        servers: impl IntoIterator<Item = SocketAddr>,
    ) -> Option<u32> {
        servers.into_iter().find_map(|server| self.ask(client, server).ok().flatten())
    }

    fn ask(&self, client: SocketAddr, server: SocketAddr) -> io::Result<Option<u32>> {
        let (client_address, server_address) = (client.ip().to_canonical(), server.ip().to_canonical());
        if client_address.is_ipv4() != server_address.is_ipv4() {
            return Ok(None);
        }
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST;
        header.sequence_number = self.sequence.fetch_add(1, Ordering::Relaxed);
        let request = InetRequest {
            family: if client_address.is_ipv4() { AF_INET } else { AF_INET6 },
            protocol: IPPROTO_TCP,
            extensions: ExtensionFlags::empty(),
            states: StateFlags::all(),
            socket_id: SocketId {
                source_port: client.port(),
                destination_port: server.port(),
                source_address: client_address,
                destination_address: server_address,
                interface_id: 0,
                // Whichever it is (linux/inet_diag.h, INET_DIAG_NOCOOKIE).
                cookie: [0xff; 8],
            },
        };
        let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        rustix::net::send(&self.socket, &bytes, SendFlags::empty())?;
        // The kernel has answered before the sending returned.
        let mut bytes = [0; 1024];
        loop {
            let (_, length) = rustix::net::recv(&self.socket, &mut bytes, RecvFlags::DONTWAIT)?;
            let answer =
                NetlinkMessage::<SockDiagMessage>::deserialize(bytes.get(..length).unwrap_or_default())
                    .map_err(io::Error::other)?;
            if answer.header.sequence_number == message.header.sequence_number {
                return Ok(match answer.payload {
                    NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(found)) => {
                        Some(found.header.uid)
                    }
                    _ => None,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn of_our_own_connections() {
        let owners = Owners::new().unwrap();
        let me = rustix::process::geteuid().as_raw();
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(address).unwrap();
            let server = listener.local_addr().unwrap();
            let stream = TcpStream::connect(server).unwrap();
            let client = stream.local_addr().unwrap();
            let elsewhere = SocketAddr::new(server.ip(), 1);
            assert_eq!(owners.of(client, [elsewhere, server]), Some(me));
            assert_eq!(owners.of(client, [elsewhere]), None);
            assert_eq!(owners.of(elsewhere, [server]), None);
        }
    }
}
