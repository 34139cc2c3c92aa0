//! `fake-metadata check-config`: everything `serve` would refuse, without serving.

use std::path::Path;
use std::time::SystemTime;

use crate::Result;
use crate::cli::CheckConfig;
use crate::instance::{Origin, Overrides};
use crate::keeper::Keeper;
use crate::state;

pub(crate) fn run(options: &CheckConfig) -> Result {
    let file = options.config.file.clone();
    let shown = file.clone();
    let now = SystemTime::now();
    let origin = Origin::look(&state::folder(), now);
    let mut keeper = Keeper::new(file, Overrides::from_environment()?, origin, now)?;
    for notice in keeper.notices(now) {
        println!("{notice}");
    }
    match shown.as_deref().unwrap_or(Path::new(settings::defaults::CONFIG_FILE)) {
        file if file.exists() => println!("{}: the configuration is right", file.display()),
        file => println!("{}: not there, so every default holds", file.display()),
    }
    Ok(())
}
