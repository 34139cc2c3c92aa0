//! The instance that is served: made up once, taken from this machine, read from files.

use std::fs;
use std::process::Command;

use crate::server::{Server, program};

fn identity(server: &Server) -> Vec<String> {
    let get = |path: &str| server.get(&format!("/latest/meta-data/{path}"));
    let mac = get("mac");
    let interface = |leaf: &str| get(&format!("network/interfaces/macs/{mac}/{leaf}"));
    ["instance-id", "ami-id", "reservation-id", "mac", "local-ipv4", "public-ipv4", "hostname"]
        .map(get)
        .into_iter()
        .chain(["interface-id", "subnet-id", "vpc-id", "security-group-ids"].map(interface))
        .chain([server.get("/latest/dynamic/instance-identity/document")])
        .collect()
}

#[test]
fn made_up_once() {
    let state = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let start = |at: usize| {
        Server::start_with("", |program| {
            program.env("STATE_DIRECTORY", state[at].path());
        })
    };
    let first = identity(&start(0));
    assert_eq!(identity(&start(0)), first, "the same after a restart");
    let other = identity(&start(1));
    // Addresses are few enough to be the same by chance.
    for (mine, theirs) in first.iter().zip(&other).take(4) {
        assert_ne!(mine, theirs, "two machines do not share it");
    }
    assert!(first[0].starts_with("i-0fa4e") && first[4].starts_with("172.31."), "{first:?}");
    assert!(first[6].contains(&first[4].replace('.', "-")), "{first:?}");
}

/// The AWS SDK for Rust uses a token for as long as it was given, and does not get another when it is
/// refused (aws-config, `imds/client/token.rs`).
#[test]
fn tokens_outlive_a_restart() {
    let state = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let start = |at: usize| {
        Server::start_with("[tokens]\nrequired = true", |program| {
            program.env("STATE_DIRECTORY", state[at].path());
        })
    };
    let status = |server: &Server, token: &str| {
        let get =
            format!("GET /latest/ HTTP/1.1\r\nHost: localhost\r\nX-aws-ec2-metadata-token: {token}\r\n\r\n");
        server.send(get.as_bytes())[9..12].to_owned()
    };
    let token = start(0).token();
    assert_eq!(status(&start(0), &token), "200", "the same machine");
    assert_eq!(status(&start(1), &token), "401", "another machine");
    // The machine's id is no secret, so that a token could be forged with a key derived from it.
    let nowhere = || Server::start("[tokens]\nrequired = true");
    assert_eq!(status(&nowhere(), &nowhere().token()), "401", "where nothing can be kept");
}

#[test]
fn where_nothing_can_be_kept_it_is_served_all_the_same() {
    let server = Server::start("");
    let log = server.wait_for_log("nothing can be kept there (Not a directory");
    assert_eq!(log.matches("nothing can be kept").count(), 1, "{log}");
    let mine = identity(&server);
    let again = identity(&Server::start(""));
    // All but the document, which has the time of launch.
    assert_eq!(mine[..11], again[..11], "the same machine, the same instance");
}

#[test]
fn looking_keeps_nothing() {
    let state = tempfile::tempdir().unwrap();
    let config = state.path().join("config.toml");
    fs::write(&config, "").unwrap();
    let folder = state.path().join("state");
    fs::create_dir(&folder).unwrap();
    let checked = program()
        .args(["check-config", "--config", config.to_str().unwrap()])
        .env("STATE_DIRECTORY", &folder)
        .output()
        .unwrap();
    assert!(checked.status.success());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

/// In a machine of its own: a host name, an interface and a route.
#[test]
fn taken_from_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    fs::write(folder.path().join("keys"), "# mine\nssh-ed25519 AAAAFAKE me@vm\n").unwrap();
    fs::write(
        &config,
        "[instance]\nfrom-host = true\nauthorized-keys-file = \"keys\"\ninstance-type = \"m5.large\"\n",
    )
    .unwrap();
    let script = r#"
        set -eu
        mount -t sysfs sysfs /sys
        hostname vm.example
        ip link set lo up
        ip link add eth7 address 02:00:00:00:0a:07 type veth peer name peer
        ip link set peer up
        ip address add 10.1.2.3/24 dev eth7
        ip address add 2001:db8:0:1::7/64 dev eth7 nodad
        ip link set eth7 up
        ip route add default via 10.1.2.1
        "$PROGRAM" serve --config "$CONFIG" --log-file "$CONFIG.log" &
        until grep -q 'listening on' "$CONFIG.log" 2>/dev/null; do sleep 0.05; done
        mac=$("$PROGRAM" get meta-data/mac)
        for path in mac local-ipv4 ipv6 hostname instance-type "network/interfaces/macs/$mac/subnet-ipv4-cidr-block" \
            "network/interfaces/macs/$mac/vpc-ipv4-cidr-block" public-keys/; do
            "$PROGRAM" get "meta-data/$path"
        done
        kill $!
        wait
    "#;
    let output = Command::new("unshare")
        .args(["--map-root-user", "--net", "--mount", "--uts", "sh", "-c", script])
        .env("PROGRAM", env!("CARGO_BIN_EXE_fake-metadata"))
        .env("CONFIG", &config)
        .env("STATE_DIRECTORY", "/dev/null")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        text,
        "02:00:00:00:0a:07\n10.1.2.3\n2001:db8:0:1::7\nvm.example\nm5.large\n10.1.2.0/24\n10.1.0.0/16\n0=me@vm\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn what_this_machine_does_not_tell_is_made_up_and_the_log_says_so() {
    let server = Server::start_with("", |_| {});
    server.configure("[instance]\nfrom-host = true\nauthorized-keys-file = \"/nonexistent/keys\"\n");
    server.signal("HUP");
    server
        .wait_for_log("/nonexistent/keys: no keys were taken from it, since it cannot be read: No such file");
    server.wait_for_log("configuration read again");
    assert!(server.get("/latest/meta-data/local-ipv4").contains('.'));
}

#[test]
fn user_data_and_trees_from_files() {
    let server = Server::start("");
    let bytes: Vec<u8> = (0..=255).collect();
    fs::write(server.path("data"), &bytes).unwrap();
    fs::write(
        server.path("tree.json"),
        r#"{"meta-data": {"my-team": {"name": "value", "numbers": 5, "list": ["a", "b"]}, "ami-id": "ami-1"},
            "dynamic": {"own": {"flag": true}}}"#,
    )
    .unwrap();
    server.configure(
        "paths-file = \"tree.json\"\n[instance]\nuser-data-file = \"data\"\n\
         [paths]\n\"meta-data/my-team/name\" = \"wins\"\n",
    );
    server.signal("HUP");
    server.wait_for_log("configuration read again");
    for (path, value) in [
        ("meta-data/my-team/", "list\nname\nnumbers"),
        ("meta-data/my-team/name", "wins"),
        ("meta-data/my-team/numbers", "5"),
        ("meta-data/my-team/list", "a\nb"),
        ("meta-data/ami-id", "ami-1"),
        ("dynamic/own/flag", "true"),
    ] {
        assert_eq!(server.get(&format!("/latest/{path}")), value);
    }
    assert_eq!(server.fetch("/latest/user-data"), bytes);
    server.configure("[instance]\nuser-data = \"\"\n");
    server.signal("HUP");
    crate::server::wait_until("the user data is empty", || {
        server.fetch("/latest/user-data").is_empty().then_some(())
    });
    assert_eq!(server.get("/latest/user-data"), "", "empty is not the same as none");
    server.configure("[instance]\nuser-data-base64 = \"AAEC/w==\"\n");
    server.signal("HUP");
    crate::server::wait_until("the user data is another", || {
        (server.fetch("/latest/user-data") == [0, 1, 2, 255]).then_some(())
    });
}

#[test]
fn files_that_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let tree = folder.path().join("tree.json");
    let check = |text: &str, sentence: &str| {
        fs::write(&config, text).unwrap();
        let output = program().args(["check-config", "--config"]).arg(&config).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{error}");
        assert!(error.contains(sentence) && error.lines().count() == 1, "{error}");
    };
    check("[instance]\nuser-data-file = \"missing\"\n", "/missing: cannot be read: No such file");
    check("paths-file = \"tree.json\"\n", "/tree.json: cannot be read: No such file");
    fs::write(&tree, "[]").unwrap();
    check("paths-file = \"tree.json\"\n", "/tree.json: this is not a JSON object: ");
    fs::write(&tree, r#"{"meta-data": {"x": null}}"#).unwrap();
    check("paths-file = \"tree.json\"\n", "/tree.json: `meta-data/x` must be a string, a list of strings");
    fs::write(&tree, r#"{"mata-data": {"x": "y"}}"#).unwrap();
    check("paths-file = \"tree.json\"\n", "`mata-data/x` must begin with `meta-data/`");
}
