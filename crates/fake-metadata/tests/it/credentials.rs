//! The role's keys: they rotate, belong together, and stay out of the log.

use std::time::SystemTime;

use serde_json::Value;

use crate::server::{Server, wait_until};

const ROLE: &str = "/latest/meta-data/iam/security-credentials/BaseIAMRole";

fn keys(server: &Server) -> Value {
    serde_json::from_str(&server.get(ROLE)).unwrap()
}

#[test]
fn the_same_for_every_reader_until_they_rotate() {
    let server = Server::start("[role.credentials]\nlifetime = \"5s\"\n");
    let mut seen = vec![keys(&server)];
    wait_until("the keys have rotated twice", || {
        let now = keys(&server);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        (seen.len() == 3).then_some(())
    });
    for window in seen.windows(2) {
        for member in ["AccessKeyId", "SecretAccessKey", "Token", "LastUpdated", "Expiration"] {
            assert_ne!(window[0][member], window[1][member], "{member}");
        }
        let (renewed, expires) = (&window[1]["LastUpdated"], &window[0]["Expiration"]);
        assert!(renewed.as_str() < expires.as_str(), "new keys are there before the old expire");
    }
    let info: Value = serde_json::from_str(&server.get("/latest/meta-data/iam/info")).unwrap();
    assert!(info["LastUpdated"].as_str() >= seen[2]["LastUpdated"].as_str());
    server.wait_for_log("BaseIAMRole: new keys, valid until ");
}

#[test]
fn they_expire_in_six_hours() {
    let keys = keys(&Server::start(""));
    let time = |member: &str| humantime::parse_rfc3339(keys[member].as_str().unwrap()).unwrap();
    let now = SystemTime::now();
    let left = time("Expiration").duration_since(now).unwrap().as_secs();
    assert!((6 * 3600 - 120..=6 * 3600).contains(&left), "{left}");
    assert_eq!((keys["Code"].as_str(), keys["Type"].as_str()), (Some("Success"), Some("AWS-HMAC")));
}

#[test]
fn no_secret_is_ever_logged() {
    let server = Server::start("[role.credentials]\nlifetime = \"5s\"\n");
    let first = keys(&server);
    let token = server.token();
    server.send(
        format!("GET {ROLE}?X-aws-ec2-metadata-token={token} HTTP/1.1\r\nHost: localhost\r\nX-aws-ec2-metadata-token: {token}\r\n\r\n")
            .as_bytes(),
    );
    server.wait_for_log("v2");
    server.wait_for_log("new keys");
    let second = keys(&server);
    server.signal("HUP");
    let log = server.wait_for_log("configuration read again");
    assert!(!log.contains(&token), "the session token is in the log");
    for keys in [first, second] {
        for member in ["AccessKeyId", "SecretAccessKey", "Token"] {
            assert!(!log.contains(keys[member].as_str().unwrap()), "{member} is in the log");
        }
    }
}
