//! The instance identity document.

use std::net::Ipv4Addr;

use humantime::format_rfc3339_seconds;

use crate::instance::Instance;
use crate::json;

/// `dynamic/instance-identity/document`. The order of members is the one of current hosts; whoever
/// verifies its signatures takes the bytes as served.
pub(crate) fn document(instance: &Instance) -> String {
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
