//! The nftables table in which iptables keeps its nat chains.
//!
//! Where no nat rule was ever set there is no such table; iptables makes one and never takes it
//! away. So it is a change of its own: made first, and removed last if nobody else uses it.

use std::net::IpAddr;

use nix::libc;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::error::Error;
use crate::nfnetlink::Netfilter;
use crate::step::{Outcome, State, Step};

/// `table ip nat`, or that of IPv6, with a comment by which it is known again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NatTable {
    /// Records made before there was IPv6 do not say it.
    #[serde(default)]
    pub(crate) family: Family,
}

/// The two families of addresses, as nft(8) calls them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Family {
    #[default]
    Ip,
    Ip6,
}

impl Family {
    pub(crate) fn of(address: IpAddr) -> Family {
        if address.is_ipv6() { Family::Ip6 } else { Family::Ip }
    }
}

const NAME: &str = "nat";
/// The chain our rule brings into being.
const OUR_CHAIN: &str = "OUTPUT";
/// The comment of the table, and that of our rule, as it is found in the rule's encoding.
const MARK: &[u8] = b"fake-metadata\0";

impl Step for NatTable {
    fn name(&self) -> &'static str {
        "table"
    }

    fn what(&self) -> String {
        let family = match self.family {
            Family::Ip => "ip",
            Family::Ip6 => "ip6",
        };
        format!("{family} {NAME} of nftables")
    }

    fn inspect(&self) -> Result<State> {
        let comment = self.netfilter()?.table_comment(NAME)?;
        Ok(comment.map_or(State::Absent, |comment| State::InPlace { marked: comment == MARK }))
    }

    fn apply(&self) -> Result {
        self.netfilter()?.add_table(NAME, MARK)
    }

    fn undo(&self) -> Result<Outcome> {
        let netfilter = self.netfilter()?;
        // The kernel refuses the removal if anything changed since this look at it; then another
        // look is due.
        loop {
            let generation = netfilter.generation()?;
            if netfilter.table_comment(NAME)?.is_none() {
                return Ok(Outcome::Already);
            }
            let others = netfilter.chains(NAME)?.into_iter().any(|chain| chain != OUR_CHAIN);
            let rules = netfilter.rules(NAME)?;
            // iptables may fail to take the rule away, and even to tell: where it cannot send its
            // question, it answers that there are no rules.
            if rules.iter().any(|rule| rule.windows(MARK.len()).any(|part| part == MARK)) {
                // The table is left because of us, and stays ours to take away.
                let reason = "the rule of this program is still in it".to_owned();
                return Err(Error::Conflict { what: format!("table {}", self.what()), reason });
            }
            if others || !rules.is_empty() {
                return Ok(Outcome::Left("others use it by now".to_owned()));
            }
            if netfilter.remove_table(NAME, generation)? {
                return Ok(Outcome::Changed);
            }
        }
    }
}

impl NatTable {
    fn netfilter(&self) -> Result<Netfilter> {
        Netfilter::open(match self.family {
            Family::Ip => libc::AF_INET,
            Family::Ip6 => libc::AF_INET6,
        })
    }
}
