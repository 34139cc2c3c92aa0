//! Every transcript of `imds`, over a socket.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use testkit::{Transcript, World};

use crate::server::Server;

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../imds/tests/golden");
    let transcripts = Transcript::all(&folder);
    let mut by_world = BTreeMap::<&str, Vec<&Transcript>>::new();
    for transcript in &transcripts {
        by_world.entry(&transcript.config).or_default().push(transcript);
    }
    for (name, transcripts) in by_world {
        let world = World::named(name).unwrap_or_else(|| panic!("no configuration {name}"));
        let server = Server::start(&world.toml());
        let token = server.token();
        for transcript in transcripts {
            transcript.check(&exchange(&server, transcript, &token));
        }
    }
    // Past the capture of tests' output: a number to be seen in every run.
    let _ = writeln!(std::io::stderr(), "{} transcripts ran over a socket", transcripts.len());
    assert!(transcripts.len() >= 150, "{} transcripts", transcripts.len());
}

/// The answer: by its length where the connection stays open, else all until it is closed.
fn exchange(server: &Server, transcript: &Transcript, token: &str) -> String {
    let mut stream = server.connect();
    stream.write_all(transcript.request.replace("{token}", token).as_bytes()).unwrap();
    let mut answer = Vec::new();
    if transcript.closes() {
        stream.read_to_end(&mut answer).unwrap();
    } else {
        while !is_whole(&answer, transcript.is_head()) {
            let mut byte = [0];
            let read = stream.read(&mut byte).unwrap();
            assert_eq!(read, 1, "{}: closed although kept open", transcript.name);
            answer.push(byte[0]);
        }
    }
    String::from_utf8(answer).unwrap()
}

fn is_whole(answer: &[u8], is_head: bool) -> bool {
    let answer = String::from_utf8_lossy(answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return false };
    let length = head.split("Content-Length: ").nth(1).and_then(|rest| rest.lines().next());
    is_head || body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
