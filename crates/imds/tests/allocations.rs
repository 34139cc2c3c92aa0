//! What an answer costs in allocations: none for what is handed out ready-made, also the first
//! time it is.

use std::hint::black_box;

use allocation_counter::measure;
use imds::{Method, Request, Service};
use testkit::{World, now};

fn allocations(service: &Service, request: &Request<'_>, status: u16) -> u64 {
    let now = now();
    let mut answered = 0;
    let count = measure(|| answered = black_box(service.handle(request, now)).status.line().0);
    assert_eq!(answered, status, "{}", request.path);
    count.count_total
}

#[test]
fn nothing_is_allocated_for_what_is_there_already() {
    let service = World::named("required").unwrap().service(7);
    let put = Request { token_ttl: Some(b"60"), ..Request::new(Method::Put, "/latest/api/token") };
    let token = service.handle(&put, now()).body;
    let get = |path| Request { token: Some(&token), ..Request::new(Method::Get, path) };
    for (path, status) in [
        ("/", 200),
        ("/latest/", 200),
        ("/latest/meta-data/", 200),
        ("/2009-04-04/meta-data/", 200),
        ("/latest/meta-data/instance-id", 200),
        ("/2009-04-04/meta-data/instance-id", 200),
        ("/latest/meta-data/placement/availability-zone/", 200),
        ("/latest/meta-data/iam/info", 200),
        ("/latest/meta-data/iam/security-credentials/BaseIAMRole", 200),
        ("/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance", 200),
        ("/latest/dynamic/instance-identity/document", 200),
        ("/latest/meta-data/nonsense", 404),
    ] {
        let count = allocations(&service, &get(path), status);
        println!("{count} allocations: {path}");
        assert_eq!(count, 0, "{path}");
    }
    let without = Request::new(Method::Get, "/latest/meta-data/instance-id");
    assert_eq!(allocations(&service, &without, 401), 0, "a request without a token");
    // The token's text is the response's own.
    assert_eq!(allocations(&service, &put, 200), 1, "a request for a token");
}
