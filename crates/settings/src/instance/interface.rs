//! `[[instance.network-interfaces]]`. The first is the primary one, whose main facts may also stand
//! in `[instance]` itself.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::defaults::instance as default;
use crate::error::Error;
use crate::form;
use crate::section::Section;

/// A network interface; where a value is `None`, it is made up or derived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the key of that name, explained in the manual")]
pub struct Interface {
    pub device_number: u32,
    pub interface_id: Option<String>,
    pub ipv4_prefix: Vec<Ipv4Net>,
    pub ipv6_prefix: Vec<Ipv6Net>,
    pub ipv6s: Vec<Ipv6Addr>,
    pub local_hostname: Option<String>,
    pub local_ipv4s: Option<Vec<Ipv4Addr>>,
    pub mac: Option<String>,
    pub network_card: Option<u32>,
    pub owner_id: Option<String>,
    pub public_hostname: Option<String>,
    pub public_ipv4s: Option<Vec<Ipv4Addr>>,
    pub security_group_ids: Option<Vec<String>>,
    pub security_groups: Vec<String>,
    pub subnet_id: Option<String>,
    pub subnet_ipv4_cidr_block: Option<Ipv4Net>,
    pub subnet_ipv6_cidr_blocks: Vec<Ipv6Net>,
    pub vpc_id: Option<String>,
    pub vpc_ipv4_cidr_blocks: Vec<Ipv4Net>,
    pub vpc_ipv6_cidr_blocks: Vec<Ipv6Net>,
}

/// The facts of the primary interface that `[instance]` may give: the key there and in its table.
const SHORT: [(&str, &str); 6] = [
    ("local-hostname", "local-hostname"),
    ("local-ipv4", "local-ipv4s"),
    ("mac", "mac"),
    ("public-hostname", "public-hostname"),
    ("public-ipv4", "public-ipv4s"),
    ("security-groups", "security-groups"),
];

pub(crate) fn interfaces(section: &mut Section<'_>) -> Result<Vec<Interface>, Error> {
    let tables = section.sections("network-interfaces")?;
    let both = SHORT
        .into_iter()
        .find(|(short, long)| section.has(short) && tables.first().is_some_and(|table| table.has(long)));
    if let Some((short, long)) = both {
        let reason = format!(
            "says what {long} in the first [[instance.network-interfaces]] says already; leave one of them out"
        );
        return Err(section.error(short, reason));
    }
    let mut interfaces = tables
        .into_iter()
        .enumerate()
        .map(|(at, table)| interface(table, at))
        .collect::<Result<Vec<_>, _>>()?;
    for (at, interface) in interfaces.iter().enumerate() {
        let twice =
            interfaces[..at].iter().any(|before| interface.mac.is_some() && before.mac == interface.mac);
        if twice {
            let reason = "has two interfaces with one mac; each needs its own".to_owned();
            return Err(section.error("network-interfaces", reason));
        }
    }
    if interfaces.is_empty() {
        interfaces.push(Interface {
            security_groups: vec![default::SECURITY_GROUP.into()],
            ..Interface::default()
        });
    }
    let primary = &mut interfaces[0];
    let one = |text: &str| match text {
        "none" => Some(Vec::new()),
        address => form::host_address(address).map(|address| vec![address]),
    };
    let hostname = section.text("local-hostname", "a host name", form::hostname)?;
    primary.local_hostname = primary.local_hostname.take().or(hostname);
    let mac = section.text("mac", "a hardware address such as \"02:00:00:00:00:01\"", form::mac)?;
    primary.mac = primary.mac.take().or(mac);
    let hostname = section.text("public-hostname", "a host name", form::hostname)?;
    primary.public_hostname = primary.public_hostname.take().or(hostname);
    let address = section.text("public-ipv4", "an IPv4 address, or \"none\" for an instance without", one)?;
    primary.public_ipv4s = primary.public_ipv4s.take().or(address);
    let groups = section.value("security-groups", GROUPS, form::list(form::line))?;
    primary.security_groups = groups.unwrap_or(std::mem::take(&mut primary.security_groups));
    let address = section.text("local-ipv4", "an IPv4 address such as \"172.31.0.10\"", |text| {
        form::host_address(text).map(|address| vec![address])
    })?;
    if let (Some([address]), Some(block)) = (address.as_deref(), primary.subnet_ipv4_cidr_block)
        && !block.contains(address)
    {
        return Err(section.error("local-ipv4", format!("must lie in the interface's subnet, {block}")));
    }
    primary.local_ipv4s = primary.local_ipv4s.take().or(address);
    Ok(interfaces)
}

const GROUPS: &str = "a list of names such as [\"default\"]";

fn interface(mut section: Section<'_>, at: usize) -> Result<Interface, Error> {
    let blocks4 = "a list of blocks such as [\"172.31.0.0/16\"]";
    let blocks6 = "a list of blocks such as [\"2001:db8:0:1::/64\"]";
    let interface = Interface {
        device_number: section
            .value("device-number", "a number from 0", form::number(0..=u32::MAX))?
            .unwrap_or(at as u32),
        interface_id: section.text(
            "interface-id",
            "an id such as \"eni-0123456789abcdef0\"",
            form::id("eni-"),
        )?,
        ipv4_prefix: section.value("ipv4-prefix", blocks4, form::list(form::parsed))?.unwrap_or_default(),
        ipv6_prefix: section.value("ipv6-prefix", blocks6, form::list(form::parsed))?.unwrap_or_default(),
        ipv6s: section
            .value("ipv6s", "a list of addresses such as [\"2001:db8:0:1::5\"]", form::list(form::parsed))?
            .unwrap_or_default(),
        local_hostname: section.text("local-hostname", "a host name", form::hostname)?,
        local_ipv4s: section.value(
            "local-ipv4s",
            "a list of addresses such as [\"172.31.0.10\"], the primary one first",
            form::list(form::host_address),
        )?,
        mac: section.text("mac", "a hardware address such as \"02:00:00:00:00:01\"", form::mac)?,
        network_card: section.value("network-card", "a number from 0", form::number(0..=u32::MAX))?,
        owner_id: section.text("owner-id", "twelve digits in a string", super::account)?,
        public_hostname: section.text("public-hostname", "a host name", form::hostname)?,
        public_ipv4s: section.value(
            "public-ipv4s",
            "a list of addresses, no more than local-ipv4s has",
            form::list(form::host_address),
        )?,
        security_group_ids: section.value(
            "security-group-ids",
            "a list of ids such as [\"sg-0123456789abcdef0\"]",
            |value| form::list(|text| form::id("sg-")(text))(value),
        )?,
        security_groups: section
            .value("security-groups", GROUPS, form::list(form::line))?
            .unwrap_or_else(|| vec![default::SECURITY_GROUP.to_owned()]),
        subnet_id: section.text(
            "subnet-id",
            "an id such as \"subnet-0123456789abcdef0\"",
            form::id("subnet-"),
        )?,
        subnet_ipv4_cidr_block: section.text(
            "subnet-ipv4-cidr-block",
            "a block from /16 to /28 such as \"172.31.0.0/20\"",
            // What EC2 allows (Amazon VPC User Guide, "Subnet CIDR blocks").
            |text| {
                let block: Ipv4Net = form::parsed(text)?;
                (16..=28).contains(&block.prefix_len()).then(|| block.trunc())
            },
        )?,
        subnet_ipv6_cidr_blocks: section
            .value("subnet-ipv6-cidr-blocks", blocks6, form::list(form::parsed))?
            .unwrap_or_default(),
        vpc_id: section.text("vpc-id", "an id such as \"vpc-0123456789abcdef0\"", form::id("vpc-"))?,
        vpc_ipv4_cidr_blocks: section
            .value("vpc-ipv4-cidr-blocks", blocks4, form::list(form::parsed))?
            .unwrap_or_default(),
        vpc_ipv6_cidr_blocks: section
            .value("vpc-ipv6-cidr-blocks", blocks6, form::list(form::parsed))?
            .unwrap_or_default(),
    };
    consistent(&section, &interface)?;
    section.finish()?;
    Ok(interface)
}

/// Whether what was given fits together.
fn consistent(section: &Section<'_>, interface: &Interface) -> Result<(), Error> {
    let locals = interface.local_ipv4s.as_deref().unwrap_or_default();
    if let Some(block) = interface.subnet_ipv4_cidr_block {
        if let Some(address) = locals.iter().find(|address| !block.contains(*address)) {
            let reason = format!("must lie in the interface's subnet, {block}, as {address} does not");
            return Err(section.error("local-ipv4s", reason));
        }
        let around = &interface.vpc_ipv4_cidr_blocks;
        if !around.is_empty() && !around.iter().any(|vpc| vpc.contains(&block)) {
            let reason = "must lie in one of vpc-ipv4-cidr-blocks".to_owned();
            return Err(section.error("subnet-ipv4-cidr-block", reason));
        }
    }
    let none = interface.local_ipv4s.as_ref().is_some_and(Vec::is_empty);
    if none && interface.ipv6s.is_empty() {
        return Err(section.error("local-ipv4s", "may be empty only if ipv6s has an address".to_owned()));
    }
    let publics = interface.public_ipv4s.as_deref().unwrap_or_default();
    if publics.len() > locals.len().max(usize::from(!none)) {
        let reason = "has more addresses than local-ipv4s; each belongs to one of those".to_owned();
        return Err(section.error("public-ipv4s", reason));
    }
    Ok(())
}
