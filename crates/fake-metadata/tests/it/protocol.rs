//! What one request alone does not show; for that there are transcripts.

use std::io::{Read, Write};

use crate::server::Server;

#[test]
fn a_connection_stays_open_if_asked() {
    let server = Server::start("");
    let mut stream = server.connect();
    for _ in 0..3 {
        stream
            .write_all(
                b"GET /latest/meta-data/instance-type HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
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

/// The packets of a token may travel so many hops, those of other answers as many as usual.
#[test]
fn the_hop_limit_is_set_for_tokens_only() {
    let server = Server::start("[tokens]\nhop-limit = 3\n");
    // What the server sets on its end cannot be seen from this one; strace shows its calls.
    let trace = server.path("trace");
    let mut strace = std::process::Command::new("strace")
        .args(["-qq", "-f", "-e", "trace=setsockopt", "-o"])
        .arg(&trace)
        .args(["-p", &server.pid().to_string()])
        .spawn()
        .unwrap_or_else(|error| panic!("strace (apt install strace): {error}"));
    crate::server::wait_until("strace has attached", || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        (!status.contains("TracerPid:\t0\n")).then_some(())
    });
    server.get("/latest/meta-data/instance-type");
    server.token();
    server.stop();
    strace.wait().unwrap();
    let calls = std::fs::read_to_string(trace).unwrap();
    let hops: Vec<_> = calls.lines().filter(|line| line.contains("IP_TTL")).collect();
    assert!(hops.len() == 1 && hops[0].contains("[3]"), "{calls}");
}
