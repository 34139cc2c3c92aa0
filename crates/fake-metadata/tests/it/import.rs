//! Another mock's configuration becomes ours, and what does not is named.

use std::fs;

use crate::server::{Server, program};

/// The configuration, and what was said of it.
fn import(text: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aemm.json");
    fs::write(&file, text).unwrap();
    let output = program().args(["import", "aemm"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    let prefix = format!("fake-metadata: {}: not carried over: ", file.display());
    (String::from_utf8(output.stdout).unwrap(), said.replace(&prefix, ""))
}

#[track_caller]
fn check(text: &str, toml: &str, said: &str) {
    assert_eq!(import(text), (toml.to_owned(), said.to_owned()));
}

#[test]
fn typed_keys() {
    check(
        r#"{"imdsv2": true,
            "metadata": {"values": {"instance-id": "i-1234567890abcdef0", "mac": "02:00:00:00:00:01", "ami-launch-index": "3"}},
            "spot": {"action": "stop", "time": "2027-01-15T08:02:00Z"},
            "userdata": {"values": {"userdata": "MTIzNAo="}}}"#,
        "[tokens]\nrequired = true\n\
         [instance]\nami-launch-index = 3\ninstance-id = \"i-1234567890abcdef0\"\nuser-data-base64 = \"MTIzNAo=\"\n\
         [instance.spot]\naction = \"stop\"\ntime = \"2027-01-15T08:02:00Z\"\n\
         [[instance.network-interfaces]]\nmac = \"02:00:00:00:00:01\"\n",
        "",
    );
}

/// What a key of ours does not take is served all the same.
#[test]
fn values_that_ec2_would_not_have_become_paths() {
    check(
        r#"{"metadata": {"values": {"instance-id": "mine", "placement-availability-zone": "eu-west-1a", "placement-region": "us-east-1"}}}"#,
        "[instance]\nregion = \"us-east-1\"\n\
         [paths]\n\"meta-data/placement/availability-zone\" = \"eu-west-1a\"\n\"meta-data/instance-id\" = \"mine\"\n",
        "",
    );
}

/// It says some facts twice, and not always the same.
#[test]
fn facts_that_disagree_become_paths() {
    check(
        r#"{"metadata": {"values": {"hostname": "a.example", "local-hostname": "a.example", "mac": "02:00:00:00:00:01", "mac-local-hostname": "b.example",
            "local-ipv4": "10.0.0.5", "mac-local-ipv4s": "10.0.0.5", "mac-subnet-ipv4-cidr-block": "192.0.2.0/24"}}}"#,
        "[[instance.network-interfaces]]\nlocal-hostname = \"a.example\"\nmac = \"02:00:00:00:00:01\"\n\
         subnet-ipv4-cidr-block = \"192.0.2.0/24\"\n\
         [paths]\n\"meta-data/network/interfaces/macs/02:00:00:00:00:01/local-hostname\" = \"b.example\"\n\
         \"meta-data/local-ipv4\" = \"10.0.0.5\"\n\
         \"meta-data/network/interfaces/macs/02:00:00:00:00:01/local-ipv4s\" = \"10.0.0.5\"\n",
        "",
    );
}

#[test]
fn moved_entries() {
    check(
        r#"{"metadata": {"paths": {"ami-id": "/latest/meta-data/image", "mac": "/latest/meta-data/other", "kernel-id": "/elsewhere"},
                         "values": {"ami-id": "ami-1", "kernel-id": "aki-1"}}}"#,
        "[paths]\n\"meta-data/image\" = \"ami-1\"\n",
        "metadata.values.kernel-id: is moved to a path outside meta-data/ and dynamic/\n\
         metadata.paths.mac: moves an entry without giving its value; add it to [paths] with the value it is to have\n",
    );
}

/// A file that it saved says of every entry where it is, moved or not.
#[test]
fn entries_that_are_where_they_were() {
    let macs = "/latest/meta-data/network/interfaces/macs/0e:49:61:0f:c3:11";
    check(
        &format!(
            r#"{{"metadata": {{"paths": {{"ami-id": "/latest/meta-data/ami-id", "mac-local-ipv4s": "{macs}/local-ipv4s",
                                 "mac-network-interface-card-index": "{macs}/network-card-index", "spot": "/latest/meta-data/spot/instance-action"}},
                             "values": {{"mac": "02:00:00:00:00:01", "mac-local-ipv4s": "10.0.0.5", "mac-network-interface-card-index": "0",
                                         "tags-instance": {{"Name": "vm"}}}}}},
                "userdata": {{"paths": {{"userdata": "/latest/user-data"}}, "values": {{"userdata": "AAEC"}}}}}}"#
        ),
        "[instance]\nuser-data-base64 = \"AAEC\"\n[instance.tags]\nName = \"vm\"\n\
         [[instance.network-interfaces]]\nmac = \"02:00:00:00:00:01\"\nlocal-ipv4s = [\"10.0.0.5\"]\nnetwork-card = 0\n",
        "",
    );
}

#[test]
fn what_cannot_be_is_named() {
    check(
        r#"{"mock-ip-count": 2, "nonsense": 1, "imdsv2": "yes",
            "metadata": {"values": {"iam-info": {}, "hostnam": "x"}, "more": 1},
            "dynamic": {"values": {"instance-identity-document": {"accountId": "123456789012", "region": "eu-west-1", "kernelId": null},
                                   "instance-identity-pkcs": "AAAA"}},
            "spot": {"action": "stop"}, "events": {"code": "system-reboot"}}"#,
        "[instance]\naccount-id = \"123456789012\"\n",
        "dynamic.values.instance-identity-document.region: is derived from the instance's other facts here\n\
         dynamic.values.instance-identity-pkcs: signs another document\n\
         imdsv2: is no key of AEMM's, or has another kind of value there\n\
         metadata.values.hostnam: is no key of AEMM's, or has another kind of value there\n\
         metadata.values.iam-info: is derived from the instance's other facts here\n\
         metadata.more: is no key of AEMM's, or has another kind of value there\n\
         mock-ip-count: has no counterpart: all clients are shown the same\n\
         nonsense: is no key of AEMM's, or has another kind of value there\n\
         events.code: instance.events.scheduled.not-before is missing: when it begins, a time such as \"2027-01-15T08:00:00Z\"\n\
         spot.action: instance.spot.action needs instance.spot.time, a time such as \"2027-01-15T08:00:00Z\"\n",
    );
}

#[test]
fn what_it_prints_is_served() {
    let (toml, said) = import(
        r#"{"server": {"hostname": "127.0.0.1", "port": "1338"},
            "metadata": {"values": {
                "public-ipv4": "192.0.2.54", "local-ipv4": "172.16.34.43", "mac": "0e:49:61:0f:c3:11",
                "mac-subnet-ipv4-cidr-block": "172.16.34.0/24", "security-groups": "one\ntwo", "public-key": "ssh-rsa AAAAFAKE test",
                "tags-instance-name": "test-instance", "elastic-inference-accelerator": {"version_2018_04_12": {
                    "elastic-inference-accelerator-id": "eia-1", "elastic-inference-accelerator-type": "eia1.medium"}}}}}"#,
    );
    assert_eq!(said, "");
    let server = Server::start(&toml);
    for (path, value) in [
        ("public-ipv4", "192.0.2.54"),
        ("network/interfaces/macs/0e:49:61:0f:c3:11/ipv4-associations/192.0.2.54", "172.16.34.43"),
        ("network/interfaces/macs/0e:49:61:0f:c3:11/subnet-ipv4-cidr-block", "172.16.34.0/24"),
        ("security-groups", "one\ntwo"),
        ("public-keys/", "0=my-key"),
        ("tags/instance/Name", "test-instance"),
        ("elastic-inference/associations/", "eia-1"),
    ] {
        assert_eq!(server.get(&format!("/latest/meta-data/{path}")), value);
    }
}

#[test]
fn files_that_are_wrong() {
    for (text, sentence) in [("[]", "this is not a JSON object: "), ("{", "this is not a JSON object: ")] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("aemm.json");
        fs::write(&file, text).unwrap();
        let output = program().args(["import", "aemm"]).arg(&file).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78));
        assert!(error.contains(sentence) && error.lines().count() == 1, "{error}");
    }
    let output = program().args(["import", "aemm", "/nonexistent.json"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("/nonexistent.json: cannot be read: No such file"), "{error}");
}
