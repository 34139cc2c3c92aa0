//! The word to systemd (sd_notify(3)); nothing happens where no service manager listens.

use sd_notify::NotifyState;

/// Serving, or serving again.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// Reading the configuration again.
pub(crate) fn reloading() {
    tell(&[NotifyState::Reloading]);
}

/// Taking no new connections.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(state: &[NotifyState<'_>]) {
    // A manager that cannot be told will find out by its own means.
    let _ = sd_notify::notify(state);
}
