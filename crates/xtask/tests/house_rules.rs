//! The rules of the house that a compiler does not check: who may depend on whom, which file may
//! name which library, how long a file may be, and that the manual knows every option.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every package's direct dependencies, by name, tests' own left out.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let name_of: BTreeMap<String, String> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let is_normal = |dependency: &&Value| {
        dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null())
    };
    let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
    for node in metadata["resolve"]["nodes"].as_array().unwrap() {
        let dependencies = node["deps"].as_array().unwrap().iter().filter(is_normal);
        let names = dependencies.map(|dependency| name_of[&text(&dependency["pkg"])].clone());
        graph.entry(name_of[&text(&node["id"])].clone()).or_default().extend(names);
    }
    graph
}

/// A package and all that is compiled into it.
fn closure(graph: &BTreeMap<String, BTreeSet<String>>, package: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![package.to_owned()];
    while let Some(package) = waiting.pop() {
        if seen.insert(package.clone()) {
            waiting.extend(graph[&package].iter().cloned());
        }
    }
    seen
}

#[test]
fn dependencies_point_one_way() {
    let graph = graph();
    let ours =
        ["imds", "settings", "fake-metadata", "fake-metadata-setup", "fake-metadata-aws", "testkit", "xtask"];
    let allowed = |package: &str| -> &[&str] {
        match package {
            "fake-metadata" => &["imds", "settings"],
            "fake-metadata-setup" => &["settings"],
            "testkit" => &["imds"],
            "xtask" => &["fake-metadata", "fake-metadata-setup", "fake-metadata-aws"],
            _ => &[],
        }
    };
    for package in ours {
        for dependency in graph[package].iter().filter(|name| ours.contains(&name.as_str())) {
            assert!(
                allowed(package).contains(&dependency.as_str()),
                "{package} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn each_program_lacks_what_the_other_is_for() {
    let graph = graph();
    let absent = |package: &str, libraries: &[&str]| {
        let closure = closure(&graph, package);
        println!("{package}: {} crates", closure.len());
        for library in libraries {
            assert!(graph.contains_key(*library), "{library} is not in the graph: is the rule out of date?");
            assert!(!closure.contains(*library), "{package} contains {library}");
        }
    };
    absent("imds", &["tokio", "hyper", "mio", "socket2", "getrandom", "nix"]);
    absent("settings", &["tokio", "hyper", "nix"]);
    absent("fake-metadata", &["rtnetlink", "netlink-sys", "iptables", "nix"]);
    absent("fake-metadata-setup", &["hyper", "imds"]);
}

/// AWS's libraries are larger than all the rest: only the program that is there for them has them.
#[test]
fn one_program_contains_aws() {
    let graph = graph();
    let of_aws = |package: &str| -> Vec<String> {
        let is_of_aws = |name: &String| name.starts_with("aws-");
        closure(&graph, package).into_iter().filter(is_of_aws).collect()
    };
    assert!(of_aws("fake-metadata-aws").len() > 10, "{:?}", of_aws("fake-metadata-aws"));
    for package in ["imds", "settings", "fake-metadata", "fake-metadata-setup"] {
        assert!(of_aws(package).is_empty(), "{package} contains {:?}", of_aws(package));
    }
    // These take a compiler for C and CMake to build, where ring takes neither.
    for library in ["aws-lc-rs", "aws-lc-sys", "openssl-sys"] {
        assert!(!graph.contains_key(library), "{library} has come in");
    }
}

fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                sources.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(sources.len() > 30, "sources are looked for in the wrong place");
    sources
}

#[test]
fn one_place_names_each_system_library() {
    let sources = sources();
    let owners = [
        ("use hyper::", "crates/fake-metadata/src/http/"),
        ("hyper_util::", "crates/fake-metadata/src/http/"),
        ("http_body_util::", "crates/fake-metadata/src/http/"),
        ("netlink_packet_sock_diag::", "crates/fake-metadata/src/owner.rs"),
        ("iptables::", "crates/fake-metadata-setup/src/redirect.rs"),
        ("rtnetlink::packet_route", "crates/fake-metadata-setup/src/address.rs"),
        ("rtnetlink::sys", "crates/fake-metadata-setup/src/nfnetlink.rs"),
        ("tempfile::Builder", "crates/fake-metadata-setup/src/replace.rs"),
        ("aws_smithy_http_client::", "crates/fake-metadata-aws/src/network.rs"),
        ("sd_notify::", "crates/fake-metadata/src/notify.rs"),
    ];
    for (sign, owner) in owners {
        let files: Vec<_> = sources
            .iter()
            .filter(|(name, text)| !name.starts_with("crates/xtask/") && text.contains(sign))
            .map(|(name, _)| name.as_str())
            .collect();
        let is_owned = !files.is_empty() && files.iter().all(|file| file.starts_with(owner));
        assert!(is_owned, "{sign} belongs to {owner}: {files:?}");
    }
}

#[test]
fn no_file_is_longer_than_600_lines() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 600 || name.contains("/tests"), "{name} has {lines} lines");
    }
}

#[test]
fn the_manual_knows_every_option() {
    let commands = [
        (fake_metadata::command(), 8),
        (fake_metadata_setup::command(), 8),
        (fake_metadata_aws::command(), 1),
    ];
    for (command, section) in commands {
        let page = root().join(format!("debian/man/{}.{section}", command.get_name()));
        let manual = fs::read_to_string(&page).unwrap().replace("\\-", "-");
        let mut found = 0;
        for command in std::iter::once(&command).chain(command.get_subcommands()) {
            let name = command.get_name();
            assert!(manual.contains(name), "{}: nothing about {name}", page.display());
            for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
                assert!(
                    manual.contains(&format!("--{option}")),
                    "{}: nothing about --{option}",
                    page.display()
                );
                found += 1;
            }
        }
        assert!(found >= 4, "{found} options of {} found", command.get_name());
    }
}

/// The manual of the configuration names every key that the shipped file shows.
#[test]
fn the_manual_knows_every_key() {
    let shipped = fs::read_to_string(root().join("debian/config.toml")).unwrap();
    let manual =
        fs::read_to_string(root().join("debian/man/fake-metadata.toml.5")).unwrap().replace("\\-", "-");
    let lines =
        shipped.lines().filter_map(|line| line.strip_prefix('#')).filter(|line| !line.starts_with(' '));
    let keys: Vec<_> = lines.filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys.iter().filter(|key| **key != "Name") {
        assert!(manual.contains(key.trim_matches('"')), "nothing about {key}");
    }
}

/// The manual names every key that can be read, also those that the shipped file leaves out.
#[test]
fn the_manual_knows_every_key_that_is_read() {
    let manual =
        fs::read_to_string(root().join("debian/man/fake-metadata.toml.5")).unwrap().replace("\\-", "-");
    let mut keys = BTreeSet::new();
    for (_, text) in sources().iter().filter(|(name, _)| name.starts_with("crates/settings/src/")) {
        for call in [".text(", ".value(", ".section(", ".sections(", "table(", "list("] {
            let arguments = text.split(call).skip(1).map(str::trim_start);
            let literals = arguments.filter_map(|rest| rest.strip_prefix('"')?.split('"').next());
            keys.extend(literals.filter(|key| !key.contains(' ')).map(str::to_owned));
        }
    }
    assert!(keys.len() > 70, "{keys:?}");
    for key in keys {
        assert!(manual.contains(&key), "nothing about {key}");
    }
}
