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
