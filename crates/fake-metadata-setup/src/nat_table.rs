//! The nftables table in which iptables keeps its nat chains.
//!
//! Where no nat rule was ever set there is no such table; iptables makes one and never takes it
//! away. So it is a change of its own: made first, and removed last if nobody else uses it.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::error::Error;
use crate::nfnetlink::Netfilter;
use crate::step::{Outcome, State, Step};

/// `table ip nat`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NatTable {}

const NAME: &str = "nat";
/// The chain our rule brings into being.
const OUR_CHAIN: &str = "OUTPUT";
/// The comment of our rule, as it is found in the rule's encoding. iptables may fail to take the rule
/// away, and even to tell: where it cannot send its question, it answers that there are no rules.
const MARK: &[u8] = b"fake-metadata\0";

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
            let rules = netfilter.rules(NAME)?;
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
