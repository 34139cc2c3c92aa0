//! The address on the interface. The only file that names rtnetlink.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use futures_util::stream::TryStreamExt;
use rtnetlink::packet_route::address::{AddressAttribute, AddressMessage, AddressProtocol, AddressScope};
use rtnetlink::packet_route::link::{LinkFlags, LinkMessage};
use rtnetlink::{AddressMessageBuilder, Handle};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::error::Error;
use crate::step::{Outcome, State, Step};

/// `169.254.169.254/32` on `lo`, of host scope, or an address of IPv6; with a mark by which it is
/// known again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    pub(crate) address: IpAddr,
    pub(crate) interface: String,
}

/// An address of IPv4 has a label: this after the interface's name and a colon, as labels must be;
/// where both are too long for a label (IFNAMSIZ of linux/if.h), there is none.
const LABEL: &str = "imds";
const LONGEST_LABEL: usize = 15;
/// One of IPv6 has none, but says who added it: a number of our own (IFA_PROTO of linux/if_addr.h,
/// from Linux 5.18 on; older ones ignore it).
const PROTOCOL: AddressProtocol = AddressProtocol::Other(169);

impl Step for Address {
    fn name(&self) -> &'static str {
        "address"
    }

    fn what(&self) -> String {
        format!("{} on {}", host(self.address), self.interface)
    }

    fn inspect(&self) -> Result<State> {
        self.with_kernel(async |kernel: Handle| {
            let interface = &self.interface;
            let Some(link) = self.link(&kernel).await? else {
                let hint = "see `ip link`, and [network] interface in the configuration";
                return Ok(State::Conflict(format!("interface {interface} does not exist; {hint}")));
            };
            if !link.header.flags.contains(LinkFlags::Up) {
                let hint = format!("bring it up with: ip link set {interface} up");
                return Ok(State::Conflict(format!("interface {interface} is down; {hint}")));
            }
            if self.address.is_ipv6() && self.has_no_ipv6() {
                let hint = format!("sysctl net.ipv6.conf.{interface}.disable_ipv6=0");
                return Ok(State::Conflict(format!(
                    "IPv6 is switched off on {interface}; switch it on with: {hint}, or set ipv6 = false in [network]"
                )));
            }
            let addresses: Vec<AddressMessage> =
                kernel.address().get().execute().try_collect().await.map_err(failed("list addresses"))?;
            // That of this end of a link, where the other end's is told as well.
            let here = match self.address {
                IpAddr::V4(_) => AddressAttribute::Local(self.address),
                IpAddr::V6(_) => AddressAttribute::Address(self.address),
            };
            let holders = addresses.iter().filter(|message| message.attributes.contains(&here));
            let mut elsewhere = None;
            for holder in holders {
                if holder.header.index == link.header.index {
                    let marked = self.mark().is_some_and(|mark| holder.attributes.contains(&mark));
                    return Ok(State::InPlace { marked });
                }
                elsewhere = Some(holder.header.index);
            }
            Ok(elsewhere.map_or(State::Absent, |index| {
                State::Conflict(format!("another interface (number {index} in `ip addr`) has this address"))
            }))
        })
    }

    fn apply(&self) -> Result {
        self.with_kernel(async |kernel: Handle| {
            let link = self.link(&kernel).await?.ok_or_else(|| {
                failed(&format!("find interface {}", self.interface))(rtnetlink::Error::RequestFailed)
            })?;
            let mut request = kernel.address().add(link.header.index, self.address, prefix(self.address));
            if self.address.is_ipv4() {
                // As the loopback's own address: nothing of it is ever told to other hosts. With
                // IPv6 the address itself says so.
                request.message_mut().header.scope = AddressScope::Host;
            }
            request.message_mut().attributes.extend(self.mark());
            match request.execute().await {
                Err(error) if kind(&error) == Some(io::ErrorKind::AlreadyExists) => Ok(()),
                done => done.map_err(failed(&format!("add {}", self.what()))),
            }
        })
    }

    fn undo(&self) -> Result<Outcome> {
        self.with_kernel(async |kernel: Handle| {
            let Some(link) = self.link(&kernel).await? else { return Ok(Outcome::Already) };
            let index = link.header.index;
            let message = match self.address {
                IpAddr::V4(address) => AddressMessageBuilder::<Ipv4Addr>::new()
                    .index(index)
                    .address(address, prefix(self.address))
                    .build(),
                IpAddr::V6(address) => AddressMessageBuilder::<Ipv6Addr>::new()
                    .index(index)
                    .address(address, prefix(self.address))
                    .build(),
            };
            match kernel.address().del(message).execute().await {
                Err(error) if kind(&error) == Some(io::ErrorKind::AddrNotAvailable) => Ok(Outcome::Already),
                done => done.map(|()| Outcome::Changed).map_err(failed(&format!("remove {}", self.what()))),
            }
        })
    }
}

impl Address {
    fn mark(&self) -> Option<AddressAttribute> {
        let label = format!("{}:{LABEL}", self.interface);
        match self.address {
            IpAddr::V4(_) => (label.len() <= LONGEST_LABEL).then_some(AddressAttribute::Label(label)),
            IpAddr::V6(_) => Some(AddressAttribute::Protocol(PROTOCOL)),
        }
    }

    /// Whether the kernel has no IPv6, or the interface is told to do without (ip-sysctl.rst of the
    /// kernel's documentation).
    fn has_no_ipv6(&self) -> bool {
        let switch = PathBuf::from("/proc/sys/net/ipv6/conf").join(&self.interface).join("disable_ipv6");
        fs::read_to_string(switch).map_or(true, |text| text.trim() != "0")
    }

    /// Talks to the kernel on a connection of its own.
    fn with_kernel<T>(&self, talk: impl AsyncFnOnce(Handle) -> Result<T>) -> Result<T> {
        let unable = |source| Error::Kernel { what: "open a netlink socket".to_owned(), source };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(unable)?;
        runtime.block_on(async {
            let (connection, kernel, _) = rtnetlink::new_connection().map_err(unable)?;
            let connection = tokio::spawn(connection);
            let said = talk(kernel.clone()).await;
            // It lasts as long as `kernel`, unless its socket failed; to rtnetlink that is an answer
            // that says nothing, which looks like success, or like no interface.
            if connection.is_finished() {
                let what = format!("talk about {}", self.what());
                return Err(Error::Kernel { what, source: io::ErrorKind::ConnectionAborted.into() });
            }
            drop(kernel);
            said
        })
    }

    /// The interface, if there is one of that name.
    async fn link(&self, kernel: &Handle) -> Result<Option<LinkMessage>> {
        match kernel.link().get().match_name(self.interface.clone()).execute().try_next().await {
            Err(error) if io_error(&error).raw_os_error() == Some(nix::libc::ENODEV) => Ok(None),
            link => link.map_err(failed("look up the interface")),
        }
    }
}

/// An address with its prefix, which makes it a network of one host, as all tools write it.
pub(crate) fn host(address: IpAddr) -> String {
    format!("{address}/{}", prefix(address))
}

fn prefix(address: IpAddr) -> u8 {
    if address.is_ipv6() { 128 } else { 32 }
}

fn failed(what: &str) -> impl FnOnce(rtnetlink::Error) -> Error {
    let what = what.to_owned();
    move |error| Error::Kernel { what, source: io_error(&error) }
}

fn kind(error: &rtnetlink::Error) -> Option<io::ErrorKind> {
    matches!(error, rtnetlink::Error::NetlinkError(_)).then(|| io_error(error).kind())
}

fn io_error(error: &rtnetlink::Error) -> io::Error {
    match error {
        rtnetlink::Error::NetlinkError(message) => message.to_io(),
        other => io::Error::other(other.to_string()),
    }
}
