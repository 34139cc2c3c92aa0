//! `bench-hyper ADDRESS:PORT`: a bare hyper server that answers with constants of the daemon's sizes
//! and headers, and judges nothing: what the library costs by itself.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::{Method, Request, Response, StatusCode, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const HEADERS: [(&str, &str); 5] = [
    ("x-aws-ec2-metadata-token-ttl-seconds", "21600"),
    ("content-type", "text/plain"),
    ("accept-ranges", "none"),
    ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ("server", "EC2ws"),
];
const TOKEN: &[u8] = b"AQAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

fn answer(request: &Request<Incoming>, headers: &HeaderMap) -> Response<Full<Bytes>> {
    let (status, body) = match (request.method(), request.uri().path()) {
        (&Method::PUT, _) => (StatusCode::OK, TOKEN),
        (_, path) if path.starts_with("/latest/meta-data/n") => (StatusCode::NOT_FOUND, &[b' '; 339][..]),
        (_, "/latest/meta-data/") => (StatusCode::OK, &[b'l'; 350][..]),
        (_, path) if path.contains("credentials") => (StatusCode::OK, &[b'c'; 900][..]),
        _ => (StatusCode::OK, &b"i-0123456789abcdef0"[..]),
    };
    let mut response = Response::new(Full::new(Bytes::from_static(body)));
    *response.status_mut() = status;
    *response.headers_mut() = headers.clone();
    response
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:8080".to_owned());
    let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    let headers: HeaderMap = HEADERS.into_iter().map(header).collect();
    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, headers) = (listener.accept().await?.0, headers.clone());
        let answer = service_fn(move |request| {
            let response = answer(&request, &headers);
            async { Ok::<_, Infallible>(response) }
        });
        let connection =
            http1::Builder::new().title_case_headers(true).serve_connection(TokioIo::new(stream), answer);
        tokio::spawn(connection);
    }
}
