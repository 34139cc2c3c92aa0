//! From the command line to the keys.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::runtime;
use tokio::time::{Instant, timeout_at};

use crate::cli::Cli;
use crate::error::{Error, USAGE};
use crate::shared::Shared;
use crate::{Result, base, environment, network, output, roles};

/// When to give up: whoever runs this waits for it.
const LIMIT: Duration = Duration::from_secs(20);

/// Runs the command line this process was started with.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Where even this cannot be written there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match environment::settle(cli.endpoint_url.as_deref()).and_then(|()| run(&cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fake-metadata-aws: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(cli: &Cli) -> Result {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Runtime)?;
    let keys = runtime.block_on(keys(cli));
    // Names are looked up by a thread, which is not waited for.
    runtime.shutdown_background();
    output::print(&keys?)
}

async fn keys(cli: &Cli) -> Result<aws_credential_types::Credentials> {
    let deadline = Instant::now() + LIMIT;
    let late = |who| Error::TimedOut { who, seconds: LIMIT.as_secs() };

    let shared = Shared::read(cli).await?;
    let origin = shared.origin(cli)?;
    let region = network::region(cli, &shared);
    let config = network::provider_config(region.clone());
    let mut keys = timeout_at(deadline, base::credentials(cli, &shared, origin.as_ref(), &config))
        .await
        .map_err(|_| late(format!("what the profile {} leads to", shared.profile)))??;

    let config = network::sdk_config(&shared, region).await;
    for (at, role) in cli.roles.iter().enumerate() {
        let is_last = at + 1 == cli.roles.len();
        keys = timeout_at(deadline, roles::assume(cli, &config, role, is_last, keys))
            .await
            .map_err(|_| late(roles::who(cli, &config, role)))??;
    }
    Ok(keys)
}
