//! What programs read: always in the form that `docs/fake-metadata-setup.schema.json` describes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;

use crate::sandbox::run;

/// The objects that a script's runs with `--json` printed, a line of `---` after each; all of them
/// are as described.
#[track_caller]
fn told(script: &str) -> Vec<Value> {
    let schema = include_str!("../../../../docs/fake-metadata-setup.schema.json");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("told.json", serde_json::from_str(schema).unwrap()).unwrap();
    let schema = compiler.compile("told.json", &mut schemas).unwrap();
    let output = run(script);
    let objects = output.split("---\n").filter(|text| !text.is_empty()).map(|text| {
        let object = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        schemas.validate(&object, schema).unwrap_or_else(|error| panic!("{error:#}: {text}"));
        object
    });
    objects.collect()
}

#[test]
fn apply_and_revert() {
    let told = told(
        "
        json() { setup \"$@\" --json || true; echo ---; }
        json apply --dry-run
        json apply
        json apply
        json revert --dry-run
        json revert
        ip address add 169.254.169.254/32 dev lo
        json apply
        json revert
        iptables -t nat -A OUTPUT -d 169.254.169.254/32 -p tcp -j REDIRECT --to-ports 81
        json apply
    ",
    );
    assert_eq!(told[1]["command"], "apply");
    assert_eq!(told[1]["steps"][0]["step"], "address");
    assert_eq!(told[1]["steps"][0]["outcome"], "changed");
    assert_eq!(told[1]["steps"][3]["reason"], "ifupdown is not installed");
    assert_eq!(told[1]["errors"], serde_json::json!([]));
    assert_eq!(told[2]["steps"][0]["outcome"], "already");
    assert_eq!((&told[3]["dry-run"], &told[3]["steps"][1]["outcome"]), (&true.into(), &"changed".into()));
    let left = told[6]["steps"].as_array().unwrap().iter().find(|step| step["outcome"] == "left").unwrap();
    assert_eq!(left["reason"], "it was not added by this program");
    assert!(told[7]["errors"][0].as_str().unwrap().contains("already sends these packets elsewhere"));
}

#[test]
fn status() {
    let told = told(
        "
        json() { fails 1 setup status --json; echo ---; }
        json
        setup apply >/dev/null
        json
        iptables -t nat -I OUTPUT 1 -m addrtype --dst-type LOCAL -j ACCEPT
        json
    ",
    );
    let states = |object: &Value| {
        let steps = object["steps"].as_array().unwrap().iter();
        steps.map(|step| format!("{} {}", step["step"], step["state"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(
        states(&told[0]),
        [
            "address absent",
            "rule absent",
            "boot not-needed",
            "server conflict",
            "service not-needed",
            "answer not-needed"
        ]
    );
    assert_eq!(told[0]["steps"][0]["fix"], "fake-metadata-setup apply");
    assert_eq!(states(&told[1])[..2], ["address in-place", "rule in-place"]);
    assert_eq!(states(&told[2])[1], "rule amiss");
    assert!(told[2]["steps"][1]["reason"].as_str().unwrap().contains("stands before it"));
}
