//! From readiness to the last answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;

use crate::server::Server;

#[test]
fn term_ends_it_with_success() {
    for signal in ["TERM", "INT"] {
        let mut server = Server::start("");
        server.signal(signal);
        assert!(server.wait().success());
        assert!(server.log().contains("stopped; every request was answered"));
        assert!(TcpStream::connect(server.address).is_err(), "nobody listens any more");
    }
}

#[test]
fn a_request_under_way_is_answered_and_idle_connections_end() {
    let mut server = Server::start("");
    let (mut busy, mut idle) = (server.connect(), server.connect());
    let get =
        b"GET /latest/meta-data/instance-type HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";
    let answer = |stream: &mut TcpStream| {
        let mut answer = Vec::new();
        let mut bytes = [0; 1024];
        while !answer.ends_with(b"t3.micro") {
            let count = stream.read(&mut bytes).unwrap();
            assert!(count > 0, "{}", String::from_utf8_lossy(&answer));
            answer.extend(&bytes[..count]);
        }
    };
    // Half of a request is at the server when it is told to stop.
    busy.write_all(&get[..20]).unwrap();
    idle.write_all(get).unwrap();
    answer(&mut idle);
    server.signal("TERM");
    assert_eq!(idle.read(&mut [0]).unwrap(), 0, "the idle connection is closed");
    busy.write_all(&get[20..]).unwrap();
    answer(&mut busy);
    drop(busy);
    assert!(server.wait().success());
}

#[test]
fn systemd_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(crate::server::PATIENCE)).unwrap();
    let hear = || {
        let mut bytes = [0; 256];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).trim().to_owned()
    };
    let mut server = Server::start_with("", |program| {
        program.env("NOTIFY_SOCKET", &path);
    });
    assert_eq!(hear(), "READY=1");
    server.signal("HUP");
    assert!(hear().contains("RELOADING=1"));
    assert_eq!(hear(), "READY=1");
    server.signal("TERM");
    assert_eq!(hear(), "STOPPING=1");
    assert!(server.wait().success());
}
