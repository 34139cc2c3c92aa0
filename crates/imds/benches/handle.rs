//! `cargo bench -p imds`: what one answer takes, in time and allocations.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use divan::{AllocProfiler, Bencher};
use imds::{Method, Request};
use testkit::{World, now};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// GET with a token, where they are required.
fn get(bencher: Bencher<'_, '_>, path: &str) {
    let service = World::named("required").unwrap().service(7);
    let token = service.handle(&put(), now()).body;
    let request = Request { token: Some(&token), ..Request::new(Method::Get, path) };
    let now = now();
    bencher.bench_local(|| service.handle(&request, now));
}

fn put() -> Request<'static> {
    Request { token_ttl: Some(b"21600"), ..Request::new(Method::Put, "/latest/api/token") }
}

#[divan::bench]
fn leaf(bencher: Bencher<'_, '_>) {
    get(bencher, "/latest/meta-data/instance-id");
}

#[divan::bench]
fn leaf_without_token(bencher: Bencher<'_, '_>) {
    let service = World::named("private").unwrap().service(7);
    let (request, now) = (Request::new(Method::Get, "/latest/meta-data/instance-id"), now());
    bencher.bench_local(|| service.handle(&request, now));
}

#[divan::bench]
fn listing(bencher: Bencher<'_, '_>) {
    get(bencher, "/latest/meta-data/");
}

#[divan::bench]
fn dated_listing(bencher: Bencher<'_, '_>) {
    get(bencher, "/2009-04-04/meta-data/");
}

#[divan::bench]
fn not_found(bencher: Bencher<'_, '_>) {
    get(bencher, "/latest/meta-data/nonsense");
}

#[divan::bench]
fn token(bencher: Bencher<'_, '_>) {
    let (service, now) = (World::named("required").unwrap().service(7), now());
    bencher.bench_local(|| service.handle(&put(), now));
}

/// A token of nobody's: looked at and refused.
#[divan::bench]
fn token_check(bencher: Bencher<'_, '_>) {
    let service = World::named("required").unwrap().service(7);
    let foreign = World::named("required").unwrap().service(8).handle(&put(), now()).body;
    let request = Request { token: Some(&foreign), ..Request::new(Method::Get, "/latest/meta-data/mac") };
    let now = now();
    bencher.bench_local(|| service.handle(&request, now));
}
