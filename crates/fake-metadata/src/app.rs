//! A server with its sockets: bind, then run until told to stop, then drain.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;

use crate::error::Error;
use crate::http::{Http, Limits};
use crate::log::Log;
use crate::traffic::Traffic;
use crate::views::Views;
use crate::{Result, accept, notify};

/// Connections that wait until they are accepted: as many as Linux lets by default
/// (`net.core.somaxconn`).
const BACKLOG: u32 = 4096;

/// How long requests under way may take to end after the word to stop.
const DRAIN: Duration = Duration::from_secs(5);

pub(crate) struct App {
    listeners: Vec<TcpListener>,
    http: Http,
    log: Log,
}

impl App {
    /// Takes the addresses, all or none.
    pub(crate) fn bind(
        listen: &[SocketAddr],
        views: Arc<ArcSwap<Views>>,
        limits: Limits,
        log: Log,
    ) -> Result<App> {
        let mut listeners = Vec::new();
        for &address in listen {
            listeners.push(listen_on(address).map_err(|source| Error::Listen { address, source })?);
        }
        Ok(App { listeners, http: Http::new(views, limits, log.clone()), log })
    }

    /// The addresses taken, with the port the system chose where 0 was asked for.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.listeners.iter().filter_map(|listener| listener.local_addr().ok())
    }

    /// Who asks.
    pub(crate) fn traffic(&self) -> Arc<Traffic> {
        self.http.traffic.clone()
    }

    pub(crate) async fn run(self, stop: impl Future<Output = ()>) {
        let mut accepting = JoinSet::new();
        for listener in self.listeners {
            accepting.spawn(accept::accept(listener, self.http.clone(), self.log.clone()));
        }
        stop.await;
        notify::stopping();
        // New connections are refused first, so that the number of old ones can only shrink.
        accepting.shutdown().await;
        match tokio::time::timeout(DRAIN, self.http.drain()).await {
            Ok(()) => self.log.info(format_args!("stopped; every request was answered")),
            Err(_) => {
                self.log.info(format_args!("stopped; some requests took over {DRAIN:?} and were cut off"))
            }
        }
    }
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    // Connections have it from here. Answers are one write each; waiting for more would only delay them.
    socket.set_nodelay(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
