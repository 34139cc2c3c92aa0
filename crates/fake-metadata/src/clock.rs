//! Tells when the clock jumps: because it was set, or because the machine was suspended, which sleeping
//! tasks do not notice. The kernel is asked to say so, since looking at the clock again and again would
//! wake a machine that has nothing to do.

use std::io;
use std::os::fd::OwnedFd;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A timer that never ends, but is cancelled when the clock jumps (timerfd_create(2),
/// `TFD_TIMER_CANCEL_ON_SET`).
pub(crate) struct Jumps(AsyncFd<OwnedFd>);

impl Jumps {
    #[expect(deprecated, reason = "sound for an `OwnedFd`; its successor is unsafe, and that is forbidden")]
    pub(crate) fn watch() -> io::Result<Jumps> {
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let never = Timespec { tv_sec: i64::MAX, tv_nsec: 0 };
        let at_no_time = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: never };
        timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &at_no_time)?;
        Ok(Jumps(AsyncFd::with_interest(timer, Interest::READABLE)?))
    }

    /// Ends after the clock has jumped.
    pub(crate) async fn next(&self) {
        let read = |timer: &OwnedFd| rustix::io::read(timer, &mut [0; 8]).map_err(io::Error::from);
        // It can end in one way only: `ECANCELED`.
        let _ = self.0.async_io(Interest::READABLE, read).await;
    }
}
