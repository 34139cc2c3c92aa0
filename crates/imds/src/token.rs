//! IMDSv2 session tokens, without a store.
//!
//! A token carries its own expiry and a message authentication code over it, so any number can be
//! outstanding at no cost in memory, and none can be guessed or prolonged. A new key makes all of them
//! invalid.
//!
//! The code is SipHash-2-4 with 128 bits (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), made
//! for short messages under a secret key; every request is judged by it, and HMAC-SHA-256 took as long as
//! half of all that HTTP takes.
//!
//! A token is 40 bytes, written as 56 characters of base64url like the real ones:
//! 4 fixed bytes, 8 of expiry (seconds since 1970), 12 of serial number, 16 of code. Expiry and
//! number are covered with the code, so that tokens look as random as the real ones; they are no
//! secret.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;
use siphasher::sip128::SipHasher24;

/// The lifetimes a client may ask for, in seconds (EC2 User Guide, "Use IMDSv2").
const LIFETIMES: RangeInclusive<u32> = 1..=21_600;

/// Makes every token begin with `AQAEA`, as those of the real service do.
const PREFIX: [u8; 4] = [1, 0, 4, 0];
const SIGNED: usize = 24;
const LENGTH: usize = 40;
const TEXT_LENGTH: usize = 56;

/// Issues and checks tokens under one key.
pub struct Tokens {
    code: SipHasher24,
    issued: AtomicU64,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// A service's tokens. Who knows the key can make tokens; it must be random.
    pub fn new(key: &[u8; 16]) -> Self {
        Tokens { code: SipHasher24::new_with_key(key), issued: AtomicU64::new(0) }
    }

    fn code(&self, signed: &[u8]) -> [u8; LENGTH - SIGNED] {
        self.code.hash(signed).as_bytes()
    }

    /// A new token, and its lifetime in seconds, if `ttl` is a lifetime a client may ask for.
    pub(crate) fn issue(&self, ttl: Option<&[u8]>, now: SystemTime) -> Option<(Bytes, u32)> {
        let ttl = lifetime(ttl?)?;
        let mut token = [0; LENGTH];
        token[..4].copy_from_slice(&PREFIX);
        token[4..12].copy_from_slice(&(seconds(now) + u64::from(ttl)).to_be_bytes());
        let serial = self.issued.fetch_add(1, Ordering::Relaxed);
        token[16..SIGNED].copy_from_slice(&serial.to_be_bytes());
        let code = self.code(&token[..SIGNED]);
        token[SIGNED..].copy_from_slice(&code);
        cover(&mut token);
        Some((URL_SAFE.encode(token).into(), ttl))
    }

    /// The seconds this token is still good for; `None` if it is not ours or its time is over.
    pub(crate) fn remaining(&self, token: &[u8], now: SystemTime) -> Option<u32> {
        if token.len() != TEXT_LENGTH {
            return None;
        }
        // Two bytes more than a token has: the decoder wants room for what padding may hide.
        let mut decoded = [0; LENGTH + 2];
        if URL_SAFE.decode_slice(token, &mut decoded).ok()? != LENGTH {
            return None;
        }
        cover(&mut decoded[..LENGTH]);
        let (signed, code) = decoded[..LENGTH].split_at(SIGNED);
        // As numbers they are compared in one go: how long that takes tells nothing of where they differ.
        if u128::from_ne_bytes(self.code(signed)) != u128::from_ne_bytes(code.try_into().ok()?) {
            return None;
        }
        let expiry = u64::from_be_bytes(signed[4..12].try_into().ok()?);
        let remaining = expiry.checked_sub(seconds(now)).filter(|left| *left > 0)?;
        u32::try_from(remaining).ok()
    }
}

/// Covers what stands between prefix and code with the code; done twice, nothing has changed.
fn cover(token: &mut [u8]) {
    let (signed, code) = token.split_at_mut(SIGNED);
    for part in signed[PREFIX.len()..].chunks_mut(code.len()) {
        part.iter_mut().zip(&*code).for_each(|(byte, code)| *byte ^= code);
    }
}

/// A lifetime as the header gives it: decimal digits, 1 to 21600.
fn lifetime(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|ttl| LIFETIMES.contains(ttl))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_looks_like_the_real_ones() {
        let (token, ttl) = Tokens::new(&[7; 16]).issue(Some(b"21600"), at(1_800_000_000)).unwrap();
        assert_eq!(ttl, 21_600);
        assert_eq!(token.len(), 56);
        assert!(token.starts_with(b"AQAEA") && token.ends_with(b"=="));
    }

    #[test]
    fn it_lasts_as_long_as_asked() {
        let tokens = Tokens::new(&[7; 16]);
        let (token, _) = tokens.issue(Some(b"60"), at(1000)).unwrap();
        assert_eq!(tokens.remaining(&token, at(1000)), Some(60));
        assert_eq!(tokens.remaining(&token, at(1059)), Some(1));
        assert_eq!(tokens.remaining(&token, at(1060)), None);
    }

    #[test]
    fn lifetimes() {
        for (text, ttl) in [("1", 1), ("21600", 21_600), (" 60 ", 60), ("007", 7)] {
            assert_eq!(lifetime(text.as_bytes()), Some(ttl), "{text}");
        }
        for bad in ["", "0", "-1", "+1", "21601", "1.5", "1s", "ten", "99999999999999999999", "\u{661}"] {
            assert_eq!(lifetime(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(lifetime(b"\xff"), None);
    }

    #[test]
    fn no_two_are_alike_and_another_key_knows_none() {
        let (tokens, others) = (Tokens::new(&[7; 16]), Tokens::new(&[8; 16]));
        let issued: HashSet<_> = (0..1000).map(|_| tokens.issue(Some(b"60"), at(1000)).unwrap().0).collect();
        assert_eq!(issued.len(), 1000);
        assert!(issued.iter().all(|token| others.remaining(token, at(1000)).is_none()));
    }

    proptest! {
        #[test]
        fn no_changed_byte_survives(at_byte in 0..56_usize, byte in any::<u8>()) {
            let tokens = Tokens::new(&[7; 16]);
            let mut token = tokens.issue(Some(b"60"), at(1000)).unwrap().0.to_vec();
            let original = std::mem::replace(&mut token[at_byte], byte);
            prop_assert_eq!(tokens.remaining(&token, at(1000)).is_some(), byte == original);
        }

        #[test]
        fn any_bytes_are_judged_without_a_panic(token in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(Tokens::new(&[7; 16]).remaining(&token, at(1000)), None);
        }
    }
}
