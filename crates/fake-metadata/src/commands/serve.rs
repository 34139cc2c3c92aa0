//! `fake-metadata serve`: settings, then sockets, then the word to systemd, then serving.

use std::time::SystemTime;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use tokio::sync::{mpsc, oneshot};

use crate::Result;
use crate::app::App;
use crate::cli::Serve;
use crate::control::{self, server::Control};
use crate::error::Error;
use crate::http::Limits;
use crate::identity::Identity;
use crate::instance::{Origin, Overrides};
use crate::keeper::Keeper;
use crate::log::Log;
use crate::{identity, signals, state};

pub(crate) fn run(options: Serve) -> Result {
    secrets_stay_in_memory();
    let now = SystemTime::now();
    let (origin, notice) = Origin::keep(&state::folder(), now)?;
    let mut keeper = Keeper::new(options.config.file, Overrides::from_environment()?, origin, now)?;
    let listen = options.listen.map_or_else(|| keeper.settings().listen.clone(), |address| vec![address]);
    let log = Log::open(options.log_file)?;
    if let Some(notice) = notice {
        log.info(format_args!("{notice}"));
    }
    // One thread answers: requests take microseconds, and a small machine has better use for more.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|source| Error::System { what: "event loop", source })?;
    runtime.block_on(async {
        let stop = signals::stop()?;
        let reload = signals::reload()?;
        keeper.begin(&log);
        let app = App::bind(&listen, keeper.views(), Limits::default(), log.clone())?;
        for address in app.addresses() {
            log.info(format_args!("listening on http://{address}"));
        }
        let (orders, ordered) = mpsc::channel(16);
        let control =
            Control { orders, traffic: app.traffic(), listening: app.addresses().collect(), started: now };
        match control::server::bind() {
            Ok(listener) => drop(tokio::spawn(control.run(listener, log.clone()))),
            Err(error) => log.info(format_args!(
                "{}: no control socket, so `fake-metadata status` cannot ask this server: {error}",
                control::socket().display()
            )),
        }
        let signers = signers(keeper.document());
        tokio::spawn(keeper.run(reload, signers, ordered, log.clone()));
        app.run(stop).await;
        Result::Ok(())
    })?;
    // Tasks end with the runtime, and with them all other hands on the log.
    drop(runtime);
    log.close();
    Ok(())
}

/// The keys that sign the identity document, once they are there and have signed this one. On the first
/// start they are made, which takes its time: nobody waits for that.
fn signers((document, launch_time): (String, SystemTime)) -> oneshot::Receiver<Result<Identity>> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let made = Identity::of(&identity::folder(&state::folder()), SystemTime::now());
        let made = made.and_then(|mut identity| identity.sign(document, launch_time).map(|_| identity));
        // A server that has ended meanwhile needs none.
        let _ = sender.send(made);
    });
    receiver
}

/// A crash leaves no image of this process behind, and no other process of its user may look into it.
fn secrets_stay_in_memory() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Where one of them is refused the other may still hold.
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
