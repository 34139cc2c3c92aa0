//! The tree of entries: built once, then only read.
//!
//! Finding an entry is one look-up of its whole name, however many there are. Directories are not
//! given; they follow from the names, so that what is listed and what resolves cannot differ.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use thiserror::Error;

use crate::version::Version;

/// What a leaf holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Text.
    Text(Bytes),
    /// Bytes that EC2 does not call text: user data.
    Binary(Bytes),
    /// The role's keys, which change while the tree does not.
    Credentials,
    /// The instance profile's description, renewed together with the keys.
    ProfileInfo,
    /// The keys of the instance's own identity.
    IdentityCredentials,
    /// Their description.
    IdentityInfo,
}

impl Content {
    /// Whether it holds keys.
    pub(crate) fn is_secret(&self) -> bool {
        matches!(self, Content::Credentials | Content::IdentityCredentials)
    }
}

/// One row of the catalogue: an entry's name below a version, the version it appeared in, and
/// what it holds.
pub(crate) struct Row {
    pub(crate) name: Cow<'static, str>,
    pub(crate) since: Version,
    pub(crate) content: Content,
    /// How the listing shows the directory it is in, where not by name and slash.
    pub(crate) listed_as: Option<Box<str>>,
}

/// The listings that are not in byte order (EC2 User Guide, "Retrieve dynamic data"): what is not
/// named here comes after.
const UNSORTED: &[(&str, &[&str])] =
    &[("dynamic/instance-identity", &["rsa2048", "pkcs7", "document", "signature", "dsa2048"])];

/// All entries by name.
#[derive(Debug)]
pub struct Tree {
    nodes: HashMap<Box<str>, Node>,
}

/// Why entries do not make a tree.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadEntry {
    /// A name has an empty segment.
    #[error(
        "`{0}` has an empty segment; write segments joined by single slashes, as in `meta-data/my-team/name`"
    )]
    EmptySegment(String),
    /// A name's first segment is not one of the tree's.
    #[error("`{0}` must begin with `meta-data/` or `dynamic/`, or be `user-data`")]
    OutsideTree(String),
    /// One name is a directory of another.
    #[error("`{leaf}` would hold a value and be the directory of `{below}` at once; rename one")]
    LeafAndDirectory {
        /// The shorter name.
        leaf: String,
        /// The name below it.
        below: String,
    },
}

/// Bytes to be handed out any number of times, each at no cost; `Bytes::from` would allocate when
/// first cloned.
pub(crate) fn ready(bytes: impl Into<Vec<u8>>) -> Bytes {
    Bytes::from_owner(bytes.into())
}

#[derive(Debug)]
pub(crate) enum Node {
    Directory(Directory),
    Leaf(Leaf),
}

#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) since: Version,
    pub(crate) content: Content,
}

/// A directory: its children, and its listings, ready to be handed out.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    children: BTreeMap<Box<str>, Child>,
    /// The listing from each version on in which one of the children appeared, oldest first.
    listings: Vec<(Version, Bytes)>,
}

#[derive(Debug)]
struct Child {
    since: Version,
    line: Box<str>,
}

impl Tree {
    /// Makes a tree of rows. A row replaces an earlier one of the same name.
    pub(crate) fn new(rows: impl IntoIterator<Item = Row>) -> Result<Tree, BadEntry> {
        let mut nodes = HashMap::from([("".into(), Node::Directory(Directory::default()))]);
        for Row { name, since, content, listed_as } in rows {
            check(&name)?;
            add_to_directories(&mut nodes, &name, since)?;
            if let Some(line) = listed_as {
                rename(&mut nodes, &name, line);
            }
            let replaced = nodes.insert(name.as_ref().into(), Node::Leaf(Leaf { since, content }));
            if let Some(Node::Directory(directory)) = replaced {
                let below = directory.children.keys().next().map_or("", |child| child);
                return Err(BadEntry::LeafAndDirectory {
                    leaf: name.to_string(),
                    below: format!("{name}/{below}"),
                });
            }
        }
        for (name, node) in &mut nodes {
            if let Node::Directory(directory) = node {
                directory.finish(name);
            }
        }
        Ok(Tree { nodes })
    }

    /// The names of all leaves and the versions they appeared in, in no particular order.
    pub fn leaves(&self) -> impl Iterator<Item = (&str, Version)> {
        self.nodes.iter().filter_map(|(name, node)| match node {
            Node::Leaf(leaf) => Some((&**name, leaf.since)),
            Node::Directory(_) => None,
        })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.nodes.get(name)
    }
}

fn check(name: &str) -> Result<(), BadEntry> {
    if name.split('/').any(str::is_empty) {
        return Err(BadEntry::EmptySegment(name.to_owned()));
    }
    match name.split_once('/') {
        Some(("meta-data" | "dynamic", _)) => Ok(()),
        None if name == "user-data" => Ok(()),
        _ => Err(BadEntry::OutsideTree(name.to_owned())),
    }
}

/// Enters a name into each directory above it, making those that are not there yet.
fn add_to_directories(
    nodes: &mut HashMap<Box<str>, Node>,
    name: &str,
    since: Version,
) -> Result<(), BadEntry> {
    let mut rest = name;
    let mut is_directory = false;
    while !rest.is_empty() {
        let (parent, child) = rest.rsplit_once('/').unwrap_or(("", rest));
        // `/latest/` names its entries without slashes; every other listing marks directories.
        let mark = if is_directory && !parent.is_empty() { "/" } else { "" };
        let node = nodes.entry(parent.into()).or_insert_with(|| Node::Directory(Directory::default()));
        let Node::Directory(directory) = node else {
            return Err(BadEntry::LeafAndDirectory { leaf: parent.to_owned(), below: name.to_owned() });
        };
        let entry = directory
            .children
            .entry(child.into())
            .or_insert_with(|| Child { since, line: format!("{child}{mark}").into() });
        entry.since = entry.since.min(since);
        rest = parent;
        is_directory = true;
    }
    Ok(())
}

/// Changes the line with which the directory of `name` is listed.
fn rename(nodes: &mut HashMap<Box<str>, Node>, name: &str, line: Box<str>) {
    if let Some((directory, _)) = name.rsplit_once('/')
        && let Some((parent, child)) = directory.rsplit_once('/')
        && let Some(Node::Directory(parent)) = nodes.get_mut(parent)
        && let Some(child) = parent.children.get_mut(child)
    {
        child.line = line;
    }
}

impl Directory {
    /// The listing in a version: the entries it has, a line each, no final newline; `None` where
    /// the directory itself had not appeared yet.
    pub(crate) fn listing(&self, version: Version) -> Option<Bytes> {
        let shown = self.listings.iter().rev().find(|(since, _)| *since <= version);
        shown.map(|(_, lines)| lines.clone())
    }

    /// Writes the listings, once all children are known.
    fn finish(&mut self, name: &str) {
        let order =
            UNSORTED.iter().find(|(directory, _)| *directory == name).map_or(&[][..], |(_, order)| order);
        let place = |child: &str| order.iter().position(|name| *name == child).unwrap_or(order.len());
        let mut children: Vec<_> = self.children.iter().collect();
        children.sort_by_key(|(name, _)| place(name));
        let lines = |version| {
            let shown = children.iter().filter(|(_, child)| child.since <= version);
            shown.map(|(_, child)| &*child.line).collect::<Vec<_>>().join("\n")
        };
        let versions: BTreeSet<Version> = self.children.values().map(|child| child.since).collect();
        self.listings = versions.into_iter().map(|version| (version, ready(lines(version)))).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, since: &'static str) -> Row {
        let content = Content::Text("x".into());
        Row { name: name.to_owned().into(), since: Version::since(since), content, listed_as: None }
    }

    fn listing(tree: &Tree, name: &str, version: Version) -> Option<String> {
        let Some(Node::Directory(directory)) = tree.get(name) else {
            return None;
        };
        directory.listing(version).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn directories_follow_from_names() {
        let tree = Tree::new([
            row("meta-data/b/new", "2021-03-23"),
            row("meta-data/b/old", "1.0"),
            row("meta-data/a", "1.0"),
            row("meta-data/c/new", "2021-03-23"),
            row("user-data", "1.0"),
        ])
        .unwrap();
        let latest = |name| listing(&tree, name, Version::LATEST).unwrap();
        assert_eq!(latest(""), "meta-data\nuser-data");
        assert_eq!(latest("meta-data"), "a\nb/\nc/");
        assert_eq!(latest("meta-data/b"), "new\nold");
        let early = Version::parse("2009-04-04").unwrap();
        assert_eq!(listing(&tree, "meta-data", early).unwrap(), "a\nb/");
        assert_eq!(listing(&tree, "meta-data/c", early), None);
    }

    #[test]
    fn a_later_row_replaces_an_earlier_one() {
        let tree = Tree::new([row("meta-data/a", "1.0"), row("meta-data/a", "1.0")]).unwrap();
        assert_eq!(listing(&tree, "meta-data", Version::LATEST).unwrap(), "a");
    }

    #[test]
    fn bad_names_are_refused() {
        let error = |names: [&str; 2]| Tree::new(names.map(|name| row(name, "1.0"))).unwrap_err();
        for names in [["meta-data/a", "meta-data/a/b"], ["meta-data/a/b", "meta-data/a"]] {
            let both =
                BadEntry::LeafAndDirectory { leaf: "meta-data/a".into(), below: "meta-data/a/b".into() };
            assert_eq!(error(names), both);
        }
        for name in ["meta-data//a", "/meta-data/a", "meta-data/a/"] {
            assert_eq!(error(["meta-data/x", name]), BadEntry::EmptySegment(name.into()));
        }
        for name in ["metadata/a", "meta-data", "api/token"] {
            assert_eq!(error(["meta-data/x", name]), BadEntry::OutsideTree(name.into()));
        }
    }
}
