//! What goes over the wire, byte for byte where clients look.

use std::io::{Read, Write};

use crate::server::Server;

/// The answer with the times, which change, taken out.
fn timeless(answer: &str) -> String {
    let lines = answer.split_inclusive("\r\n").map(|line| match line.split_once(": ") {
        Some((name @ ("Date" | "Last-Modified"), _)) => format!("{name}: TIME\r\n"),
        _ => line.to_owned(),
    });
    lines.collect()
}

#[test]
fn a_leaf_header_by_header() {
    let server = Server::start("");
    let answer =
        server.send(b"GET /latest/meta-data/instance-type HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n");
    assert_eq!(
        timeless(&answer),
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nAccept-Ranges: none\r\nLast-Modified: TIME\r\n\
         Content-Length: 8\r\nDate: TIME\r\nServer: EC2ws\r\nConnection: close\r\n\r\nt3.micro"
    );
    let date = answer.split("Date: ").nth(1).unwrap().split("\r\n").next().unwrap();
    assert!(date.len() == 29 && date.ends_with(" GMT"), "{date}");
}

#[test]
fn tokens_header_by_header() {
    let server = Server::start("[tokens]\nrequired = true\n");
    let put = "PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n";
    let answer = server.send(put.as_bytes());
    let (head, token) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        timeless(head),
        "HTTP/1.1 200 OK\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\nContent-Length: 56\r\nDate: TIME\r\n\
         Server: EC2ws\r\nConnection: close\r\nContent-Type: text/plain"
    );
    let get = format!(
        "GET /latest/meta-data/ HTTP/1.1\r\nHost: localhost\r\nX-aws-ec2-metadata-token: {token}\r\n\r\n"
    );
    let answer = server.send(get.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 2"), "{answer}");
    let answer = server.send(b"GET /latest/meta-data/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(
        timeless(&answer),
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nDate: TIME\r\nServer: EC2ws\r\nConnection: close\r\n\
         Content-Type: text/plain\r\n\r\n"
    );
}

#[test]
fn refusals() {
    let server = Server::start("");
    let answer = |request: &str| server.send(format!("{request}\r\n\r\n").as_bytes());
    let missing = answer("GET /latest/nonsense HTTP/1.1\r\nHost: localhost");
    assert!(
        missing.starts_with("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 339\r\n")
    );
    let json = answer(
        "GET /latest/nonsense HTTP/1.1\r\nHost: localhost\r\nAccept: text/html, application/json;q=0.9",
    );
    assert!(json.ends_with("\r\n\r\n{\"error\": \"not found\"}"), "{json}");
    let bad = answer(
        "PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\nX-aws-ec2-metadata-token-ttl-seconds: 0",
    );
    assert!(bad.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{bad}");
    let odd = answer("GET /latest/api/token HTTP/1.1\r\nHost: localhost");
    assert!(
        odd.starts_with("HTTP/1.1 405 Not Allowed\r\nAllow: OPTIONS, PUT\r\nContent-Length: 0\r\n"),
        "{odd}"
    );
    let expecting = answer(
        "PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\
         X-aws-ec2-metadata-token-ttl-seconds: 60",
    );
    assert!(expecting.starts_with("HTTP/1.1 417 Expectation Failed\r\n"), "{expecting}");
    let proxied = answer(
        "PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n\
         X-aws-ec2-metadata-token-ttl-seconds: 60",
    );
    assert!(proxied.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{proxied}");
    for answer in [missing, json, bad, odd, expecting, proxied] {
        assert!(answer.contains("\r\nServer: EC2ws\r\n"), "{answer}");
    }
}

#[test]
fn head_has_headers_only() {
    let server = Server::start("");
    let answer = server.send(b"HEAD /latest/meta-data/instance-type HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(answer.contains("\r\nContent-Length: 8\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn old_clients_and_odd_targets() {
    let server = Server::start("");
    let old = server.send(b"GET /latest/meta-data/instance-type HTTP/1.0\r\n\r\n");
    assert!(old.starts_with("HTTP/1.0 200 OK\r\n") || old.starts_with("HTTP/1.1 200 OK\r\n"), "{old}");
    assert!(old.ends_with("\r\n\r\nt3.micro"), "{old}");
    for target in [
        "/latest//meta-data/instance-type",
        "/latest/meta-data/instance-type/",
        "/latest/meta-data/instance-type?x=y",
        "http://169.254.169.254/latest/meta-data/instance-type",
    ] {
        assert_eq!(server.get(target), "t3.micro", "{target}");
    }
}

#[test]
fn a_connection_stays_open_if_asked() {
    let server = Server::start("");
    let mut stream = server.connect();
    for _ in 0..3 {
        stream
            .write_all(
                b"GET /latest/meta-data/instance-type HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
            )
            .unwrap();
        let mut answer = String::new();
        while !answer.ends_with("t3.micro") {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).unwrap(), 1, "{answer}");
            answer.push(char::from(byte[0]));
        }
        assert!(!answer.contains("Connection:"), "{answer}");
    }
}

#[test]
fn a_chunked_put_is_taken() {
    let server = Server::start("");
    let answer = server.send(
        b"PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\
          Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}
