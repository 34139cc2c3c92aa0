//! Keeps what requests read: makes it from the settings, and replaces it whole when keys are renewed
//! or the configuration is read again. Requests never wait for it.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use arc_swap::ArcSwap;
use imds::Tokens;
use settings::{CredentialSource, Settings};
use tokio::signal::unix::Signal;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

use crate::clock::Jumps;
use crate::control::{self, Order};
use crate::credentials::{self, Event, Outcome, Role};
use crate::error::Error;
use crate::identity::Identity;
use crate::instance::{Facts, Origin, Overrides, facts};
use crate::log::Log;
use crate::views::{self, Views};
use crate::{Result, notify};

/// How long the word to systemd that all is ready may wait for the roles' first keys.
const FIRST_KEYS: Duration = Duration::from_secs(20);

pub(crate) struct Keeper {
    config: Option<PathBuf>,
    overrides: Overrides,
    origin: Origin,
    settings: Settings,
    facts: Facts,
    roles: Vec<Role>,
    /// The instance's own identity.
    own: Role,
    /// What signs the identity document.
    identity: Option<Identity>,
    tokens: Arc<Tokens>,
    views: Arc<ArcSwap<Views>>,
    events: (UnboundedSender<Event>, UnboundedReceiver<Event>),
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
        let tokens = Arc::new(Tokens::new(&origin.token_key()?));
        let events = mpsc::unbounded_channel();
        let roles: Vec<Role> = settings.roles.iter().cloned().map(Role::new).collect();
        let mut own = credentials::of_instance();
        own.renew_if_due(now, &events.0);
        let mut facts = facts(&settings, &overrides, &origin)?;
        facts.notices.extend(unknown_users(&settings));
        facts.notices.extend(readable(&settings, config.as_deref()));
        let views = Views::of(&settings, &facts, None, (&roles, &own), &tokens, config.as_deref(), now)?;
        let views = Arc::new(ArcSwap::from_pointee(views));
        let identity = None;
        Ok(Keeper { config, overrides, origin, settings, facts, roles, own, identity, tokens, views, events })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The identity document, and the time at which it is signed.
    pub(crate) fn document(&self) -> (String, SystemTime) {
        (imds::document(&self.facts.instance), self.facts.instance.launch_time)
    }

    /// What had to be done without, and what is wrong with sources that answer at once.
    pub(crate) fn notices(&mut self, now: SystemTime) -> Vec<String> {
        let mut notices = std::mem::take(&mut self.facts.notices);
        for role in &mut self.roles {
            let name = role.settings.name.clone();
            notices.extend(role.check(now).map(|problem| format!("{name}: no keys: {problem}")));
            notices.extend(role.warning());
        }
        notices
    }

    /// What requests read.
    pub(crate) fn views(&self) -> Arc<ArcSwap<Views>> {
        self.views.clone()
    }

    /// Asks all sources for their first keys; those that take their time are not waited for.
    pub(crate) fn begin(&mut self, log: &Log) {
        self.tell(log);
        self.renew(log);
    }

    /// Renews and reloads, forever. The keys that sign the identity document come once they are read
    /// or made; with them and the roles' first keys the service is complete, and systemd is told.
    pub(crate) async fn run(
        mut self,
        mut reload: Signal,
        mut identity: oneshot::Receiver<Result<Identity>>,
        mut orders: mpsc::Receiver<Order>,
        log: Log,
    ) {
        let begun = Instant::now();
        let (mut is_signed, mut is_ready) = (false, false);
        let jumps = Jumps::watch();
        if let Err(error) = &jumps {
            log.error(format_args!(
                "keys may be late after the clock was set: the kernel does not tell: {error}"
            ));
        }
        loop {
            let first_keys = FIRST_KEYS.saturating_sub(begun.elapsed());
            let has_keys = first_keys.is_zero() || self.roles.iter().all(Role::is_settled);
            if !is_ready && is_signed && has_keys {
                is_ready = true;
                notify::ready();
            }
            let now = SystemTime::now();
            let times = self.roles.iter().chain([&self.own]).map(|role| role.time_left(now));
            let left = times.chain((!has_keys).then_some(first_keys)).min().unwrap_or(Duration::MAX);
            tokio::select! {
                () = tokio::time::sleep(left) => self.renew(&log),
                () = jump(&jumps) => self.renew(&log),
                Some(event) = self.events.1.recv() => self.ended(event, &log),
                made = &mut identity, if !is_signed => {
                    is_signed = true;
                    // Where its maker has died there is none.
                    self.sign(made.unwrap_or(Err(Error::Thread)), &log);
                }
                _ = reload.recv() => {
                    notify::reloading();
                    log.reopen();
                    self.reload(&log);
                    notify::ready();
                }
                Some(order) = orders.recv() => self.obey(order, &log),
            }
        }
    }

    /// What the log should say, once.
    fn tell(&mut self, log: &Log) {
        for notice in self.facts.notices.drain(..).chain(self.roles.iter().filter_map(Role::warning)) {
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

    /// Asks every source whose time has come.
    fn renew(&mut self, log: &Log) {
        let now = SystemTime::now();
        if self.own.renew_if_due(now, &self.events.0) == Some(Outcome::Renewed)
            && let Ok(views) = self.views.load().with_identity(&self.facts.instance, &self.own, now)
        {
            self.views.store(Arc::new(views));
        }
        for index in 0..self.roles.len() {
            if let Some(outcome) = self.roles[index].renew_if_due(now, &self.events.0) {
                self.publish(index, &outcome, log);
            }
        }
    }

    /// An attempt to renew keys that took its time has ended.
    fn ended(&mut self, event: Event, log: &Log) {
        // The role may have gone meanwhile.
        let Some(index) = self.place(Some(&event.role)) else { return };
        if let Some(outcome) = self.roles[index].ended(event, SystemTime::now()) {
            self.publish(index, &outcome, log);
        }
    }

    /// Requests read what a role has now, and the log tells of it.
    fn publish(&mut self, index: usize, outcome: &Outcome, log: &Log) {
        let (now, role) = (SystemTime::now(), &self.roles[index]);
        let name = &role.settings.name;
        match outcome {
            Outcome::Same => return,
            Outcome::Failed(problem) => log.error(format_args!("{name}: no new keys: {problem}")),
            Outcome::Renewed => {
                let until = role.keys(now).map(|keys| humantime::format_rfc3339_seconds(keys.expiration));
                if let Some(until) = until {
                    log.info(format_args!("{name}: new keys, valid until {until}"));
                }
            }
        }
        let views = self.views.load().with_role(&self.facts.instance, index, role, now);
        self.views.store(Arc::new(views));
    }

    /// The place of the role of this name, or of the first.
    fn place(&self, name: Option<&str>) -> Option<usize> {
        match name {
            None => (!self.roles.is_empty()).then_some(0),
            Some(name) => self.roles.iter().position(|role| role.settings.name == name),
        }
    }

    /// What came over the control socket.
    fn obey(&mut self, order: Order, log: &Log) {
        let now = SystemTime::now();
        match order {
            Order::Status(answer) => {
                let status = |role: &Role| role.status(now);
                let roles = self.roles.iter().map(status).collect();
                // Who has gone away does not want to know.
                let _ = answer.send((roles, status(&self.own)));
            }
            Order::Renew { role, answer } => match self.place(role.as_deref()) {
                None => drop(answer.send(Outcome::Failed(control::no_role(role.as_deref())))),
                Some(index) if self.roles[index].is_pushed() => {
                    drop(answer.send(Outcome::Failed(control::pushed(&self.roles[index]))));
                }
                Some(index) => {
                    if let Some(outcome) = self.roles[index].renew_now(now, &self.events.0, answer) {
                        self.publish(index, &outcome, log);
                    }
                }
            },
            Order::Push { role, keys, by, answer } => {
                let outcome = match self.place(role.as_deref()) {
                    None => Outcome::Failed(control::no_role(role.as_deref())),
                    Some(index) if !self.roles[index].is_pushed() => {
                        Outcome::Failed(control::not_pushed(&self.roles[index]))
                    }
                    Some(index) => {
                        let outcome = self.roles[index].push(keys, now);
                        log.info(format_args!(
                            "{}: keys were handed in by {by}",
                            self.roles[index].settings.name
                        ));
                        self.publish(index, &outcome, log);
                        outcome
                    }
                };
                let _ = answer.send(outcome);
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
                self.renew(log);
            }
            Err(error) => log.error(format_args!("configuration kept as it was: {error}")),
        }
    }

    /// Makes everything that requests read from these settings. If that cannot be, all stays as it is.
    /// Roles that are the same as before keep their keys.
    fn take(&mut self, settings: Settings) -> Result {
        let mut facts = facts(&settings, &self.overrides, &self.origin)?;
        facts.notices.extend(unknown_users(&settings));
        facts.notices.extend(readable(&settings, self.config.as_deref()));
        let instance = &facts.instance;
        let sign = |identity: &mut Identity| identity.sign(imds::document(instance), instance.launch_time);
        let signatures = self.identity.as_mut().map(sign).transpose()?;
        let mut before = std::mem::take(&mut self.roles);
        let wanted = settings.roles.iter().map(|wanted| {
            match before.iter().position(|role| role.settings == *wanted) {
                Some(index) => before.swap_remove(index),
                None => {
                    let old = before.iter().find(|role| role.settings.name == wanted.name);
                    Role::instead_of(old, wanted.clone())
                }
            }
        });
        let roles: Vec<Role> = wanted.collect();
        let made = Views::of(
            &settings,
            &facts,
            signatures.as_ref(),
            (&roles, &self.own),
            &self.tokens,
            self.config.as_deref(),
            SystemTime::now(),
        );
        let views = match made {
            Ok(views) => views,
            Err(error) => {
                before.extend(roles);
                let place =
                    |role: &Role| self.settings.roles.iter().position(|wanted| *wanted == role.settings);
                before.retain(|role| place(role).is_some());
                before.sort_by_key(place);
                self.roles = before;
                return Err(error);
            }
        };
        self.views.store(Arc::new(views));
        (self.roles, self.facts, self.settings) = (roles, facts, settings);
        Ok(())
    }
}

/// Ends when the clock has jumped, if that can be known.
async fn jump(jumps: &io::Result<Jumps>) {
    match jumps {
        Ok(jumps) => jumps.next().await,
        Err(_) => std::future::pending().await,
    }
}

/// Where the service's environment comes from.
const ENVIRONMENT: &str = "/etc/default/fake-metadata";

/// What the user should know of keys in the configuration.
fn readable(settings: &Settings, config: Option<&Path>) -> Option<String> {
    let config = config.unwrap_or(Path::new(settings::defaults::CONFIG_FILE));
    let mut files = settings.roles.iter().filter_map(|role| match role.credentials {
        CredentialSource::Static(_) => Some((config, "chgrp _fake-metadata and chmod 640")),
        CredentialSource::Environment(_) => Some((Path::new(ENVIRONMENT), "chmod 600")),
        _ => None,
    });
    let is_readable = |file: &Path| fs::metadata(file).is_ok_and(|metadata| metadata.mode() & 0o004 != 0);
    files.find(|(file, _)| is_readable(file)).map(|(file, remedy)| {
        format!("{}: it has keys, and everybody on this machine can read it; use: {remedy}", file.display())
    })
}

fn unknown_users(settings: &Settings) -> Vec<String> {
    let is_unknown = |user: &&String| views::user_id(user).is_none();
    let unknown = settings.by_user.keys().filter(is_unknown);
    unknown
        .map(|user| {
            format!(
                "by-user: no user {user} is on this machine yet; once it is: systemctl reload fake-metadata"
            )
        })
        .collect()
}
