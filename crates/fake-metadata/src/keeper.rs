//! Keeps what requests read: makes it from the settings, and replaces it whole when keys rotate
//! or the configuration is read again. Requests never wait for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use imds::{Credentials, ErrorBodies, RoleDocuments, Service, Signatures, TokenPolicy, Tokens, Tree};
use settings::{ErrorFormat, Settings, defaults};
use tokio::signal::unix::Signal;
use tokio::sync::oneshot::Receiver;

use crate::credentials::{self, rotation};
use crate::error::Error;
use crate::identity::Identity;
use crate::instance::{Facts, Origin, Overrides, facts};
use crate::log::Log;
use crate::{Result, notify};

pub(crate) struct Keeper {
    config: Option<PathBuf>,
    overrides: Overrides,
    origin: Origin,
    settings: Settings,
    instance: imds::Instance,
    credentials: Credentials,
    identity: Option<Identity>,
    /// What the log is to say once there is one.
    notices: Vec<String>,
    service: Arc<ArcSwap<Service>>,
}

impl Keeper {
    /// Reads the configuration and prepares the first answers.
    pub(crate) fn new(
        config: Option<PathBuf>,
        overrides: Overrides,
        origin: Origin,
        now: SystemTime,
    ) -> Result<Keeper> {
        let settings = Settings::load(config.as_deref())?;
        let mut key = [0; 64];
        getrandom::fill(&mut key).map_err(Error::Random)?;
        let credentials = credentials::obtain(&settings.role.credentials, now)?;
        let tokens = Arc::new(Tokens::new(&key));
        let facts = facts(&settings, &overrides, &origin)?;
        let role = documents(&settings, &facts.instance, &credentials)?;
        let service = make(&settings, &facts, None, role, tokens)
            .map_err(|source| Error::Paths { file: file(config.as_deref()), source })?;
        let service = Arc::new(ArcSwap::from_pointee(service));
        let Facts { instance, notices, .. } = facts;
        let identity = None;
        Ok(Keeper { config, overrides, origin, settings, instance, credentials, identity, notices, service })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What had to be done without, a sentence each.
    pub(crate) fn notices(&self) -> &[String] {
        &self.notices
    }

    /// What requests read.
    pub(crate) fn service(&self) -> Arc<ArcSwap<Service>> {
        self.service.clone()
    }

    /// Rotates and reloads, forever. The keys that sign the identity document come once they are read
    /// or made; with them the service is complete, and systemd is told.
    pub(crate) async fn run(
        mut self,
        mut reload: Signal,
        mut identity: Receiver<Result<Identity>>,
        log: Log,
    ) {
        let mut is_complete = false;
        self.tell(&log);
        // Nothing is tried again at once.
        let mut pause = Duration::ZERO;
        loop {
            let wait = rotation::time_left(&self.credentials, SystemTime::now()).max(pause);
            tokio::select! {
                () = tokio::time::sleep(wait) => {
                    pause = if self.rotate(&log) { Duration::ZERO } else { rotation::PAUSE };
                }
                made = &mut identity, if !is_complete => {
                    is_complete = true;
                    // Where its maker has died there is none.
                    self.sign(made.unwrap_or(Err(Error::Thread)), &log);
                    notify::ready();
                }
                _ = reload.recv() => {
                    notify::reloading();
                    log.reopen();
                    self.reload(&log);
                    notify::ready();
                }
            }
        }
    }

    /// What had to be done without.
    fn tell(&mut self, log: &Log) {
        for notice in self.notices.drain(..) {
            log.info(format_args!("{notice}"));
        }
    }

    fn sign(&mut self, made: Result<Identity>, log: &Log) {
        let signed = made.and_then(|identity| {
            self.identity = Some(identity);
            self.take(self.settings.clone())
        });
        if let Err(error) = signed {
            log.error(format_args!("the identity document has no signatures: {error}"));
        }
    }

    /// Whether there are new keys.
    fn rotate(&mut self, log: &Log) -> bool {
        let renewed =
            credentials::obtain(&self.settings.role.credentials, SystemTime::now()).and_then(|credentials| {
                Ok((documents(&self.settings, &self.instance, &credentials)?, credentials))
            });
        match renewed {
            Ok((role, credentials)) => {
                self.service.store(Arc::new(Service { role, ..Service::clone(&self.service.load()) }));
                self.credentials = credentials;
                let until = humantime::format_rfc3339_seconds(self.credentials.expiration);
                log.info(format_args!("{}: new keys, valid until {until}", self.settings.role.name));
                true
            }
            Err(error) => {
                log.error(format_args!("{}: no new keys: {error}", self.settings.role.name));
                false
            }
        }
    }

    /// Takes the configuration as it is now; if it is wrong, keeps the one before and says why.
    fn reload(&mut self, log: &Log) {
        let before = (self.settings.listen.clone(), self.settings.network.clone());
        match Settings::load(self.config.as_deref()).map_err(Error::from).and_then(|new| self.take(new)) {
            Ok(()) => {
                if before != (self.settings.listen.clone(), self.settings.network.clone()) {
                    log.info(format_args!(
                        "`listen` and [network] take effect with: systemctl restart fake-metadata-network"
                    ));
                }
                self.tell(log);
                log.info(format_args!("configuration read again"));
            }
            Err(error) => log.error(format_args!("configuration kept as it was: {error}")),
        }
    }

    /// Makes everything that requests read from these settings. If that cannot be, all stays as it is.
    fn take(&mut self, settings: Settings) -> Result {
        let credentials = if settings.role == self.settings.role {
            self.credentials.clone()
        } else {
            credentials::obtain(&settings.role.credentials, SystemTime::now())?
        };
        let facts = facts(&settings, &self.overrides, &self.origin)?;
        let instance = &facts.instance;
        let sign = |identity: &Identity| identity.sign(&imds::document(instance), instance.launch_time);
        let signatures = self.identity.as_ref().map(sign).transpose()?;
        let now = self.service.load();
        let arn = imds::Instance::instance_profile_arn;
        let is_same = settings.role == self.settings.role && arn(instance) == arn(&self.instance);
        let role = if is_same { now.role.clone() } else { documents(&settings, instance, &credentials)? };
        let service = make(&settings, &facts, signatures.as_ref(), role, now.tokens.clone())
            .map_err(|source| Error::Paths { file: file(self.config.as_deref()), source })?;
        self.service.store(Arc::new(service));
        self.credentials = credentials;
        self.instance = facts.instance;
        self.notices = facts.notices;
        self.settings = settings;
        Ok(())
    }
}

/// The documents of these keys, and of new ones of the instance's own, which live as long.
fn documents(
    settings: &Settings,
    instance: &imds::Instance,
    credentials: &Credentials,
) -> Result<RoleDocuments> {
    let identity = credentials::of_instance(credentials)?;
    let documents = RoleDocuments::new(instance, credentials, &identity);
    Ok(match settings.role.failure.clone() {
        None => documents,
        Some(settings::Failure { code, message }) => documents.failed(&imds::Failure { code, message }),
    })
}

fn make(
    settings: &Settings,
    facts: &Facts,
    signatures: Option<&Signatures>,
    role: RoleDocuments,
    tokens: Arc<Tokens>,
) -> std::result::Result<Service, imds::BadEntry> {
    Ok(Service {
        tokens,
        access: Arc::new(access(settings)),
        policy: if settings.tokens.required { TokenPolicy::Required } else { TokenPolicy::Optional },
        hop_limit: settings.tokens.hop_limit,
        errors: match settings.errors {
            ErrorFormat::Ec2 => ErrorBodies::Ec2,
            ErrorFormat::Json => ErrorBodies::Json,
        },
        tree: Arc::new(Tree::of(&facts.instance, signatures, &facts.paths)?),
        role,
        launch_time: facts.instance.launch_time,
    })
}

fn access(settings: &Settings) -> imds::Access {
    let listen = settings.listen.iter().map(|listen| listen.ip()).filter(|address| !address.is_unspecified());
    imds::Access {
        disabled: !settings.http_endpoint,
        addresses: settings.network.addresses().chain(listen).collect(),
        hosts: [imds::Access::names(&settings.instance.region), settings.access.hosts.clone()].concat(),
        networks: settings.access.networks.clone(),
    }
}

fn file(config: Option<&Path>) -> PathBuf {
    config.unwrap_or(Path::new(defaults::CONFIG_FILE)).to_owned()
}
