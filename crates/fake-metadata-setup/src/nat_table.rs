//! The nftables table in which iptables keeps its nat chains.
//!
//! Where no nat rule was ever set there is no such table; iptables makes one and never takes it
//! away. So it is a change of its own: made first, and removed last if nobody else uses it.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::nfnetlink::Netfilter;
use crate::step::{Outcome, State, Step};

/// `table ip nat`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NatTable {}

const NAME: &str = "nat";
/// The chain our rule brings into being.
const OUR_CHAIN: &str = "OUTPUT";

impl Step for NatTable {
    fn name(&self) -> &'static str {
        "table"
    }

    fn what(&self) -> String {
        format!("ip {NAME} of nftables")
    }

    fn inspect(&self) -> Result<State> {
        let there = Netfilter::open()?.has_table(NAME)?;
        Ok(if there { State::InPlace { marked: false } } else { State::Absent })
    }

    fn apply(&self) -> Result {
        Netfilter::open()?.add_table(NAME)
    }

    fn undo(&self) -> Result<Outcome> {
        let netfilter = Netfilter::open()?;
        // The kernel refuses the removal if anything changed since this look at it; then another
        // look is due.
        loop {
            let generation = netfilter.generation()?;
            if !netfilter.has_table(NAME)? {
                return Ok(Outcome::Already);
            }
            let others = netfilter.chains(NAME)?.into_iter().any(|chain| chain != OUR_CHAIN);
            if others || netfilter.has_rules(NAME)? {
                return Ok(Outcome::Left("others use it by now".to_owned()));
            }
            if netfilter.remove_table(NAME, generation)? {
                return Ok(Outcome::Changed);
            }
        }
    }
}
