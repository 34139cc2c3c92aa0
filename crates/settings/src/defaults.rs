//! What holds where the configuration file is silent, and the paths both programs know.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// The configuration file.
pub const CONFIG_FILE: &str = "/etc/fake-metadata/config.toml";

/// Where the daemon listens, and the port of an address given without one.
pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), PORT);
/// Where it listens as well if IPv6 is asked for.
pub const LISTEN_IPV6: SocketAddr = SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::LOCALHOST), PORT);
/// The port of `listen`.
pub const PORT: u16 = 8000;

/// The address of the instance metadata service (EC2 User Guide, "Retrieve instance metadata").
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// Its address over IPv6 (EC2 User Guide, the same page).
pub const ADDRESS_IPV6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
/// The interface that carries it.
pub const INTERFACE: &str = "lo";
/// The port clients connect to.
pub const NETWORK_PORT: u16 = 80;

/// EC2's default of `HttpPutResponseHopLimit`.
pub const HOP_LIMIT: u8 = 1;

/// The role of the write-up this project comes from.
pub const ROLE: &str = "BaseIAMRole";
/// Of generated keys; EC2's own live a little over six hours.
pub const LIFETIME: Duration = Duration::from_secs(6 * 3600);
/// The lifetimes that may be asked for: long enough to be served, short enough to be temporary.
pub const LIFETIMES: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(5)..=Duration::from_secs(36 * 3600);

/// Where keys are looked for in the environment (AWS SDKs and Tools Reference Guide).
pub const VARIABLES: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
/// The profile that holds where none is named (the same guide).
pub const PROFILE: &str = "default";
/// How long a command may take that prints keys.
pub const PROCESS_TIMEOUT: Duration = Duration::from_secs(30);
/// The times it may be given: longer, and a machine that starts would wait for its keys.
pub const PROCESS_TIMEOUTS: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(300);

/// The instance. What is not here is made up for each machine, recognisably so.
pub mod instance {
    use std::net::Ipv4Addr;

    use ipnet::Ipv4Net;

    /// Twelve digits: the account of AWS's own examples. One made up could be somebody's.
    pub const ACCOUNT_ID: &str = "123456789012";
    /// What an image on EBS has in place of a path.
    pub const AMI_MANIFEST_PATH: &str = "(unknown)";
    /// The root device of current images.
    pub const ROOT_DEVICE: &str = "/dev/xvda";
    /// A common small type.
    pub const INSTANCE_TYPE: &str = "t3.micro";
    /// The first subnet of a default VPC (Amazon VPC User Guide, "Default VPCs").
    pub const SUBNET: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(172, 31, 0, 0), 20);
    /// How far the VPC around a subnet reaches, if not said: as a default VPC does.
    pub const VPC_PREFIX: u8 = 16;
    /// Public addresses are from the block reserved for documentation (RFC 5737, TEST-NET-3), so
    /// that nothing real is ever contacted through them.
    pub const PUBLIC: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(203, 0, 113, 0), 24);
    /// The oldest region.
    pub const REGION: &str = "us-east-1";
    /// The group every VPC has.
    pub const SECURITY_GROUP: &str = "default";
}
