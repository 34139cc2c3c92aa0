//! The network interfaces: what was given, else what this machine has, else what fits the rest.

use std::net::Ipv4Addr;

use ipnet::{Ipv4Net, Ipv6Net};
use settings::defaults::instance as default;
use settings::{Instance, Interface};

use super::Overrides;
use super::host::Host;
use super::made_up::MadeUp;

/// All of them, the primary one first.
pub(super) fn interfaces(
    given: &Instance,
    host: &Host,
    overrides: &Overrides,
    made_up: &MadeUp<'_>,
) -> Vec<imds::Interface> {
    let given_addresses = given.network_interfaces.iter().flat_map(|interface| &interface.local_ipv4s);
    let mut taken: Vec<Ipv4Addr> = given_addresses.flatten().copied().collect();
    let mut interfaces = Vec::<imds::Interface>::new();
    for (at, interface) in given.network_interfaces.iter().enumerate() {
        let mut interface = interface.clone();
        if at == 0 {
            fill_primary(&mut interface, host, overrides, made_up);
        } else if let Some(primary) = interfaces.first() {
            beside(&mut interface, primary);
        }
        let made = made(interface, at, &given.account_id, &mut taken, made_up);
        interfaces.push(made);
    }
    interfaces
}

/// What the environment overrides, and what this machine knows of itself.
fn fill_primary(interface: &mut Interface, host: &Host, overrides: &Overrides, made_up: &MadeUp<'_>) {
    if let Some(address) = overrides.public_ipv4 {
        interface.public_ipv4s = Some(vec![address]);
    }
    interface.public_hostname = overrides.public_hostname.clone().or(interface.public_hostname.take());
    if interface.local_ipv4s.as_ref().is_none_or(|addresses| !addresses.is_empty()) {
        interface
            .public_ipv4s
            .get_or_insert_with(|| vec![made_up.address(default::PUBLIC, "public address", &[])]);
    }
    interface.local_hostname = interface.local_hostname.take().or(host.hostname.clone());
    interface.mac = interface.mac.take().or(host.mac.clone());
    if interface.local_ipv4s.is_none()
        && interface.subnet_ipv4_cidr_block.is_none()
        && let Some(network) = host.network
    {
        interface.local_ipv4s = Some(vec![network.addr()]);
        interface.subnet_ipv4_cidr_block = Some(network.trunc());
    }
    if interface.ipv6s.is_empty() {
        interface.ipv6s.clone_from(&host.ipv6s);
    }
}

/// An interface of which no network is said is in that of the primary one.
fn beside(interface: &mut Interface, primary: &imds::Interface) {
    let says_nothing = interface.subnet_ipv4_cidr_block.is_none()
        && interface.local_ipv4s.is_none()
        && interface.vpc_ipv4_cidr_blocks.is_empty();
    if says_nothing {
        interface.subnet_ipv4_cidr_block = primary.subnet_ipv4_cidr_block;
        interface.vpc_ipv4_cidr_blocks.clone_from(&primary.vpc_ipv4_cidr_blocks);
        interface.subnet_id.get_or_insert_with(|| primary.subnet_id.clone());
    }
    // All interfaces of an instance are in one VPC, nearly always.
    interface.vpc_id.get_or_insert_with(|| primary.vpc_id.clone());
}

/// The interface with all that was open made up.
fn made(
    given: Interface,
    at: usize,
    account: &str,
    taken: &mut Vec<Ipv4Addr>,
    made_up: &MadeUp<'_>,
) -> imds::Interface {
    let block = given.subnet_ipv4_cidr_block.unwrap_or_else(|| {
        let address = given.local_ipv4s.as_ref().and_then(|addresses| addresses.first().copied());
        let vpc = given.vpc_ipv4_cidr_blocks.first().copied();
        let within = vpc.map(|vpc| {
            if vpc.prefix_len() > default::SUBNET.prefix_len() {
                vpc
            } else {
                around(vpc.addr(), default::SUBNET.prefix_len())
            }
        });
        let around_address = address.map(|address| around(address, default::SUBNET.prefix_len()));
        around_address.or(within).unwrap_or(default::SUBNET)
    });
    let local_ipv4s =
        given.local_ipv4s.unwrap_or_else(|| vec![made_up.address(block, "private address", taken)]);
    taken.extend(&local_ipv4s);
    let mut vpc_ipv4_cidr_blocks = given.vpc_ipv4_cidr_blocks;
    if vpc_ipv4_cidr_blocks.is_empty() {
        let prefix = default::VPC_PREFIX.min(block.prefix_len());
        vpc_ipv4_cidr_blocks.push(around(block.network(), prefix));
    }
    let mut subnet_ipv6_cidr_blocks = given.subnet_ipv6_cidr_blocks;
    let mut vpc_ipv6_cidr_blocks = given.vpc_ipv6_cidr_blocks;
    if let Some(address) = given.ipv6s.first() {
        let around = |prefix| Ipv6Net::new_assert(*address, prefix).trunc();
        // The sizes AWS gives (Amazon VPC User Guide, "VPC CIDR blocks").
        if subnet_ipv6_cidr_blocks.is_empty() {
            subnet_ipv6_cidr_blocks.push(around(64));
        }
        if vpc_ipv6_cidr_blocks.is_empty() {
            vpc_ipv6_cidr_blocks.push(around(56));
        }
    }
    let group_id = |name: &String| made_up.id("sg-", &format!("security group {name}"));
    imds::Interface {
        device_number: given.device_number,
        interface_id: given.interface_id.unwrap_or_else(|| made_up.id("eni-", &format!("interface {at}"))),
        ipv4_prefix: given.ipv4_prefix,
        ipv6_prefix: given.ipv6_prefix,
        ipv6s: given.ipv6s,
        local_hostname: given.local_hostname,
        // Without an address there is no block either.
        subnet_ipv4_cidr_block: (!local_ipv4s.is_empty()).then_some(block),
        local_ipv4s,
        mac: given.mac.unwrap_or_else(|| made_up.mac(&format!("interface {at}"))),
        network_card: given.network_card,
        owner_id: given.owner_id.unwrap_or_else(|| account.to_owned()),
        public_hostname: given.public_hostname,
        public_ipv4s: given.public_ipv4s.unwrap_or_default(),
        security_group_ids: given
            .security_group_ids
            .unwrap_or_else(|| given.security_groups.iter().map(group_id).collect()),
        security_groups: given.security_groups,
        subnet_id: given.subnet_id.unwrap_or_else(|| made_up.id("subnet-", &format!("subnet {block}"))),
        subnet_ipv6_cidr_blocks,
        vpc_id: given.vpc_id.unwrap_or_else(|| made_up.id("vpc-", "network")),
        vpc_ipv4_cidr_blocks,
        vpc_ipv6_cidr_blocks,
    }
}

/// The block of this size that an address is in.
fn around(address: Ipv4Addr, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(address, prefix).trunc()
}
