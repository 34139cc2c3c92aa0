//! Keys made up here. They have the shape of real ones, so that every client takes them, and say
//! on inspection what they are, so that nobody mistakes them for real ones.

use std::time::{Duration, SystemTime};

use imds::Credentials;

use crate::Result;
use crate::error::Error;

/// The alphabet of access key ids.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A fresh set, valid from now for `lifetime`.
pub(crate) fn credentials(lifetime: Duration, now: SystemTime) -> Result<Credentials> {
    Ok(Credentials {
        access_key_id: made_up("ASIAFAKE", 20, BASE32)?,
        secret_access_key: made_up("FakeSecretKey/", 40, BASE64)?,
        // Real ones are a few hundred characters long.
        token: made_up("FakeSessionToken/MadeUpByFakeMetadata/", 356, BASE64)?,
        last_updated: now,
        expiration: now + lifetime,
    })
}

fn made_up<const N: usize>(prefix: &str, length: usize, alphabet: &[u8; N]) -> Result<String> {
    let mut bytes = vec![0; length - prefix.len()];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    // Both alphabets' lengths divide 256, so every character is as likely as any other.
    let letters = bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % N]));
    Ok(prefix.chars().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shaped_like_real_ones_and_recognisably_not() {
        let now = SystemTime::UNIX_EPOCH;
        let keys = credentials(Duration::from_secs(60), now).unwrap();
        assert_eq!((keys.access_key_id.len(), keys.secret_access_key.len()), (20, 40));
        assert!(keys.access_key_id.starts_with("ASIAFAKE"));
        assert!(keys.secret_access_key.starts_with("Fake") && keys.token.starts_with("Fake"));
        assert_eq!(keys.expiration, now + Duration::from_secs(60));
        assert_ne!(keys.access_key_id, credentials(Duration::from_secs(60), now).unwrap().access_key_id);
    }
}
