//! From settings to the instance that is served: the one translation between the two.

use std::net::Ipv4Addr;
use std::time::SystemTime;

use settings::{Settings, defaults};

use crate::Result;
use crate::error::Error;

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

/// The instance these settings describe.
pub(crate) fn instance(
    settings: &Settings,
    overrides: &Overrides,
    launch_time: SystemTime,
) -> imds::Instance {
    let facts = settings.instance.clone();
    imds::Instance {
        account_id: facts.account_id,
        ami_id: facts.ami_id,
        ami_launch_index: facts.ami_launch_index,
        architecture: facts.architecture,
        availability_zone: facts.availability_zone,
        instance_id: facts.instance_id,
        instance_profile_id: defaults::instance::INSTANCE_PROFILE_ID.to_owned(),
        instance_type: facts.instance_type,
        launch_time,
        local_ipv4: facts.local_ipv4,
        local_hostname: facts.local_hostname,
        mac: facts.mac,
        public_hostname: overrides.public_hostname.clone().or(facts.public_hostname),
        public_ipv4: overrides.public_ipv4.or(facts.public_ipv4),
        region: facts.region,
        reservation_id: facts.reservation_id,
        role: settings.role.name.clone(),
        security_groups: facts.security_groups,
        tags: facts.tags,
        user_data: facts.user_data.map(String::into_bytes),
    }
}
