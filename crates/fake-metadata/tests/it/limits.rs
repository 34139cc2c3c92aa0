//! Requests that are too much, or not HTTP.

use std::io::{Read, Write};

use crate::server::Server;

#[track_caller]
fn check(server: &Server, request: &[u8], status: &str) {
    let answer = server.send(request);
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{status}: {answer}");
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
}

#[test]
fn too_large() {
    let server = Server::start("");
    let path = |length| format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(length));
    check(&server, path(5000).as_bytes(), "414 URI Too Long");
    check(&server, path(100_000).as_bytes(), "431 Request Header Fields Too Large");
    let header = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: {}\r\n\r\n", "a".repeat(100_000));
    check(&server, header.as_bytes(), "431 Request Header Fields Too Large");
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    check(&server, format!("GET / HTTP/1.1\r\n{many}\r\n").as_bytes(), "431 Request Header Fields Too Large");
    assert_eq!(server.get("/latest/meta-data/instance-type"), "t3.micro", "others are served as before");
}

#[test]
fn malformed() {
    let server = Server::start("");
    for request in [
        "NONSENSE\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /\u{0} HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
    ] {
        check(&server, request.as_bytes(), "400 Bad Request");
    }
    server.wait_for_log("malformed request");
    assert_eq!(server.get("/latest/meta-data/instance-type"), "t3.micro", "others are served as before");
}

#[test]
fn half_a_request_and_none() {
    let server = Server::start("");
    drop(server.connect());
    let mut half = server.connect();
    half.write_all(b"GET /latest/meta-data/ HT").unwrap();
    drop(half);
    let mut silent = server.connect();
    assert_eq!(
        server.get("/latest/meta-data/instance-type"),
        "t3.micro",
        "a silent client is in nobody's way"
    );
    silent.set_nonblocking(true).unwrap();
    assert!(silent.read(&mut [0]).is_err(), "it may be silent for a while");
}

/// A long path is not let into the log whole.
#[test]
fn the_log_stays_readable() {
    let server = Server::start("");
    server.send(format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(5000)).as_bytes());
    let log = server.wait_for_log(" 414 v1 ");
    assert!(log.lines().all(|line| line.len() < 400), "{log}");
}
