//! HTTP with JSON over the control socket.

use std::convert::Infallible;
use std::future::Future;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

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
