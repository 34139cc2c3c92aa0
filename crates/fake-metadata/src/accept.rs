//! Takes connections, at most so many at once.

use std::time::Duration;

use tokio::net::TcpListener;

use crate::http::Http;
use crate::log::Log;

/// After a failed accept: the system is short of something, most likely descriptors, and asking
/// again at once would only burn time.
const BACK_OFF: Duration = Duration::from_millis(100);

/// Accepts until dropped. Beyond the limit, clients wait in the kernel's queue.
pub(crate) async fn accept(listener: TcpListener, http: Http, log: Log) {
    // Of connections to any address of the machine, each has its own.
    let server = listener.local_addr().ok().filter(|address| !address.ip().is_unspecified());
    loop {
        let Some(place) = http.place().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::spawn(http.serve(stream, (peer, server), place));
            }
            Err(error) => {
                log.error(format_args!("a connection could not be accepted: {error}"));
                tokio::time::sleep(BACK_OFF).await;
            }
        }
    }
}
