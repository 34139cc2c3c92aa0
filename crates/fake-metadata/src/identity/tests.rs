//! The commands of AWS's documentation, run with the real openssl, verify what is signed here.

use std::process::Command;

use super::*;

const DOCUMENT: &str = "{\n  \"accountId\" : \"123456789012\"\n}";

fn openssl(folder: &Path, script: &str) {
    let output = Command::new("sh").args(["-euc", script]).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("sh: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {told}");
}

/// A folder with keys, and the document and its signatures as a client would save them.
fn signed() -> (tempfile::TempDir, imds::Signatures) {
    let folder = tempfile::tempdir().unwrap();
    let now = SystemTime::now();
    let mut identity = Identity::of(folder.path(), now).unwrap();
    let signatures = identity.sign(DOCUMENT.to_owned(), now).unwrap();
    let entries = [
        ("document", DOCUMENT),
        ("signature", &signatures.signature),
        ("pkcs7", &signatures.pkcs7),
        ("rsa2048", &signatures.rsa2048),
    ];
    for (name, text) in entries {
        fs::write(folder.path().join(name), text).unwrap();
    }
    (folder, signatures)
}

#[test]
fn openssl_verifies_all_three_and_refuses_another_document() {
    let (folder, _) = signed();
    openssl(
        folder.path(),
        r#"
        openssl x509 -pubkey -noout -in signature.pem >public
        openssl base64 -d -in signature -out raw
        openssl dgst -sha256 -verify public -signature raw document
        for name in pkcs7 rsa2048; do
            { echo '-----BEGIN PKCS7-----'; cat $name; printf '\n-----END PKCS7-----\n'; } >$name.p7
            openssl smime -verify -in $name.p7 -inform PEM -certfile $name.pem -noverify >content
            cmp content document
            openssl smime -verify -in $name.p7 -inform PEM -content document -certfile $name.pem -noverify >/dev/null
            ! openssl smime -verify -in $name.p7 -inform PEM -certfile signature.pem -noverify 2>/dev/null
        done
        printf ' ' >>document
        ! openssl dgst -sha256 -verify public -signature raw document
        "#,
    );
}

#[test]
fn the_forms_are_those_of_ec2() {
    let (folder, signatures) = signed();
    openssl(
        folder.path(),
        r#"
        for name in pkcs7 rsa2048; do openssl base64 -d -in $name | openssl cms -cmsout -inform DER -print >$name.txt; done
        grep -q 'algorithm: dsaWithSHA1' pkcs7.txt
        grep -q 'algorithm: sha256WithRSAEncryption' rsa2048.txt
        ! grep -q 'd.certificate' pkcs7.txt rsa2048.txt
        openssl x509 -in signature.pem -noout -text | grep -q 'Public-Key: (1024 bit)'
        openssl x509 -in rsa2048.pem -noout -text | grep -q 'Public-Key: (2048 bit)'
        openssl x509 -in rsa2048.pem -noout -issuer | grep -q 'O = Amazon Web Services LLC, CN = made up by fake-metadata'
        openssl verify -CAfile rsa2048.pem rsa2048.pem >/dev/null
        [ "$(stat -c %a rsa2048.key rsa2048.pem | tr '\n' ' ')" = '600 644 ' ]
        "#,
    );
    for text in [&signatures.signature, &signatures.pkcs7, &signatures.rsa2048] {
        let lengths: Vec<_> = text.split('\n').map(str::len).collect();
        let (last, others) = lengths.split_last().unwrap();
        assert!(others.iter().all(|&length| length == COLUMNS) && (1..=COLUMNS).contains(last), "{text}");
    }
}

#[test]
fn keys_are_made_once() {
    let (folder, before) = signed();
    let now = SystemTime::now();
    let mut again = Identity::of(folder.path(), now).unwrap();
    let launched = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let first = again.sign(DOCUMENT.to_owned(), launched).unwrap();
    assert_eq!(first.signature, before.signature);
    assert_eq!(again.sign(DOCUMENT.to_owned(), launched).unwrap().pkcs7, first.pkcs7, "the same each time");
}

#[test]
fn a_damaged_file_is_named_and_left() {
    let (folder, _) = signed();
    let refused = |name: &str, text: &str| {
        let file = folder.path().join(name);
        let whole = fs::read(&file).unwrap();
        fs::write(&file, text).unwrap();
        let error = Identity::of(folder.path(), SystemTime::now()).err().unwrap().to_string();
        assert!(error.starts_with(&format!("{}: ", file.display())), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        fs::write(&file, whole).unwrap();
        error
    };
    refused("rsa2048.key", "");
    refused("pkcs7.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let other = fs::read_to_string(folder.path().join("signature.pem")).unwrap();
    assert!(refused("rsa2048.pem", &other).contains("it is of another key"));
}
