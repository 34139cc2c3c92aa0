//! Keys made up here. They have the shape of real ones, so that every client takes them, and say
//! on inspection what they are, so that nobody mistakes them for real ones.

use std::time::{Duration, SystemTime};

use settings::Secret;

use super::{Given, Keys, Obtained, Problem, Source};

/// The alphabet of access key ids.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Keys that live this long.
pub(super) struct Generated(pub(super) Duration);

impl Source for Generated {
    fn obtain(&mut self, now: SystemTime) -> Obtained {
        Obtained::Now(keys(now + self.0))
    }
}

fn keys(expiration: SystemTime) -> Given {
    Ok(Keys {
        access_key_id: made_up("ASIAFAKE", 20, BASE32)?,
        secret_access_key: made_up("FakeSecretKey/", 40, BASE64)?,
        // Real ones are a few hundred characters long.
        session_token: Some(made_up("FakeSessionToken/MadeUpByFakeMetadata/", 356, BASE64)?),
        expiration: Some(expiration),
    })
}

fn made_up<const N: usize>(prefix: &str, length: usize, alphabet: &[u8; N]) -> Result<Secret, Problem> {
    let mut bytes = vec![0; length - prefix.len()];
    getrandom::fill(&mut bytes).map_err(Problem::Random)?;
    // Both alphabets' lengths divide 256, so every character is as likely as any other.
    let letters = bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % N]));
    let mut text = String::with_capacity(length);
    text.extend(prefix.chars().chain(letters));
    Ok(Secret::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shaped_like_real_ones_and_recognisably_not() {
        let keys = keys(SystemTime::UNIX_EPOCH).unwrap_or_else(|problem| panic!("{problem}"));
        let (id, secret) = (keys.access_key_id.reveal(), keys.secret_access_key.reveal());
        assert_eq!((id.len(), secret.len()), (20, 40));
        assert!(id.starts_with("ASIAFAKE"));
        assert!(secret.starts_with("Fake") && keys.session_token.unwrap().reveal().starts_with("Fake"));
        assert_eq!(keys.expiration, Some(SystemTime::UNIX_EPOCH));
        assert_ne!(id, made_up("ASIAFAKE", 20, BASE32).unwrap().reveal());
    }
}
