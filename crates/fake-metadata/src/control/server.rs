//! The server's end of the control socket.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::SystemTime;

use humantime::format_rfc3339_seconds;
use serde_json::{Value, json};
use tokio::net::unix::UCred;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use super::{Order, VERSION};
use crate::credentials::{Outcome, document};
use crate::http::{self, Asked};
use crate::log::Log;
use crate::traffic::Traffic;

/// What it tells and whom it asks.
#[derive(Clone)]
pub(crate) struct Control {
    pub(crate) orders: mpsc::Sender<Order>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) listening: Arc<[SocketAddr]>,
    pub(crate) started: SystemTime,
}

/// An answer: a status of HTTP, and what goes with it.
type Answer = (u16, Value);

/// Takes the socket. One left behind by a server that is no more is put out of the way.
pub(crate) fn bind() -> io::Result<UnixListener> {
    let socket = super::socket();
    if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
        return Err(io::Error::new(io::ErrorKind::AddrInUse, "another server has it"));
    }
    match fs::remove_file(&socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&socket)?;
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}

impl Control {
    /// Answers until dropped.
    pub(crate) async fn run(self, listener: UnixListener, log: Log) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(self.clone().connection(stream))),
                Err(error) => {
                    log.error(format_args!("the control socket: {error}"));
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
        }
    }

    async fn connection(self, stream: UnixStream) {
        let peer = stream.peer_cred();
        http::exchange(stream, document::LIMIT, move |asked| {
            let (control, peer) = (self.clone(), peer.as_ref().ok().copied());
            async move { control.answer(asked, peer).await }
        })
        .await;
    }

    async fn answer(self, asked: Asked, peer: Option<UCred>) -> Answer {
        let Some(peer) = peer.filter(may) else {
            return error(403, "only root and members of the server's group may ask here");
        };
        let Some(path) = asked.path.strip_prefix(VERSION) else {
            return error(404, "this server knows version 1: paths begin with /v1/");
        };
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match (asked.method.as_str(), parts.as_slice()) {
            ("GET", ["status"]) => self.status().await,
            ("POST", ["roles", role, "renew"]) => {
                self.order(|answer| Order::Renew { role: named(role), answer }).await
            }
            ("PUT", ["roles", role, "credentials"]) => match asked.body {
                None => error(413, "keys are shorter than that"),
                Some(body) => match document::read(&body) {
                    Err(reason) => error(400, &format!("this is no credential-process JSON: {reason}")),
                    Ok(keys) => {
                        let by = name(&peer);
                        self.order(|answer| Order::Push { role: named(role), keys, by, answer }).await
                    }
                },
            },
            (_, ["status"] | ["roles", _, "renew" | "credentials"]) => error(405, "it takes another method"),
            _ => error(404, "there is no such thing; see docs/control.md"),
        }
    }

    async fn status(self) -> Answer {
        let (sender, receiver) = oneshot::channel();
        let sent = self.orders.send(Order::Status(sender)).await;
        let (Ok(()), Ok((roles, identity))) = (sent, receiver.await) else { return stopping() };
        let time = |time: SystemTime| format_rfc3339_seconds(time).to_string();
        let listening: Vec<String> =
            self.listening.iter().map(|address| format!("http://{address}")).collect();
        let last = self.traffic.last();
        (
            200,
            json!({
                "version": env!("CARGO_PKG_VERSION"),
                "process": std::process::id(),
                "started": time(self.started),
                "listening": listening,
                "requests": self.traffic.requests(),
                "last-request": last.map(|(at, peer)| json!({"time": time(at), "client": peer.to_string()})),
                "roles": roles,
                "identity": identity,
            }),
        )
    }

    async fn order(self, order: impl FnOnce(oneshot::Sender<Outcome>) -> Order) -> Answer {
        let (sender, receiver) = oneshot::channel();
        let sent = self.orders.send(order(sender)).await;
        match (sent, receiver.await) {
            (Ok(()), Ok(Outcome::Renewed)) => (200, json!({"outcome": "renewed"})),
            (Ok(()), Ok(Outcome::Same)) => (200, json!({"outcome": "same"})),
            (Ok(()), Ok(Outcome::Failed(reason))) => error(409, &reason),
            _ => stopping(),
        }
    }
}

/// The role of that name; `-` is the first.
fn named(role: &str) -> Option<String> {
    (role != "-").then(|| role.to_owned())
}

/// The socket's mode says the same; this holds if that was changed.
fn may(peer: &UCred) -> bool {
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let groups = || {
        let peer = uzers::get_user_by_uid(peer.uid())?;
        uzers::get_user_groups(peer.name(), peer.primary_group_id())
    };
    peer.uid() == 0
        || peer.uid() == user
        || peer.gid() == group
        || groups().unwrap_or_default().iter().any(|its| its.gid() == group)
}

fn name(peer: &UCred) -> String {
    match uzers::get_user_by_uid(peer.uid()) {
        Some(user) => user.name().to_string_lossy().into_owned(),
        None => format!("user {}", peer.uid()),
    }
}

fn error(status: u16, sentence: &str) -> Answer {
    (status, json!({"error": sentence}))
}

fn stopping() -> Answer {
    error(503, "the server is about to stop")
}
