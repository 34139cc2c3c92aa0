//! Connections on which no request arrives.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a connection has waited for the head of a request. hyper can watch over that as well, at
/// the price of a timer for each request; here there is one for each connection, and a request only
/// notes when it came.
pub(super) struct Idle {
    limit: Duration,
    opened: Instant,
    /// When it began, in microseconds since the opening.
    since: AtomicU64,
}

impl Idle {
    pub(super) fn new(limit: Duration) -> Idle {
        Idle { limit, opened: Instant::now(), since: AtomicU64::new(0) }
    }

    /// A request has come: another wait begins now.
    pub(super) fn ends(&self) -> Instant {
        let now = Instant::now();
        let since = u64::try_from((now - self.opened).as_micros()).unwrap_or(u64::MAX);
        self.since.store(since, Ordering::Relaxed);
        now
    }

    /// Ends when it was too long.
    pub(super) async fn has_lasted(&self) {
        loop {
            let end = Duration::from_micros(self.since.load(Ordering::Relaxed)) + self.limit;
            let Some(left) = end.checked_sub(self.opened.elapsed()) else { return };
            tokio::time::sleep(left).await;
        }
    }
}
