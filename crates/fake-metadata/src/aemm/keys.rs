//! AEMM's keys and ours, side by side. AEMM's are from its documentation of the configuration file.

/// How a value is written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Text,
    Number,
    /// A line each, here a list.
    Lines,
}

/// Where one of AEMM's values goes.
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) section: &'static str,
    pub(super) key: &'static str,
    pub(super) form: Form,
    /// Where it is served, for values that the key does not take.
    pub(super) path: &'static str,
}

const fn place(
    name: &'static str,
    section: &'static str,
    key: &'static str,
    form: Form,
    path: &'static str,
) -> Place {
    Place { name, section, key, form, path }
}

/// The sections of ours in the order they are written; what is in brackets twice is a list.
pub(super) const SECTIONS: &[&str] = &[
    "",
    "tokens",
    "instance",
    "instance.tags",
    "instance.public-keys",
    "instance.placement",
    "instance.block-device-mapping",
    "instance.elastic-inference",
    "instance.spot",
    "instance.events",
    INTERFACE,
    "[instance.events.scheduled]",
    "role",
    "paths",
];

const INTERFACE: &str = "[instance.network-interfaces]";
const DEVICES: &str = "instance.block-device-mapping";
const PLACEMENT: &str = "instance.placement";

use Form::{Lines, Number, Text};

#[rustfmt::skip]
pub(super) const VALUES: &[Place] = &[
    place("ami-id", "instance", "ami-id", Text, "meta-data/ami-id"),
    place("ami-launch-index", "instance", "ami-launch-index", Number, "meta-data/ami-launch-index"),
    place("ami-manifest-path", "instance", "ami-manifest-path", Text, "meta-data/ami-manifest-path"),
    place("block-device-mapping-ami", DEVICES, "ami", Text, "meta-data/block-device-mapping/ami"),
    place("block-device-mapping-ebs", DEVICES, "ebs0", Text, "meta-data/block-device-mapping/ebs0"),
    place("block-device-mapping-ephemeral", DEVICES, "ephemeral0", Text, "meta-data/block-device-mapping/ephemeral0"),
    place("block-device-mapping-root", DEVICES, "root", Text, "meta-data/block-device-mapping/root"),
    place("block-device-mapping-swap", DEVICES, "swap", Text, "meta-data/block-device-mapping/swap"),
    place("event-id", "[instance.events.scheduled]", "event-id", Text, ""),
    place("hostname", INTERFACE, "local-hostname", Text, "meta-data/hostname"),
    place("iam-security-credentials-role", "role", "name", Text, ""),
    place("instance-action", "instance", "instance-action", Text, "meta-data/instance-action"),
    place("instance-id", "instance", "instance-id", Text, "meta-data/instance-id"),
    place("instance-life-cycle", "instance", "instance-life-cycle", Text, "meta-data/instance-life-cycle"),
    place("instance-type", "instance", "instance-type", Text, "meta-data/instance-type"),
    place("kernel-id", "instance", "kernel-id", Text, "meta-data/kernel-id"),
    place("local-hostname", INTERFACE, "local-hostname", Text, "meta-data/local-hostname"),
    place("local-ipv4", INTERFACE, "local-ipv4s", Lines, "meta-data/local-ipv4"),
    place("mac", INTERFACE, "mac", Text, "meta-data/mac"),
    place("mac-device-number", INTERFACE, "device-number", Number, "meta-data/network/interfaces/macs/MAC/device-number"),
    place("mac-ipv6-associations", INTERFACE, "ipv6s", Lines, "meta-data/network/interfaces/macs/MAC/ipv6s"),
    place("mac-local-hostname", INTERFACE, "local-hostname", Text, "meta-data/network/interfaces/macs/MAC/local-hostname"),
    place("mac-local-ipv4s", INTERFACE, "local-ipv4s", Lines, "meta-data/network/interfaces/macs/MAC/local-ipv4s"),
    place("mac-mac", INTERFACE, "mac", Text, "meta-data/network/interfaces/macs/MAC/mac"),
    place("mac-network-interface-card-index", INTERFACE, "network-card", Number, "meta-data/network/interfaces/macs/MAC/network-card"),
    place("mac-network-interface-id", INTERFACE, "interface-id", Text, "meta-data/network/interfaces/macs/MAC/interface-id"),
    place("mac-owner-id", INTERFACE, "owner-id", Text, "meta-data/network/interfaces/macs/MAC/owner-id"),
    place("mac-public-hostname", INTERFACE, "public-hostname", Text, "meta-data/network/interfaces/macs/MAC/public-hostname"),
    place("mac-public-ipv4s", INTERFACE, "public-ipv4s", Lines, "meta-data/network/interfaces/macs/MAC/public-ipv4s"),
    place("mac-security-group-ids", INTERFACE, "security-group-ids", Lines, "meta-data/network/interfaces/macs/MAC/security-group-ids"),
    place("mac-security-groups", INTERFACE, "security-groups", Lines, "meta-data/network/interfaces/macs/MAC/security-groups"),
    place("mac-subnet-id", INTERFACE, "subnet-id", Text, "meta-data/network/interfaces/macs/MAC/subnet-id"),
    place("mac-subnet-ipv4-cidr-block", INTERFACE, "subnet-ipv4-cidr-block", Text, "meta-data/network/interfaces/macs/MAC/subnet-ipv4-cidr-block"),
    place("mac-subnet-ipv6-cidr-blocks", INTERFACE, "subnet-ipv6-cidr-blocks", Lines, "meta-data/network/interfaces/macs/MAC/subnet-ipv6-cidr-blocks"),
    place("mac-vpc-id", INTERFACE, "vpc-id", Text, "meta-data/network/interfaces/macs/MAC/vpc-id"),
    place("mac-vpc-ipv4-cidr-block", INTERFACE, "vpc-ipv4-cidr-blocks", Lines, "meta-data/network/interfaces/macs/MAC/vpc-ipv4-cidr-block"),
    place("mac-vpc-ipv4-cidr-blocks", INTERFACE, "vpc-ipv4-cidr-blocks", Lines, "meta-data/network/interfaces/macs/MAC/vpc-ipv4-cidr-blocks"),
    place("mac-vpc-ipv6-cidr-blocks", INTERFACE, "vpc-ipv6-cidr-blocks", Lines, "meta-data/network/interfaces/macs/MAC/vpc-ipv6-cidr-blocks"),
    place("placement-availability-zone", "instance", "availability-zone", Text, "meta-data/placement/availability-zone"),
    place("placement-availability-zone-id", PLACEMENT, "availability-zone-id", Text, "meta-data/placement/availability-zone-id"),
    place("placement-group-name", PLACEMENT, "group-name", Text, "meta-data/placement/group-name"),
    place("placement-host-id", PLACEMENT, "host-id", Text, "meta-data/placement/host-id"),
    place("placement-partition-number", PLACEMENT, "partition-number", Number, "meta-data/placement/partition-number"),
    place("placement-region", "instance", "region", Text, "meta-data/placement/region"),
    place("product-codes", "instance", "product-codes", Lines, "meta-data/product-codes"),
    place("public-hostname", INTERFACE, "public-hostname", Text, "meta-data/public-hostname"),
    place("public-ipv4", INTERFACE, "public-ipv4s", Lines, "meta-data/public-ipv4"),
    place("public-key", "instance.public-keys", "my-key", Text, "meta-data/public-keys/0/openssh-key"),
    place("ramdisk-id", "instance", "ramdisk-id", Text, "meta-data/ramdisk-id"),
    place("reservation-id", "instance", "reservation-id", Text, "meta-data/reservation-id"),
    place("security-groups", INTERFACE, "security-groups", Lines, "meta-data/security-groups"),
    place("services-domain", "paths", "meta-data/services/domain", Text, ""),
    place("services-partition", "paths", "meta-data/services/partition", Text, ""),
    place("tags-instance-name", "instance.tags", "Name", Text, "meta-data/tags/instance/Name"),
    place("tags-instance-test", "instance.tags", "Test", Text, "meta-data/tags/instance/Test"),
    place("fws-instance-monitoring", "instance", "instance-monitoring", Text, "dynamic/fws/instance-monitoring"),
    place("userdata", "instance", "user-data-base64", Text, ""),
];

/// Where AEMM has entries that are not above, or are elsewhere here.
pub(super) const USUAL: &[(&str, &str)] = &[
    ("elastic-inference-accelerator", "meta-data/elastic-inference/associations"),
    ("elastic-inference-associations", "meta-data/elastic-inference/associations"),
    ("events", "meta-data/events/maintenance/scheduled"),
    ("iam-info", "meta-data/iam/info"),
    ("iam-security-credentials", "meta-data/iam/security-credentials"),
    ("iam-security-credentials-role", "meta-data/iam/security-credentials"),
    ("instance-identity-document", "dynamic/instance-identity/document"),
    ("instance-identity-pkcs", "dynamic/instance-identity/pkcs7"),
    ("instance-identity-signature", "dynamic/instance-identity/signature"),
    ("mac-ipv4-associations", "meta-data/network/interfaces/macs/MAC/ipv4-associations"),
    ("mac-network-interface-card-index", "meta-data/network/interfaces/macs/MAC/network-card-index"),
    ("rebalance-rec-time", "meta-data/events/recommendations/rebalance"),
    ("spot", "meta-data/spot/instance-action"),
    ("spot-termination-time", "meta-data/spot/termination-time"),
    ("tags-instance", "meta-data/tags/instance"),
    ("target-lifecycle-state", "meta-data/autoscaling/target-lifecycle-state"),
    ("userdata", "user-data"),
];

const DUE: &str = "has no counterpart: what is announced here is there from the start";
const DERIVED: &str = "is derived from the instance's other facts here";

/// What has no place here, and why.
pub(super) const LEFT_OUT: &[(&str, &str)] = &[
    ("mock-delay-sec", DUE),
    ("mock-trigger-time", DUE),
    ("mock-ip-count", "has no counterpart: all clients are shown the same"),
    ("rebalance-delay-sec", DUE),
    ("rebalance-trigger-time", DUE),
    ("asg-termination-delay-sec", DUE),
    ("asg-termination-trigger-time", "is for `target-lifecycle-state`, which has a fixed value here"),
    ("config-file", "names AEMM's own file"),
    ("save-config-to-file", "has no counterpart: `check-config` tells of a file what it would do"),
    ("watch-config-file", "has no counterpart: the file is read again on SIGHUP"),
    ("metadata.values.elastic-inference-associations", "is known by the accelerator's own document"),
    ("metadata.values.iam-info", DERIVED),
    ("metadata.values.iam-security-credentials", "holds keys, which are made up and rotate here"),
    ("metadata.values.mac-ipv4-associations", DERIVED),
    ("dynamic.values.instance-identity-pkcs", "signs another document"),
    ("dynamic.values.instance-identity-signature", "signs another document"),
];
