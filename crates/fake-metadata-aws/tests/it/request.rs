//! What STS is asked, and what its answers become.

use crate::sts::{Sts, keys, refusal};
use crate::{Done, Home};

const GATE: &str = "arn:aws:iam::123456789012:role/gate";
const APP: &str = "arn:aws:iam::210987654321:role/app";

fn run(sts: &Sts, arguments: &[&str]) -> Done {
    let home =
        Home::new("[default]\naws_access_key_id = AKIAMADEUP0000000001\naws_secret_access_key = made-up\n");
    home.run(&[&["--endpoint-url", &sts.url], arguments].concat())
}

#[test]
fn what_narrows_a_session_goes_to_the_last_role() {
    let sts = Sts::new(vec![keys("ASIAMADEUPGATE"), keys("ASIAMADEUPAPP")]);
    let policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::210987654321:policy/mine"];
    let done = run(
        &sts,
        &[
            "--role-arn",
            GATE,
            "--role-arn",
            APP,
            "--duration",
            "15m",
            "--external-id",
            "the/id",
            "--policy-arn",
            policies[0],
            "--policy-arn",
            policies[1],
        ],
    );
    done.prints(
        "{\"Version\":1,\"AccessKeyId\":\"ASIAMADEUPAPP\",\"SecretAccessKey\":\"made-up\",\
         \"SessionToken\":\"made-up-session\",\"Expiration\":\"2030-01-01T00:00:00Z\"}",
    );
    let asked = sts.asked();
    let escaped = |text: &str| text.replace(':', "%3A").replace('/', "%2F");
    let narrowed = ["DurationSeconds=900", "ExternalId=the%2Fid", "PolicyArns.member.2.arn"];
    assert_eq!(asked.len(), 2);
    assert!(asked[0].contains(&escaped(GATE)) && asked[1].contains(&escaped(APP)), "{asked:?}");
    for form in &asked {
        assert!(form.contains("RoleSessionName=fake-metadata"), "{form}");
    }
    for part in narrowed {
        assert!(!asked[0].contains(part) && asked[1].contains(part), "{part}: {asked:?}");
    }
    for policy in policies {
        assert!(asked[1].contains(&escaped(policy)), "{asked:?}");
    }
}

#[test]
fn a_refusal_is_quoted_without_keys() {
    let sts = Sts::new(vec![refusal(
        403,
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/dev\n with AKIAMADEUP0000000001 is not authorized.",
    )]);
    run(&sts, &["--role-arn", APP]).says(
        77,
        &[
            APP,
            "refuses: User: arn:aws:iam::123456789012:user/dev with (a key) is not authorized (AccessDenied)",
        ],
    );
}

/// As moto has it.
#[test]
fn a_refusal_is_understood_in_another_form() {
    let text = "<ErrorResponse><Errors><Error><Code>AccessDenied</Code><Message>No.</Message></Error></Errors>\
                </ErrorResponse>";
    let sts = Sts::new(vec![(403, text.to_owned())]);
    run(&sts, &["--role-arn", APP]).says(77, &["refuses: No (AccessDenied)"]);
}

#[test]
fn a_fault_of_awss_is_tried_again() {
    let busy = || refusal(503, "ServiceUnavailable", "later");
    let sts = Sts::new(vec![busy(), keys("ASIAMADEUPAPP")]);
    assert_eq!(run(&sts, &["--role-arn", APP]).code, 0);
    let sts = Sts::new(vec![busy(), busy(), busy()]);
    run(&sts, &["--role-arn", APP])
        .says(69, &["does not answer as it should: it answers 503 (ServiceUnavailable)"]);
    assert_eq!(sts.asked().len(), 3);
}

#[test]
fn what_is_no_sts_is_named_so() {
    for (status, text) in [(200, "<html>hello</html>"), (200, ""), (404, "no such page")] {
        let sts = Sts::new(vec![(status, text.to_owned())]);
        run(&sts, &["--role-arn", APP]).says(69, &[&sts.url, "does not answer as it should"]);
    }
}
