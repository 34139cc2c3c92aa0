//! The one set of facts about the pretended machine. What repeats a fact is derived from it here.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::SystemTime;

/// The instance. Field names are EC2's own.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The account that owns the instance: twelve digits.
    pub account_id: String,
    /// `ami-` and hexadecimal digits.
    pub ami_id: String,
    /// The order among the instances of one launch, from 0.
    pub ami_launch_index: u32,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// For example `us-east-1a`.
    pub availability_zone: String,
    /// `i-` and hexadecimal digits.
    pub instance_id: String,
    /// The unique id of the instance profile: `AIPA` and more.
    pub instance_profile_id: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// When it was launched; shown as `Last-Modified` of everything that never changes.
    pub launch_time: SystemTime,
    /// The private address.
    pub local_ipv4: Ipv4Addr,
    /// The private name, where it is not the one EC2 would derive from the address.
    pub local_hostname: Option<String>,
    /// The primary interface's hardware address, lower case with colons.
    pub mac: String,
    /// The public name, where it is not the one EC2 would derive from the public address.
    pub public_hostname: Option<String>,
    /// The public address, if the instance has one.
    pub public_ipv4: Option<Ipv4Addr>,
    /// For example `us-east-1`.
    pub region: String,
    /// `r-` and hexadecimal digits.
    pub reservation_id: String,
    /// The name of the role, which is also that of its instance profile.
    pub role: String,
    /// Names of the security groups.
    pub security_groups: Vec<String>,
    /// Instance tags; where there are none, access to tags counts as turned off, as it is on EC2.
    pub tags: BTreeMap<String, String>,
    /// What was given at launch, if anything was.
    pub user_data: Option<Vec<u8>>,
}

impl Instance {
    /// The private DNS name: `ip-10-0-0-5.ec2.internal` in us-east-1, else with the region
    /// (Amazon VPC User Guide, "DNS attributes for your VPC").
    pub fn local_hostname(&self) -> String {
        self.local_hostname.clone().unwrap_or_else(|| {
            let address = dashed(self.local_ipv4);
            match self.region.as_str() {
                "us-east-1" => format!("ip-{address}.ec2.internal"),
                region => format!("ip-{address}.{region}.compute.internal"),
            }
        })
    }

    /// The public DNS name, if there is a public address or a name was given.
    pub fn public_hostname(&self) -> Option<String> {
        self.public_hostname.clone().or_else(|| {
            let address = dashed(self.public_ipv4?);
            let domain = self.domain();
            Some(match self.region.as_str() {
                "us-east-1" => format!("ec2-{address}.compute-1.{domain}"),
                region => format!("ec2-{address}.{region}.compute.{domain}"),
            })
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

    /// The ARN of the instance profile.
    pub fn instance_profile_arn(&self) -> String {
        let (partition, account, role) = (self.partition(), &self.account_id, &self.role);
        format!("arn:{partition}:iam::{account}:instance-profile/{role}")
    }
}

fn dashed(address: Ipv4Addr) -> String {
    address.to_string().replace('.', "-")
}
