//! When a source is asked again.

use std::time::{Duration, SystemTime};

use imds::Credentials;

/// Between attempts, after the first that brought nothing and after many.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// The time of the next attempt.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) next: SystemTime,
    /// When that was decided: a clock that shows less has been set back.
    decided: SystemTime,
    /// Attempts in a row that brought nothing.
    failures: u32,
}

impl Schedule {
    /// From now on.
    pub(super) fn new() -> Schedule {
        Schedule { next: SystemTime::UNIX_EPOCH, decided: SystemTime::UNIX_EPOCH, failures: 0 }
    }

    pub(super) fn is_due(&self, now: SystemTime) -> bool {
        now >= self.next || now < self.decided
    }

    pub(super) fn time_left(&self, now: SystemTime) -> Duration {
        let left = self.next.duration_since(now).unwrap_or_default();
        if self.is_due(now) { Duration::ZERO } else { left }
    }

    /// After new keys: when between seven tenths and four fifths of their life have passed, `chance`
    /// of the way from one to the other. Thus new ones are there a fifth of the old ones' life before
    /// these expire, which for every life from 25 minutes up is five minutes at least, as on EC2; and
    /// many machines started together do not ask together.
    pub(super) fn succeeded(&mut self, keys: &Credentials, now: SystemTime, chance: f64) {
        let life = keys.expiration.duration_since(now).unwrap_or_default();
        *self = Schedule { next: now + life.mul_f64(0.7 + 0.1 * chance), decided: now, failures: 0 };
    }

    /// After an attempt that brought nothing new: a pause that doubles each time, and is cut short by
    /// up to a half.
    pub(super) fn failed(&mut self, now: SystemTime, chance: f64) {
        let (shortest, longest) = PAUSES;
        let pause = (shortest * 2_u32.saturating_pow(self.failures.min(30))).min(longest);
        let failures = self.failures.saturating_add(1);
        *self = Schedule { next: now + pause.mul_f64(0.5 + 0.5 * chance), decided: now, failures };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds)
    }

    fn keys(expiration: SystemTime) -> Credentials {
        Credentials {
            access_key_id: String::new(),
            secret_access_key: String::new(),
            token: String::new(),
            last_updated: at(1000.0),
            expiration,
        }
    }

    #[test]
    fn new_keys_are_there_in_time() {
        for life in [5.0, 120.0, 1500.0, 21_600.0] {
            for chance in [0.0, 0.5, 1.0] {
                let mut schedule = Schedule::new();
                assert!(schedule.is_due(at(0.0)));
                schedule.succeeded(&keys(at(1000.0 + life)), at(1000.0), chance);
                assert!(!schedule.is_due(at(1000.0 + life * 0.699)));
                assert!(schedule.is_due(at(1000.0 + life * 0.801)));
                let before = at(1000.0 + life).duration_since(schedule.next).unwrap().as_secs_f64();
                assert!(before >= if life >= 1500.0 { 299.999 } else { life / 5.001 }, "{life}: {before}");
            }
        }
    }

    #[test]
    fn a_clock_that_is_set_back_or_forth() {
        let mut schedule = Schedule::new();
        schedule.succeeded(&keys(at(22_600.0)), at(1000.0), 0.5);
        assert!(!schedule.is_due(at(1000.0)));
        assert!(schedule.is_due(at(100_000.0)));
        assert!(schedule.is_due(at(999.0)));
    }

    #[test]
    fn pauses_grow_and_end() {
        let mut schedule = Schedule::new();
        let pauses = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0];
        for pause in pauses {
            schedule.failed(at(1000.0), 1.0);
            assert_eq!(schedule.next, at(1000.0 + pause));
        }
        schedule.failed(at(1000.0), 0.0);
        assert_eq!(schedule.next, at(1030.0));
        for _ in 0..100 {
            schedule.failed(at(1000.0), 1.0);
        }
        assert_eq!(schedule.next, at(1060.0));
    }
}
