//! SIGHUP: the configuration is read again, the log opened again.

use std::fs;

use crate::server::{Server, wait_until};

#[test]
fn a_new_configuration_takes_effect_and_tokens_live_on() {
    let server = Server::start("");
    let token = server.token();
    let keys = server.get("/latest/meta-data/iam/security-credentials/BaseIAMRole");
    server.configure("[instance]\ninstance-type = \"m5.large\"\n[tokens]\nrequired = true\n");
    server.signal("HUP");
    server.wait_for_log("configuration read again");
    let get = |path: &str| {
        let get = format!(
            "GET /latest/meta-data/{path} HTTP/1.1\r\nHost: localhost\r\nX-aws-ec2-metadata-token: {token}\r\n\r\n"
        );
        server.send(get.as_bytes())
    };
    let answer = get("instance-type");
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\r\n\r\nm5.large"), "{answer}");
    assert!(get("iam/security-credentials/BaseIAMRole").ends_with(&keys), "the keys were not touched");
}

#[test]
fn a_bad_configuration_changes_nothing_and_the_log_says_why() {
    let server = Server::start("[instance]\ninstance-type = \"m5.large\"\n");
    for (config, reason) in [
        (
            "[instance]\ninstance-typ = \"t3.nano\"\n",
            ":2: unknown key `instance.instance-typ`; did you mean `instance.instance-type`?",
        ),
        ("listen = 5\n", ":1: listen must be a list of addresses"),
        (
            "[paths]\n\"meta-data/ami-id/x\" = \"y\"\n",
            "paths: `meta-data/ami-id` would hold a value and be the directory",
        ),
    ] {
        server.configure(config);
        server.signal("HUP");
        server.wait_for_log(reason);
        assert_eq!(server.get("/latest/meta-data/instance-type"), "m5.large");
    }
    let log = server.log();
    assert_eq!(log.matches("error configuration kept as it was: ").count(), 3, "{log}");
}

#[test]
fn the_log_is_opened_again() {
    let server = Server::start("");
    server.get("/latest/meta-data/mac");
    server.wait_for_log("GET /latest/meta-data/mac 200 v1");
    fs::rename(server.path("server.log"), server.path("server.log.1")).unwrap();
    server.signal("HUP");
    server.wait_for_log("configuration read again");
    server.get("/latest/meta-data/hostname");
    server.wait_for_log("GET /latest/meta-data/hostname 200 v1");
    let old = fs::read_to_string(server.path("server.log.1")).unwrap();
    assert!(old.contains("meta-data/mac") && !old.contains("hostname"), "{old}");
}

#[test]
fn another_role_gets_other_keys() {
    let server = Server::start("");
    let base = "/latest/meta-data/iam/security-credentials/";
    let before = server.get(&format!("{base}BaseIAMRole"));
    server.configure("[role]\nname = \"Other\"\n");
    server.signal("HUP");
    wait_until("the role is another", || (server.get(base) == "Other").then_some(()));
    assert_ne!(server.get(&format!("{base}Other")), before);
    assert!(server.get("/latest/meta-data/iam/info").contains("instance-profile/Other\""));
}
