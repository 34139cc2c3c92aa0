//! What holds for every instance, every version, every request.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use imds::{Instance, Interface, Method, Request, Service, Spot, TokenPolicy, Tree, Version};
use proptest::prelude::*;
use testkit::{World, instance, now};

#[test]
fn how_many() {
    // Past the capture of tests' output: a number to be seen in every run.
    let properties = include_str!("properties.rs").matches("\n    #[test]\n").count();
    let _ = writeln!(std::io::stderr(), "{properties} properties of instances, versions and requests");
}

/// Instances that have some of what an instance may have, and lack the rest.
fn instances() -> impl Strategy<Value = Instance> {
    let has = prop::collection::vec(any::<bool>(), 20);
    (has, 0..4_usize, 0..4_usize, 0..3_usize).prop_map(|(has, interfaces, keys, addresses)| {
        let mut has = has.into_iter();
        let mut has = move || has.next().unwrap();
        let word = |text: &str| text.to_owned();
        let mut instance = instance();
        instance.ancestor_ami_ids = vec![word("ami-0fa4e0000000000a1"); usize::from(has())];
        instance.availability_zone_id = has().then(|| word("use1-az4"));
        instance.elastic_gpus = has().then(|| (word("egpu-1"), word("eg1.medium"))).into_iter().collect();
        instance.elastic_inference = has().then(|| (word("eia-1"), word("eia1.large"))).into_iter().collect();
        instance.events.rebalance = has().then(now);
        instance.group_name = has().then(|| word("group"));
        instance.host_id = has().then(|| word("h-1"));
        instance.kernel_id = has().then(|| word("aki-1"));
        instance.managed_ssh_keys = has().then(|| (word("ubuntu"), word("key"))).into_iter().collect();
        instance.partition_number = has().then_some(1);
        instance.product_codes = vec![word("code"); usize::from(has())];
        instance.public_keys = (0..keys).map(|key| (format!("key-{key}"), word("ssh-rsa FAKE"))).collect();
        instance.ramdisk_id = has().then(|| word("ari-1"));
        let action = if has() { "stop" } else { "terminate" };
        instance.spot = has().then(|| Spot { action: word(action), time: now() });
        let tags = ["Name", "Empty"].map(|key| (word(key), String::new()));
        instance.tags = has().then(|| tags.into_iter().take(keys).collect());
        instance.target_lifecycle_state = has().then(|| word("InService"));
        instance.user_data = has().then(|| b"\0data".to_vec());
        let primary = Interface {
            ipv4_prefix: vec!["10.0.0.16/28".parse().unwrap(); usize::from(has())],
            ipv6s: vec!["2001:db8::5".parse().unwrap(); usize::from(has())],
            local_ipv4s: (0..addresses).map(|at| [10, 0, 0, 5 + at as u8].into()).collect(),
            network_card: has().then_some(0),
            public_ipv4s: (0..addresses).map(|at| [203, 0, 113, 5 + at as u8].into()).collect(),
            ..instance.primary.clone()
        };
        instance.other_interfaces = (0..interfaces)
            .map(|at| Interface { mac: format!("02:fa:4e:00:01:0{at}"), ..instance.primary.clone() })
            .collect();
        instance.primary = primary;
        instance
    })
}

fn versions() -> impl Strategy<Value = Version> {
    prop::sample::select(Version::all().collect::<Vec<_>>())
}

/// Entries of one's own: new ones, ones in place of others, and new directories.
const OWN: [&str; 6] = [
    "meta-data/mac",
    "meta-data/my-team/deep/name",
    "meta-data/tags/instance/Own",
    "meta-data/public-keys/0/openssh-key",
    "meta-data/iam/security-credentials/BaseIAMRole",
    "dynamic/own",
];

fn service(instance: &Instance) -> Service {
    // Which of them depends on the instance, so that one failing case is told by it alone.
    let own = OWN.iter().skip(instance.public_keys.len()).step_by(1 + instance.other_interfaces.len());
    let own: BTreeMap<_, _> = own.map(|name| ((*name).to_owned(), "own".to_owned())).collect();
    let tree = Arc::new(Tree::of(instance, None, &own).unwrap());
    Service { tree, ..World::named("private").unwrap().service(7) }
}

fn get(service: &Service, path: &str) -> Option<String> {
    let response = service.handle(&Request::new(Method::Get, path), now());
    match response.status.line().0 {
        200 => Some(String::from_utf8_lossy(&response.body).into_owned()),
        404 => None,
        status => panic!("{path}: {status}"),
    }
}

/// Every leaf that the listings below a directory lead to; each line must resolve.
fn crawl(service: &Service, directory: &str, leaves: &mut BTreeSet<String>) {
    let listing =
        get(service, &format!("{directory}/")).unwrap_or_else(|| panic!("{directory}/ is no entry"));
    assert!(!listing.is_empty() && !listing.ends_with('\n'), "{directory}/: {listing:?}");
    for line in listing.lines() {
        // As clients do: `0=name` stands for the directory `0`, a slash at the end for a directory.
        let (name, is_directory) = match (line.strip_suffix('/'), line.split_once('=')) {
            (Some(name), _) => (name, true),
            (None, Some((number, _))) if directory.ends_with("/public-keys") => (number, true),
            _ => (line, ["dynamic", "meta-data"].contains(&line)),
        };
        let path = format!("{directory}/{name}");
        let plain = get(service, &path);
        assert!(plain.is_some(), "{path} is listed and not there");
        assert_eq!(plain, get(service, &format!("{path}/")), "{path} with and without a slash");
        if is_directory {
            crawl(service, &path, leaves);
        } else {
            leaves.insert(path);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn listings_and_leaves_are_the_same(instance in instances(), version in versions()) {
        let service = service(&instance);
        let mut found = BTreeSet::new();
        crawl(&service, &format!("/{version}"), &mut found);
        let leaves = service.tree.leaves().filter(|(_, since)| *since <= version);
        let leaves: BTreeSet<String> = leaves.map(|(name, _)| format!("/{version}/{name}")).collect();
        prop_assert_eq!(found, leaves);
    }

    #[test]
    fn an_entry_is_there_from_its_version_on(instance in instances(), version in versions()) {
        let service = service(&instance);
        for (name, since) in service.tree.leaves() {
            let there = get(&service, &format!("/{version}/{name}")).is_some();
            prop_assert_eq!(there, since <= version, "{} under {}", name, version);
        }
    }

    #[test]
    fn nothing_is_told_without_a_token_where_one_is_needed(
        instance in instances(),
        version in versions(),
        token in prop::option::of(prop::collection::vec(any::<u8>(), 0..80)),
    ) {
        let service = Service { policy: TokenPolicy::Required, ..service(&instance) };
        for (name, _) in service.tree.leaves() {
            for path in [format!("/{version}/{name}"), format!("//{version}//{name}/?x")] {
                for method in [Method::Get, Method::Head] {
                    let request = Request { token: token.as_deref(), ..Request::new(method, &path) };
                    let response = service.handle(&request, now());
                    prop_assert_eq!(response.status.line().0, 401);
                    prop_assert!(response.body.is_empty());
                }
            }
        }
    }

    #[test]
    fn a_token_is_good_under_its_own_key_alone(ttl in 1..=21_600_u32, key in any::<u8>(), other in any::<u8>()) {
        let world = World::named("required").unwrap();
        let ttl = ttl.to_string();
        let put = Request {
            token_ttl: Some(ttl.as_bytes()),
            ..Request::new(Method::Put, "/latest/api/token")
        };
        let token = world.service(key).handle(&put, now()).body;
        let get = Request { token: Some(&token), ..Request::new(Method::Get, "/latest/meta-data/mac") };
        let status = world.service(other).handle(&get, now()).status.line().0;
        prop_assert_eq!(status, if key == other { 200 } else { 401 });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn any_request_is_answered(
        method in 0..5_usize,
        path in prop_oneof![".{0,60}", "(/(latest|1\\.0|meta-data|iam|%[0-9a-f]{2}|[a-z-]{0,9}|api|token)){0,7}/?"],
        token in prop::option::of(prop::collection::vec(any::<u8>(), 0..80)),
        token_ttl in prop::option::of(prop::collection::vec(any::<u8>(), 0..8)),
        flags in any::<[bool; 4]>(),
        at in any::<u32>(),
    ) {
        let method = [Method::Get, Method::Head, Method::Put, Method::Options, Method::Other][method];
        let [forwarded, expects_continue, accepts_json, keep_alive] = flags;
        let request = Request {
            token: token.as_deref(),
            token_ttl: token_ttl.as_deref(),
            forwarded,
            expects_continue,
            accepts_json,
            keep_alive,
            ..Request::new(method, &path)
        };
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(at.into());
        for world in ["private", "required", "json"] {
            let response = World::named(world).unwrap().service(7).handle(&request, time);
            prop_assert!(response.headers().any(|(name, _)| name == imds::Name::Server));
        }
    }
}
