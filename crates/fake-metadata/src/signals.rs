//! The signals the daemon obeys.

use std::future::Future;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::Result;
use crate::error::Error;

/// Ends at SIGTERM or SIGINT.
pub(crate) fn stop() -> Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (on(SignalKind::terminate())?, on(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// SIGHUP: open the log again and read the configuration again.
pub(crate) fn reload() -> Result<Signal> {
    on(SignalKind::hangup())
}

fn on(kind: SignalKind) -> Result<Signal> {
    signal(kind).map_err(|source| Error::System { what: "signal handler", source })
}
