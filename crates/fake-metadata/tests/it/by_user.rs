//! Each local user's own role. Two users at once are shown by the tests of real clients, which run as
//! root; here the one user there is finds what the configuration says of its number.

use serde_json::Value;

use crate::server::{Server, wait_until};

fn roles(by_user: &str) -> String {
    format!("by-user = {{ {by_user} }}\n[[role]]\nname = \"First\"\n[[role]]\nname = \"Second\"\n")
}

/// The role that is listed; with its keys and its profile.
fn role(server: &Server) -> String {
    let role = server.get("/latest/meta-data/iam/security-credentials/");
    let keys: Value =
        serde_json::from_str(&server.get(&format!("/latest/meta-data/iam/security-credentials/{role}")))
            .unwrap();
    assert_eq!(keys["Code"], "Success");
    let info = server.get("/latest/meta-data/iam/info");
    assert!(info.contains(&format!(":instance-profile/{role}\"")), "{info}");
    role
}

#[test]
fn found_by_the_owner_of_the_connection() {
    let me = rustix::process::geteuid().as_raw();
    let server = Server::start(&roles(&format!("\"{me}\" = \"Second\"")));
    assert_eq!(role(&server), "Second");
    let other = server
        .send(b"GET /latest/meta-data/iam/security-credentials/First HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(other.starts_with("HTTP/1.1 404 Not Found\r\n"), "{other}");
    // The same server, once somebody else has the second role.
    server.configure(&roles(&format!("\"{}\" = \"Second\"", me + 1)));
    server.signal("HUP");
    server.wait_for_log("configuration read again");
    assert_eq!(role(&server), "First");
    server.configure(&roles("no-such-user = \"Second\""));
    server.signal("HUP");
    server.wait_for_log("by-user: no user no-such-user is on this machine yet");
    assert_eq!(role(&server), "First");
}

#[test]
fn every_role_has_its_own_keys() {
    let me = rustix::process::geteuid().as_raw();
    let config = |user: u32| roles(&format!("\"{user}\" = \"Second\""));
    let server = Server::start(&config(me));
    let second = server.get("/latest/meta-data/iam/security-credentials/Second");
    let identity = server.get("/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance");
    server.configure(&config(me + 1));
    server.signal("HUP");
    server.wait_for_log("configuration read again");
    let first = server.get("/latest/meta-data/iam/security-credentials/First");
    let id = |text: &str| serde_json::from_str::<Value>(text).unwrap()["AccessKeyId"].clone();
    assert_ne!(id(&first), id(&second));
    assert_ne!(id(&first), id(&identity));
    // A role that stays the same keeps its keys.
    server.configure(&config(me));
    server.signal("HUP");
    wait_until("the second role is found again", || {
        (server.get("/latest/meta-data/iam/security-credentials/") == "Second").then_some(())
    });
    assert_eq!(server.get("/latest/meta-data/iam/security-credentials/Second"), second);
}
