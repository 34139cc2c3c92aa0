//! The privileged helper: brings the metadata address to this machine, and takes it away again so
//! that nothing remains. Contains no server, and ends when its work is done.
//!
//! # Layout
//!
//! - `cli`, `report`: what is asked, and what is told.
//! - `step`: the one shape of every change to the host: inspect, apply, undo.
//! - `address`, `nat_table`, `redirect`, `boot_lines`: the changes, one file each; `nfnetlink` is
//!   what `nat_table` says to the kernel.
//! - `plan`: which changes, in which order. Pure.
//! - `run`: does them or unwinds; undoes all it can.
//! - `record`: remembers what was changed, so that nothing else is ever undone.
//! - `stanza`: edits the text of `/etc/network/interfaces`. Pure.
//! - `original`: takes over what version 1 of the package has changed.
//! - `replace`: the one writer of files.
//! - `health`: what `status` asks beyond the changes: server, service, an answer.
//! - `machine`: is this root, is this a real EC2 instance, which network is this.
//! - `error`: what can go wrong, and the exit code of each, in one table.

mod address;
mod boot_lines;
mod cli;
mod error;
mod health;
mod machine;
mod nat_table;
mod nfnetlink;
mod original;
mod plan;
mod record;
mod redirect;
mod replace;
mod report;
mod run;
mod stanza;
mod step;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::cli::Cli;
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
    let report = run::run(&cli.command);
    report.print();
    ExitCode::from(report.exit_code())
}

/// What may fail with a sentence for the user.
type Result<T = ()> = std::result::Result<T, Error>;
