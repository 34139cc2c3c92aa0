//! The command line. Types only.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::arguments;

/// Print the keys of a role in AWS, for fake-metadata's source "process"
///
/// On standard output is nothing but one JSON object, as AWS prescribes it for a credential_process.
/// Nobody is asked for anything, and no metadata service.
#[derive(Debug, Parser)]
#[command(name = "fake-metadata-aws", version, after_help = EXAMPLES)]
pub struct Cli {
    /// Profile of the shared files that the credentials are from [default: AWS_PROFILE, or default]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Shared configuration [default: AWS_CONFIG_FILE, or ~/.aws/config]
    #[arg(long, value_name = "FILE")]
    pub config_file: Option<PathBuf>,
    /// Shared credentials [default: AWS_SHARED_CREDENTIALS_FILE, or ~/.aws/credentials]
    #[arg(long, value_name = "FILE")]
    pub credentials_file: Option<PathBuf>,
    /// Role to assume; given several times, each is assumed with the keys of the one before
    #[arg(long = "role-arn", value_name = "ARN", value_parser = arguments::role)]
    pub roles: Vec<String>,
    /// Name of the session
    #[arg(long, value_name = "NAME", default_value = "fake-metadata", value_parser = arguments::session_name)]
    pub role_session_name: String,
    /// What the last role's trust policy asks for, if it does
    #[arg(long, value_name = "ID", requires = "roles", value_parser = arguments::external_id)]
    pub external_id: Option<String>,
    /// How long the last role's keys are to hold, from 15m to 12h [default: AWS's, 1h]
    #[arg(long, value_name = "TIME", requires = "roles", value_parser = arguments::duration)]
    pub duration: Option<Duration>,
    /// Managed policy that narrows what the last role's keys may do; may be given several times
    #[arg(long = "policy-arn", value_name = "ARN", requires = "roles", value_parser = arguments::policy)]
    pub policies: Vec<String>,
    /// Region whose STS is asked [default: AWS_REGION, the profile's, or us-east-1]
    #[arg(long, value_parser = arguments::region)]
    pub region: Option<String>,
    /// Where STS is [default: AWS_ENDPOINT_URL_STS, the profile's, or AWS's own]
    #[arg(long, value_name = "URL", value_parser = arguments::url)]
    pub endpoint_url: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  fake-metadata-aws --profile dev
  fake-metadata-aws --profile dev --role-arn arn:aws:iam::123456789012:role/app
  fake-metadata-aws --profile dev --role-arn arn:aws:iam::123456789012:role/app --duration 15m

See also: fake-metadata-aws(1), fake-metadata.toml(5)";
