//! No metadata service is asked: it may be the one that runs this program and waits for it.

use std::net::TcpListener;

use crate::Home;

const ROLE: &str = "role_arn = arn:aws:iam::123456789012:role/app\n";

/// All ways to a metadata service lead to one listener, which must see no connection.
fn run(config: &str, arguments: &[&str]) -> crate::Done {
    let home = Home::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let done = home.run_with(
        &[
            ("AWS_EC2_METADATA_DISABLED", "false"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/keys"),
        ],
        arguments,
    );
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "the metadata service was asked: {done:?}");
    done
}

#[test]
fn not_for_credentials() {
    run("", &[]).says(78, &["there are no credentials"]);
    run("[profile empty]\n", &["--profile", "empty"]).says(78, &["the profile empty has no credentials"]);
}

#[test]
fn not_for_those_of_a_profile() {
    for source in ["Ec2InstanceMetadata", "ec2instancemetadata", "EcsContainer"] {
        let config = format!(
            "[profile one]\n{ROLE}credential_source = {source}\n[profile two]\n{ROLE}source_profile = one\n"
        );
        for profile in ["one", "two"] {
            run(&config, &["--profile", profile]).says(
                78,
                &["the profile one has credential_source", source, "a profile with credentials of its own"],
            );
        }
    }
}

#[test]
fn not_for_the_region() {
    let keys = "[default]\naws_access_key_id = AKIAMADEUP\naws_secret_access_key = made-up\n";
    let role = "--role-arn=arn:aws:iam::123456789012:role/app";
    run(keys, &[role]).says(69, &["STS in us-east-1, asked for"]);
}

#[test]
fn not_by_a_process_either() {
    let home = Home::new("[default]\ncredential_process = env >$HOME/environment; exit 1\n");
    home.run_with(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9")], &[])
        .says(69, &["the credential_process"]);
    let environment = std::fs::read_to_string(home.path().join("environment")).unwrap();
    assert!(environment.contains("AWS_EC2_METADATA_DISABLED=true\n"), "{environment}");
    assert!(!environment.contains("AWS_CONTAINER"), "{environment}");
}
