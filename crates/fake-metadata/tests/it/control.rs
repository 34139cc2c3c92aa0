//! The control socket, and the commands that use it.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::server::{Server, program};

const PUSHED: &str = "[role.credentials]\nsource = \"pushed\"\nlifetime = \"1h\"\n";
const ROLE: &str = "/latest/meta-data/iam/security-credentials/BaseIAMRole";
const KEYS: &str = r#"{"Version": 1, "AccessKeyId": "ASIAFAKEPUSHED", "SecretAccessKey": "FakeSecretPushed", "SessionToken": "FakeTokenPushed"}"#;

/// Runs a command that asks this server.
fn ask(server: &Server, arguments: &[&str], input: &str) -> Output {
    ask_with(server, arguments, input, &[])
}

fn ask_with(server: &Server, arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Output {
    let mut child = program()
        .env("RUNTIME_DIRECTORY", server.path(""))
        .envs(variables.iter().copied())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that reads nothing may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// An exchange over the socket itself.
fn over_socket(server: &Server, request: &str, body: &str) -> (String, Value) {
    let mut stream = UnixStream::connect(server.path("control.sock")).unwrap();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap())
}

#[test]
fn status() {
    let server = Server::start("");
    server.get("/latest/meta-data/");
    let said = ask(&server, &["status"], "");
    assert!(said.status.success(), "{said:?}");
    let said = text(&said.stdout);
    for part in [
        "runs as process ",
        &format!("listening on http://{}", server.address),
        "1 requests, the last by 127.0.0.1:",
        "role BaseIAMRole\n  source        generated\n  key           ****************",
        "last error    none",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let status: Value = serde_json::from_slice(&ask(&server, &["status", "--json"], "").stdout).unwrap();
    let role = &status["roles"][0];
    let keys: Value = serde_json::from_str(&server.get(ROLE)).unwrap();
    assert_eq!((&role["last-renewal"], &role["expiration"]), (&keys["LastUpdated"], &keys["Expiration"]));
    let (hidden, id) = (role["access-key-id"].as_str().unwrap(), keys["AccessKeyId"].as_str().unwrap());
    assert_eq!(hidden, format!("****************{}", &id[16..]));
    assert!(role["next-renewal"].as_str() < role["expiration"].as_str());
    assert_eq!(status["identity"]["name"], "ec2-instance");
}

#[test]
fn keys_are_renewed_on_demand() {
    let server = Server::start("");
    let before = server.get(ROLE);
    let said = ask(&server, &["credentials", "rotate"], "");
    assert_eq!(text(&said.stdout), "there are new keys\n");
    assert_ne!(server.get(ROLE), before);
    let said = ask(&server, &["credentials", "rotate", "--role", "Other"], "");
    assert_eq!(said.status.code(), Some(1));
    assert_eq!(text(&said.stderr), "fake-metadata: there is no role \"Other\"; see: fake-metadata status\n");
    let said = ask(&server, &["credentials", "rotate", "--role", "a/b"], "");
    assert_eq!(said.status.code(), Some(64));
}

#[test]
fn keys_are_handed_in() {
    let server = Server::start(PUSHED);
    let said = ask(&server, &["credentials", "show"], "");
    assert_eq!(said.status.code(), Some(1), "there are none yet");
    assert!(
        text(&said.stdout).contains("no keys were handed in yet; do so with: fake-metadata credentials set"),
        "{said:?}"
    );
    let said = ask(&server, &["credentials", "set", "-"], KEYS);
    assert!(said.status.success(), "{said:?}");
    assert!(server.get(ROLE).contains("\"Token\" : \"FakeTokenPushed\""));
    assert!(ask(&server, &["credentials", "show"], "").status.success());
    let variables = [("AWS_ACCESS_KEY_ID", "ASIAFAKEENV"), ("AWS_SECRET_ACCESS_KEY", "FakeSecretEnv")];
    let said = ask_with(&server, &["credentials", "set", "--from-environment"], "", &variables);
    assert!(said.status.success(), "{said:?}");
    assert!(server.get(ROLE).contains("ASIAFAKEENV"));
    std::fs::create_dir(server.path(".aws")).unwrap();
    let profile = "[dev]\naws_access_key_id = AKIAFAKEDEV\naws_secret_access_key = FakeSecretDev\n";
    std::fs::write(server.path(".aws/credentials"), profile).unwrap();
    let home = server.path("").to_str().unwrap().to_owned();
    let said = ask_with(&server, &["credentials", "set", "--from-profile", "dev"], "", &[("HOME", &home)]);
    assert!(said.status.success(), "{said:?}");
    assert!(server.get(ROLE).contains("AKIAFAKEDEV"));
    server.wait_for_log("BaseIAMRole: keys were handed in by ");
    let said = ask(&server, &["credentials", "rotate"], "");
    assert!(text(&said.stderr).contains("has its keys handed in; hand in new ones with"), "{said:?}");
    // A configuration that is read again, even with another lifetime, does not take them away.
    server.configure(&PUSHED.replace("1h", "2h"));
    server.signal("HUP");
    server.wait_for_log("configuration read again");
    assert!(server.get(ROLE).contains("AKIAFAKEDEV"));
}

#[test]
fn what_is_wrong_with_keys_that_are_handed_in() {
    let server = Server::start(PUSHED);
    ask(&server, &["credentials", "set", "-"], KEYS);
    let expired = KEYS.replace("}", ", \"Expiration\": \"2020-01-01T00:00:00Z\"}");
    for (input, code, sentence) in [
        ("", 65, "there was nothing; no keys were handed in"),
        ("FakeSecret", 65, "it is not JSON"),
        (&" ".repeat(70_000), 65, "it is longer than 64 KiB"),
        (&expired, 1, "the keys had expired already, at 2020-01-01T00:00:00Z"),
    ] {
        let said = ask(&server, &["credentials", "set", "-"], input);
        assert_eq!(said.status.code(), Some(code), "{said:?}");
        assert!(text(&said.stderr).contains(sentence), "{said:?}");
        assert!(server.get(ROLE).contains("ASIAFAKEPUSHED"), "the keys before stay");
    }
    let generated = Server::start("");
    let said = ask(&generated, &["credentials", "set", "-"], KEYS);
    assert!(
        text(&said.stderr)
            .contains("has its keys from source = \"generated\"; to hand some in, set source = \"pushed\""),
        "{said:?}"
    );
    assert_eq!(ask(&generated, &["credentials", "set"], "").status.code(), Some(64));
}

#[test]
fn the_socket_is_for_its_group_and_speaks_version_1() {
    let server = Server::start("");
    let mode = std::fs::metadata(server.path("control.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    let (line, status) = over_socket(&server, "GET /v1/status", "");
    assert_eq!(
        (line.as_str(), status["version"].as_str()),
        ("HTTP/1.1 200 OK", Some(env!("CARGO_PKG_VERSION")))
    );
    for (request, body, line, error) in [
        (
            "GET /v2/status",
            "",
            "HTTP/1.1 404 Not Found",
            "this server knows version 1: paths begin with /v1/",
        ),
        ("GET /v1/nothing", "", "HTTP/1.1 404 Not Found", "there is no such thing; see docs/control.md"),
        ("PUT /v1/status", "", "HTTP/1.1 405 Method Not Allowed", "it takes another method"),
        (
            "PUT /v1/roles/-/credentials",
            "{}",
            "HTTP/1.1 400 Bad Request",
            "this is no credential-process JSON: it has no Version, which must be 1",
        ),
        (
            "PUT /v1/roles/-/credentials",
            &"x".repeat(70_000),
            "HTTP/1.1 413 Payload Too Large",
            "keys are shorter than that",
        ),
        (
            "POST /v1/roles/Other/renew",
            "",
            "HTTP/1.1 409 Conflict",
            "there is no role \"Other\"; see: fake-metadata status",
        ),
    ] {
        let (found, answer) = over_socket(&server, request, body);
        assert_eq!((found.as_str(), answer["error"].as_str().unwrap()), (line, error), "{request}");
    }
}

#[test]
fn where_nothing_answers() {
    let folder = tempfile::tempdir().unwrap();
    let said = program().env("RUNTIME_DIRECTORY", folder.path()).arg("status").output().unwrap();
    assert_eq!(said.status.code(), Some(69));
    let said = text(&said.stderr);
    assert!(
        said.contains("control.sock: no server answers there: No such file")
            && said.contains("systemctl start fake-metadata"),
        "{said}"
    );
}

#[test]
fn a_second_server_leaves_the_socket_to_the_first() {
    let first = Server::start("");
    let second = Server::start_with("", |server| {
        server.env("RUNTIME_DIRECTORY", first.path(""));
    });
    second.wait_for_log(
        "no control socket, so `fake-metadata status` cannot ask this server: another server has it",
    );
    let status: Value = serde_json::from_slice(&ask(&first, &["status", "--json"], "").stdout).unwrap();
    assert_eq!(status["listening"][0], format!("http://{}", first.address));
    // One that was left behind is put out of the way.
    first.signal("KILL");
    let third = Server::start_with("", |server| {
        server.env("RUNTIME_DIRECTORY", first.path(""));
    });
    let status: Value = serde_json::from_slice(&ask(&first, &["status", "--json"], "").stdout).unwrap();
    assert_eq!(status["listening"][0], format!("http://{}", third.address));
}
