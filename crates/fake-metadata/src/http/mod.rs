//! HTTP/1.1 on one side, `imds` on the other. The only folder that names hyper.

mod exchange;
mod idle;
mod request;
mod response;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

pub(crate) use self::exchange::{Asked, exchange};
use self::idle::Idle;
use self::response::Whole;
use crate::hop::{HopLimited, Hops};
use crate::log::Log;
use crate::owner::Owners;
use crate::peer;
use crate::traffic::Traffic;
use crate::views::Views;

/// As much of a path as the log shows; the longest of EC2's own are below 200.
const LOGGED_PATH: usize = 256;

/// As much of what arrives first as is read at once, in bytes; requests of SDKs are below 500.
const FIRST: usize = 2048;

/// What one client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at once.
    pub(crate) connections: usize,
    /// Of those that have asked something, how many are kept at once, as their clients ask for. Each
    /// holds 16 KiB of buffers.
    pub(crate) kept: usize,
    /// Time for a request's head to arrive, counted from the connection's opening or from the
    /// end of the answer before: also how long a connection may lie idle.
    pub(crate) head_time: Duration,
    /// Bytes of a request's head.
    pub(crate) head_size: usize,
    /// Number of headers.
    pub(crate) headers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 20_000,
            kept: 4_000,
            head_time: Duration::from_secs(30),
            head_size: 16 * 1024,
            headers: 100,
        }
    }
}

/// Whose connection it is.
struct Client {
    address: SocketAddr,
    /// Whether on this machine.
    is_here: bool,
    /// Whether it may keep its connection after an answer.
    may_stay: bool,
    /// The address as the log shows it.
    name: String,
}

/// The server's HTTP side, shared by all its connections.
#[derive(Clone)]
pub(crate) struct Http {
    views: Arc<ArcSwap<Views>>,
    owners: Option<Arc<Owners>>,
    pub(crate) traffic: Arc<Traffic>,
    builder: http1::Builder,
    places: Arc<Semaphore>,
    kept: Arc<Semaphore>,
    limits: Limits,
    stopping: watch::Sender<bool>,
    log: Log,
}

impl Http {
    pub(crate) fn new(views: Arc<ArcSwap<Views>>, limits: Limits, log: Log) -> Http {
        let mut builder = http1::Builder::new();
        // Answers are short: to copy a body behind its head costs less than to send it from another place.
        builder
            .writev(false)
            .title_case_headers(true)
            .max_buf_size(limits.head_size)
            .max_headers(limits.headers);
        let places = Arc::new(Semaphore::new(limits.connections));
        let kept = Arc::new(Semaphore::new(limits.kept));
        let owners = match Owners::new() {
            Ok(owners) => Some(Arc::new(owners)),
            Err(error) => {
                log.error(format_args!("by-user: the kernel does not tell whose connections are: {error}"));
                None
            }
        };
        let (traffic, stopping) = (Arc::default(), watch::Sender::new(false));
        Http { views, owners, traffic, builder, places, kept, limits, stopping, log }
    }

    /// A place for one more connection, once there is one; `None` when the server is stopping.
    pub(crate) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().acquire_owned().await.ok()
    }

    /// Tells every connection to end after the answer it is at, and waits until they have.
    pub(crate) async fn drain(&self) {
        self.stopping.send_replace(true);
        // Once all places are free again, no connection is left.
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let _ = self.places.acquire_many(all).await;
    }

    /// Serves one connection to its end. The address it leads to is found out if it is not known.
    pub(crate) fn serve(
        &self,
        stream: TcpStream,
        (peer, server): (SocketAddr, Option<SocketAddr>),
        place: OwnedSemaphorePermit,
    ) -> impl Future<Output = ()> + use<> {
        let (builder, views, log) = (self.builder.clone(), self.views.clone(), self.log.clone());
        let (owners, traffic, kept) = (self.owners.clone(), self.traffic.clone(), self.kept.clone());
        let (mut stopping, idle) = (self.stopping.subscribe(), Idle::new(self.limits.head_time));
        traffic.connected(peer);
        async move {
            let server = server.or_else(|| stream.local_addr().ok());
            // Until something arrives there is nothing for hyper to do, whose buffers are 16 KiB.
            let first = tokio::select! {
                biased;
                first = first_bytes(&stream) => first,
                () = idle.has_lasted() => return,
                () = told(&mut stopping) => return,
            };
            let Ok(first) = first else { return };
            let (stream, hops) = HopLimited::new(stream, first, peer.ip());
            let is_here = peer::is_here(peer.ip(), &views.load().of_user(None).access.addresses);
            let kept = kept.try_acquire_owned().ok();
            let client = Client { address: peer, is_here, may_stay: kept.is_some(), name: peer.to_string() };
            // Whose it is does not change, and is asked when it first matters.
            let owner = OnceLock::new();
            let answer = service_fn(|request| {
                let views = views.load();
                let ask = || {
                    let servers = server.into_iter().chain(views.doors().iter().copied());
                    owners.as_ref().and_then(|owners| owners.of(peer, servers))
                };
                let owner = if views.differ() { *owner.get_or_init(ask) } else { None };
                let service = views.of_user(owner);
                let (begun, now) = (idle.ends(), SystemTime::now());
                traffic.asked(now);
                let response = respond(service, &request, &client, (&hops, &log), (begun, now));
                async { Ok::<_, Infallible>(response) }
            });
            let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), answer));
            let ended = tokio::select! {
                biased;
                ended = connection.as_mut() => ended,
                () = idle.has_lasted() => Ok(()),
                () = told(&mut stopping) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended
                && error.is_parse()
            {
                log.request(format_args!("{peer} malformed request: {error}"));
            }
            drop((place, kept));
        }
    }
}

/// Ends when the server is to stop.
async fn told(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// What arrives first, usually a whole request; nothing if the client has gone.
async fn first_bytes(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let read = || {
        let mut bytes = [0; FIRST];
        stream.try_read(&mut bytes).map(|length| bytes[..length].to_vec())
    };
    loop {
        stream.readable().await?;
        match read() {
            // It had not been tried yet whether there is anything.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            read => return read,
        }
    }
}

/// One request, answered and logged.
fn respond(
    service: &imds::Service,
    request: &hyper::Request<Incoming>,
    client: &Client,
    (hops, log): (&Hops, &Log),
    (begun, now): (Instant, SystemTime),
) -> hyper::Response<Whole> {
    let mut asked = request::asked(request, (client.address.ip(), client.is_here));
    asked.keep_alive &= client.may_stay;
    let response = service.handle(&asked, now);
    let limit = if response.is_token() { service.hop_limit.into() } else { 0 };
    hops.store(limit, Ordering::Relaxed);
    log.line(now, |line| access(line, &client.name, request.method().as_str(), &asked, &response, begun));
    response::written(response)
}

/// The line of a request in the log; with what a server's log needs most, in few instructions.
fn access(
    line: &mut Vec<u8>,
    client: &str,
    method: &str,
    asked: &imds::Request<'_>,
    response: &imds::Response,
    begun: Instant,
) {
    let version = if asked.token.or(asked.token_ttl).is_some() { "v2" } else { "v1" };
    // The query is left out: nothing reads it, and it is where a mistaken client may put a secret.
    let path = asked.path.get(..LOGGED_PATH).unwrap_or(asked.path);
    let (mut code, mut took) = (itoa::Buffer::new(), itoa::Buffer::new());
    let code = code.format(response.status.line().0);
    let took = took.format(begun.elapsed().as_micros());
    for part in [client, " ", method, " ", path, " ", code, " ", version, " ", took, "us"] {
        line.extend_from_slice(part.as_bytes());
    }
    for part in response.refusal.and_then(imds::Refusal::remark).map_or([""; 2], |remark| [": ", remark]) {
        line.extend_from_slice(part.as_bytes());
    }
}
