//! Where keys come from, and what a client gets when nothing comes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::server::{Server, program, wait_until};

const ROLE: &str = "/latest/meta-data/iam/security-credentials/BaseIAMRole";

/// What is served in place of keys or as such.
fn served(server: &Server) -> Value {
    serde_json::from_slice(&server.fetch(ROLE)).unwrap()
}

fn id(server: &Server) -> String {
    served(server)["AccessKeyId"].as_str().unwrap_or("none").to_owned()
}

/// Waits until keys of this id are served.
fn wait_for_id(server: &Server, wanted: &str) {
    wait_until(&format!("the key is {wanted}"), || (id(server) == wanted).then_some(()));
}

fn source(text: &str) -> String {
    format!("[role.credentials]\n{text}\n")
}

/// A credential-process document of keys that expire in so many seconds.
fn document(id: &str, seconds: u64) -> String {
    let expiration = SystemTime::now() + Duration::from_secs(seconds);
    format!(
        r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "FakeSecretOf{id}", "SessionToken": "FakeTokenOf{id}", "Expiration": "{}"}}"#,
        humantime::format_rfc3339_seconds(expiration)
    )
}

/// A folder with a command that prints a file in it, and the source that runs it.
fn process(folder: &Path) -> String {
    let command = folder.join("keys");
    fs::write(&command, format!("#!/bin/sh\nexec cat {}/document\n", folder.display())).unwrap();
    fs::set_permissions(&command, fs::Permissions::from_mode(0o755)).unwrap();
    source(&format!("source = \"process\"\ncommand = \"{}\"\ntimeout = \"2s\"", command.display()))
}

#[test]
fn keys_from_the_configuration() {
    let server = Server::start(&source(
        "source = \"static\"\naccess-key-id = \"AKIAFAKESTATIC\"\nsecret-access-key = \"FakeSecret/+\"\nlifetime = \"5s\"",
    ));
    let first = served(&server);
    assert_eq!(first["SecretAccessKey"], "FakeSecret/+");
    assert_eq!(first["Token"], "");
    wait_until("their times have moved on", || {
        let now = served(&server);
        (now["Expiration"] != first["Expiration"] && now["LastUpdated"] != first["LastUpdated"]).then_some(())
    });
    assert_eq!(id(&server), "AKIAFAKESTATIC");
    server.wait_for_log("config.toml: it has keys, and everybody on this machine can read it; use: chgrp _fake-metadata and chmod 640");
}

#[test]
fn keys_from_the_environment() {
    let config = source("source = \"environment\"\naccess-key-id-variable = \"MY_ID\"");
    let server = Server::start_with(&config, |server| {
        server
            .env("MY_ID", "ASIAFAKEENV")
            .env("AWS_SECRET_ACCESS_KEY", "FakeSecret")
            .env("AWS_SESSION_TOKEN", "FakeToken");
    });
    assert_eq!((id(&server).as_str(), &served(&server)["Token"]), ("ASIAFAKEENV", &"FakeToken".into()));

    let server = Server::start(&config);
    server.wait_for_log("BaseIAMRole: no new keys: the environment variable MY_ID is not set; set it in /etc/default/fake-metadata");
    assert_eq!(served(&server)["Code"], "Failed");
}

#[test]
fn keys_of_a_profile_that_changes_and_vanishes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let write = |id: &str| {
        let text = format!("[dev]\naws_access_key_id = {id}\naws_secret_access_key = FakeSecret\n");
        fs::write(&file, text).unwrap();
    };
    write("AKIAFAKEONE");
    let server = Server::start(&source(&format!(
        "source = \"profile\"\nprofile = \"dev\"\nfile = \"{}\"",
        file.display()
    )));
    assert_eq!(id(&server), "AKIAFAKEONE");
    server.wait_for_log("credentials: everybody on this machine can read the keys in it; use: chmod o-r");
    write("AKIAFAKETWO");
    wait_for_id(&server, "AKIAFAKETWO");
    fs::write(&file, "[other]\n").unwrap();
    server.wait_for_log("credentials: there is no profile \"dev\"; it has other");
    fs::remove_file(&file).unwrap();
    server.wait_for_log("credentials: cannot be read: No such file or directory");
    assert_eq!(id(&server), "AKIAFAKETWO", "the last good keys stay");
    write("AKIAFAKETHREE");
    wait_for_id(&server, "AKIAFAKETHREE");
}

#[test]
fn keys_that_a_command_prints() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| fs::write(folder.path().join("document"), text).unwrap();
    // Long enough for a slow machine to be in time.
    write(&document("ASIAFAKEONE", 20));
    let server = Server::start(&process(folder.path()));
    wait_for_id(&server, "ASIAFAKEONE");
    let first = served(&server);
    write(&document("ASIAFAKETWO", 3600));
    wait_for_id(&server, "ASIAFAKETWO");
    assert!(
        served(&server)["LastUpdated"].as_str() < first["Expiration"].as_str(),
        "there before the old expire"
    );
    assert_eq!(served(&server)["Token"], "FakeTokenOfASIAFAKETWO");
}

#[test]
fn while_a_command_fails_the_last_good_keys_stay_until_they_expire() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| fs::write(folder.path().join("document"), text).unwrap();
    write(&document("ASIAFAKEONE", 20));
    let server = Server::start(&process(folder.path()));
    wait_for_id(&server, "ASIAFAKEONE");
    let first = served(&server);
    write("FakeSecretOfNobody");
    server.wait_for_log("printed no credential-process JSON: it is not JSON, from line 1, column 1 on");
    assert_eq!(id(&server), "ASIAFAKEONE");
    let failed =
        wait_until("the keys have expired", || Some(served(&server)).filter(|now| now["Code"] == "Failed"));
    assert_eq!(failed["LastUpdated"], first["Expiration"], "told since when");
    assert!(failed.get("AccessKeyId").is_none(), "{failed}");
    assert_eq!(
        failed["Message"],
        "The role BaseIAMRole has no valid keys at present; see: fake-metadata status"
    );
    // It goes on asking, and recovers by itself.
    write(&document("ASIAFAKETWO", 3600));
    wait_for_id(&server, "ASIAFAKETWO");
}

#[test]
fn what_is_wrong_with_what_a_command_prints() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| fs::write(folder.path().join("document"), text).unwrap();
    write(&document("ASIAFAKEGOOD", 3600));
    let server = Server::start(&process(folder.path()));
    wait_for_id(&server, "ASIAFAKEGOOD");
    let good = document("ASIAFAKEBAD", 3600);
    for (text, sentence) in [
        (String::new(), "there was nothing"),
        (good[..30].to_owned(), "it ends too early, at line 1, column 30"),
        (good.replace("\"Version\": 1", "\"Version\": 2"), "its Version is 2 instead of 1"),
        (good.replace("SecretAccessKey", "Secret"), "it has no SecretAccessKey"),
        (document("ASIAFAKEBAD", 0), "the keys had expired already, at "),
    ] {
        write(&text);
        let renewed = program()
            .env("RUNTIME_DIRECTORY", server.path(""))
            .args(["credentials", "rotate"])
            .output()
            .unwrap();
        let said = String::from_utf8(renewed.stderr).unwrap();
        assert!(said.starts_with("fake-metadata: ") && said.contains(sentence), "{said}");
        assert_eq!(renewed.status.code(), Some(1));
        server.wait_for_log(sentence);
        assert_eq!(id(&server), "ASIAFAKEGOOD", "the last good keys stay");
    }
}

#[test]
fn one_renewal_at_a_time_and_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("document"), document("ASIAFAKESLOW", 3600)).unwrap();
    let script = format!(
        "#!/bin/sh\necho run >>{}\nwhile [ ! -e {} ]; do sleep 0.1; done\ncat {}\n",
        path("runs"),
        path("go"),
        path("document")
    );
    fs::write(path("keys"), script).unwrap();
    fs::set_permissions(path("keys"), fs::Permissions::from_mode(0o755)).unwrap();
    let server = Server::start(&source(&format!("source = \"process\"\ncommand = \"{}\"", path("keys"))));
    let rotate = || {
        let mut rotate = program();
        rotate.env("RUNTIME_DIRECTORY", server.path("")).args(["credentials", "rotate"]).spawn().unwrap()
    };
    let rotations = [rotate(), rotate(), rotate()];
    wait_until("the command runs", || fs::read_to_string(path("runs")).ok());
    assert_eq!(server.get("/latest/meta-data/instance-type"), "t3.micro");
    assert_eq!(served(&server)["Code"], "Failed", "an answer all the same");
    // Longer than the clock takes to be looked at again.
    std::thread::sleep(Duration::from_secs(3));
    fs::write(path("go"), "").unwrap();
    for mut rotation in rotations {
        assert!(rotation.wait().unwrap().success());
    }
    assert_eq!(id(&server), "ASIAFAKESLOW");
    assert_eq!(fs::read_to_string(path("runs")).unwrap(), "run\n");
}

#[test]
fn commands_that_hang_flood_or_are_not_there() {
    for (command, sentence) in [
        ("/bin/sleep 600", "the command /bin/sleep had not ended after 1s, so it was killed"),
        ("/usr/bin/yes", "the command /usr/bin/yes printed more than 64 KiB, so it was killed"),
        ("/bin/false", "the command /bin/false failed (exit status: 1), saying nothing"),
        ("/nonexistent/keys", "the command /nonexistent/keys cannot be started: No such file or directory"),
        ("/etc/passwd", "the command /etc/passwd cannot be started: Permission denied"),
    ] {
        let server = Server::start(&source(&format!(
            "source = \"process\"\ncommand = \"{command}\"\ntimeout = \"1s\""
        )));
        server.wait_for_log(sentence);
        assert_eq!(served(&server)["Code"], "Failed");
    }
}

#[test]
fn an_error_of_the_servers_where_that_is_asked_for() {
    let server = Server::start(&source("source = \"pushed\"\nwhen-exhausted = \"error\""));
    let answer = server.send(format!("GET {ROLE} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    server.wait_for_log("503 v1");
    server.wait_for_log("no valid keys at present; see fake-metadata status");
}

#[test]
fn the_configuration_is_checked_with_its_sources() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    fs::write(&config, source("source = \"profile\"\nfile = \"/nonexistent/credentials\"")).unwrap();
    let checked = program().args(["check-config", "--config"]).arg(&config).output().unwrap();
    let said = String::from_utf8(checked.stdout).unwrap();
    assert!(said.contains("BaseIAMRole: no keys: /nonexistent/credentials: cannot be read"), "{said}");
}
