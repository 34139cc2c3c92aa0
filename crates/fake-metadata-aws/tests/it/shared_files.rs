//! What the shared files say, and what of it cannot work here.

use std::fs;

use crate::Home;

const KEYS: &str = "aws_access_key_id = AKIAMADEUP\naws_secret_access_key = made-up\n";
const PRINTED: &str = r#"{"Version":1,"AccessKeyId":"AKIAMADEUP","SecretAccessKey":"made-up"}"#;
const ROLE: &str = "role_arn = arn:aws:iam::123456789012:role/app\n";

#[test]
fn a_profile_is_found_in_either_file() {
    let home = Home::new(&format!("[profile one]\n{KEYS}"));
    fs::write(home.path().join(".aws/credentials"), format!("[two]\n{KEYS}")).unwrap();
    for profile in ["one", "two"] {
        home.run(&["--profile", profile]).prints(PRINTED);
        home.run_with(&[("AWS_PROFILE", profile)], &[]).prints(PRINTED);
    }
    fs::rename(home.path().join(".aws"), home.path().join("elsewhere")).unwrap();
    home.run(&["--profile", "one", "--config-file", "~/elsewhere/config"]).prints(PRINTED);
    let file = home.path().join("elsewhere/credentials");
    home.run(&["--profile", "two", "--credentials-file", file.to_str().unwrap()]).prints(PRINTED);
    home.run(&["--profile", "one"]).says(78, &["the profile one is not in", "--config-file"]);
}

#[test]
fn a_named_profile_comes_before_the_environment() {
    let home = Home::new(&format!("[profile one]\n{KEYS}[profile empty]\nregion = eu-west-1\n"));
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAOTHER"), ("AWS_SECRET_ACCESS_KEY", "other")];
    home.run_with(&keys, &["--profile", "one"]).prints(PRINTED);
    home.run_with(&keys, &["--profile", "empty"]).says(78, &["the profile empty has no credentials in"]);
    let done = home.run_with(&keys, &[]);
    assert!(done.output.contains("AKIAOTHER"), "{done:?}");
}

#[test]
fn nobody_is_asked_for_a_code() {
    let mfa = "mfa_serial = arn:aws:iam::123456789012:mfa/somebody\n";
    let home = Home::new(&format!(
        "[profile keys]\n{KEYS}{mfa}[profile role]\n{ROLE}source_profile = keys\n\
         [profile mfa]\n{ROLE}{mfa}source_profile = plain\n[profile plain]\n{KEYS}\n\
         [profile far]\n{ROLE}source_profile = mfa\n"
    ));
    for (profile, named) in [("mfa", "mfa"), ("far", "mfa"), ("role", "keys")] {
        let sentence = format!("the profile {named} has mfa_serial");
        home.run(&["--profile", profile]).says(78, &[&sentence, "fake-metadata credentials set -"]);
    }
    // Long-lived keys are printed as they are; a role might want more than they are worth.
    home.run(&["--profile", "keys"]).prints(PRINTED);
    home.run(&["--profile", "keys", "--role-arn", "arn:aws:iam::123456789012:role/app"])
        .says(78, &["the profile keys has mfa_serial"]);
}

#[test]
fn a_sign_in_is_asked_for_by_its_command() {
    let sso = "sso_account_id = 123456789012\nsso_role_name = app\n";
    let session = "sso_region = us-east-1\nsso_start_url = https://signin.example/start\n";
    let home = Home::new(&format!(
        "[profile new]\n{sso}sso_session = dev\n[profile old]\n{sso}{session}[sso-session dev]\n{session}\
         [profile role]\n{ROLE}source_profile = new\n[profile half]\n{sso}sso_session = none\n"
    ));
    for (profile, named) in [("new", "new"), ("old", "old"), ("role", "new")] {
        let command = format!("run: aws sso login --profile {named}");
        home.run(&["--profile", profile]).says(77, &["missing or has expired", &command]);
    }
    home.run(&["--profile", "half"]).says(78, &["the profile half cannot be used", "sso-session"]);
}

#[test]
fn a_process_is_believed_and_not_quoted() {
    let home = Home::new(&format!(
        "[profile right]\ncredential_process = echo '{}'\n\
         [profile wrong]\ncredential_process = echo made-up; echo MADEUP >&2; exit 1\n",
        PRINTED.replace("\"Version\":1", "\"Version\":1,\"Expiration\":\"2030-01-01T00:00:00Z\"")
    ));
    home.run(&["--profile", "right"])
        .prints(&PRINTED.replace('}', ",\"Expiration\":\"2030-01-01T00:00:00Z\"}"));
    home.run(&["--profile", "wrong"])
        .says(69, &["the credential_process of the profile wrong gave no credentials"]);
}

#[test]
fn what_cannot_be_followed_is_named() {
    let home = Home::new(&format!(
        "[profile astray]\n{ROLE}source_profile = none\n[profile one]\n{ROLE}source_profile = two\n\
         [profile two]\n{ROLE}source_profile = one\n[profile lonely]\n{ROLE}\
         [profile console]\nlogin_session = arn:aws:iam::123456789012:user/somebody\n"
    ));
    for (profile, part) in [
        ("astray", "the source_profile none, which is not in"),
        ("one", "loop"),
        ("lonely", "source_profile"),
        ("console", "aws configure export-credentials --profile console"),
    ] {
        home.run(&["--profile", profile]).says(78, &[part]);
    }
    fs::write(home.path().join("wrong"), "[profile\n").unwrap();
    let wrong = home.path().join("wrong").display().to_string();
    home.run(&["--config-file", &wrong]).says(78, &[&wrong, "line 1"]);
    home.run(&["--config-file", "/nowhere"]).says(78, &["/nowhere: cannot be read: No such file"]);
    let folder = home.path().display().to_string();
    home.run(&["--config-file", &folder]).says(78, &[&folder, "Is a directory"]);
}
