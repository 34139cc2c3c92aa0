//! The daemon: serves the protocol of `imds` over HTTP to whoever asks on this machine. It never
//! runs as root and contains nothing that could change the host's network.
//!
//! # Layout
//!
//! - `cli`, `commands`: the command line, one file a sub-command.
//! - `app`: owns the pieces of a running server: bind, run, drain.
//! - `accept`, `hop`, `http`: from a listening socket to `imds` and back; only `http` names hyper.
//! - `peer`: whether a client runs on this machine.
//! - `client`, `crawl`: asking the running server, for `get`.
//! - `keeper`: replaces what requests read, on rotation and on reload; `views` is what that is.
//! - `clock`: tells when the clock jumps.
//! - `control`: the control socket, its server and its client.
//! - `traffic`: who asked last.
//! - `owner`: which local user a connection belongs to.
//! - `credentials`: where keys come from, one file a source, and when they are renewed.
//! - `identity`: the keys that sign the instance identity document.
//! - `state`: what outlasts a restart.
//! - `instance`: from settings to the instance that is served, with what is made up once, taken
//!   from this machine, or read from other files.
//! - `aemm`: from another mock's configuration to ours.
//! - `log`, `signals`, `notify`: the log, the signals, the word to systemd.
//! - `error`: what can go wrong, and the exit code of each, in one table.

mod accept;
mod aemm;
mod app;
mod cli;
mod client;
mod clock;
mod commands;
mod control;
mod crawl;
mod credentials;
mod error;
mod hop;
mod http;
mod identity;
mod instance;
mod keeper;
mod log;
mod notify;
mod owner;
mod peer;
mod signals;
mod state;
mod traffic;
mod views;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::cli::{Cli, Command};
use crate::error::{Error, USAGE};

/// The command line's definition, for completions and for checking the manual.
pub fn command() -> clap::Command {
    Cli::command()
}

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
    let done = match cli.command {
        Command::Certificate(options) => commands::certificate::run(&options),
        Command::Serve(options) => commands::serve::run(options),
        Command::CheckConfig(options) => commands::check_config::run(&options),
        Command::Credentials(command) => commands::credentials::run(&command),
        Command::Get(options) => commands::get::run(&options),
        Command::Import(options) => commands::import::run(&options),
        Command::Status(options) => commands::status::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fake-metadata: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// What every command returns.
type Result<T = ()> = std::result::Result<T, Error>;
