//! Keeps what requests read: makes it from the settings, and replaces it whole when keys rotate
//! or the configuration is read again. Requests never wait for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use imds::{Credentials, ErrorBodies, RoleDocuments, Service, TokenPolicy, Tokens, Tree};
use settings::{ErrorFormat, Settings, defaults};
use tokio::signal::unix::Signal;

use crate::credentials::{self, rotation};
use crate::error::Error;
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
        let service = make(&settings, &facts, documents(&facts.instance, &credentials)?, tokens)
            .map_err(|source| Error::Paths { file: file(config.as_deref()), source })?;
        let service = Arc::new(ArcSwap::from_pointee(service));
        let Facts { instance, notices, .. } = facts;
        Ok(Keeper { config, overrides, origin, settings, instance, credentials, notices, service })
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

    /// Rotates and reloads, forever.
    pub(crate) async fn run(mut self, mut reload: Signal, log: Log) {
        for notice in self.notices.drain(..) {
            log.info(format_args!("{notice}"));
        }
        // Nothing is tried again at once.
        let mut pause = Duration::ZERO;
        loop {
            let wait = rotation::time_left(&self.credentials, SystemTime::now()).max(pause);
            tokio::select! {
                () = tokio::time::sleep(wait) => {
                    pause = if self.rotate(&log) { Duration::ZERO } else { rotation::PAUSE };
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

    /// Whether there are new keys.
    fn rotate(&mut self, log: &Log) -> bool {
        let renewed = credentials::obtain(&self.settings.role.credentials, SystemTime::now())
            .and_then(|credentials| Ok((documents(&self.instance, &credentials)?, credentials)));
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
        match self.reloaded() {
            Ok(settings) => {
                if settings.listen != self.settings.listen || settings.network != self.settings.network {
                    log.info(format_args!(
                        "`listen` and [network] take effect with: systemctl restart fake-metadata-network"
                    ));
                }
                self.settings = settings;
                for notice in self.notices.drain(..) {
                    log.info(format_args!("{notice}"));
                }
                log.info(format_args!("configuration read again"));
            }
            Err(error) => log.error(format_args!("configuration kept as it was: {error}")),
        }
    }

    fn reloaded(&mut self) -> Result<Settings> {
        let settings = Settings::load(self.config.as_deref())?;
        let credentials = if settings.role == self.settings.role {
            self.credentials.clone()
        } else {
            credentials::obtain(&settings.role.credentials, SystemTime::now())?
        };
        let tokens = self.service.load().tokens.clone();
        let facts = facts(&settings, &self.overrides, &self.origin)?;
        let arn = imds::Instance::instance_profile_arn;
        let changed = settings.role != self.settings.role || arn(&facts.instance) != arn(&self.instance);
        let role = if changed {
            documents(&facts.instance, &credentials)?
        } else {
            self.service.load().role.clone()
        };
        let service = make(&settings, &facts, role, tokens)
            .map_err(|source| Error::Paths { file: file(self.config.as_deref()), source })?;
        self.service.store(Arc::new(service));
        self.credentials = credentials;
        self.instance = facts.instance;
        self.notices = facts.notices;
        Ok(settings)
    }
}

/// The documents of these keys, and of new ones of the instance's own, which live as long.
fn documents(instance: &imds::Instance, credentials: &Credentials) -> Result<RoleDocuments> {
    let identity = credentials::of_instance(credentials)?;
    Ok(RoleDocuments::new(instance, credentials, &identity))
}

fn make(
    settings: &Settings,
    facts: &Facts,
    role: RoleDocuments,
    tokens: Arc<Tokens>,
) -> std::result::Result<Service, imds::BadEntry> {
    Ok(Service {
        tokens,
        policy: if settings.tokens.required { TokenPolicy::Required } else { TokenPolicy::Optional },
        hop_limit: settings.tokens.hop_limit,
        errors: match settings.errors {
            ErrorFormat::Ec2 => ErrorBodies::Ec2,
            ErrorFormat::Json => ErrorBodies::Json,
        },
        tree: Arc::new(Tree::of(&facts.instance, &facts.paths)?),
        role,
        launch_time: facts.instance.launch_time,
    })
}

fn file(config: Option<&Path>) -> PathBuf {
    config.unwrap_or(Path::new(defaults::CONFIG_FILE)).to_owned()
}
