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

/// The instance. Its ids are recognisably made up; its public address is from the block reserved
/// for documentation (RFC 5737), so that nothing real is ever contacted through it.
pub mod instance {
    use std::net::Ipv4Addr;

    /// Twelve digits.
    pub const ACCOUNT_ID: &str = "123456789012";
    /// The image.
    pub const AMI_ID: &str = "ami-0fa4e0fa4e0fa4e00";
    /// The instance.
    pub const INSTANCE_ID: &str = "i-0fa4e0fa4e0fa4e00";
    /// The instance profile's unique id.
    pub const INSTANCE_PROFILE_ID: &str = "AIPAFAKEFAKEFAKEFAKE0";
    /// A common small type.
    pub const INSTANCE_TYPE: &str = "t3.micro";
    /// Inside the default VPC's first subnet.
    pub const LOCAL_IPV4: Ipv4Addr = Ipv4Addr::new(172, 31, 0, 10);
    /// Locally administered, as EC2's are.
    pub const MAC: &str = "02:fa:4e:00:00:0a";
    /// TEST-NET-3.
    pub const PUBLIC_IPV4: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
    /// The oldest region.
    pub const REGION: &str = "us-east-1";
    /// The launch.
    pub const RESERVATION_ID: &str = "r-0fa4e0fa4e0fa4e00";
    /// The group every VPC has.
    pub const SECURITY_GROUP: &str = "default";
}
