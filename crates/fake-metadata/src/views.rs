//! What requests read: one service a role, since each role's clients see themselves as the only ones.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use imds::{
    ErrorBodies, Exhausted, IdentityDocuments, RoleDocuments, Service, Signatures, TokenPolicy, Tokens, Tree,
};
use settings::{ErrorFormat, Settings, defaults};

use crate::Result;
use crate::credentials::Role;
use crate::error::Error;
use crate::instance::Facts;

#[derive(Clone)]
pub(crate) struct Views {
    /// One a role, in their order; where there is none, one without.
    services: Vec<Service>,
    users: Arc<HashMap<u32, usize>>,
    doors: Arc<[SocketAddr]>,
}

impl Views {
    /// Makes everything anew.
    pub(crate) fn of(
        settings: &Settings,
        facts: &Facts,
        signatures: Option<&Signatures>,
        (roles, own): (&[Role], &Role),
        tokens: &Arc<Tokens>,
        config: Option<&Path>,
        now: SystemTime,
    ) -> Result<Views> {
        let instances: Vec<imds::Instance> = match roles {
            [] => vec![facts.instance.clone()],
            roles => roles.iter().map(|role| of_role(&facts.instance, role)).collect(),
        };
        let access = Arc::new(access(settings));
        let mut services = Vec::with_capacity(instances.len());
        for (index, instance) in instances.iter().enumerate() {
            let tree = Tree::of(instance, signatures, &facts.paths);
            let bad = |source| Error::Paths { file: file(config), source };
            services.push(Service {
                tokens: tokens.clone(),
                access: access.clone(),
                policy: match settings.tokens.required {
                    true => TokenPolicy::Required,
                    false => TokenPolicy::Optional,
                },
                hop_limit: settings.tokens.hop_limit,
                errors: match settings.errors {
                    ErrorFormat::Ec2 => ErrorBodies::Ec2,
                    ErrorFormat::Json => ErrorBodies::Json,
                },
                tree: Arc::new(tree.map_err(bad)?),
                role: roles.get(index).map(|role| documents(instance, role, now)),
                identity: identity(instance, own, now)?,
                launch_time: instance.launch_time,
            });
        }
        let place = |name: &str| roles.iter().position(|role| role.settings.name == name);
        let user = |(user, role): (&String, &String)| Some((user_id(user)?, place(role)?));
        let port = settings.network.port;
        Ok(Views {
            services,
            users: Arc::new(settings.by_user.iter().filter_map(user).collect()),
            doors: settings.network.addresses().map(|address| SocketAddr::new(address, port)).collect(),
        })
    }

    /// The same with what one role's keys are now.
    pub(crate) fn with_role(
        &self,
        instance: &imds::Instance,
        index: usize,
        role: &Role,
        now: SystemTime,
    ) -> Views {
        let mut views = self.clone();
        if let Some(service) = views.services.get_mut(index) {
            service.role = Some(documents(&of_role(instance, role), role, now));
        }
        views
    }

    /// The same with what the keys of the instance's own identity are now.
    pub(crate) fn with_identity(
        &self,
        instance: &imds::Instance,
        own: &Role,
        now: SystemTime,
    ) -> Result<Views> {
        let mut views = self.clone();
        let documents = identity(instance, own, now)?;
        for service in &mut views.services {
            service.identity = documents.clone();
        }
        Ok(views)
    }

    /// What a user of this number sees, or anybody else.
    pub(crate) fn of_user(&self, user: Option<u32>) -> &Service {
        let place = user.and_then(|user| self.users.get(&user)).copied().unwrap_or_default();
        self.services.get(place).unwrap_or(&self.services[0])
    }

    /// Whether it matters who asks.
    pub(crate) fn differ(&self) -> bool {
        !self.users.is_empty()
    }

    /// Where clients connect to, which is not where the server listens.
    pub(crate) fn doors(&self) -> &[SocketAddr] {
        &self.doors
    }
}

/// The number of a local user, given by name or by number.
pub(crate) fn user_id(user: &str) -> Option<u32> {
    match user.parse() {
        Ok(number) => Some(number),
        Err(_) => uzers::get_user_by_name(user).map(|user| user.uid()),
    }
}

/// The same instance as those see it who have this role.
fn of_role(instance: &imds::Instance, role: &Role) -> imds::Instance {
    imds::Instance { role: Some(role.settings.name.clone()), ..instance.clone() }
}

fn documents(instance: &imds::Instance, role: &Role, now: SystemTime) -> RoleDocuments {
    let settings = &role.settings;
    let exhausted = match settings.exhausted {
        settings::Exhausted::Error => Exhausted::Unavailable,
        settings::Exhausted::Message => Exhausted::Failure(imds::Failure {
            code: "Failed".to_owned(),
            message: format!(
                "The role {} has no valid keys at present; see: fake-metadata status",
                settings.name
            ),
        }),
    };
    let documents = match role.keys(now) {
        Some(keys) => RoleDocuments::new(instance, keys, &exhausted),
        None => RoleDocuments::without_keys(instance, &exhausted, role.exhausted_since(now)),
    };
    match settings.failure.clone() {
        None => documents,
        Some(settings::Failure { code, message }) => documents.failed(&imds::Failure { code, message }),
    }
}

fn identity(instance: &imds::Instance, own: &Role, now: SystemTime) -> Result<IdentityDocuments> {
    let keys = own.keys(now).ok_or(Error::NoIdentityKeys)?;
    Ok(IdentityDocuments::new(instance, keys))
}

fn access(settings: &Settings) -> imds::Access {
    let listen = settings.listen.iter().map(|listen| listen.ip()).filter(|address| !address.is_unspecified());
    let usual = settings.network.addresses().map(|address| match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    });
    let names = imds::Access::names(&settings.instance.region);
    imds::Access {
        disabled: !settings.http_endpoint,
        addresses: settings.network.addresses().chain(listen).collect(),
        hosts: usual.chain(names).chain(settings.access.hosts.iter().cloned()).collect(),
        networks: settings.access.networks.clone(),
    }
}

fn file(config: Option<&Path>) -> PathBuf {
    config.unwrap_or(Path::new(defaults::CONFIG_FILE)).to_owned()
}
