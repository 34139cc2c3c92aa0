//! Facts that nobody gave: the same for one seed, other for another, and recognisably made up.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use sha2::{Digest, Sha256};

/// The alphabet of unique ids.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) struct MadeUp<'a> {
    seed: &'a str,
}

impl<'a> MadeUp<'a> {
    pub(super) fn new(seed: &'a str) -> Self {
        MadeUp { seed }
    }

    fn bytes(&self, what: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.seed).chain_update([0]).chain_update(what).finalize().into()
    }

    /// An id of seventeen digits, as EC2's are; `0fa4e` shows where it comes from.
    pub(super) fn id(&self, prefix: &str, what: &str) -> String {
        let digits: String = self.bytes(what)[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{prefix}0fa4e{digits}")
    }

    /// `AIPA` and seventeen characters, as the unique ids of instance profiles are.
    pub(super) fn profile_id(&self) -> String {
        let letters =
            self.bytes("profile").into_iter().take(13).map(|byte| char::from(BASE32[usize::from(byte) % 32]));
        "AIPAFAKE".chars().chain(letters).collect()
    }

    /// A locally administered address, as EC2's are.
    pub(super) fn mac(&self, what: &str) -> String {
        let [a, b, c, ..] = self.bytes(what);
        format!("02:fa:4e:{a:02x}:{b:02x}:{c:02x}")
    }

    /// An address of the block that is neither taken nor one of the five that AWS keeps in each
    /// subnet (Amazon VPC User Guide, "Subnet CIDR blocks").
    pub(super) fn address(&self, block: Ipv4Net, what: &str, taken: &[Ipv4Addr]) -> Ipv4Addr {
        let [a, b, c, d, ..] = self.bytes(what);
        let first = block.network().to_bits();
        let usable = (block.broadcast().to_bits() - first).saturating_sub(4).max(1);
        let start = u32::from_be_bytes([a, b, c, d]) % usable;
        let addresses =
            (0..usable).map(|at| Ipv4Addr::from_bits(first.saturating_add(4 + (start + at) % usable)));
        let mut free = addresses.filter(|address| !taken.contains(address));
        free.next().unwrap_or(block.network())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shaped_as_real_ones_and_recognisable() {
        let made_up = MadeUp::new("a");
        let id = made_up.id("i-", "instance");
        assert!(id.len() == 19 && id.starts_with("i-0fa4e"), "{id}");
        assert_eq!(id, MadeUp::new("a").id("i-", "instance"));
        assert_ne!(id, MadeUp::new("b").id("i-", "instance"));
        assert_eq!(made_up.profile_id().len(), 21);
        assert!(made_up.mac("0").starts_with("02:fa:4e:"));
    }

    #[test]
    fn addresses_are_usable_and_differ() {
        let block: Ipv4Net = "10.0.0.16/28".parse().unwrap();
        let mut taken = Vec::new();
        for _ in 0..11 {
            let address = MadeUp::new("a").address(block, "x", &taken);
            assert!((20..=30).contains(&address.octets()[3]) && !taken.contains(&address), "{address}");
            taken.push(address);
        }
    }
}
