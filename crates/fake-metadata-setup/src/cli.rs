//! The command line. Types only.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Bring the EC2 instance metadata address to this machine, and take it away again.
#[derive(Debug, Parser)]
#[command(name = "fake-metadata-setup", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  fake-metadata-setup apply --dry-run   what would be changed?
  sudo fake-metadata-setup apply        change it
  sudo fake-metadata-setup status       is everything in place?
  sudo fake-metadata-setup revert       back to how it was

See also: fake-metadata-setup(8), fake-metadata(8), fake-metadata.toml(5)";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add the address and the rule, and the lines that add them at boot
    Apply(Apply),
    /// Undo what apply changed, and nothing else
    Revert(Revert),
    /// Say of each change whether it is in place, and what to do if not
    Status(Status),
}

/// May be run any number of times; what is there already stays as it is.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub(crate) scope: Scope,
    #[command(flatten)]
    pub(crate) manner: Manner,
    /// Go on even though this machine looks like a real EC2 instance
    #[arg(long)]
    pub(crate) force: bool,
}

/// May be run any number of times; what was there before apply stays.
#[derive(Debug, Args)]
pub(crate) struct Revert {
    #[command(flatten)]
    pub(crate) scope: Scope,
    #[command(flatten)]
    pub(crate) manner: Manner,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Which changes; all of them if neither is given.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Scope {
    /// Only the address and the rule, which last until the next boot
    #[arg(long, conflicts_with = "persistent")]
    runtime: bool,
    /// Only the lines in /etc/network/interfaces, which last
    #[arg(long)]
    persistent: bool,
}

impl Scope {
    pub(crate) const ALL: Scope = Scope { runtime: false, persistent: false };

    pub(crate) fn runtime(self) -> bool {
        !self.persistent
    }

    pub(crate) fn persistent(self) -> bool {
        !self.runtime
    }
}

#[derive(Debug, Args)]
pub(crate) struct Manner {
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Print JSON for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Configuration file [default: /etc/fake-metadata/config.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}
