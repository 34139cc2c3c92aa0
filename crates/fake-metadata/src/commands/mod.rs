//! The sub-commands, one file each.

pub(crate) mod certificate;
pub(crate) mod check_config;
pub(crate) mod credentials;
pub(crate) mod get;
pub(crate) mod import;
pub(crate) mod serve;
pub(crate) mod status;
