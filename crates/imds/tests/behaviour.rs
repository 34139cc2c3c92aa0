//! What transcripts cannot show: time that passes, sizes, and what never appears.

use std::time::Duration;

use imds::{Method, Request};
use testkit::{World, now};

#[test]
fn a_token_runs_out() {
    let service = World::named("required").unwrap().service(7);
    let put = Request { token_ttl: Some(b"60"), ..Request::new(Method::Put, "/latest/api/token") };
    let token = service.handle(&put, now()).body;
    let get = Request { token: Some(&token), ..Request::new(Method::Get, "/latest/meta-data/mac") };
    let status = |seconds| service.handle(&get, now() + Duration::from_secs(seconds)).status.line().0;
    assert_eq!([status(0), status(59), status(60), status(61)], [200, 200, 401, 401]);
}

#[test]
fn a_long_path_is_refused() {
    let service = World::named("private").unwrap().service(7);
    let path = format!("/latest/{}", "a".repeat(5000));
    let refused = service.handle(&Request::new(Method::Get, &path), now());
    assert_eq!(refused.status.line(), (414, "URI Too Long"));
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let shown = format!("{:?}", World::named("private").unwrap().service(7));
    assert!(!shown.contains("FAKESECRET") && !shown.contains("FAKETOKEN"), "{shown}");
}
