//! The one set of facts about the pretended machine. What repeats a fact is derived from it here.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::SystemTime;

use crate::events::{Events, Spot};
use crate::interface::Interface;

/// The instance. Field names are EC2's own.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The account that owns the instance: twelve digits.
    pub account_id: String,
    /// `ami-` and hexadecimal digits.
    pub ami_id: String,
    /// The order among the instances of one launch, from 0.
    pub ami_launch_index: u32,
    /// A path in S3; `(unknown)` for an image on EBS.
    pub ami_manifest_path: String,
    /// The images this one was made of; only instance-store images know them.
    pub ancestor_ami_ids: Vec<String>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// For example `us-east-1a`.
    pub availability_zone: String,
    /// For example `use1-az4`, where it is not the one derived from the zone.
    pub availability_zone_id: Option<String>,
    /// Virtual names (`ami`, `root`, `ebs1`) and the devices behind them.
    pub block_device_mapping: BTreeMap<String, String>,
    /// Ids of attached graphics accelerators and their types.
    pub elastic_gpus: BTreeMap<String, String>,
    /// Ids of attached inference accelerators and their types.
    pub elastic_inference: BTreeMap<String, String>,
    /// What EC2 announces.
    pub events: Events,
    /// The placement group.
    pub group_name: Option<String>,
    /// Whether the instance may be hibernated.
    pub hibernation_configured: bool,
    /// The dedicated host.
    pub host_id: Option<String>,
    /// `none`, `shutdown` or `bundle-pending`.
    pub instance_action: String,
    /// `i-` and hexadecimal digits.
    pub instance_id: String,
    /// `on-demand`, `spot` and so on.
    pub instance_life_cycle: String,
    /// `enabled` or `disabled`: detailed monitoring.
    pub instance_monitoring: String,
    /// The unique id of the instance profile: `AIPA` and more.
    pub instance_profile_id: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// `aki-` and hexadecimal digits, on paravirtual instances.
    pub kernel_id: Option<String>,
    /// When it was launched; shown as `Last-Modified` of everything that never changes.
    pub launch_time: SystemTime,
    /// Keys that EC2 Instance Connect pushed, by user.
    pub managed_ssh_keys: BTreeMap<String, String>,
    /// Network interfaces beside the primary one.
    pub other_interfaces: Vec<Interface>,
    /// The partition of the placement group.
    pub partition_number: Option<u32>,
    /// The primary network interface.
    pub primary: Interface,
    /// Codes of AWS Marketplace.
    pub product_codes: Vec<String>,
    /// `default-hvm` or `default-paravirtual`.
    pub profile: String,
    /// Key pairs: a name, and a line as in `authorized_keys`.
    pub public_keys: Vec<(String, String)>,
    /// `ari-` and hexadecimal digits, on paravirtual instances.
    pub ramdisk_id: Option<String>,
    /// For example `us-east-1`.
    pub region: String,
    /// `r-` and hexadecimal digits.
    pub reservation_id: String,
    /// The name of the role, if it has one, which is also that of its instance profile.
    pub role: Option<String>,
    /// The interruption that was announced to a spot instance.
    pub spot: Option<Spot>,
    /// `nitro`, or `xen-on-nitro`.
    pub system: String,
    /// Instance tags, if access to them is turned on.
    pub tags: Option<BTreeMap<String, String>>,
    /// The state EC2 Auto Scaling is taking the instance to.
    pub target_lifecycle_state: Option<String>,
    /// What was given at launch, if anything was.
    pub user_data: Option<Vec<u8>>,
}

impl Instance {
    /// All network interfaces, the primary one first.
    pub fn interfaces(&self) -> impl Iterator<Item = &Interface> {
        std::iter::once(&self.primary).chain(&self.other_interfaces)
    }

    /// The private DNS name: `ip-10-0-0-5.ec2.internal` in us-east-1, else with the region (Amazon
    /// VPC User Guide, "DNS attributes for your VPC"); with the instance's id where there is no IPv4
    /// address (EC2 User Guide, "Amazon EC2 instance hostname types").
    pub fn local_hostname(&self, interface: &Interface) -> String {
        interface.local_hostname.clone().unwrap_or_else(|| {
            let host = match interface.local_ipv4s.first() {
                Some(address) => format!("ip-{}", dashed(*address)),
                None => self.instance_id.clone(),
            };
            match self.region.as_str() {
                "us-east-1" => format!("{host}.ec2.internal"),
                region => format!("{host}.{region}.compute.internal"),
            }
        })
    }

    /// The public DNS name, if there is a public address or a name was given.
    pub fn public_hostname(&self, interface: &Interface) -> Option<String> {
        interface.public_hostname.clone().or_else(|| {
            let address = dashed(*interface.public_ipv4s.first()?);
            let domain = self.domain();
            Some(match self.region.as_str() {
                "us-east-1" => format!("ec2-{address}.compute-1.{domain}"),
                region => format!("ec2-{address}.{region}.compute.{domain}"),
            })
        })
    }

    /// The zone's id, the same for every account: the region abbreviated, and a number (AWS RAM User
    /// Guide, "Availability Zone IDs"). Which letter has which number differs by account; here `a`
    /// has 1. Zones that are no plain letter of the region have none.
    pub fn availability_zone_id(&self) -> Option<String> {
        self.availability_zone_id.clone().or_else(|| {
            let letter = self.availability_zone.strip_prefix(&self.region)?;
            let number = match letter.as_bytes() {
                [letter @ b'a'..=b'z'] => letter - b'a' + 1,
                _ => return None,
            };
            let short = self.region.split('-').enumerate().map(|(at, part)| match part {
                part if at == 0 || part.len() < 3 => part,
                "northeast" => "ne",
                "northwest" => "nw",
                "southeast" => "se",
                "southwest" => "sw",
                part => part.get(..1).unwrap_or(part),
            });
            Some(format!("{}-az{number}", short.collect::<String>()))
        })
    }

    /// The partition of the region, as in ARNs (AWS General Reference, "Amazon Resource Names").
    pub fn partition(&self) -> &'static str {
        match self.region.split_once('-') {
            Some(("cn", _)) => "aws-cn",
            Some(("us", rest)) if rest.starts_with("gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The domain of the region's AWS services.
    pub fn domain(&self) -> &'static str {
        match self.partition() {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        }
    }

    /// The ARN of the instance profile, if there is one.
    pub fn instance_profile_arn(&self) -> Option<String> {
        let (partition, account, role) = (self.partition(), &self.account_id, self.role.as_ref()?);
        Some(format!("arn:{partition}:iam::{account}:instance-profile/{role}"))
    }
}

fn dashed(address: Ipv4Addr) -> String {
    address.to_string().replace('.', "-")
}
