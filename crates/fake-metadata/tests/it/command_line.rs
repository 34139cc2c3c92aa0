//! Commands and their errors: one sentence, the right exit code, nothing started.

use std::fs;
use std::net::TcpListener;
use std::process::Output;

use crate::server::{Server, program};

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

#[track_caller]
fn check_error(arguments: &[&str], code: i32, sentence: &str) {
    let output = run(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert!(error.contains(sentence), "{error}");
    assert!(!error.contains("panicked"), "{error}");
}

#[test]
fn addresses_that_cannot_be_had() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap();
    let sentence = format!("cannot listen on {taken}: another program already does");
    check_error(&["serve", &taken.to_string()], 71, &sentence);
    // An address of the block for documentation (RFC 5737), which no machine has.
    check_error(
        &["serve", "192.0.2.1:8000"],
        71,
        "cannot listen on 192.0.2.1:8000: this machine has no such address",
    );
}

#[test]
fn addresses_that_are_none() {
    for wrong in ["127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "example.org:80", "127.0.0", ":8000", ""] {
        check_error(&["serve", wrong], 64, "write an address with or without a port, such as 127.0.0.1:8000");
    }
    check_error(&["serve", "a", "b"], 64, "Usage: fake-metadata serve");
    check_error(&["sevre"], 64, "unrecognized subcommand 'sevre'");
    check_error(&[], 64, "Usage: fake-metadata <COMMAND>");
}

#[test]
fn configurations_that_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let path = file.to_str().unwrap();
    for command in ["serve", "check-config"] {
        fs::write(&file, "[tokens]\nrequried = true\n").unwrap();
        let unknown = format!("{path}:2: unknown key `tokens.requried`; did you mean `tokens.required`?");
        check_error(&[command, "--config", path], 78, &unknown);
        fs::write(&file, "\nerrors = 5\n").unwrap();
        let kind = format!("{path}:2: errors must be \"ec2\" or \"json\", not the number 5");
        check_error(&[command, "--config", path], 78, &kind);
        fs::write(&file, "[paths]\n\"my-team/name\" = \"x\"\n").unwrap();
        let outside = format!("{path}: paths: `my-team/name` must begin with `meta-data/`");
        check_error(&[command, "--config", path], 78, &outside);
        check_error(
            &[command, "--config", "/nonexistent.toml"],
            78,
            "/nonexistent.toml: cannot be read: No such file",
        );
        check_error(&[command, "--config", "/"], 78, "/: cannot be read: Is a directory");
    }
    fs::write(&file, "").unwrap();
    let output = run(&["check-config", "--config", path]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{path}: the configuration is right\n"));
}

#[test]
fn a_log_that_cannot_be_written() {
    check_error(
        &["serve", "127.0.0.1:0", "--log-file", "/dev/null/server.log"],
        73,
        "/dev/null/server.log: the log cannot be written: Not a directory",
    );
}

#[test]
fn the_environment_wins() {
    let server = Server::start_with(
        "[instance]\npublic-ipv4 = \"none\"\npublic-hostname = \"a.example\"\n",
        |program| {
            program.env("EC2_LOCAL_HOSTNAME", "vm.example.org").env("EC2_LOCAL_IPV4", "192.0.2.10");
        },
    );
    assert_eq!(server.get("/latest/meta-data/public-hostname"), "vm.example.org");
    assert_eq!(server.get("/latest/meta-data/public-ipv4"), "192.0.2.10");
    let output = program().args(["check-config"]).env("EC2_LOCAL_IPV4", "here").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78));
    assert!(error.contains("EC2_LOCAL_IPV4 must be an IPv4 address, not \"here\""), "{error}");
}

#[test]
fn help_has_examples() {
    let output = run(&["--help"]);
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && help.contains("Examples:\n  fake-metadata serve"), "{help}");
    assert!(String::from_utf8_lossy(&run(&["--version"]).stdout).starts_with("fake-metadata "));
}
