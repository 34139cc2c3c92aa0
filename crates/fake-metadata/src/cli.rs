//! The command line. Types only.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// An EC2 instance metadata service for machines outside EC2.
#[derive(Debug, Parser)]
#[command(name = "fake-metadata", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  fake-metadata serve                           serve as the configuration says
  fake-metadata serve 127.0.0.1:8000            serve here, whatever it says
  fake-metadata get meta-data/placement/region  what a client would see
  fake-metadata get --recursive meta-data       all of it, as a tree
  fake-metadata status                          what keys it has, and until when
  fake-metadata credentials rotate              new keys, now
  fake-metadata check-config                    is the configuration right?
  fake-metadata import aemm aemm-config.json    take over another mock's

See also: fake-metadata(8), fake-metadata.toml(5), fake-metadata-setup(8)";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve instance metadata until told to stop
    Serve(Serve),
    /// Read the configuration and say whether it is right
    CheckConfig(CheckConfig),
    /// Print the certificates that verify the signatures of the identity document
    Certificate(Certificate),
    /// Show, renew or hand in the keys of the running server
    #[command(subcommand)]
    Credentials(Credentials),
    /// Print what a client would see at PATH, with a token if it takes one
    Get(Get),
    /// Print the configuration of another mock as one of this program
    Import(Import),
    /// Tell whether the server runs, what keys it has, and who asked last
    Status(Status),
}

/// SIGHUP reopens the log file and reads the configuration again; SIGTERM stops.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen instead of the configured addresses; the port is 8000 if none is given
    #[arg(value_name = "HOST[:PORT]", value_parser = address)]
    pub(crate) listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) config: Config,
    /// Append the log to FILE instead of writing it to standard error
    #[arg(long, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckConfig {
    #[command(flatten)]
    pub(crate) config: Config,
}

/// Asks the running server as a client would: for a token, then for PATH.
#[derive(Debug, Args)]
pub(crate) struct Get {
    /// The path; below /latest/ unless it begins with a slash
    pub(crate) path: String,
    /// Ask without a token (IMDSv1)
    #[arg(long)]
    pub(crate) v1: bool,
    /// Print the status line and the headers first, also of a refusal
    #[arg(long, conflicts_with = "recursive")]
    pub(crate) headers: bool,
    /// Print everything below PATH, keys left out
    #[arg(long)]
    pub(crate) recursive: bool,
    /// Print it as a JSON object instead of a tree
    #[arg(long, requires = "recursive")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) config: Config,
}

/// As PEM, for `openssl smime -certfile` and the like.
#[derive(Debug, Args)]
pub(crate) struct Certificate {
    /// Only that of this signature: signature, pkcs7 or rsa2048
    #[arg(value_parser = crate::identity::NAMES)]
    pub(crate) name: Option<String>,
}

/// The exit code is 1 if a role has no valid keys.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Credentials {
    /// Tell of each role the source, the times, and the end of the key's id
    Show(Status),
    /// Hand in keys for a role with source = "pushed"
    Set(Set),
    /// Ask a role's source for new keys now
    Rotate(Role),
}

/// For instance, from the machine outside: aws configure export-credentials | vagrant ssh -c
/// 'fake-metadata credentials set -'
#[derive(Debug, Args)]
#[group(id = "from", required = true, multiple = false, args = ["from_environment", "from_profile", "input"])]
pub(crate) struct Set {
    /// Take them from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
    #[arg(long)]
    pub(crate) from_environment: bool,
    /// Take them from this profile of the shared credentials file
    #[arg(long, value_name = "NAME")]
    pub(crate) from_profile: Option<String>,
    /// Read them from standard input, as `aws configure export-credentials` prints them
    #[arg(value_name = "-", value_parser = ["-"])]
    pub(crate) input: Option<String>,
    #[command(flatten)]
    pub(crate) role: Role,
}

#[derive(Debug, Args)]
pub(crate) struct Role {
    /// The role, if it is not the first
    #[arg(long = "role", value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// What could not be carried over is named on standard error.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Whose configuration it is: aemm is aws/amazon-ec2-metadata-mock
    pub(crate) from: Mock,
    /// Its configuration file
    pub(crate) file: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Mock {
    Aemm,
}

#[derive(Debug, Args)]
pub(crate) struct Config {
    /// Configuration file [default: /etc/fake-metadata/config.toml, if it is there]
    #[arg(long = "config", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    settings::socket_address(text)
        .ok_or_else(|| "write an address with or without a port, such as 127.0.0.1:8000".to_owned())
}
