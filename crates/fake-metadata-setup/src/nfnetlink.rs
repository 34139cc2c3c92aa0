//! The few words of the kernel's nf_tables protocol that `nat_table` needs, as bytes over netlink
//! (linux/netlink.h, linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h).

use std::io;

use nix::libc;
use rtnetlink::sys::protocols::NETLINK_NETFILTER;
use rtnetlink::sys::{Socket, SocketAddr};

use crate::Result;
use crate::error::Error;

// Kinds of messages: in nf_tables' own numbering, and those that frame a transaction.
const NEW_TABLE: u16 = 0;
const GET_TABLE: u16 = 1;
const DEL_TABLE: u16 = 2;
const NEW_CHAIN: u16 = 3;
const GET_CHAIN: u16 = 4;
const NEW_RULE: u16 = 6;
const GET_RULE: u16 = 7;
const NEW_GENERATION: u16 = 15;
const GET_GENERATION: u16 = 16;
const BATCH_BEGIN: u16 = 0x10;
const BATCH_END: u16 = 0x11;

// Attributes: the same numbers in different messages.
const NAME: u16 = 1; // NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE
const CHAIN_NAME: u16 = 3; // NFTA_CHAIN_NAME
const USER_DATA: u16 = 6; // NFTA_TABLE_USERDATA, from Linux 5.10 on; older ones ignore it
const GENERATION: u16 = 1; // NFTA_GEN_ID, NFNL_BATCH_GENID

/// What a comment among the user data begins with: its kind, NFTNL_UDATA_TABLE_COMMENT of
/// libnftnl/udata.h.
const COMMENT: [u8; 1] = [0];

const SUBSYSTEM: u16 = 10; // NFNL_SUBSYS_NFTABLES
const HEADER: usize = 16; // struct nlmsghdr
const NETFILTER_HEADER: usize = 4; // struct nfgenmsg

/// A connection to nf_tables.
pub(crate) struct Netfilter {
    socket: Socket,
    /// AF_INET or AF_INET6: whose tables.
    family: libc::c_int,
}

/// A message that came back.
struct Reply {
    kind: u16,
    body: Vec<u8>,
}

impl Netfilter {
    pub(crate) fn open(family: libc::c_int) -> Result<Netfilter> {
        let open = || {
            let mut socket = Socket::new(NETLINK_NETFILTER)?;
            socket.bind_auto()?;
            socket.connect(&SocketAddr::new(0, 0))?;
            Ok(Netfilter { socket, family })
        };
        open().map_err(failed("open a netfilter socket"))
    }

    /// The comment of a table, empty if it has none; `None` if there is no such table.
    pub(crate) fn table_comment(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self.ask(GET_TABLE, 0, &text(NAME, name)) {
            Ok(replies) => {
                let reply = replies.iter().find(|reply| reply.kind == ours(NEW_TABLE));
                let comment = reply.and_then(|reply| reply.attribute(USER_DATA)?.strip_prefix(&COMMENT));
                // After the kind comes the length.
                Ok(Some(comment.and_then(|rest| rest.get(1..)).unwrap_or_default().to_vec()))
            }
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
            Err(error) => Err(failed("look for the nat table")(error)),
        }
    }

    /// The names of a table's chains.
    pub(crate) fn chains(&self, table: &str) -> Result<Vec<String>> {
        let replies = self.ask(GET_CHAIN, libc::NLM_F_DUMP, &[]).map_err(failed("list chains"))?;
        let of_table = replies
            .iter()
            .filter(|reply| reply.kind == ours(NEW_CHAIN) && reply.text(NAME).as_deref() == Some(table));
        Ok(of_table.filter_map(|reply| reply.text(CHAIN_NAME)).collect())
    }

    /// A table's rules, as the kernel encodes them.
    pub(crate) fn rules(&self, table: &str) -> Result<Vec<Vec<u8>>> {
        let filter = text(NAME, table);
        let replies = self.ask(GET_RULE, libc::NLM_F_DUMP, &filter).map_err(failed("list rules"))?;
        let rules = replies.into_iter().filter(|reply| reply.kind == ours(NEW_RULE));
        Ok(rules.map(|reply| reply.body).collect())
    }

    /// The number of the rule set's present state.
    pub(crate) fn generation(&self) -> Result<u32> {
        let replies = self.ask(GET_GENERATION, 0, &[]).map_err(failed("read the rule set's generation"))?;
        let reply = replies.iter().find(|reply| reply.kind == ours(NEW_GENERATION));
        let number = reply.and_then(|reply| reply.attribute(GENERATION)?.try_into().ok());
        number.map(u32::from_be_bytes).ok_or_else(|| {
            failed("read the rule set's generation")(io::Error::from(io::ErrorKind::InvalidData))
        })
    }

    /// Makes a table with a comment of less than 256 bytes, its final zero included.
    pub(crate) fn add_table(&self, name: &str, comment: &[u8]) -> Result {
        let user_data = [&COMMENT[..], &[comment.len() as u8], comment].concat();
        let attributes = [text(NAME, name), attribute(USER_DATA, &user_data)].concat();
        self.change(NEW_TABLE, libc::NLM_F_CREATE, &attributes, None).map_err(failed("make the nat table"))
    }

    /// Removes a table with all that is in it, if the rule set is still the one of `generation`;
    /// `false` if it is not.
    pub(crate) fn remove_table(&self, name: &str, generation: u32) -> Result<bool> {
        match self.change(DEL_TABLE, 0, &text(NAME, name), Some(generation)) {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ERESTART) => Ok(false),
            Err(error) => Err(failed("remove the nat table")(error)),
        }
    }

    /// One question; the replies to it.
    fn ask(&self, kind: u16, flags: libc::c_int, attributes: &[u8]) -> io::Result<Vec<Reply>> {
        let flags = libc::NLM_F_REQUEST | libc::NLM_F_ACK | flags;
        self.socket.send(&message(ours(kind), flags, 1, self.family, 0, attributes), 0)?;
        self.replies()
    }

    /// One change, as a transaction.
    fn change(
        &self,
        kind: u16,
        flags: libc::c_int,
        attributes: &[u8],
        generation: Option<u32>,
    ) -> io::Result<()> {
        let request = libc::NLM_F_REQUEST;
        let generation =
            generation.map(|number| attribute(GENERATION, &number.to_be_bytes())).unwrap_or_default();
        let mut batch = message(BATCH_BEGIN, request, 1, libc::AF_UNSPEC, SUBSYSTEM, &generation);
        let flags = request | libc::NLM_F_ACK | flags;
        batch.extend(message(ours(kind), flags, 2, self.family, 0, attributes));
        batch.extend(message(BATCH_END, request, 3, libc::AF_UNSPEC, SUBSYSTEM, &[]));
        self.socket.send(&batch, 0)?;
        self.replies().map(|_| ())
    }

    /// Reads up to the acknowledgement, the end of a dump, or an error.
    fn replies(&self) -> io::Result<Vec<Reply>> {
        let mut replies = Vec::new();
        loop {
            let (bytes, _) = self.socket.recv_from_full()?;
            let mut rest = bytes.as_slice();
            while let Some((length, kind)) = u32_at(rest, 0).zip(u16_at(rest, 4)) {
                let Some(message) = rest.get(HEADER..length as usize) else { break };
                match i32::from(kind) {
                    libc::NLMSG_ERROR | libc::NLMSG_DONE => {
                        // The error number, negative, comes first; none means success.
                        return match u32_at(message, 0).unwrap_or(0).cast_signed() {
                            0 => Ok(replies),
                            error => Err(io::Error::from_raw_os_error(-error)),
                        };
                    }
                    _ => {
                        let body = message.get(NETFILTER_HEADER..).unwrap_or_default().to_vec();
                        replies.push(Reply { kind, body });
                    }
                }
                rest = rest.get(aligned(length as usize)..).unwrap_or_default();
            }
        }
    }
}

impl Reply {
    fn attribute(&self, wanted: u16) -> Option<&[u8]> {
        let mut rest = self.body.as_slice();
        loop {
            let (length, kind) = (usize::from(u16_at(rest, 0)?), u16_at(rest, 2)?);
            if kind == wanted {
                return rest.get(4..length);
            }
            rest = rest.get(aligned(length.max(4))..)?;
        }
    }

    fn text(&self, wanted: u16) -> Option<String> {
        let bytes = self.attribute(wanted)?;
        Some(String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned())
    }
}

fn ours(kind: u16) -> u16 {
    (SUBSYSTEM << 8) | kind
}

fn message(
    kind: u16,
    flags: libc::c_int,
    sequence: u32,
    family: libc::c_int,
    resource: u16,
    attributes: &[u8],
) -> Vec<u8> {
    let length = (HEADER + NETFILTER_HEADER + attributes.len()) as u32;
    let mut bytes = Vec::with_capacity(length as usize);
    bytes.extend(length.to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend((flags as u16).to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend([family as u8, 0]);
    bytes.extend(resource.to_be_bytes());
    bytes.extend(attributes);
    bytes
}

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = 4 + value.len();
    let mut bytes = Vec::with_capacity(aligned(length));
    bytes.extend((length as u16).to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(aligned(length), 0);
    bytes
}

fn text(kind: u16, value: &str) -> Vec<u8> {
    attribute(kind, &[value.as_bytes(), b"\0"].concat())
}

fn aligned(length: usize) -> usize {
    length.next_multiple_of(4)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

fn failed(what: &'static str) -> impl Fn(io::Error) -> Error {
    move |source| Error::Kernel { what: what.to_owned(), source }
}
