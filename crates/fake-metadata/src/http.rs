//! HTTP/1.1 on one side, `imds` on the other. The only file that names hyper.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::ext::ReasonPhrase;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use zeroize::Zeroizing;

use crate::hop::{HopLimited, Hops};
use crate::log::Log;
use crate::owner::Owners;
use crate::peer;
use crate::traffic::Traffic;
use crate::views::Views;

static TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
static TOKEN_TTL: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Fetch Metadata: every browser sends the first with each request to an address like these (W3C,
/// "Fetch Metadata Request Headers").
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// As much of a path as the log shows; the longest of EC2's own are below 200.
const LOGGED_PATH: usize = 256;

/// What one client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at once.
    pub(crate) connections: usize,
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
        Limits { connections: 20_000, head_time: Duration::from_secs(30), head_size: 16 * 1024, headers: 100 }
    }
}

/// The server's HTTP side, shared by all its connections.
#[derive(Clone)]
pub(crate) struct Http {
    views: Arc<ArcSwap<Views>>,
    owners: Option<Arc<Owners>>,
    pub(crate) traffic: Arc<Traffic>,
    builder: http1::Builder,
    places: Arc<Semaphore>,
    limits: Limits,
    stopping: watch::Sender<bool>,
    log: Log,
}

impl Http {
    pub(crate) fn new(views: Arc<ArcSwap<Views>>, limits: Limits, log: Log) -> Http {
        let mut builder = http1::Builder::new();
        builder
            .title_case_headers(true)
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_time)
            .max_buf_size(limits.head_size)
            .max_headers(limits.headers);
        let places = Arc::new(Semaphore::new(limits.connections));
        let owners = match Owners::new() {
            Ok(owners) => Some(Arc::new(owners)),
            Err(error) => {
                log.error(format_args!("by-user: the kernel does not tell whose connections are: {error}"));
                None
            }
        };
        let (traffic, stopping) = (Arc::default(), watch::Sender::new(false));
        Http { views, owners, traffic, builder, places, limits, stopping, log }
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

    /// Serves one connection to its end.
    pub(crate) fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        place: OwnedSemaphorePermit,
    ) -> impl Future<Output = ()> + use<> {
        let (builder, views, log) = (self.builder.clone(), self.views.clone(), self.log.clone());
        let (owners, traffic) = (self.owners.clone(), self.traffic.clone());
        let mut stopping = self.stopping.subscribe();
        traffic.connected(peer);
        async move {
            // Answers are one write each; waiting for more to send would only delay them.
            let _ = stream.set_nodelay(true);
            let local = stream.local_addr().ok();
            let (stream, hops) = HopLimited::new(stream, peer.ip());
            let is_here = peer::is_here(peer.ip(), &views.load().of_user(None).access.addresses);
            // Whose it is does not change, and is asked when it first matters.
            let owner = OnceLock::new();
            let answer = service_fn(|request| {
                let views = views.load();
                let ask = || {
                    let servers = local.into_iter().chain(views.doors().iter().copied());
                    owners.as_ref().and_then(|owners| owners.of(peer, servers))
                };
                let owner = if views.differ() { *owner.get_or_init(ask) } else { None };
                let service = views.of_user(owner);
                let response = respond(service, &request, (peer, is_here), &hops, &log);
                traffic.asked(SystemTime::now());
                async { Ok::<_, Infallible>(response) }
            });
            let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), answer));
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = told(&mut stopping) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended
                && error.is_parse()
            {
                log.access(format_args!("{peer} malformed request: {error}"));
            }
            drop(place);
        }
    }
}

/// Ends when the server is to stop.
async fn told(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// One request, answered and logged.
fn respond(
    service: &imds::Service,
    request: &hyper::Request<Incoming>,
    (peer, peer_is_here): (SocketAddr, bool),
    hops: &Hops,
    log: &Log,
) -> hyper::Response<Whole> {
    let begun = Instant::now();
    let asked = imds::Request { peer: peer.ip(), peer_is_here, ..asked(request) };
    let response = service.handle(&asked, SystemTime::now());
    let limit = if response.is_token() { service.hop_limit.into() } else { 0 };
    hops.store(limit, Ordering::Relaxed);
    let version = if asked.token.or(asked.token_ttl).is_some() { "v2" } else { "v1" };
    let (status, took) = (response.status.line().0, begun.elapsed().as_micros());
    // The query is left out: nothing reads it, and it is where a mistaken client may put a secret.
    let path = asked.path.get(..LOGGED_PATH).unwrap_or(asked.path);
    let remark = response.refusal.and_then(imds::Refusal::remark);
    let (mark, remark) = remark.map_or(("", ""), |remark| (": ", remark));
    log.access(format_args!("{peer} {} {path} {status} {version} {took}us{mark}{remark}", request.method()));
    written(response)
}

/// What `imds` looks at of a request, but for where it came from.
fn asked(request: &hyper::Request<Incoming>) -> imds::Request<'_> {
    let headers = request.headers();
    let value = |name: &HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    let names = |name, word| {
        let values = headers.get_all(name).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
        values.flat_map(|value| value.split([',', ';'])).any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let method = match *request.method() {
        Method::GET => imds::Method::Get,
        Method::HEAD => imds::Method::Head,
        Method::PUT => imds::Method::Put,
        Method::OPTIONS => imds::Method::Options,
        _ => imds::Method::Other,
    };
    imds::Request {
        token: value(&TOKEN),
        token_ttl: value(&TOKEN_TTL),
        forwarded: headers.contains_key(&FORWARDED_FOR),
        expects_continue: names(header::EXPECT, "100-continue"),
        accepts_json: names(header::ACCEPT, "application/json"),
        host: match (request.uri().authority(), headers.get(header::HOST)) {
            (Some(authority), _) => Some(authority.as_str()),
            // What is no text is no name either.
            (None, host) => host.map(|host| host.to_str().unwrap_or_default()),
        },
        from_browser: [&header::ORIGIN, &FETCH_SITE, &FETCH_MODE, &FETCH_DEST]
            .into_iter()
            .any(|name| headers.contains_key(name)),
        keep_alive: names(header::CONNECTION, "keep-alive"),
        ..imds::Request::new(method, request.uri().path())
    }
}

/// The answer in hyper's terms: the same status, headers in the same order, body.
fn written(response: imds::Response) -> hyper::Response<Whole> {
    let mut headers = HeaderMap::with_capacity(8);
    for (name, value) in response.headers() {
        headers.insert(header_name(name), header_value(value));
    }
    let (code, phrase) = response.status.line();
    let mut written = hyper::Response::new(Whole(Some(response.body)));
    *written.headers_mut() = headers;
    *written.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if written.status().canonical_reason() != Some(phrase) {
        written.extensions_mut().insert(ReasonPhrase::from_static(phrase.as_bytes()));
    }
    written
}

/// A body that is all there, and still to be sent even where it is empty: hyper would write the
/// length of one that says it has ended after all other headers, and EC2 writes it where it stands.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, Bytes::len) as u64)
    }
}

fn header_name(name: imds::Name) -> HeaderName {
    match name {
        imds::Name::AcceptRanges => header::ACCEPT_RANGES,
        imds::Name::Allow => header::ALLOW,
        imds::Name::Connection => header::CONNECTION,
        imds::Name::ContentLength => header::CONTENT_LENGTH,
        imds::Name::ContentType => header::CONTENT_TYPE,
        imds::Name::Date => header::DATE,
        imds::Name::LastModified => header::LAST_MODIFIED,
        imds::Name::Server => header::SERVER,
        imds::Name::TokenTtl => TOKEN_TTL.clone(),
    }
}

fn header_value(value: imds::Value) -> HeaderValue {
    match value {
        imds::Value::Text(text) => HeaderValue::from_static(text),
        imds::Value::Number(number) => HeaderValue::from(number),
        imds::Value::Time(time) => {
            // A date has no character that a header may not have.
            HeaderValue::try_from(httpdate::fmt_http_date(time)).unwrap_or(HeaderValue::from_static(""))
        }
    }
}

/// What is asked on a connection that carries JSON.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// What came with it, unless that was too much.
    pub(crate) body: Option<Zeroizing<Vec<u8>>>,
}

/// Serves a connection on which each request is answered with a status and JSON. It may last as long
/// as a source of keys may take.
pub(crate) async fn exchange<F>(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    limit: usize,
    answer: impl Fn(Asked) -> F,
) where
    F: Future<Output = (u16, Value)>,
{
    let answer = service_fn(|request: hyper::Request<Incoming>| {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let answer = &answer;
        async move {
            let body = Limited::new(request.into_body(), limit).collect().await;
            let body = body.ok().map(|body| Zeroizing::new(body.to_bytes().to_vec()));
            let (status, value) = answer(Asked { method, path, body }).await;
            let mut response = hyper::Response::new(Full::new(Bytes::from(format!("{value}\n"))));
            *response.status_mut() =
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            Ok::<_, Infallible>(response)
        }
    });
    // Who goes away in the middle does not want to know.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}
