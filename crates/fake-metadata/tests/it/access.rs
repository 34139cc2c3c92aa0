//! Who is refused: everyone, where the service is switched off; misled browsers; and web pages that
//! want keys.

use crate::server::{Server, program};

const ROLE: &str = "/latest/meta-data/iam/security-credentials/BaseIAMRole";

/// The status of a GET with these header lines.
fn status(server: &Server, request: &str, headers: &str) -> String {
    let answer = server.send(format!("{request} HTTP/1.1\r\n{headers}\r\n").as_bytes());
    assert!(answer.contains("\r\nServer: EC2ws\r\n"), "{answer}");
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn switched_off() {
    let server = Server::start("http-endpoint = \"disabled\"\n");
    let ttl = "Host: localhost\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n";
    assert_eq!(status(&server, "PUT /latest/api/token", ttl), "403");
    for path in ["/", "/latest/meta-data/", "/latest/nonsense", ROLE] {
        assert_eq!(status(&server, &format!("GET {path}"), "Host: localhost\r\n"), "403", "{path}");
    }
    server.wait_for_log("403 v1");
    assert!(server.log().contains(": http-endpoint is \"disabled\"\n"), "{}", server.log());
    server.configure("");
    server.signal("HUP");
    server.wait_for_log("configuration read again");
    assert_eq!(status(&server, "GET /", "Host: localhost\r\n"), "200");
}

/// A page that a browser got from a name which leads to this machine by now (DNS rebinding).
#[test]
fn hostile_names() {
    let server = Server::start("[access]\nhosts = [\"metadata.test\"]\n[instance]\nregion = \"eu-west-1\"\n");
    let ask = |host: &str| status(&server, "GET /latest/meta-data/", &format!("Host: {host}\r\n"));
    for host in [
        "169.254.169.254",
        "127.0.0.1:8000",
        "[::1]",
        "localhost:8000",
        "instance-data",
        "instance-data.ec2.internal",
        "instance-data.eu-west-1.compute.internal",
        "metadata.test:80",
    ] {
        assert_eq!(ask(host), "200", "{host}");
    }
    for host in ["attacker.test", "169.254.169.254.attacker.test", "192.0.2.1", "", "\u{e9}"] {
        assert_eq!(ask(host), "403", "{host}");
    }
    let ttl = "Host: attacker.test\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n";
    assert_eq!(status(&server, "PUT /latest/api/token", ttl), "403");
    // The target's own authority counts before the header.
    let absolute = "GET http://attacker.test/latest/meta-data/";
    assert_eq!(status(&server, absolute, "Host: localhost\r\n"), "403");
    assert_eq!(status(&server, "GET http://localhost/latest/meta-data/", "Host: localhost\r\n"), "200");
    server.wait_for_log(": asked under another name; see [access] hosts\n");
}

#[test]
fn http_1_0_needs_no_name() {
    let answer = Server::start("").send(b"GET /latest/meta-data/instance-type HTTP/1.0\r\n\r\n");
    assert!(answer.ends_with("\r\n\r\nt3.micro"), "{answer}");
}

#[test]
fn web_pages_get_no_keys() {
    let server = Server::start("");
    for header in [
        "Origin: http://attacker.test",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: no-cors",
        "Sec-Fetch-Dest: image",
    ] {
        let headers = format!("Host: localhost\r\n{header}\r\n");
        assert_eq!(status(&server, &format!("GET {ROLE}"), &headers), "403", "{header}");
        assert_eq!(status(&server, "GET /latest/meta-data/", &headers), "200", "{header}");
        let ttl = format!("{headers}X-aws-ec2-metadata-token-ttl-seconds: 60\r\n");
        assert_eq!(status(&server, "PUT /latest/api/token", &ttl), "403", "{header}");
    }
    assert_eq!(status(&server, &format!("GET {ROLE}"), "Host: localhost\r\n"), "200");
}

#[test]
fn a_role_that_gives_no_keys() {
    let failure = |code: &str| {
        let server = Server::start(&format!("[role.failure]\ncode = \"{code}\"\nmessage = \"Not today.\"\n"));
        (server.get(ROLE), server.get("/latest/meta-data/iam/info"))
    };
    let (keys, profile) = failure("AssumeRoleUnauthorizedAccess");
    let begin = "{\n  \"Code\" : \"AssumeRoleUnauthorizedAccess\",\n  \"Message\" : \"Not today.\",\n  \"LastUpdated\" : \"";
    assert!(keys.starts_with(begin) && keys.ends_with("Z\"\n}"), "{keys}");
    assert!(profile.contains("\"Code\" : \"Success\""), "{profile}");
    let (keys, profile) = failure("InstanceProfileNotFound");
    assert_eq!(keys, profile);
}

#[test]
fn wrong_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    let refused = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let output = program().args(["check-config", "--config"]).arg(&file).output().unwrap();
        assert_eq!(output.status.code(), Some(78));
        String::from_utf8(output.stderr).unwrap().split_once("c.toml:").unwrap().1.to_owned()
    };
    assert_eq!(
        refused("http-endpoint = \"off\"\n"),
        "1: http-endpoint must be \"enabled\" or \"disabled\", not the string \"off\"\n"
    );
    assert_eq!(
        refused("[access]\nnetworks = [\"10.0.0.0/33\"]\n"),
        "2: access.networks must be a list of networks such as [\"172.17.0.0/16\"], not an array like that\n"
    );
    assert_eq!(
        refused("[access]\nhosts = \"a b\"\n"),
        "2: access.hosts must be a list of host names such as [\"metadata.test\"], not the string \"a b\"\n"
    );
    assert_eq!(
        refused("[role.failure]\ncode = \"Success\"\n"),
        "2: role.failure.code must be a word such as \"AssumeRoleUnauthorizedAccess\" or \
         \"InstanceProfileNotFound\", not the string \"Success\"\n"
    );
    assert_eq!(
        refused("[role.failure]\nmessage = \"No.\"\n"),
        "2: role.failure.message needs code beside it\n"
    );
}
