//! Transcripts: a request and the response expected, byte for byte, in a file of its own.
//!
//! ```text
//! # What the file shows, in a sentence.
//! # evidence: documented | observed | relied on by CLIENT | assumed, and by what
//! # config: the name of a configuration
//! GET /latest/meta-data/ami-id HTTP/1.1
//! Host: 169.254.169.254
//!
//! HTTP/1.1 200 OK
//! Content-Type: text/plain
//!
//! ami-0fa4e00000000000a
//! ```
//!
//! Lines of heads end in CR LF on the wire. What stands between the request's head and the line
//! that begins with `HTTP/` is the request's body. The file's last line feed belongs to the file,
//! not to the body. `# only: socket` marks what concerns the connection and not `imds`.
//!
//! What differs from run to run is written so, and nothing else is:
//!
//! - `{date}`: a date of HTTP (RFC 9110, section 5.6.7);
//! - `{token}`: in a request a good token, in a response any 56 characters shaped like one;
//! - `{1..21600}`: a decimal number in that range;
//! - `{time}`: a time such as `2027-01-15T08:00:00Z`;
//! - `{word}`: letters, digits and `+/=-_`, at least one.

use std::fs;
use std::path::Path;

/// One file.
#[derive(Debug)]
pub struct Transcript {
    /// The file's name.
    pub name: String,
    /// The configuration it runs in.
    pub config: String,
    /// Whether it concerns the connection and not `imds`.
    pub only_socket: bool,
    /// The request, line feeds as CR LF, with `{token}` in it.
    pub request: String,
    expected: String,
}

impl Transcript {
    /// Reads all files of a folder that end in `.http`, by name.
    ///
    /// # Panics
    /// When one cannot be read or is not in the form above.
    #[expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
    pub fn all(folder: &Path) -> Vec<Transcript> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "http"))
            .collect();
        files.sort();
        let read = |file: &std::path::PathBuf| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(file).unwrap();
            parse(&name, &text).unwrap_or_else(|reason| panic!("{name}: {reason}"))
        };
        files.iter().map(read).collect()
    }

    /// Compares an answer, with CR LF in its head, with what is expected.
    ///
    /// # Panics
    /// When they differ.
    #[track_caller]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn check(&self, answer: &str) {
        if let Err(at) = matches(&self.expected, answer) {
            let (good, bad) = answer.split_at(at);
            panic!(
                "{}: expected\n{:?}\nbut got\n{good:?}\nand then, where it differs,\n{bad:?}",
                self.name, self.expected
            );
        }
    }

    /// Whether the connection is to be closed after the answer.
    pub fn closes(&self) -> bool {
        self.expected.contains("\r\nConnection: close\r\n")
    }

    /// Whether the answer has no body for being one to HEAD.
    pub fn is_head(&self) -> bool {
        self.request.starts_with("HEAD ")
    }
}

fn parse(name: &str, text: &str) -> Result<Transcript, String> {
    let (mut config, mut evidence, mut only_socket, mut what) = (None, false, false, false);
    let mut rest = text;
    while let Some(line) = rest.strip_prefix("# ") {
        let (line, after) = line.split_once('\n').ok_or("ends in its comments")?;
        rest = after;
        match line.split_once(": ") {
            Some(("config", value)) => config = Some(value.to_owned()),
            Some(("evidence", value)) => {
                let kinds = ["documented", "observed", "relied on by ", "assumed"];
                evidence = kinds.iter().any(|kind| value.starts_with(kind));
            }
            Some(("only", "socket")) => only_socket = true,
            _ => what = true,
        }
    }
    if !evidence || !what {
        return Err("says not what it shows, or not by which evidence".to_owned());
    }
    let start = rest.find("\nHTTP/1.").ok_or("has no response")? + 1;
    let (request, response) = rest.split_at(start);
    let response = response.strip_suffix('\n').ok_or("does not end in a line feed")?;
    // A head without a body ends in its empty line, which is the file's last.
    let (head, body) = response.split_once("\n\n").unwrap_or((response.trim_end_matches('\n'), ""));
    Ok(Transcript {
        name: name.to_owned(),
        config: config.ok_or("says no config")?,
        only_socket,
        request: request.replace('\n', "\r\n"),
        expected: format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")),
    })
}

/// Compares; where they differ, the place in the answer.
fn matches(mut expected: &str, answer: &str) -> Result<(), usize> {
    let mut rest = answer;
    while let Some(open) = expected.find('{') {
        let place = expected[open..].find('}').map(|close| &expected[open + 1..open + close]);
        let Some((place, length)) = place.and_then(|name| Some((name, length(name, rest.get(open..)?)?)))
        else {
            // A brace of a document.
            let (literal, after) = expected.split_at(open + 1);
            rest = literally(literal, rest, answer)?;
            expected = after;
            continue;
        };
        rest = literally(&expected[..open], rest, answer)?;
        if length == 0 {
            return Err(answer.len() - rest.len());
        }
        rest = &rest[length..];
        expected = &expected[open + place.len() + 2..];
    }
    match literally(expected, rest, answer)? {
        "" => Ok(()),
        more => Err(answer.len() - more.len()),
    }
}

fn literally<'a>(literal: &str, rest: &'a str, answer: &str) -> Result<&'a str, usize> {
    rest.strip_prefix(literal).ok_or_else(|| {
        let same = literal.bytes().zip(rest.bytes()).take_while(|(a, b)| a == b).count();
        let mut at = answer.len() - rest.len() + same;
        while !answer.is_char_boundary(at) {
            at -= 1;
        }
        at
    })
}

/// How much of the beginning of a text a place stands for, 0 if it does not fit; `None` for what is
/// no such place.
fn length(name: &str, text: &str) -> Option<usize> {
    let run = |good: fn(char) -> bool| text.find(|char| !good(char)).unwrap_or(text.len());
    Some(match name {
        "date" => {
            let date = text.get(..29).unwrap_or_default();
            let same =
                httpdate::parse_http_date(date).is_ok_and(|time| httpdate::fmt_http_date(time) == date);
            if same { 29 } else { 0 }
        }
        "token" => {
            let token = text.get(..56).unwrap_or_default();
            let letters = token.trim_end_matches("==");
            let plain = letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            if token.starts_with("AQAEA") && letters.len() == 54 && plain { 56 } else { 0 }
        }
        "time" => {
            let time = text.get(..20).unwrap_or_default();
            let shape: String =
                time.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
            if shape == "0000-00-00T00:00:00Z" { 20 } else { 0 }
        }
        "word" => run(|char| char.is_ascii_alphanumeric() || "+/=-_".contains(char)),
        range => {
            let (low, high) = range.split_once("..")?;
            let (low, high): (u64, u64) = (low.parse().ok()?, high.parse().ok()?);
            let digits = run(|char| char.is_ascii_digit());
            let number = text[..digits].parse().ok().filter(|number| (low..=high).contains(number));
            if number.is_some() { digits } else { 0 }
        }
    })
}

/// What the transport makes of the text of a request, for tests without one.
///
/// # Panics
/// When the text is no request.
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
pub fn http_request(text: &str) -> imds::Request<'_> {
    let head = text.split("\r\n\r\n").next().unwrap();
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap().split(' ');
    let method = match words.next().unwrap() {
        "GET" => imds::Method::Get,
        "HEAD" => imds::Method::Head,
        "PUT" => imds::Method::Put,
        "OPTIONS" => imds::Method::Options,
        _ => imds::Method::Other,
    };
    let target = words.next().unwrap();
    // A target with a host says more than the header.
    let (authority, target) =
        match target.strip_prefix("http://").and_then(|rest| rest.split_at_checked(rest.find('/')?)) {
            Some((authority, path)) => (Some(authority), path),
            None => (None, target),
        };
    let mut request = imds::Request::new(method, target.split('?').next().unwrap());
    request.host = authority;
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        match name.to_ascii_lowercase().as_str() {
            "x-aws-ec2-metadata-token" => request.token = Some(value.as_bytes()),
            "x-aws-ec2-metadata-token-ttl-seconds" => request.token_ttl = Some(value.as_bytes()),
            "host" => request.host = authority.or(Some(value)),
            "origin" | "sec-fetch-site" | "sec-fetch-mode" | "sec-fetch-dest" => request.from_browser = true,
            "x-forwarded-for" => request.forwarded = true,
            "expect" => request.expects_continue = value.eq_ignore_ascii_case("100-continue"),
            "accept" => request.accepts_json = value.contains("application/json"),
            "connection" => request.keep_alive = value.eq_ignore_ascii_case("keep-alive"),
            _ => {}
        }
    }
    request
}
