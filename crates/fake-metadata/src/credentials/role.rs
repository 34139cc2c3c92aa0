//! One role's keys: the present ones, the source of the next, and when that is asked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use humantime::format_rfc3339_seconds;
use imds::Credentials;
use serde_json::{Value, json};
use settings::Role as Settings;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::rotation::Schedule;
use super::{Given, Keys, Obtained, Source, source};

/// All roles' attempts, so that none is taken for another's that has the same name.
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

/// What an attempt to renew keys came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There are new keys.
    Renewed,
    /// The source still has the same, which are valid.
    Same,
    /// There are none, and why.
    Failed(String),
}

/// The end of an attempt that took its time.
pub(crate) struct Event {
    pub(crate) role: String,
    attempt: u64,
    given: Given,
}

pub(crate) struct Role {
    pub(crate) settings: Settings,
    source: Box<dyn Source>,
    current: Option<Credentials>,
    schedule: Schedule,
    last_error: Option<(SystemTime, String)>,
    /// The number of the last attempt; 0 before the first.
    attempt: u64,
    /// The one that is under way.
    pending: Option<AbortHandle>,
    waiting: Vec<oneshot::Sender<Outcome>>,
}

impl Drop for Role {
    fn drop(&mut self) {
        if let Some(pending) = &self.pending {
            pending.abort();
        }
    }
}

impl Role {
    pub(crate) fn new(settings: Settings) -> Role {
        Role {
            source: source(&settings.credentials, settings.lifetime),
            settings,
            current: None,
            schedule: Schedule::new(),
            last_error: None,
            attempt: 0,
            pending: None,
            waiting: Vec::new(),
        }
    }

    /// The same role with other settings. Where the source is of the same kind, the present keys are
    /// good until it has given new ones.
    pub(crate) fn instead_of(old: Option<&Role>, settings: Settings) -> Role {
        let kind = |settings: &Settings| std::mem::discriminant(&settings.credentials);
        let old = old.filter(|old| kind(&old.settings) == kind(&settings));
        let mut role = Role::new(settings);
        role.current = old.and_then(|old| old.current.clone());
        role
    }

    /// The keys that are valid.
    pub(crate) fn keys(&self, now: SystemTime) -> Option<&Credentials> {
        self.current.as_ref().filter(|keys| now < keys.expiration)
    }

    /// When the last keys ceased to be valid, or there turned out to be none.
    pub(crate) fn exhausted_since(&self, now: SystemTime) -> SystemTime {
        let expired = self.current.as_ref().map(|keys| keys.expiration);
        expired.or(self.last_error.as_ref().map(|(time, _)| *time)).unwrap_or(now)
    }

    /// Whether the source was asked and has answered.
    pub(crate) fn is_settled(&self) -> bool {
        self.attempt > 0 && self.pending.is_none()
    }

    /// What the user should know about the source.
    pub(crate) fn warning(&self) -> Option<String> {
        self.source.warning()
    }

    /// What is wrong with a source that answers at once.
    pub(crate) fn check(&mut self, now: SystemTime) -> Option<String> {
        match self.source.obtain(now) {
            Obtained::Now(Err(problem)) if !self.is_pushed() => Some(problem.to_string()),
            _ => None,
        }
    }

    /// Asks the source if it is time. What takes longer than that arrives at `events`.
    pub(crate) fn renew_if_due(
        &mut self,
        now: SystemTime,
        events: &UnboundedSender<Event>,
    ) -> Option<Outcome> {
        let is_due = match self.attempt {
            0 => true,
            _ => !self.source.is_pushed() && (self.schedule.is_due(now) || self.source.has_changed()),
        };
        if is_due && self.pending.is_none() { self.renew(now, events) } else { None }
    }

    /// Until the source is to be asked, or looked at. While it is being asked, nothing is waited for but
    /// its answer.
    pub(crate) fn time_left(&self, now: SystemTime) -> Duration {
        if self.source.is_pushed() || self.pending.is_some() {
            return Duration::MAX;
        }
        self.schedule.time_left(now).min(self.source.is_looked_at_every().unwrap_or(Duration::MAX))
    }

    /// Asks the source now, and tells `waiting` what came of it; of an attempt under way, the same.
    pub(crate) fn renew_now(
        &mut self,
        now: SystemTime,
        events: &UnboundedSender<Event>,
        waiting: oneshot::Sender<Outcome>,
    ) -> Option<Outcome> {
        self.waiting.push(waiting);
        if self.pending.is_none() { self.renew(now, events) } else { None }
    }

    fn renew(&mut self, now: SystemTime, events: &UnboundedSender<Event>) -> Option<Outcome> {
        self.attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed) + 1;
        match self.source.obtain(now) {
            Obtained::Now(given) => Some(self.take(given, now)),
            Obtained::Later(obtaining) => {
                let (role, attempt, events) = (self.settings.name.clone(), self.attempt, events.clone());
                let task = tokio::spawn(async move {
                    let given = obtaining.await;
                    // A server that ends has no more use for it.
                    let _ = events.send(Event { role, attempt, given });
                });
                self.pending = Some(task.abort_handle());
                None
            }
        }
    }

    /// What came of an attempt that took its time, unless it is another's.
    pub(crate) fn ended(&mut self, event: Event, now: SystemTime) -> Option<Outcome> {
        (event.attempt == self.attempt && self.pending.take().is_some()).then(|| self.take(event.given, now))
    }

    /// Whether keys are handed in here.
    pub(crate) fn is_pushed(&self) -> bool {
        self.source.is_pushed()
    }

    /// Takes keys that are handed in.
    pub(crate) fn push(&mut self, keys: Keys, now: SystemTime) -> Outcome {
        self.take(Ok(keys), now)
    }

    fn take(&mut self, given: Given, now: SystemTime) -> Outcome {
        let keys = given.and_then(|keys| keys.into_credentials(self.settings.lifetime, now));
        let outcome = match keys {
            Ok(keys) if self.current.as_ref().is_some_and(|old| is_same(old, &keys)) => {
                self.schedule.failed(now, chance());
                self.last_error = None;
                Outcome::Same
            }
            Ok(keys) => {
                self.schedule.succeeded(&keys, now, chance());
                self.current = Some(keys);
                self.last_error = None;
                Outcome::Renewed
            }
            Err(problem) => {
                self.schedule.failed(now, chance());
                self.last_error = Some((now, problem.to_string()));
                Outcome::Failed(problem.to_string())
            }
        };
        for waiting in self.waiting.drain(..) {
            // Who has gone away does not want to know.
            let _ = waiting.send(outcome.clone());
        }
        outcome
    }

    /// What anybody who may ask is told; of the key's id, the last four characters.
    pub(crate) fn status(&self, now: SystemTime) -> Value {
        let time = |time: SystemTime| format_rfc3339_seconds(time).to_string();
        let current = self.current.as_ref();
        let next = (!self.source.is_pushed() && self.attempt > 0).then(|| time(self.schedule.next));
        json!({
            "name": self.settings.name,
            "source": self.settings.credentials.name(),
            "valid": self.keys(now).is_some(),
            "access-key-id": current.map(|keys| hidden(&keys.access_key_id)),
            "last-renewal": current.map(|keys| time(keys.last_updated)),
            "next-renewal": next,
            "expiration": current.map(|keys| time(keys.expiration)),
            "last-error": self.last_error.as_ref().map(|(at, error)| json!({"time": time(*at), "message": error})),
        })
    }
}

fn is_same(old: &Credentials, new: &Credentials) -> bool {
    (&old.access_key_id, &old.secret_access_key, &old.token, old.expiration)
        == (&new.access_key_id, &new.secret_access_key, &new.token, new.expiration)
}

/// All but the last four characters hidden.
fn hidden(id: &str) -> String {
    let shown = if id.len() > 8 { id.len() - 4 } else { id.len() };
    id.char_indices().map(|(at, char)| if at < shown { '*' } else { char }).collect()
}

/// From 0 to 1. Without random bytes, the middle does as well.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_characters_are_shown() {
        assert_eq!(hidden("ASIAFAKEFAKEFAKE2345"), "****************2345");
        assert_eq!(hidden("ASIAFAKE"), "********");
    }
}
