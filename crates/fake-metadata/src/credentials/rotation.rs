//! When keys are renewed.

use std::time::{Duration, SystemTime};

use imds::Credentials;

/// After a source that gave no keys.
pub(crate) const PAUSE: Duration = Duration::from_secs(10);

/// How long the present keys are served before new ones take their place: four fifths of their
/// life. The new ones are there at least five minutes before the old expire, as on EC2, for every
/// lifetime from 25 minutes up.
pub(crate) fn time_left(credentials: &Credentials, now: SystemTime) -> Duration {
    let life = credentials.expiration.duration_since(credentials.last_updated).unwrap_or_default();
    let renewal = credentials.last_updated + life * 4 / 5;
    renewal.duration_since(now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_fifths_of_a_life() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let keys = Credentials {
            access_key_id: String::new(),
            secret_access_key: String::new(),
            token: String::new(),
            last_updated: at(1000),
            expiration: at(1100),
        };
        assert_eq!(time_left(&keys, at(1000)), Duration::from_secs(80));
        assert_eq!(time_left(&keys, at(1079)), Duration::from_secs(1));
        assert_eq!(time_left(&keys, at(1080)), Duration::ZERO);
        assert_eq!(time_left(&keys, at(5000)), Duration::ZERO, "a clock that jumped");
    }
}
