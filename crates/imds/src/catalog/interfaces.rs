//! `network/interfaces/macs/MAC/`

use ipnet::Ipv6Net;

use super::{lines, text};
use crate::instance::Instance;
use crate::interface::Interface;
use crate::tree::Row;

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    instance.interfaces().flat_map(|interface| of(instance, interface)).collect()
}

fn of(instance: &Instance, interface: &Interface) -> Vec<Row> {
    let folder = format!("meta-data/network/interfaces/macs/{}", interface.mac);
    let row = |name: &str, since, value: String| text(format!("{folder}/{name}"), since, value);
    let mut rows = vec![
        row("device-number", "2011-01-01", interface.device_number.to_string()),
        row("interface-id", "2011-01-01", interface.interface_id.clone()),
        // AWS's table has an earlier date here, when there was no directory of interfaces yet.
        row("local-hostname", "2011-01-01", instance.local_hostname(interface)),
        row("mac", "2011-01-01", interface.mac.clone()),
        row("owner-id", "2011-01-01", interface.owner_id.clone()),
        row("subnet-id", "2011-01-01", interface.subnet_id.clone()),
        row("vpc-id", "2011-01-01", interface.vpc_id.clone()),
    ];
    // AWS's table says `network-card-index`; its own tools ask for `network-card`, and so do others.
    let optional = [
        ("ipv4-prefix", "2021-07-15", lines(&interface.ipv4_prefix)),
        ("ipv6-prefix", "2021-07-15", lines(&interface.ipv6_prefix)),
        ("ipv6s", "2016-06-30", lines(&interface.ipv6s)),
        ("local-ipv4s", "2011-01-01", lines(&interface.local_ipv4s)),
        ("network-card", "2020-11-01", interface.network_card.map(|card| card.to_string())),
        ("public-hostname", "2011-01-01", instance.public_hostname(interface)),
        ("public-ipv4s", "2011-01-01", lines(&interface.public_ipv4s)),
        ("security-group-ids", "2011-01-01", lines(&interface.security_group_ids)),
        ("security-groups", "2011-01-01", lines(&interface.security_groups)),
        ("subnet-ipv4-cidr-block", "2011-01-01", lines(interface.subnet_ipv4_cidr_block.as_slice())),
        ("subnet-ipv6-cidr-blocks", "2016-06-30", uncompressed(&interface.subnet_ipv6_cidr_blocks)),
        ("vpc-ipv4-cidr-block", "2011-01-01", interface.vpc_ipv4_cidr_blocks.first().map(|b| b.to_string())),
        ("vpc-ipv4-cidr-blocks", "2016-06-30", lines(&interface.vpc_ipv4_cidr_blocks)),
        ("vpc-ipv6-cidr-blocks", "2016-06-30", uncompressed(&interface.vpc_ipv6_cidr_blocks)),
    ];
    rows.extend(
        optional.into_iter().filter_map(|(name, since, value)| value.map(|value| row(name, since, value))),
    );
    let associations = interface.public_ipv4s.iter().zip(&interface.local_ipv4s);
    rows.extend(
        associations.map(|(public, local)| {
            row(&format!("ipv4-associations/{public}"), "2011-01-01", local.to_string())
        }),
    );
    rows
}

/// Blocks with every zero written out, as current hosts do.
fn uncompressed(blocks: &[Ipv6Net]) -> Option<String> {
    let blocks: Vec<String> = blocks
        .iter()
        .map(|block| {
            let groups = block.addr().segments().map(|group| format!("{group:x}"));
            format!("{}/{}", groups.join(":"), block.prefix_len())
        })
        .collect();
    lines(&blocks)
}
