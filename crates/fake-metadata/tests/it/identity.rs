//! The signatures of the identity document, as clients get and verify them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::server::{Server, program, wait_until};

const IDENTITY: &str = "/latest/dynamic/instance-identity/";

/// A server whose keys are kept in a folder, once it has them.
fn signing(state: &Path) -> Server {
    let server = Server::start_with("", |program| {
        program.env("STATE_DIRECTORY", state);
    });
    wait_until("the document is signed", || server.get(IDENTITY).contains("rsa2048").then_some(()));
    server
}

fn certificate(state: &Path, arguments: &[&str]) -> std::process::Output {
    program().arg("certificate").args(arguments).env("STATE_DIRECTORY", state).output().unwrap()
}

/// The commands of the EC2 User Guide, "Verify the instance identity document".
#[test]
fn openssl_verifies_what_is_served() {
    let state = tempfile::tempdir().unwrap();
    let server = signing(state.path());
    assert_eq!(server.get(IDENTITY), "rsa2048\npkcs7\ndocument\nsignature");
    let folder = tempfile::tempdir().unwrap();
    for name in ["document", "pkcs7", "rsa2048", "signature"] {
        fs::write(folder.path().join(name), server.get(&format!("{IDENTITY}{name}"))).unwrap();
    }
    for name in ["pkcs7", "rsa2048", "signature"] {
        let output = certificate(state.path(), &[name]);
        fs::write(folder.path().join(format!("{name}.pem")), output.stdout).unwrap();
    }
    let script = r#"
        for name in pkcs7 rsa2048; do
            { echo '-----BEGIN PKCS7-----'; cat $name; printf '\n-----END PKCS7-----\n'; } >$name.p7
            openssl smime -verify -in $name.p7 -inform PEM -content document -certfile $name.pem -noverify >content
            cmp content document
        done
        openssl x509 -pubkey -noout -in signature.pem >public
        base64 -d signature >raw
        openssl dgst -sha256 -verify public -signature raw document
    "#;
    let output = Command::new("sh").args(["-euc", script]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all = String::from_utf8(certificate(state.path(), &[]).stdout).unwrap();
    assert_eq!(all.matches("-----BEGIN CERTIFICATE-----\n").count(), 3, "{all}");
}

#[test]
fn the_same_keys_after_a_restart_and_another_signature_for_another_document() {
    let state = tempfile::tempdir().unwrap();
    let certificates = |server: Server| {
        drop(server);
        certificate(state.path(), &[]).stdout
    };
    let before = certificates(signing(state.path()));
    let server = signing(state.path());
    let signature = server.get(&format!("{IDENTITY}signature"));
    server.configure("[instance]\ninstance-type = \"m5.large\"\n");
    server.signal("HUP");
    server.wait_for_log("configuration read again");
    assert_ne!(server.get(&format!("{IDENTITY}signature")), signature);
    assert_eq!(certificates(server), before);
}

/// Without keys everything else is served, and the log says why.
#[test]
fn keys_that_cannot_be_used() {
    let state = tempfile::tempdir().unwrap();
    let keys = state.path().join("identity");
    fs::create_dir(&keys).unwrap();
    for name in ["signature.key", "signature.pem"] {
        fs::write(keys.join(name), "made up").unwrap();
    }
    let server = Server::start_with("", |program| {
        program.env("STATE_DIRECTORY", state.path());
    });
    let log = server.wait_for_log("the identity document has no signatures: ");
    assert!(
        log.contains("/identity/signature.key: is of no use for signing the identity document: "),
        "{log}"
    );
    assert!(!log.contains("made up"), "{log}");
    assert_eq!(server.get(IDENTITY), "document");
    assert_eq!(fs::read_to_string(keys.join("signature.key")).unwrap(), "made up");
}

#[test]
fn no_certificate_yet() {
    let state = tempfile::tempdir().unwrap();
    let output = certificate(state.path(), &["pkcs7"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(69), "{error}");
    assert!(error.contains("/identity/pkcs7.pem: No such file"), "{error}");
    assert!(error.contains("systemctl start fake-metadata"), "{error}");
    let output = certificate(state.path(), &["dsa"]);
    assert_eq!(output.status.code(), Some(64));
}
