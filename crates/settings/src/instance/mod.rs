//! `[instance]` and the tables in it: the facts about the pretended machine. Names are EC2's own.

mod events;
mod interface;
mod user_data;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use events::{Event, Events, Spot};
pub use interface::Interface;
pub use user_data::UserData;

use crate::defaults::instance as default;
use crate::error::Error;
use crate::form;
use crate::section::Section;

/// `[instance]`; where a value is `None`, it is made up, derived from the others, or absent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the key of that name, explained in the shipped file")]
pub struct Instance {
    pub account_id: String,
    pub ami_id: Option<String>,
    pub ami_launch_index: u32,
    pub ami_manifest_path: String,
    pub ancestor_ami_ids: Vec<String>,
    pub architecture: String,
    pub authorized_keys_file: Option<PathBuf>,
    pub availability_zone: String,
    pub availability_zone_id: Option<String>,
    pub block_device_mapping: BTreeMap<String, String>,
    pub elastic_gpus: BTreeMap<String, String>,
    pub elastic_inference: BTreeMap<String, String>,
    pub events: Events,
    pub from_host: bool,
    pub group_name: Option<String>,
    pub hibernation_configured: bool,
    pub host_id: Option<String>,
    pub instance_action: String,
    pub instance_id: Option<String>,
    pub instance_life_cycle: String,
    pub instance_monitoring: String,
    pub instance_type: String,
    pub kernel_id: Option<String>,
    pub managed_ssh_keys: BTreeMap<String, String>,
    /// At least one; the first is the primary.
    pub network_interfaces: Vec<Interface>,
    pub partition_number: Option<u32>,
    pub pending_time: Option<SystemTime>,
    pub product_codes: Vec<String>,
    pub profile: String,
    pub public_keys: BTreeMap<String, String>,
    pub ramdisk_id: Option<String>,
    pub region: String,
    pub reservation_id: Option<String>,
    pub spot: Option<Spot>,
    pub system: String,
    /// None where access to tags is turned off.
    pub tags: Option<BTreeMap<String, String>>,
    pub target_lifecycle_state: Option<String>,
    pub user_data: Option<UserData>,
}

/// The states EC2 Auto Scaling reports (Amazon EC2 Auto Scaling User Guide, "Retrieve the target
/// lifecycle state through instance metadata").
const LIFECYCLE_STATES: &[&str] = &[
    "Detached",
    "InService",
    "Standby",
    "Terminated",
    "Warmed:Hibernated",
    "Warmed:Running",
    "Warmed:Stopped",
    "Warmed:Terminated",
];

/// Reads the section; `file` is where relative paths start.
pub(crate) fn instance(mut section: Section<'_>, file: &Path) -> Result<Instance, Error> {
    let name = |text: &str| form::word(text, 1..=64, "-._");
    let region = section
        .text("region", "a region such as \"us-east-1\"", name)?
        .unwrap_or_else(|| default::REGION.to_owned());
    let availability_zone = section
        .text("availability-zone", "a zone such as \"us-east-1a\"", name)?
        .unwrap_or_else(|| format!("{region}a"));
    if !availability_zone.starts_with(&region) {
        let reason = format!("must lie in instance.region, so begin with \"{region}\"");
        return Err(section.error("availability-zone", reason));
    }
    let mut placement = section.section("placement")?;
    let tags = section.section("tags")?;
    let show_tags =
        section.text("instance-metadata-tags", "\"enabled\" or \"disabled\"", |text| match text {
            "enabled" => Some(true),
            "disabled" => Some(false),
            _ => None,
        })?;
    let tags: BTreeMap<_, _> = tags.texts(form::tag_key)?.into_iter().collect();
    let mut devices = BTreeMap::from(["ami", "root"].map(|name| (name.into(), default::ROOT_DEVICE.into())));
    devices.extend(section.section("block-device-mapping")?.texts(form::block_device)?);
    let mut table = |key, judge: fn(&str, &str) -> Result<(), String>| {
        Ok::<BTreeMap<_, _>, Error>(section.section(key)?.texts(judge)?.into_iter().collect())
    };
    let public_keys = table("public-keys", form::public_key)?;
    let managed_ssh_keys = table("managed-ssh-keys", form::segment)?;
    let elastic_gpus = table("elastic-gpus", form::segment)?;
    let elastic_inference = table("elastic-inference", form::segment)?;
    let instance = Instance {
        account_id: section
            .text("account-id", "twelve digits in a string", account)?
            .unwrap_or_else(|| default::ACCOUNT_ID.to_owned()),
        ami_id: section.text("ami-id", "an id such as \"ami-0123456789abcdef0\"", form::id("ami-"))?,
        ami_launch_index: section
            .value("ami-launch-index", "a number from 0", form::number(0..=u32::MAX))?
            .unwrap_or(0),
        ami_manifest_path: section
            .text("ami-manifest-path", "a path in S3, or \"(unknown)\"", form::line)?
            .unwrap_or_else(|| default::AMI_MANIFEST_PATH.to_owned()),
        ancestor_ami_ids: section
            .value("ancestor-ami-ids", "a list of ids such as [\"ami-0123456789abcdef0\"]", |value| {
                form::list(|text| form::id("ami-")(text))(value)
            })?
            .unwrap_or_default(),
        architecture: section
            .text("architecture", "\"x86_64\" or \"arm64\"", form::one_of(&["x86_64", "arm64"]))?
            .unwrap_or_else(|| host_architecture().to_owned()),
        authorized_keys_file: section.text("authorized-keys-file", "the path of a file", form::path(file))?,
        availability_zone_id: placement.text("availability-zone-id", "an id such as \"use1-az4\"", name)?,
        block_device_mapping: devices,
        events: events::events(section.section("events")?)?,
        from_host: section.value("from-host", "true or false", |value| value.as_bool())?.unwrap_or(false),
        group_name: placement.text("group-name", "the name of a placement group", form::line)?,
        hibernation_configured: section
            .value("hibernation-configured", "true or false", |value| value.as_bool())?
            .unwrap_or(false),
        host_id: placement.text("host-id", "an id such as \"h-0123456789abcdef0\"", form::id("h-"))?,
        instance_action: section
            .text(
                "instance-action",
                "\"none\", \"shutdown\" or \"bundle-pending\"",
                form::one_of(&["none", "shutdown", "bundle-pending"]),
            )?
            .unwrap_or_else(|| "none".to_owned()),
        instance_id: section.text("instance-id", "an id such as \"i-0123456789abcdef0\"", form::id("i-"))?,
        instance_life_cycle: section
            .text("instance-life-cycle", "a word such as \"on-demand\" or \"spot\"", name)?
            .unwrap_or_else(|| "on-demand".to_owned()),
        instance_monitoring: section
            .text(
                "instance-monitoring",
                "\"enabled\" or \"disabled\"",
                form::one_of(&["enabled", "disabled"]),
            )?
            .unwrap_or_else(|| "disabled".to_owned()),
        instance_type: section
            .text("instance-type", "a type such as \"t3.micro\"", name)?
            .unwrap_or_else(|| default::INSTANCE_TYPE.to_owned()),
        kernel_id: section.text("kernel-id", "an id such as \"aki-01234567\"", form::id("aki-"))?,
        network_interfaces: interface::interfaces(&mut section)?,
        partition_number: placement.value(
            "partition-number",
            "a number from 1",
            form::number(1..=u32::MAX),
        )?,
        pending_time: section.text("pending-time", "a time such as \"2027-01-15T08:00:00Z\"", form::time)?,
        product_codes: section
            .value("product-codes", "a list of codes", form::list(|text| form::word(text, 1..=64, "-")))?
            .unwrap_or_default(),
        profile: section
            .text("profile", "a profile such as \"default-hvm\"", name)?
            .unwrap_or_else(|| "default-hvm".to_owned()),
        ramdisk_id: section.text("ramdisk-id", "an id such as \"ari-01234567\"", form::id("ari-"))?,
        reservation_id: section.text(
            "reservation-id",
            "an id such as \"r-0123456789abcdef0\"",
            form::id("r-"),
        )?,
        spot: events::spot(section.section("spot")?)?,
        system: section
            .text("system", "a system such as \"nitro\"", name)?
            .unwrap_or_else(|| "nitro".to_owned()),
        tags: show_tags.unwrap_or(!tags.is_empty()).then_some(tags),
        target_lifecycle_state: section.text(
            "target-lifecycle-state",
            "a state such as \"InService\" or \"Warmed:Stopped\"",
            form::one_of(LIFECYCLE_STATES),
        )?,
        user_data: user_data::user_data(&mut section, file)?,
        availability_zone,
        elastic_gpus,
        elastic_inference,
        managed_ssh_keys,
        public_keys,
        region,
    };
    placement.finish()?;
    section.finish()?;
    Ok(instance)
}

/// The number of an account.
fn account(text: &str) -> Option<String> {
    form::word(text, 12..=12, "").filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
}

fn host_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "x86_64",
    }
}
