//! From facts to entries: one file a group of categories, one row an entry.
//!
//! An entry the real service would not have for such an instance gets no row: a client that crawls
//! gives up the whole tree when something listed is missing. The versions are those of AWS's table
//! (EC2 User Guide, "Instance metadata categories"); entries it lacks have that of their neighbours.

mod accelerators;
mod devices;
mod dynamic;
mod events;
mod general;
mod iam;
mod interfaces;
mod keys;
mod network;
mod placement;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

use crate::identity::Signatures;
use crate::instance::Instance;
use crate::tree::{BadEntry, Content, Row, Tree, ready};
use crate::version::Version;

/// Every category group, in no particular order.
const CATEGORIES: &[fn(&Instance) -> Vec<Row>] = &[
    accelerators::rows,
    devices::rows,
    dynamic::rows,
    events::rows,
    general::rows,
    iam::rows,
    interfaces::rows,
    keys::rows,
    network::rows,
    placement::rows,
];

impl Tree {
    /// The tree of an instance, with `paths` added to it or put in place of what it has. Without
    /// signatures of its identity document there are no entries for them.
    ///
    /// # Errors
    /// Where a path of `paths` fits no tree.
    pub fn of(
        instance: &Instance,
        signatures: Option<&Signatures>,
        paths: &BTreeMap<String, String>,
    ) -> Result<Tree, BadEntry> {
        let mut rows: Vec<Row> = CATEGORIES.iter().flat_map(|rows| rows(instance)).collect();
        rows.extend(signatures.into_iter().flat_map(dynamic::signatures));
        // What takes the place of an entry appeared when that did.
        let since = |name: &str| rows.iter().find(|row| row.name == name).map(|row| row.since);
        let added: Vec<Row> = paths
            .iter()
            .map(|(name, value)| Row {
                since: since(name).unwrap_or(Version::since("1.0")),
                ..text(name.clone(), "1.0", value.as_str())
            })
            .collect();
        Tree::new(rows.into_iter().chain(added))
    }
}

fn row(name: impl Into<Cow<'static, str>>, since: &'static str, content: Content) -> Row {
    Row { name: name.into(), since: Version::since(since), content, listed_as: None }
}

fn text(name: impl Into<Cow<'static, str>>, since: &'static str, value: impl Into<String>) -> Row {
    row(name, since, Content::Text(ready(value.into())))
}

/// The row of a fact that an instance may lack.
fn maybe(name: &'static str, since: &'static str, value: Option<impl Display>) -> Option<Row> {
    value.map(|value| text(name, since, value.to_string()))
}

/// Values a line each; an entry with none is no entry.
fn lines<T: Display>(values: &[T]) -> Option<String> {
    let lines: Vec<String> = values.iter().map(T::to_string).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
