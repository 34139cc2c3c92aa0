//! `docs/fidelity.md` is true: it has every entry with its version, and every transcript belongs to
//! a behaviour in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;

use imds::{Signatures, Tree};
use testkit::World;

const PAGE: &str = include_str!("../../../docs/fidelity.md");

/// The rows of the table whose header begins with this word: its cells, without their backticks.
fn table(header: &str) -> Vec<Vec<String>> {
    let start = format!("| {header} |");
    let lines = PAGE.lines().skip_while(|line| !line.starts_with(&start)).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    rows.map(cells).collect()
}

fn code(cell: &str) -> &str {
    cell.trim_matches('`')
}

/// A leaf's name with what differs from instance to instance in capitals.
fn general(name: &str) -> String {
    let segments: Vec<&str> = name.split('/').collect();
    let general = segments.iter().enumerate().map(|(at, segment)| {
        match (segments.get(at.wrapping_sub(1)).copied().unwrap_or_default(), *segment) {
            ("macs", _) => "MAC",
            ("ipv4-associations", _) => "PUBLIC-IP",
            ("active-keys", _) => "USER",
            ("associations", _) => "ID",
            ("public-keys", _) => "N",
            ("instance", segment) if segments.contains(&"tags") && segment != "tags" => "KEY",
            ("security-credentials", segment) if segment != "ec2-instance" => "ROLE",
            (_, segment) if segment.starts_with("ebs") => "ebsN",
            (_, segment) if segment.starts_with("ephemeral") => "ephemeralN",
            (_, segment) => segment,
        }
    });
    general.collect::<Vec<_>>().join("/")
}

/// What stands directly below `meta-data/` or `dynamic/`.
fn category(name: &str) -> &str {
    let below = name.split_once('/').map_or(name, |(_, below)| below);
    below.split('/').next().unwrap_or(below)
}

#[test]
fn entries() {
    let mut served = BTreeMap::new();
    for world in World::all() {
        let signatures = Signatures::default();
        let tree = Tree::of(&world.instance(), Some(&signatures), &BTreeMap::new()).unwrap();
        served.extend(tree.leaves().map(|(name, since)| (general(name), since.to_string())));
    }
    let rows = table("entry");
    let documented: BTreeMap<_, _> =
        rows.iter().map(|row| (code(&row[0]).to_owned(), row[1].clone())).collect();
    assert_eq!(rows.len(), documented.len(), "an entry is there twice");
    assert_eq!(documented, served);
    assert!(rows.iter().all(|row| row.len() == 4), "{rows:?}");
    // Past the capture of tests' output: a number to be seen in every run.
    let categories: BTreeSet<_> = documented.keys().map(|name| category(name)).collect();
    let _ = writeln!(std::io::stderr(), "{} entries in {} categories", rows.len(), categories.len());
}

#[test]
fn behaviours() {
    let mut left: Vec<String> = fs::read_dir("tests/golden")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".http").map(str::to_owned))
        .collect();
    for row in table("behaviour") {
        let [_, fidelity, shown_by] = &row[..] else { panic!("{row:?}") };
        let kinds = ["same", "configurable", "different", "assumed"];
        assert!(kinds.iter().any(|kind| fidelity.starts_with(kind)), "{row:?}");
        for pattern in shown_by.split(", ").map(code).filter(|pattern| !pattern.starts_with("crates/")) {
            let before = left.len();
            match pattern.strip_suffix('*') {
                Some(prefix) => left.retain(|name| !name.starts_with(prefix)),
                None => left.retain(|name| name != pattern),
            }
            assert!(left.len() < before, "no transcript {pattern}");
        }
    }
    assert!(left.is_empty(), "transcripts of no behaviour: {left:?}");
}
