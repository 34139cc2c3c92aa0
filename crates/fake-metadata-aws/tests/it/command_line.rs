//! Options, their faults, and what is said where there is nobody to ask.

use crate::Home;

#[test]
fn the_help_has_examples() {
    let done = Home::new("").run(&["--help"]);
    assert_eq!(done.code, 0);
    assert!(done.output.contains("\nExamples:\n  fake-metadata-aws --profile dev\n"), "{done:?}");
    let done = Home::new("").run(&["--version"]);
    done.prints(&format!("fake-metadata-aws {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_options_are_named() {
    let role = "--role-arn=arn:aws:iam::123456789012:role/app";
    for arguments in [
        ["--role-arn=app", role],
        ["--duration=10m", role],
        ["--policy-arn=app", role],
        ["--external-id=a b", role],
        ["--role-session-name=x", role],
        ["--endpoint-url=http://name:made-up@127.0.0.1", role],
        ["--frobnicate", role],
        // Without a role these say nothing.
        ["--duration=1h", "--profile=dev"],
        ["--external-id=id", "--profile=dev"],
        ["--policy-arn=arn:aws:iam::aws:policy/ReadOnlyAccess", "--profile=dev"],
    ] {
        let done = Home::new("").run(&arguments);
        assert_eq!((done.code, done.output.as_str()), (64, ""), "{arguments:?}");
        let option = arguments[0].split('=').next().unwrap();
        assert!(done.errors.contains(option) || done.errors.contains("--role-arn"), "{done:?}");
    }
}

#[test]
fn without_credentials_it_says_where_it_looked() {
    let home = Home::new("");
    home.run(&[]).says(78, &["there are no credentials", "/.aws/config or "]);
    home.run_with(&[("HOME", "/nowhere")], &[])
        .says(78, &["/nowhere/.aws/config or /nowhere/.aws/credentials"]);
}

#[test]
fn where_nothing_answers_it_says_so() {
    let home = Home::new("[default]\naws_access_key_id = AKIAMADEUP\naws_secret_access_key = made-up\n");
    let role = "arn:aws:iam::123456789012:role/app";
    home.run(&["--endpoint-url", "http://127.0.0.1:9", "--role-arn", role])
        .says(69, &["STS at http://127.0.0.1:9, asked for", role, "cannot be reached: Connection refused"]);
}
