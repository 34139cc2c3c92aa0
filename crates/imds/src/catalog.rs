//! From facts to entries: one function a category, one row an entry.
//!
//! An entry the real service would not have for such an instance gets no row: a client that crawls
//! gives up the whole tree when something listed is missing. The versions are those of AWS's table
//! (EC2 User Guide, "Instance metadata categories").

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::identity::{self, Signatures};
use crate::instance::Instance;
use crate::tree::{BadEntry, Content, Row, Tree};
use crate::version::Version;

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
        let categories = [general, addresses, placement, services, iam, tags, dynamic, user_data];
        let added = paths.iter().map(|(name, value)| text(name.clone(), "1.0", value.as_str()));
        let signed = signatures.into_iter().flat_map(signatures_rows);
        Tree::new(categories.into_iter().flat_map(|rows| rows(instance)).chain(signed).chain(added))
    }
}

fn row(name: impl Into<Cow<'static, str>>, since: &'static str, content: Content) -> Row {
    Row { name: name.into(), since: Version::since(since), content }
}

fn text(name: impl Into<Cow<'static, str>>, since: &'static str, value: impl Into<String>) -> Row {
    row(name, since, Content::Text(value.into().into()))
}

fn general(instance: &Instance) -> Vec<Row> {
    vec![
        text("meta-data/ami-id", "1.0", &instance.ami_id),
        text("meta-data/ami-launch-index", "1.0", instance.ami_launch_index.to_string()),
        text("meta-data/instance-id", "1.0", &instance.instance_id),
        text("meta-data/instance-type", "2007-08-29", &instance.instance_type),
        text("meta-data/reservation-id", "1.0", &instance.reservation_id),
        text("meta-data/security-groups", "1.0", instance.security_groups.join("\n")),
    ]
}

fn addresses(instance: &Instance) -> Vec<Row> {
    let mut rows = vec![
        text("meta-data/hostname", "1.0", instance.local_hostname()),
        text("meta-data/local-hostname", "2007-01-19", instance.local_hostname()),
        text("meta-data/local-ipv4", "1.0", instance.local_ipv4.to_string()),
        text("meta-data/mac", "2011-01-01", &instance.mac),
    ];
    let public_name = instance.public_hostname();
    rows.extend(public_name.map(|name| text("meta-data/public-hostname", "2007-01-19", name)));
    let public_address = instance.public_ipv4.map(|address| address.to_string());
    rows.extend(public_address.map(|address| text("meta-data/public-ipv4", "2007-01-19", address)));
    rows
}

fn placement(instance: &Instance) -> Vec<Row> {
    vec![
        text("meta-data/placement/availability-zone", "2008-02-01", &instance.availability_zone),
        text("meta-data/placement/region", "2020-08-24", &instance.region),
    ]
}

fn services(instance: &Instance) -> Vec<Row> {
    vec![
        text("meta-data/services/domain", "2014-02-25", instance.domain()),
        text("meta-data/services/partition", "2015-10-20", instance.partition()),
    ]
}

fn iam(instance: &Instance) -> Vec<Row> {
    let role = format!("meta-data/iam/security-credentials/{}", instance.role);
    vec![
        row("meta-data/iam/info", "2012-01-12", Content::ProfileInfo),
        row(role, "2012-01-12", Content::Credentials),
    ]
}

fn tags(instance: &Instance) -> Vec<Row> {
    let row = |(key, value): (&String, &String)| {
        text(format!("meta-data/tags/instance/{key}"), "2021-03-23", value)
    };
    instance.tags.iter().map(row).collect()
}

fn dynamic(instance: &Instance) -> Vec<Row> {
    vec![text("dynamic/instance-identity/document", "2009-04-04", identity::document(instance))]
}

fn signatures_rows(signatures: &Signatures) -> [Row; 3] {
    [
        text("dynamic/instance-identity/pkcs7", "2009-04-04", &signatures.pkcs7),
        text("dynamic/instance-identity/rsa2048", "2009-04-04", &signatures.rsa2048),
        text("dynamic/instance-identity/signature", "2009-04-04", &signatures.signature),
    ]
}

fn user_data(instance: &Instance) -> Vec<Row> {
    let row = |data: &Vec<u8>| row("user-data", "1.0", Content::Binary(data.clone().into()));
    instance.user_data.iter().map(row).collect()
}
