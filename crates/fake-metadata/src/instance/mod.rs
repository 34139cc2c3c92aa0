//! From settings to the instance that is served: the one translation between the two. What the
//! settings leave open is taken from this machine, if they say so, or made up.

mod host;
mod interfaces;
mod made_up;
mod origin;
mod tree_file;

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use settings::{Settings, UserData};

use crate::Result;
use crate::error::Error;
pub(crate) use origin::Origin;

use self::host::Host;
use self::made_up::MadeUp;

/// Facts that the environment gives; they win over the configuration file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    public_hostname: Option<String>,
    public_ipv4: Option<Ipv4Addr>,
}

impl Overrides {
    /// `EC2_LOCAL_HOSTNAME` and `EC2_LOCAL_IPV4`, where they are set and not empty.
    pub(crate) fn from_environment() -> Result<Overrides> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let public_ipv4 = variable("EC2_LOCAL_IPV4").map(|text| {
            let name = "EC2_LOCAL_IPV4";
            text.parse().map_err(|_| Error::Environment { name, expected: "an IPv4 address", found: text })
        });
        Ok(Overrides {
            public_hostname: variable("EC2_LOCAL_HOSTNAME"),
            public_ipv4: public_ipv4.transpose()?,
        })
    }
}

/// What is served, and what had to be done without on the way, a sentence each.
pub(crate) struct Facts {
    pub(crate) instance: imds::Instance,
    pub(crate) paths: BTreeMap<String, String>,
    pub(crate) notices: Vec<String>,
}

/// The instance these settings describe, and the entries they add to it.
pub(crate) fn facts(settings: &Settings, overrides: &Overrides, origin: &Origin) -> Result<Facts> {
    let given = settings.instance.clone();
    let mut notices = Vec::new();
    let host = if given.from_host { Host::look(&mut notices) } else { Host::default() };
    let made_up = MadeUp::new(&origin.seed);
    let mut interfaces = interfaces::interfaces(&given, &host, overrides, &made_up);
    let primary = interfaces.remove(0);
    let mut public_keys: Vec<_> = given.public_keys.into_iter().collect();
    if let Some(file) = &given.authorized_keys_file {
        match fs::read_to_string(file) {
            Ok(text) => public_keys.extend(host::authorized_keys(&text)),
            Err(error) => notices.push(format!(
                "{}: no keys were taken from it, since it cannot be read: {error}",
                file.display()
            )),
        }
    }
    let instance = imds::Instance {
        account_id: given.account_id,
        ami_id: given.ami_id.unwrap_or_else(|| made_up.id("ami-", "image")),
        ami_launch_index: given.ami_launch_index,
        ami_manifest_path: given.ami_manifest_path,
        ancestor_ami_ids: given.ancestor_ami_ids,
        architecture: given.architecture,
        availability_zone: given.availability_zone,
        availability_zone_id: given.availability_zone_id,
        block_device_mapping: given.block_device_mapping,
        elastic_gpus: given.elastic_gpus,
        elastic_inference: given.elastic_inference,
        events: events(given.events, &made_up),
        group_name: given.group_name,
        hibernation_configured: given.hibernation_configured,
        host_id: given.host_id,
        instance_action: given.instance_action,
        instance_id: given.instance_id.unwrap_or_else(|| made_up.id("i-", "instance")),
        instance_life_cycle: given.instance_life_cycle,
        instance_monitoring: given.instance_monitoring,
        instance_profile_id: made_up.profile_id(),
        instance_type: given.instance_type,
        kernel_id: given.kernel_id,
        launch_time: given.pending_time.unwrap_or(origin.launch_time),
        managed_ssh_keys: given.managed_ssh_keys,
        other_interfaces: interfaces,
        partition_number: given.partition_number,
        primary,
        product_codes: given.product_codes,
        profile: given.profile,
        public_keys,
        ramdisk_id: given.ramdisk_id,
        region: given.region,
        reservation_id: given.reservation_id.unwrap_or_else(|| made_up.id("r-", "reservation")),
        role: settings.roles.first().map(|role| role.name.clone()),
        spot: given.spot.map(|spot| imds::Spot { action: spot.action, time: spot.time }),
        system: given.system,
        tags: given.tags,
        target_lifecycle_state: given.target_lifecycle_state,
        user_data: given.user_data.map(user_data).transpose()?,
    };
    let mut paths = match &settings.paths_file {
        Some(file) => tree_file::entries(file)?,
        None => BTreeMap::new(),
    };
    paths.extend(settings.paths.clone());
    Ok(Facts { instance, paths, notices })
}

fn user_data(given: UserData) -> Result<Vec<u8>> {
    match given {
        UserData::Bytes(bytes) => Ok(bytes),
        UserData::File(file) => read(&file),
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|source| Error::Unreadable { file: file.to_owned(), source })
}

fn events(given: settings::Events, made_up: &MadeUp<'_>) -> imds::Events {
    let list = |events: Vec<settings::Event>, kind: &str| {
        let event = |(at, event): (usize, settings::Event)| imds::Event {
            code: event.code,
            description: event.description,
            event_id: event
                .event_id
                .unwrap_or_else(|| made_up.id("instance-event-", &format!("{kind} event {at}"))),
            not_after: event.not_after,
            not_before: event.not_before,
            not_before_deadline: event.not_before_deadline,
            state: event.state,
        };
        events.into_iter().enumerate().map(event).collect()
    };
    imds::Events {
        history: list(given.history, "past"),
        scheduled: list(given.scheduled, "scheduled"),
        rebalance: given.rebalance,
    }
}
