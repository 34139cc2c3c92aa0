//! Who asked last, and how often was asked: counted without a lock.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;

#[derive(Default)]
pub(crate) struct Traffic {
    requests: AtomicU64,
    /// Of the last request, in milliseconds since 1970.
    time: AtomicU64,
    /// Of the last connection.
    client: ArcSwapOption<SocketAddr>,
}

impl Traffic {
    pub(crate) fn connected(&self, client: SocketAddr) {
        self.client.store(Some(client.into()));
    }

    pub(crate) fn asked(&self, now: SystemTime) {
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.time.store(u64::try_from(since.as_millis()).unwrap_or_default(), Ordering::Relaxed);
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The time of the last request, and the client of the last connection.
    pub(crate) fn last(&self) -> Option<(SystemTime, SocketAddr)> {
        let client = self.client.load_full().filter(|_| self.requests() > 0)?;
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(self.time.load(Ordering::Relaxed));
        Some((time, *client))
    }
}
