//! One network interface's facts.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// A network interface. Field names are EC2's own.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    /// 0 for the primary one.
    pub device_number: u32,
    /// `eni-` and hexadecimal digits.
    pub interface_id: String,
    /// Blocks of addresses delegated to it.
    pub ipv4_prefix: Vec<Ipv4Net>,
    /// Blocks of addresses delegated to it.
    pub ipv6_prefix: Vec<Ipv6Net>,
    /// Its IPv6 addresses.
    pub ipv6s: Vec<Ipv6Addr>,
    /// The private name, where it is not the one EC2 would derive from the address.
    pub local_hostname: Option<String>,
    /// Its private addresses, the primary one first; none where there is only IPv6.
    pub local_ipv4s: Vec<Ipv4Addr>,
    /// The hardware address, lower case with colons.
    pub mac: String,
    /// The network card, on types that have several.
    pub network_card: Option<u32>,
    /// The account that owns it.
    pub owner_id: String,
    /// The public name, where it is not the one EC2 would derive from the public address.
    pub public_hostname: Option<String>,
    /// Its public addresses; the first belongs to the first private one, and so on.
    pub public_ipv4s: Vec<Ipv4Addr>,
    /// Ids of its security groups.
    pub security_group_ids: Vec<String>,
    /// Names of its security groups.
    pub security_groups: Vec<String>,
    /// `subnet-` and hexadecimal digits.
    pub subnet_id: String,
    /// The subnet's IPv4 addresses.
    pub subnet_ipv4_cidr_block: Option<Ipv4Net>,
    /// The subnet's IPv6 addresses.
    pub subnet_ipv6_cidr_blocks: Vec<Ipv6Net>,
    /// `vpc-` and hexadecimal digits.
    pub vpc_id: String,
    /// The VPC's IPv4 addresses, the primary block first.
    pub vpc_ipv4_cidr_blocks: Vec<Ipv4Net>,
    /// The VPC's IPv6 addresses.
    pub vpc_ipv6_cidr_blocks: Vec<Ipv6Net>,
}
