use std::path::Path;
use std::time::Duration;

use super::*;

fn parse(text: &str) -> Result<Settings, Error> {
    Settings::parse(text, Path::new("c.toml"))
}

#[track_caller]
fn check_error(text: &str, message: &str) {
    assert_eq!(parse(text).unwrap_err().to_string(), message);
}

#[test]
fn an_empty_file_has_every_default() {
    let settings = parse("").unwrap();
    assert_eq!(settings.listen, ["127.0.0.1:8000".parse().unwrap()]);
    assert_eq!(settings.network.address.to_string(), "169.254.169.254");
    assert_eq!((settings.network.interface.as_str(), settings.network.port), ("lo", 80));
    assert!(!settings.tokens.required);
    assert_eq!(settings.instance.availability_zone, "us-east-1a");
    assert_eq!(settings.roles[0].name, "BaseIAMRole");
    assert_eq!(settings.roles[0].credentials, CredentialSource::Generated);
    assert_eq!(
        (settings.roles[0].lifetime, settings.roles[0].exhausted),
        (defaults::LIFETIME, Exhausted::Message)
    );
}

#[test]
fn values_are_taken() {
    let settings = parse(
        "listen = [\"[::1]:81\", \"127.0.0.2\", \"localhost:82\"]\nerrors = \"json\"\n\
         [network]\naddress = \"127.169.254.169\"\ninterface = \"dummy0\"\nport = 8_080\n\
         [tokens]\nrequired = true\nhop-limit = 2\n\
         [instance]\nregion = \"eu-west-1\"\npublic-ipv4 = \"none\"\nmac = \"02:00:00:00:00:AB\"\n\
         security-groups = [\"a\", \"b\"]\nuser-data = \"#!/bin/sh\"\n\
         [instance.tags]\nName = \"vm\"\n\
         [role]\nname = \"Mine\"\n[role.credentials]\nsource = \"generated\"\nlifetime = \"20s\"\n\
         [paths]\n\"meta-data/my-team/x\" = \"1\"\n",
    )
    .unwrap();
    let listen: Vec<String> = settings.listen.iter().map(ToString::to_string).collect();
    assert_eq!(listen, ["[::1]:81", "127.0.0.2:8000", "127.0.0.1:82"]);
    assert_eq!(settings.network.port, 8080);
    assert_eq!((settings.tokens.required, settings.tokens.hop_limit), (true, 2));
    assert_eq!(settings.instance.availability_zone, "eu-west-1a");
    let primary = &settings.instance.network_interfaces[0];
    assert_eq!(primary.public_ipv4s, Some(Vec::new()));
    assert_eq!(primary.mac.as_deref(), Some("02:00:00:00:00:ab"));
    assert_eq!(primary.security_groups, ["a", "b"]);
    assert_eq!(settings.instance.tags.unwrap()["Name"], "vm");
    assert_eq!(settings.roles[0].lifetime, Duration::from_secs(20));
    assert_eq!(settings.paths["meta-data/my-team/x"], "1");
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_name() {
    check_error("listne = []", "c.toml:1: unknown key `listne`; did you mean `listen`?");
    check_error(
        "# a comment\n[instance]\n\nregoin = \"x\"",
        "c.toml:4: unknown key `instance.regoin`; did you mean `instance.region`?",
    );
    check_error(
        "[tokens]\nrequire = true",
        "c.toml:2: unknown key `tokens.require`; did you mean `tokens.required`?",
    );
    check_error("[instances]\n", "c.toml:1: unknown key `instances`; did you mean `instance`?");
    check_error(
        "[role.credentials]\nlife-time = \"6h\"",
        "c.toml:2: unknown key `role.credentials.life-time`; did you mean `role.credentials.lifetime`?",
    );
}

#[test]
fn wrong_values_are_refused_with_the_line_and_what_would_be_right() {
    check_error("errors = \"xml\"", "c.toml:1: errors must be \"ec2\" or \"json\", not the string \"xml\"");
    check_error(
        "\n[tokens]\nrequired = \"yes\"",
        "c.toml:3: tokens.required must be true or false, not the string \"yes\"",
    );
    check_error(
        "[network]\nport = 0",
        "c.toml:2: network.port must be a port from 1 to 65535, not the number 0",
    );
    check_error(
        "[network]\nport = 80.5",
        "c.toml:2: network.port must be a port from 1 to 65535, not the number 80.5",
    );
    check_error("network = 1", "c.toml:1: network must be a table, as in [network], not the number 1");
    check_error(
        "[instance]\nregion = \"eu-west-1\"\navailability-zone = \"us-east-1a\"",
        "c.toml:3: instance.availability-zone must lie in instance.region, so begin with \"eu-west-1\"",
    );
    check_error(
        "[paths]\n\"meta-data/x\" = 5",
        "c.toml:2: paths.\"meta-data/x\" must be a string, not the number 5",
    );
    check_error(
        "[role.credentials]\nlifetime = \"1s\"",
        "c.toml:2: role.credentials.lifetime must be a time from \"5s\" to \"36h\", such as \"6h\", not the string \"1s\"",
    );
    check_error(
        "[role.credentials]\nsource = \"profil\"",
        "c.toml:2: role.credentials.source must be \"generated\", \"static\", \"environment\", \"profile\", \"process\" or \"pushed\", not the string \"profil\"",
    );
    for bad in [
        "listen = []",
        "listen = \"127.0.0.1\"",
        "listen = [\"127.0.0.1:99999\"]",
        "listen = [\"example.org\"]",
        "[network]\naddress = \"0.0.0.0\"",
        "[network]\naddress = \"169.254.169\"",
        "[network]\ninterface = \"../../etc\"",
        "[network]\ninterface = \"a name\"",
        "[tokens]\nhop-limit = 65",
        "[instance]\ninstance-id = \"i-XYZ\"",
        "[instance]\nmac = \"02:00:00:00:00\"",
        "[instance]\naccount-id = 123456789012",
        "[role]\nname = \"a/b\"",
        "[role]\nname = \"\"",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
    let spaced = parse("[instance.tags]\n\"a b\" = \"x\"").unwrap_err().to_string();
    assert!(spaced.starts_with("c.toml:2: instance.tags.\"a b\": a tag that metadata shows has"), "{spaced}");
}

#[test]
fn the_instance_is_consistent() {
    check_error(
        "[instance]\nuser-data = \"a\"\nuser-data-file = \"b\"",
        "c.toml:3: instance.user-data-file says what instance.user-data says already; leave one of them out",
    );
    check_error(
        "[instance]\nuser-data-base64 = \"?\"",
        "c.toml:2: instance.user-data-base64 must be bytes in base64, such as \"AAEC\", not the string \"?\"",
    );
    check_error(
        "[instance]\nmac = \"02:00:00:00:00:01\"\n[[instance.network-interfaces]]\nmac = \"02:00:00:00:00:02\"",
        "c.toml:2: instance.mac says what mac in the first [[instance.network-interfaces]] says already; leave one of them out",
    );
    check_error(
        "[[instance.network-interfaces]]\nlocal-ipv4s = [\"10.0.0.5\"]\nsubnet-ipv4-cidr-block = \"10.0.1.0/24\"",
        "c.toml:2: instance.network-interfaces.local-ipv4s must lie in the interface's subnet, 10.0.1.0/24, as 10.0.0.5 does not",
    );
    check_error(
        "[[instance.network-interfaces]]\nlocal-ipv4s = []",
        "c.toml:2: instance.network-interfaces.local-ipv4s may be empty only if ipv6s has an address",
    );
    check_error(
        "[[instance.network-interfaces]]\nmacs = \"x\"",
        "c.toml:2: unknown key `instance.network-interfaces.macs`; did you mean `instance.network-interfaces.mac`?",
    );
    check_error(
        "[instance.public-keys]\n\"a=b\" = \"ssh-rsa FAKE\"",
        "c.toml:2: instance.public-keys.\"a=b\": a key's name must not have an `=`, since clients split `0=NAME` there",
    );
    check_error(
        "[instance.block-device-mapping]\nebs = \"sdb\"",
        "c.toml:2: instance.block-device-mapping.\"ebs\": a block device is `ami`, `root`, `swap`, `ebs0` or `ephemeral0` and so on",
    );
    check_error(
        "[instance.spot]\naction = \"stop\"",
        "c.toml:2: instance.spot.action needs instance.spot.time, a time such as \"2027-01-15T08:00:00Z\"",
    );
    for bad in [
        "[instance]\nnetwork-interfaces = 1",
        "[instance]\nnetwork-interfaces = [1]",
        "[[instance.network-interfaces]]\nmac = \"02:00:00:00:00:01\"\n[[instance.network-interfaces]]\nmac = \"02:00:00:00:00:01\"",
        "[[instance.network-interfaces]]\npublic-ipv4s = [\"192.0.2.1\", \"192.0.2.2\"]",
        "[[instance.network-interfaces]]\nsubnet-ipv4-cidr-block = \"10.0.0.0/8\"",
        "[[instance.events.scheduled]]\ncode = \"system-reboot\"",
        "[instance]\ntarget-lifecycle-state = \"Running\"",
        "[instance]\npending-time = \"yesterday\"",
        "[instance.placement]\npartition-number = 0",
        "[instance.elastic-gpus]\n\"a/b\" = \"x\"",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn tags_are_shown_if_there_are_any_unless_said_otherwise() {
    let tags = |text: &str| parse(text).unwrap().instance.tags.map(|tags| tags.len());
    assert_eq!(tags(""), None);
    assert_eq!(tags("[instance.tags]\nName = \"vm\""), Some(1));
    assert_eq!(tags("[instance]\ninstance-metadata-tags = \"disabled\"\ntags = { Name = \"vm\" }"), None);
    assert_eq!(tags("[instance]\ninstance-metadata-tags = \"enabled\""), Some(0));
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    let error = parse("listen = [\"127.0.0.1\"]\nerrors = ec2\n").unwrap_err().to_string();
    assert!(error.starts_with("c.toml:2: this is not TOML: "), "{error}");
    let twice = parse("errors = \"ec2\"\nerrors = \"json\"\n").unwrap_err().to_string();
    assert!(twice.starts_with("c.toml:2: this is not TOML: "), "{twice}");
}

#[test]
fn files() {
    let missing = Settings::load(Some(Path::new("/nonexistent/c.toml"))).unwrap_err().to_string();
    assert!(missing.starts_with("/nonexistent/c.toml: cannot be read: No such file"), "{missing}");
    let binary = Settings::load(Some(Path::new("/proc/self/exe"))).unwrap_err().to_string();
    assert_eq!(binary, "/proc/self/exe: is not UTF-8 text, as TOML must be");
}

/// The file that is shipped says what holds anyway.
#[test]
fn the_shipped_file_is_valid_and_changes_nothing() {
    let shipped = include_str!("../../../debian/config.toml");
    assert_eq!(parse(shipped).unwrap(), parse("").unwrap());
}

/// Each line of the shipped file that is commented out as an example is valid too.
#[test]
fn the_examples_in_the_shipped_file_are_valid() {
    let shipped = include_str!("../../../debian/config.toml");
    let mut section = "";
    let mut examples = 0;
    for line in shipped.lines() {
        if line.starts_with('[') || line.starts_with("#[") {
            section = line.trim_start_matches('#');
        } else if let Some(example) = line.strip_prefix('#').filter(|rest| !rest.starts_with(' '))
            && !example.is_empty()
        {
            parse(&format!("{section}\n{example}\n")).unwrap_or_else(|error| panic!("{example}: {error}"));
            examples += 1;
        }
    }
    assert!(examples >= 20, "{examples} examples found; is the convention `#key = value` kept?");
}

#[test]
fn access() {
    let settings =
        parse("[access]\nnetworks = [\"10.0.0.0/8\", \"fd00::1\"]\nhosts = [\"a.test\", \"2001:DB8::7\"]\n")
            .unwrap();
    assert_eq!(settings.access.hosts, ["a.test", "2001:db8::7"]);
    let networks: Vec<_> = settings.access.networks.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "fd00::1/128"]);
    assert!(parse("[access]\nhosts = [\"a b\"]\n").is_err());
}

#[test]
fn sources_of_keys() {
    let source =
        |text: &str| parse(&format!("[role.credentials]\n{text}\n")).unwrap().roles.remove(0).credentials;
    let CredentialSource::Static(keys) =
        source("source = \"static\"\naccess-key-id = \"AKIAFAKE\"\nsecret-access-key = \"FakeSecret/+\"")
    else {
        panic!()
    };
    assert_eq!((keys.secret_access_key.reveal(), &keys.session_token), ("FakeSecret/+", &None));
    assert!(!format!("{keys:?}").contains("Fake"), "{keys:?}");
    let CredentialSource::Environment(names) =
        source("source = \"environment\"\nsession-token-variable = \"TOKEN\"")
    else {
        panic!()
    };
    assert_eq!((names.access_key_id.as_str(), names.session_token.as_str()), ("AWS_ACCESS_KEY_ID", "TOKEN"));
    let CredentialSource::Profile(profile) =
        source("source = \"profile\"\nprofile = \"dev\"\nfile = \"/srv/credentials\"")
    else {
        panic!()
    };
    assert_eq!((profile.name.as_str(), profile.file), ("dev", Some("/srv/credentials".into())));
    let CredentialSource::Process(process) =
        source("source = \"process\"\ncommand = \"/bin/keys --role 'a b'\"\ntimeout = \"5s\"")
    else {
        panic!()
    };
    assert_eq!(process.command, ["/bin/keys", "--role", "a b"]);
    assert_eq!(source("source = \"pushed\""), CredentialSource::Pushed);
}

#[test]
fn what_is_wrong_with_a_source_of_keys_is_said_without_the_keys() {
    check_error(
        "[role.credentials]\nsource = \"static\"\naccess-key-id = \"AKIAFAKE\"",
        "c.toml:2: role.credentials.source needs role.credentials.secret-access-key beside it for \"static\"",
    );
    check_error(
        "[role.credentials]\nsource = \"static\"\naccess-key-id = \"AKIAFAKE\"\nsecret-access-key = \"Fake Secret\"",
        "c.toml:4: role.credentials.secret-access-key must be one word of visible ASCII characters",
    );
    check_error(
        "[role.credentials]\nsource = \"environment\"\nsecret-access-key-variable = \"FakeSecret/+\"",
        "c.toml:3: role.credentials.secret-access-key-variable must be the name of an environment variable, such as \"AWS_SECRET_ACCESS_KEY\"",
    );
    check_error(
        "[role.credentials]\ncommand = \"/bin/keys\"",
        "c.toml:2: role.credentials.command is for source = \"process\", not for \"generated\"",
    );
    check_error(
        "[role.credentials]\nsource = \"process\"",
        "c.toml:2: role.credentials.source needs role.credentials.command, a program and its arguments, such as \"/usr/local/bin/keys --role dev\"",
    );
    for bad in [
        "source = \"process\"\ncommand = \"'/bin/keys\"",
        "source = \"process\"\ncommand = \"/bin/keys\"\ntimeout = \"0s\"",
        "source = \"profile\"\nprofile = \"\"",
        "source = \"profile\"\nfile = 5",
        "when-exhausted = \"500\"",
    ] {
        assert!(parse(&format!("[role.credentials]\n{bad}\n")).is_err(), "{bad}");
    }
}

#[test]
fn several_roles() {
    let settings = parse(
        "by-user = { svc-a = \"A\", \"1001\" = \"B\" }\n[[role]]\nname = \"A\"\n[role.credentials]\nsource = \"pushed\"\n[[role]]\nname = \"B\"\n[[role]]\nname = \"C\"\nattached = false\n",
    )
    .unwrap();
    let names: Vec<_> = settings.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["A", "B"]);
    assert_eq!(settings.roles[0].credentials, CredentialSource::Pushed);
    assert_eq!(settings.by_user["svc-a"], "A");
    assert_eq!(settings.by_user["1001"], "B");
    assert!(parse("[role]\nattached = false\n").unwrap().roles.is_empty());
    check_error(
        "[[role]]\nname = \"A\"\n[[role]]\nname = \"A\"",
        "c.toml:4: role.name is \"A\" twice; give each role a name of its own",
    );
    check_error(
        "[by-user]\nsvc-a = \"C\"\n[[role]]\nname = \"A\"\n[[role]]\nname = \"B\"",
        "c.toml:2: by-user.\"svc-a\": must be one of the roles, \"A\" or \"B\", not \"C\"",
    );
    check_error(
        "[by-user]\n\"a b\" = \"BaseIAMRole\"",
        "c.toml:2: by-user.\"a b\": is for the name of a local user, such as \"svc-a\"",
    );
    check_error(
        "[role]\nattached = false\n[by-user]\na = \"BaseIAMRole\"",
        "c.toml:4: by-user.\"a\": needs a role; none is attached",
    );
}
