//! Every transcript of `golden/`, through the only door. `testkit` explains their form; the daemon's
//! tests run the same files over a socket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use imds::{Method, Request, Response, Value};
use testkit::{Transcript, World, http_request, now};

#[test]
fn transcripts() {
    let transcripts = Transcript::all(Path::new("tests/golden"));
    let mut run = 0;
    for transcript in transcripts.iter().filter(|transcript| !transcript.only_socket) {
        let world = World::named(&transcript.config)
            .unwrap_or_else(|| panic!("{}: no configuration {}", transcript.name, transcript.config));
        let service = world.service(7);
        let put = Request { token_ttl: Some(b"21600"), ..Request::new(Method::Put, "/latest/api/token") };
        let token = service.handle(&put, now()).body;
        let text = transcript.request.replace("{token}", std::str::from_utf8(&token).unwrap());
        let answer = written(&service.handle(&http_request(&text), now()), transcript.is_head());
        transcript.check(&answer);
        run += 1;
    }
    // Past the capture of tests' output: a number to be seen in every run.
    let mut shown = std::io::stderr();
    let _ = writeln!(shown, "{run} of {} transcripts ran without a socket", transcripts.len());
    assert!(transcripts.len() >= 150 && run >= 140, "{run} of {} transcripts", transcripts.len());
}

/// As it would go over the wire.
fn written(response: &Response, is_head: bool) -> String {
    let (code, phrase) = response.status.line();
    let mut text = format!("HTTP/1.1 {code} {phrase}\r\n");
    for (name, value) in response.headers() {
        let value = match value {
            Value::Text(text) => text.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Time(time) => date(time),
        };
        text.push_str(&format!("{}: {value}\r\n", name.text()));
    }
    text.push_str("\r\n");
    if !is_head {
        text.push_str(std::str::from_utf8(&response.body).unwrap());
    }
    text
}

fn date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}
