//! The instance identity document, and what signs it.

use std::net::Ipv4Addr;

use humantime::format_rfc3339_seconds;

use crate::instance::Instance;
use crate::json;

/// `dynamic/instance-identity/document`. The order of members is the one of current hosts; whoever
/// verifies its signatures takes the bytes as served.
pub fn document(instance: &Instance) -> String {
    let private_ip = instance.primary.local_ipv4s.first().map(Ipv4Addr::to_string);
    json::object(&[
        ("accountId", Some(&instance.account_id)),
        ("architecture", Some(&instance.architecture)),
        ("availabilityZone", Some(&instance.availability_zone)),
        ("billingProducts", None),
        ("devpayProductCodes", None),
        ("marketplaceProductCodes", None),
        ("imageId", Some(&instance.ami_id)),
        ("instanceId", Some(&instance.instance_id)),
        ("instanceType", Some(&instance.instance_type)),
        ("kernelId", instance.kernel_id.as_deref()),
        ("pendingTime", Some(&format_rfc3339_seconds(instance.launch_time).to_string())),
        ("privateIp", private_ip.as_deref()),
        ("ramdiskId", instance.ramdisk_id.as_deref()),
        ("region", Some(&instance.region)),
        ("version", Some("2017-09-30")),
    ])
}

/// The signatures of the document, made with keys that this crate never sees; base64 in lines of 76
/// columns, no final newline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signatures {
    /// RSA with SHA-256 over the document.
    pub signature: String,
    /// A signed message (PKCS #7) that holds the document: DSA with SHA-1.
    pub pkcs7: String,
    /// The same: RSA with SHA-256.
    pub rsa2048: String,
}
