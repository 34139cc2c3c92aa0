//! The configurations that tests run in. Each is there twice: as a configuration file for the
//! daemon, and as facts for `imds` alone. Transcripts run in both, so they cannot drift apart.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use imds::{
    Access, Credentials, ErrorBodies, Event, Events, Exhausted, Failure, IdentityDocuments, Instance,
    Interface, RoleDocuments, Service, Spot, TokenPolicy, Tokens, Tree,
};

/// The time in tests of `imds`: 2027-01-15T08:00:00Z.
pub fn now() -> SystemTime {
    at(1_800_000_000)
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// One configuration.
pub struct World {
    /// What transcripts call it.
    pub name: &'static str,
    /// What stands before all tables of its configuration.
    top: &'static str,
    /// What it adds to the `[instance]` of all, and other tables after that.
    additions: &'static str,
    /// The same change to the facts.
    change: fn(&mut Instance),
    /// The same change to what is not an instance's.
    serve: fn(&mut Service),
}

const COMMON: &str = r#"
ami-id = "ami-0fa4e00000000000a"
architecture = "x86_64"
instance-id = "i-0fa4e00000000000b"
mac = "02:fa:4e:00:00:05"
local-ipv4 = "172.31.0.5"
pending-time = "2027-01-15T07:00:00Z"
reservation-id = "r-0fa4e00000000000c"
"#;

const fn world(name: &'static str, additions: &'static str, change: fn(&mut Instance)) -> World {
    World { name, top: "", additions, change, serve: |_| {} }
}

const WORLDS: &[World] = &[
    world("private", "public-ipv4 = \"none\"", |_| {}),
    World {
        serve: |service| service.policy = TokenPolicy::Required,
        ..world("required", "public-ipv4 = \"none\"\n[tokens]\nrequired = true", |_| {})
    },
    World {
        top: "errors = \"json\"",
        serve: |service| service.errors = ErrorBodies::Json,
        ..world("json", "public-ipv4 = \"none\"", |_| {})
    },
    World {
        top: "http-endpoint = \"disabled\"",
        serve: |service| {
            service.access = Arc::new(Access { disabled: true, ..Access::clone(&service.access) })
        },
        ..world("disabled", "public-ipv4 = \"none\"", |_| {})
    },
    world("no-role", "public-ipv4 = \"none\"\n[role]\nattached = false", |instance| instance.role = None),
    World {
        serve: |service| fail(service, "AssumeRoleUnauthorizedAccess"),
        ..world("unauthorized-role", UNAUTHORIZED_ROLE, |_| {})
    },
    World {
        serve: |service| fail(service, "InstanceProfileNotFound"),
        ..world("deleted-profile", DELETED_PROFILE, |_| {})
    },
    World { serve: |service| without_keys(service, &exhausted()), ..world("exhausted", EXHAUSTED, |_| {}) },
    World {
        serve: |service| without_keys(service, &Exhausted::Unavailable),
        ..world("unavailable", UNAVAILABLE, |_| {})
    },
    world("public", "public-ipv4 = \"203.0.113.10\"", |instance| {
        instance.primary.public_ipv4s = vec![[203, 0, 113, 10].into()];
    }),
    world("launched", LAUNCHED, launched),
    world("interfaces", INTERFACES, interfaces),
    world("ipv6-only", IPV6_ONLY, ipv6_only),
    world("marked", MARKED, marked),
    world("paravirtual", PARAVIRTUAL, paravirtual),
    world("china", CHINA, |instance| {
        instance.region = "cn-north-1".into();
        instance.availability_zone = "cn-north-1b".into();
        instance.primary.public_ipv4s = vec![[203, 0, 113, 10].into()];
    }),
];

const UNAUTHORIZED_ROLE: &str = r#"public-ipv4 = "none"
[role.failure]
code = "AssumeRoleUnauthorizedAccess"
message = "EC2 cannot assume the role BaseIAMRole."
"#;

const DELETED_PROFILE: &str = r#"public-ipv4 = "none"
[role.failure]
code = "InstanceProfileNotFound"
message = "EC2 cannot assume the role BaseIAMRole."
"#;

fn fail(service: &mut Service, code: &str) {
    let message = "EC2 cannot assume the role BaseIAMRole.".into();
    service.role = service.role.take().map(|role| role.failed(&Failure { code: code.into(), message }));
}

/// Where keys are to be handed in, and were not.
const EXHAUSTED: &str = r#"public-ipv4 = "none"
[role.credentials]
source = "pushed"
"#;

const UNAVAILABLE: &str = r#"public-ipv4 = "none"
[role.credentials]
source = "pushed"
when-exhausted = "error"
"#;

fn exhausted() -> Exhausted {
    let message = "The role BaseIAMRole has no valid keys at present; see: fake-metadata status".into();
    Exhausted::Failure(Failure { code: "Failed".into(), message })
}

fn without_keys(service: &mut Service, exhausted: &Exhausted) {
    service.role = Some(RoleDocuments::without_keys(&instance(), exhausted, now()));
}

impl World {
    /// All of them.
    pub fn all() -> impl Iterator<Item = &'static World> {
        WORLDS.iter()
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static World> {
        WORLDS.iter().find(|world| world.name == name)
    }

    /// As a configuration file.
    pub fn toml(&self) -> String {
        // What a world says of a fact takes the place of what is common.
        let says = |key: &str| {
            let keys = self.additions.lines().filter_map(|line| line.split(" = ").next());
            keys.into_iter().any(|said| said.trim_end_matches('s') == key)
        };
        let common: Vec<_> =
            COMMON.lines().filter(|line| line.split(" = ").next().is_some_and(|key| !says(key))).collect();
        format!("{}\n[instance]\n{}\n{}\n", self.top, common.join("\n"), self.additions)
    }

    /// As facts.
    pub fn instance(&self) -> Instance {
        let mut instance = instance();
        (self.change)(&mut instance);
        instance
    }

    /// As a service at [`now`], whose tokens are under a key made of this byte.
    ///
    /// # Panics
    /// If the entries it adds fit no tree.
    #[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    pub fn service(&self, key: u8) -> Service {
        let instance = self.instance();
        let keys = |name: &str| Credentials {
            access_key_id: format!("ASIAFAKE{name}"),
            secret_access_key: "FAKESECRET".into(),
            token: "FAKETOKEN".into(),
            last_updated: now() - Duration::from_secs(60),
            expiration: now() + Duration::from_secs(3600),
        };
        let paths = match self.name {
            "launched" => BTreeMap::from([("meta-data/my-team/secret-name".into(), "value".into())]),
            _ => BTreeMap::new(),
        };
        let mut service = Service {
            tokens: Arc::new(Tokens::new(&[key; 16])),
            access: Arc::new(access(&instance)),
            policy: TokenPolicy::Optional,
            hop_limit: 1,
            errors: ErrorBodies::Ec2,
            tree: Arc::new(Tree::of(&instance, None, &paths).unwrap()),
            role: instance
                .role
                .is_some()
                .then(|| RoleDocuments::new(&instance, &keys("ROLE"), &Exhausted::Unavailable)),
            identity: IdentityDocuments::new(&instance, &keys("SELF")),
            launch_time: instance.launch_time,
        };
        (self.serve)(&mut service);
        service
    }
}

/// Who may ask of the daemon, where nothing is configured.
fn access(instance: &Instance) -> Access {
    Access {
        disabled: false,
        addresses: vec![[169, 254, 169, 254].into(), [127, 0, 0, 1].into()],
        hosts: Access::names(&instance.region),
        networks: Vec::new(),
    }
}

/// An instance with nothing that one may lack.
pub fn instance() -> Instance {
    Instance {
        account_id: "123456789012".into(),
        ami_id: "ami-0fa4e00000000000a".into(),
        ami_launch_index: 0,
        ami_manifest_path: "(unknown)".into(),
        ancestor_ami_ids: Vec::new(),
        architecture: "x86_64".into(),
        availability_zone: "us-east-1a".into(),
        availability_zone_id: None,
        block_device_mapping: ["ami", "root"].map(|name| (name.into(), "/dev/xvda".into())).into(),
        elastic_gpus: BTreeMap::new(),
        elastic_inference: BTreeMap::new(),
        events: Events::default(),
        group_name: None,
        hibernation_configured: false,
        host_id: None,
        instance_action: "none".into(),
        instance_id: "i-0fa4e00000000000b".into(),
        instance_life_cycle: "on-demand".into(),
        instance_monitoring: "disabled".into(),
        instance_profile_id: "AIPAFAKEFAKEFAKEFAKE0".into(),
        instance_type: "t3.micro".into(),
        kernel_id: None,
        launch_time: now() - Duration::from_secs(3600),
        managed_ssh_keys: BTreeMap::new(),
        other_interfaces: Vec::new(),
        partition_number: None,
        primary: Interface {
            interface_id: "eni-0fa4e00000000000d".into(),
            local_ipv4s: vec![[172, 31, 0, 5].into()],
            mac: "02:fa:4e:00:00:05".into(),
            owner_id: "123456789012".into(),
            security_group_ids: vec!["sg-0fa4e00000000000e".into()],
            security_groups: vec!["default".into()],
            subnet_id: "subnet-0fa4e00000000000f".into(),
            subnet_ipv4_cidr_block: parsed("172.31.0.0/20").pop(),
            vpc_id: "vpc-0fa4e000000000010".into(),
            vpc_ipv4_cidr_blocks: parsed("172.31.0.0/16"),
            ..Interface::default()
        },
        product_codes: Vec::new(),
        profile: "default-hvm".into(),
        public_keys: Vec::new(),
        ramdisk_id: None,
        region: "us-east-1".into(),
        reservation_id: "r-0fa4e00000000000c".into(),
        role: Some("BaseIAMRole".into()),
        spot: None,
        system: "nitro".into(),
        tags: None,
        target_lifecycle_state: None,
        user_data: None,
    }
}

/// Words of a text, read.
fn parsed<T: std::str::FromStr>(text: &str) -> Vec<T> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

const LAUNCHED: &str = r##"public-ipv4 = "none"
security-groups = ["default", "web"]
user-data = "#cloud-config\n"
[instance.tags]
Name = "vagrant"
Empty = ""
[instance.public-keys]
my-key = "ssh-ed25519 AAAAFAKE my-key"
other = "ssh-rsa AAAAFAKE other"
[instance.managed-ssh-keys]
ubuntu = "ssh-ed25519 AAAAFAKE pushed"
[instance.placement]
group-name = "my-group"
host-id = "h-0fa4e0000000000aa"
partition-number = 3
[instance.block-device-mapping]
ebs1 = "sdb"
ephemeral0 = "sdc"
swap = "sdd"
[instance.elastic-gpus]
egpu-0fa4e0000000000ab = "eg1.medium"
[instance.elastic-inference]
eia-0fa4e0000000000ac = "eia1.medium"
[paths]
"meta-data/my-team/secret-name" = "value"
"##;

fn launched(instance: &mut Instance) {
    instance.primary.security_groups.push("web".into());
    instance.user_data = Some(b"#cloud-config\n".to_vec());
    instance.tags = Some([("Name", "vagrant"), ("Empty", "")].map(|(k, v)| (k.into(), v.into())).into());
    instance.public_keys = [("my-key", "ssh-ed25519 AAAAFAKE my-key"), ("other", "ssh-rsa AAAAFAKE other")]
        .map(|(name, key)| (name.into(), key.into()))
        .into();
    instance.managed_ssh_keys.insert("ubuntu".into(), "ssh-ed25519 AAAAFAKE pushed".into());
    instance.group_name = Some("my-group".into());
    instance.host_id = Some("h-0fa4e0000000000aa".into());
    instance.partition_number = Some(3);
    let devices = [("ebs1", "sdb"), ("ephemeral0", "sdc"), ("swap", "sdd")];
    instance.block_device_mapping.extend(devices.map(|(name, device)| (name.into(), device.into())));
    instance.elastic_gpus.insert("egpu-0fa4e0000000000ab".into(), "eg1.medium".into());
    instance.elastic_inference.insert("eia-0fa4e0000000000ac".into(), "eia1.medium".into());
}

const INTERFACES: &str = r#"mac = "02:fa:4e:00:00:05"
[[instance.network-interfaces]]
interface-id = "eni-0fa4e00000000000d"
local-ipv4s = ["10.0.1.5", "10.0.1.6"]
public-ipv4s = ["203.0.113.10", "203.0.113.11"]
ipv6s = ["2001:db8:0:1::5", "2001:db8:0:1::6"]
ipv4-prefix = ["10.0.1.16/28"]
ipv6-prefix = ["2001:db8:0:1:1::/80"]
network-card = 0
security-group-ids = ["sg-0fa4e00000000000e"]
subnet-id = "subnet-0fa4e00000000000f"
subnet-ipv4-cidr-block = "10.0.1.0/24"
subnet-ipv6-cidr-blocks = ["2001:db8:0:1::/64"]
vpc-id = "vpc-0fa4e000000000010"
vpc-ipv4-cidr-blocks = ["10.0.0.0/16", "10.1.0.0/16"]
vpc-ipv6-cidr-blocks = ["2001:db8::/56"]
[[instance.network-interfaces]]
mac = "02:fa:4e:00:00:06"
interface-id = "eni-0fa4e000000000011"
local-ipv4s = ["10.0.2.5"]
owner-id = "210987654321"
security-group-ids = ["sg-0fa4e000000000012"]
security-groups = ["second"]
subnet-id = "subnet-0fa4e000000000013"
subnet-ipv4-cidr-block = "10.0.2.0/24"
vpc-ipv4-cidr-blocks = ["10.0.0.0/16"]
"#;

fn interfaces(instance: &mut Instance) {
    instance.primary = Interface {
        ipv4_prefix: parsed("10.0.1.16/28"),
        ipv6_prefix: parsed("2001:db8:0:1:1::/80"),
        ipv6s: parsed("2001:db8:0:1::5 2001:db8:0:1::6"),
        local_ipv4s: parsed("10.0.1.5 10.0.1.6"),
        network_card: Some(0),
        public_ipv4s: parsed("203.0.113.10 203.0.113.11"),
        subnet_ipv4_cidr_block: parsed("10.0.1.0/24").pop(),
        subnet_ipv6_cidr_blocks: parsed("2001:db8:0:1::/64"),
        vpc_ipv4_cidr_blocks: parsed("10.0.0.0/16 10.1.0.0/16"),
        vpc_ipv6_cidr_blocks: parsed("2001:db8::/56"),
        ..instance.primary.clone()
    };
    instance.other_interfaces.push(Interface {
        device_number: 1,
        interface_id: "eni-0fa4e000000000011".into(),
        local_ipv4s: parsed("10.0.2.5"),
        mac: "02:fa:4e:00:00:06".into(),
        owner_id: "210987654321".into(),
        security_group_ids: vec!["sg-0fa4e000000000012".into()],
        security_groups: vec!["second".into()],
        subnet_id: "subnet-0fa4e000000000013".into(),
        subnet_ipv4_cidr_block: parsed("10.0.2.0/24").pop(),
        vpc_id: instance.primary.vpc_id.clone(),
        vpc_ipv4_cidr_blocks: parsed("10.0.0.0/16"),
        ..Interface::default()
    });
}

const IPV6_ONLY: &str = r#"[[instance.network-interfaces]]
ipv6s = ["2001:db8:0:1::5"]
local-ipv4s = []
"#;

fn ipv6_only(instance: &mut Instance) {
    instance.primary.ipv6s = parsed("2001:db8:0:1::5");
    instance.primary.local_ipv4s.clear();
    instance.primary.subnet_ipv4_cidr_block = None;
    instance.primary.subnet_ipv6_cidr_blocks = parsed("2001:db8:0:1::/64");
    instance.primary.vpc_ipv6_cidr_blocks = parsed("2001:db8::/56");
}

const MARKED: &str = r#"public-ipv4 = "none"
instance-life-cycle = "spot"
target-lifecycle-state = "InService"
instance-monitoring = "enabled"
hibernation-configured = true
[instance.spot]
action = "terminate"
time = "2027-01-15T08:02:00Z"
[instance.events]
rebalance = "2027-01-15T08:00:00Z"
[[instance.events.scheduled]]
code = "system-reboot"
description = "scheduled reboot"
event-id = "instance-event-0fa4e0000000000ad"
not-before = "2027-01-21T09:00:43Z"
not-after = "2027-01-21T09:17:23Z"
"#;

fn marked(instance: &mut Instance) {
    instance.instance_life_cycle = "spot".into();
    instance.target_lifecycle_state = Some("InService".into());
    instance.instance_monitoring = "enabled".into();
    instance.hibernation_configured = true;
    instance.spot = Some(Spot { action: "terminate".into(), time: at(1_800_000_120) });
    instance.events.rebalance = Some(now());
    instance.events.scheduled.push(Event {
        code: "system-reboot".into(),
        description: "scheduled reboot".into(),
        event_id: "instance-event-0fa4e0000000000ad".into(),
        not_after: Some(at(1_800_523_043)),
        not_before: at(1_800_522_043),
        not_before_deadline: None,
        state: "active".into(),
    });
}

const PARAVIRTUAL: &str = r#"public-ipv4 = "none"
ami-manifest-path = "my-bucket/image.manifest.xml"
ancestor-ami-ids = ["ami-0fa4e0000000000a1", "ami-0fa4e0000000000a2"]
kernel-id = "aki-0fa4e001"
product-codes = ["3iplms73etrdhxdepv72l6ywj"]
profile = "default-paravirtual"
ramdisk-id = "ari-0fa4e002"
system = "xen-on-nitro"
"#;

fn paravirtual(instance: &mut Instance) {
    instance.ami_manifest_path = "my-bucket/image.manifest.xml".into();
    instance.ancestor_ami_ids = vec!["ami-0fa4e0000000000a1".into(), "ami-0fa4e0000000000a2".into()];
    instance.kernel_id = Some("aki-0fa4e001".into());
    instance.product_codes = vec!["3iplms73etrdhxdepv72l6ywj".into()];
    instance.profile = "default-paravirtual".into();
    instance.ramdisk_id = Some("ari-0fa4e002".into());
    instance.system = "xen-on-nitro".into();
}

const CHINA: &str = r#"public-ipv4 = "203.0.113.10"
region = "cn-north-1"
availability-zone = "cn-north-1b"
"#;
