//! `fake-metadata get`: what a client would see.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::server::{Server, program};

/// A running server, and a configuration by which `get` finds it.
struct Asked(Server);

impl Asked {
    fn new(config: &str) -> Asked {
        let server = Server::start(config);
        fs::write(server.path("get.toml"), format!("listen = [\"{}\"]\n", server.address)).unwrap();
        Asked(server)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program().arg("get").args(arguments).arg("--config").arg(self.0.path("get.toml")).output().unwrap()
    }

    #[track_caller]
    fn get(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn check_error(&self, arguments: &[&str], code: i32, sentence: &str) {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn a_leaf_with_a_token_and_without() {
    let mut asked = Asked::new("[tokens]\nrequired = true\n");
    for path in ["meta-data/placement/region", "/latest/meta-data/placement/region"] {
        assert_eq!(asked.get(&[path]), "us-east-1\n");
    }
    let region = "meta-data/placement/region";
    asked.check_error(&[region, "--v1"], 1, "/latest/meta-data/placement/region: the service answered 401");
    asked.check_error(&["nonsense"], 1, "/latest/nonsense: the service answered 404 Not Found");
    asked.check_error(&["a b"], 64, "neither spaces nor control characters");
    asked.check_error(&["meta-data", "--json"], 64, "--recursive");
    asked.0.stop();
    asked.0.wait();
    asked.check_error(&["meta-data/"], 69, "systemctl start fake-metadata");
}

#[test]
fn with_headers() {
    let asked = Asked::new("");
    let told = asked.get(&["meta-data/instance-type", "--headers"]);
    assert!(told.starts_with("HTTP/1.1 200 OK\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: "), "{told}");
    assert!(told.contains("\nServer: EC2ws\n") && told.ends_with("\n\nt3.micro\n"), "{told}");
    assert!(!asked.get(&["meta-data/instance-type", "--headers", "--v1"]).contains("Token"));
    assert!(asked.get(&["nonsense", "--headers"]).starts_with("HTTP/1.1 404 Not Found\n"));
}

#[test]
fn a_whole_subtree() {
    let asked = Asked::new("[instance]\nuser-data = \"line 1\\nline 2\"\n");
    let tree = asked.get(&["/latest", "--recursive"]);
    assert!(tree.contains("meta-data/\n  ami-id: ami-"), "{tree}");
    assert!(tree.contains("\n    region: us-east-1\n"), "{tree}");
    assert!(tree.contains("\n    security-credentials/\n      BaseIAMRole: (keys)\n"), "{tree}");
    assert!(tree.contains("\nuser-data:\n  line 1\n  line 2\n"), "{tree}");
    let json: Value = serde_json::from_str(&asked.get(&["meta-data/", "--recursive", "--json"])).unwrap();
    assert_eq!(json["placement"]["availability-zone"], "us-east-1a");
    assert!(!tree.contains("SecretAccessKey") && !json.to_string().contains("SecretAccessKey"));
    assert_eq!(asked.get(&["meta-data/placement/region", "--recursive"]), "us-east-1\n");
    assert_eq!(asked.get(&["meta-data/placement/region/", "--recursive", "--json"]), "\"us-east-1\"\n");
    asked.check_error(
        &["meta-data/nonsense", "--recursive"],
        1,
        "/latest/meta-data/nonsense: the service answered 404",
    );
}
