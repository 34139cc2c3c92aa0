//! `fake-metadata serve`: settings, then sockets, then the word to systemd, then serving.

use std::time::SystemTime;

use tokio::sync::oneshot;

use crate::Result;
use crate::app::App;
use crate::cli::Serve;
use crate::error::Error;
use crate::http::Limits;
use crate::identity::Identity;
use crate::instance::{Origin, Overrides};
use crate::keeper::Keeper;
use crate::log::Log;
use crate::{identity, signals, state};

pub(crate) fn run(options: Serve) -> Result {
    let now = SystemTime::now();
    let (origin, notice) = Origin::keep(&state::folder(), now)?;
    let keeper = Keeper::new(options.config.file, Overrides::from_environment()?, origin, now)?;
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
        let app = App::bind(&listen, keeper.service(), Limits::default(), log.clone()).await?;
        for address in app.addresses() {
            log.info(format_args!("listening on http://{address}"));
        }
        tokio::spawn(keeper.run(reload, signers(), log.clone()));
        app.run(stop).await;
        Result::Ok(())
    })?;
    // Tasks end with the runtime, and with them all other hands on the log.
    drop(runtime);
    log.close();
    Ok(())
}

/// The keys that sign the identity document, once they are there. On the first start they are made,
/// which takes its time: nobody waits for that.
fn signers() -> oneshot::Receiver<Result<Identity>> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(|| {
        let made = Identity::of(&identity::folder(&state::folder()), SystemTime::now());
        // A server that has ended meanwhile needs none.
        let _ = sender.send(made);
    });
    receiver
}
