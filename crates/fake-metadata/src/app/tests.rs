//! Limits that would take long to reach from outside: here they are set low.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::SystemTime;

use tokio::sync::oneshot;

use super::*;
use crate::instance::{Origin, Overrides};
use crate::keeper::Keeper;

const GET: &[u8] =
    b"GET /latest/meta-data/instance-type HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";

/// Runs an application with these limits while `client` talks to it in a thread of its own.
fn with_limits(limits: Limits, client: impl FnOnce(SocketAddr) + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let now = SystemTime::now();
        let origin = Origin::look(std::path::Path::new("/dev/null"), now);
        let keeper = Keeper::new(Some("/dev/null".into()), Overrides::default(), origin, now).unwrap();
        let log = Log::open(Some("/dev/null".into())).unwrap();
        let listen = ["127.0.0.1:0".parse().unwrap()];
        let app = App::bind(&listen, keeper.views(), limits, log).unwrap();
        let address = app.addresses().next().unwrap();
        let (done, told) = oneshot::channel();
        let client = std::thread::spawn(move || {
            client(address);
            done.send(()).unwrap();
        });
        // A client that panics drops its end, which stops the application too.
        app.run(async { drop(told.await) }).await;
        client.join().unwrap();
    });
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

fn answer(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    while !answer.ends_with("t3.micro") {
        let mut byte = [0];
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{answer}");
        answer.push(char::from(byte[0]));
    }
    answer
}

#[test]
fn a_head_that_does_not_arrive_and_an_idle_connection_are_ended() {
    let limits = Limits { head_time: Duration::from_millis(200), ..Limits::default() };
    with_limits(limits, |address| {
        let (mut silent, mut half, mut idle) = (connect(address), connect(address), connect(address));
        half.write_all(&GET[..20]).unwrap();
        idle.write_all(GET).unwrap();
        answer(&mut idle);
        for stream in [&mut silent, &mut half, &mut idle] {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).unwrap();
        }
    });
}

#[test]
fn beyond_the_limit_a_client_waits_its_turn() {
    let limits = Limits { connections: 2, ..Limits::default() };
    with_limits(limits, |address| {
        let (mut first, mut second, mut third) = (connect(address), connect(address), connect(address));
        for stream in [&mut first, &mut second] {
            stream.write_all(GET).unwrap();
            answer(stream);
        }
        third.write_all(GET).unwrap();
        third.set_nonblocking(true).unwrap();
        // The two that have a place are answered once more; the third still is not.
        first.write_all(GET).unwrap();
        answer(&mut first);
        assert!(third.read(&mut [0]).is_err(), "it has to wait");
        third.set_nonblocking(false).unwrap();
        drop(first);
        answer(&mut third);
    });
}

#[test]
fn beyond_the_limit_connections_are_not_kept() {
    with_limits(Limits { kept: 1, ..Limits::default() }, |address| {
        let (mut first, mut second) = (connect(address), connect(address));
        for _ in 0..2 {
            first.write_all(GET).unwrap();
            assert!(!answer(&mut first).contains("Connection: close"));
        }
        second.write_all(GET).unwrap();
        assert!(answer(&mut second).contains("Connection: close"));
        assert_eq!(second.read(&mut [0]).unwrap(), 0);
        // Its place is free for another.
        drop(first);
        loop {
            let mut third = connect(address);
            third.write_all(GET).unwrap();
            if !answer(&mut third).contains("Connection: close") {
                break;
            }
        }
    });
}
