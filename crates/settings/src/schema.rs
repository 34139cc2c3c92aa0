//! The keys of the configuration file. Names are EC2's own.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use toml::de::DeTable;

use crate::error::Error;
use crate::instance::{Instance, instance};
use crate::role::{Role, roles};
use crate::section::{Section, Source};
use crate::{defaults, form};

/// Everything the configuration says, defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `listen`: where the daemon serves.
    pub listen: Vec<SocketAddr>,
    /// `errors`: the bodies of refusals.
    pub errors: ErrorFormat,
    /// `http-endpoint`: whether the service answers at all.
    pub http_endpoint: bool,
    /// `[access]`: who may ask.
    pub access: Access,
    /// `[network]`: what the setup program changes on the host.
    pub network: Network,
    /// `[tokens]`: IMDSv2.
    pub tokens: TokenSettings,
    /// `[instance]`: the facts about the pretended machine.
    pub instance: Instance,
    /// `[role]`, or `[[role]]` where there are several: those that are attached, the first of which
    /// is what a client finds.
    pub roles: Vec<Role>,
    /// `[by-user]`: the names of roles by those of the local users who find them instead.
    pub by_user: BTreeMap<String, String>,
    /// `[paths]`: entries added or replaced, below the version.
    pub paths: BTreeMap<String, String>,
    /// `paths-file`: a JSON file with a whole tree of such entries.
    pub paths_file: Option<PathBuf>,
}

/// `errors`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorFormat {
    /// EC2's own bodies; JSON for a client that asks for it.
    Ec2,
    /// One line of JSON for everyone.
    Json,
}

/// `[access]`: besides this machine, and EC2's own names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Names under which the service may be asked.
    pub hosts: Vec<String>,
    /// Networks whose machines may ask.
    pub networks: Vec<IpNet>,
}

/// `[network]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The address clients ask.
    pub address: Ipv4Addr,
    /// The interface it is added to.
    pub interface: String,
    /// The port clients connect to.
    pub port: u16,
    /// Whether clients may ask over IPv6 as well (EC2's `HttpProtocolIpv6`).
    pub ipv6: bool,
}

impl Network {
    /// The addresses clients ask.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let ipv6 = self.ipv6.then_some(defaults::ADDRESS_IPV6);
        [IpAddr::V4(self.address)].into_iter().chain(ipv6.map(IpAddr::V6))
    }
}

/// `[tokens]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    /// Whether every request needs a token (IMDSv2 only).
    pub required: bool,
    /// How many hops the answer to a request for a token may travel.
    pub hop_limit: u8,
}

impl Settings {
    /// Reads a configuration; `file` is named in errors.
    ///
    /// # Errors
    /// When the text is not TOML, or holds a key or a value that it must not.
    pub fn parse(text: &str, file: &Path) -> Result<Settings, Error> {
        let source = Source { file, text };
        let table = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            source.error(offset, format!("this is not TOML: {}", error.message().replace('\n', ", ")))
        })?;
        let mut root = Section::root(source, table.get_ref());
        let listen = "a list of addresses with or without a port, such as [\"127.0.0.1:8000\"]";
        let listen = root.value("listen", listen, form::socket_addresses)?;
        let network = network(root.section("network")?)?;
        let (roles, by_user) = roles(&mut root, file)?;
        let settings = Settings {
            listen: listen.unwrap_or_else(|| match network.ipv6 {
                true => vec![defaults::LISTEN, defaults::LISTEN_IPV6],
                false => vec![defaults::LISTEN],
            }),
            errors: root
                .text("errors", "\"ec2\" or \"json\"", |text| match text {
                    "ec2" => Some(ErrorFormat::Ec2),
                    "json" => Some(ErrorFormat::Json),
                    _ => None,
                })?
                .unwrap_or(ErrorFormat::Ec2),
            http_endpoint: root
                .text("http-endpoint", "\"enabled\" or \"disabled\"", |text| match text {
                    "enabled" => Some(true),
                    "disabled" => Some(false),
                    _ => None,
                })?
                .unwrap_or(true),
            access: access(root.section("access")?)?,
            network,
            tokens: tokens(root.section("tokens")?)?,
            instance: instance(root.section("instance")?, file)?,
            roles,
            by_user,
            paths: root.section("paths")?.texts(|_, _| Ok(()))?.into_iter().collect(),
            paths_file: root.text("paths-file", "the path of a JSON file", form::path(file))?,
        };
        root.finish()?;
        Ok(settings)
    }
}

fn access(mut section: Section<'_>) -> Result<Access, Error> {
    let names = "a list of host names such as [\"metadata.test\"]";
    let networks = "a list of networks such as [\"172.17.0.0/16\"]";
    let access = Access {
        hosts: section.value("hosts", names, form::list(form::host))?.unwrap_or_default(),
        networks: section.value("networks", networks, form::list(form::network))?.unwrap_or_default(),
    };
    section.finish()?;
    Ok(access)
}

fn network(mut section: Section<'_>) -> Result<Network, Error> {
    let network = Network {
        address: section
            .text("address", "an IPv4 address such as \"169.254.169.254\"", form::host_address)?
            .unwrap_or(defaults::ADDRESS),
        interface: section
            .text("interface", "an interface's name such as \"lo\"", form::interface)?
            .unwrap_or_else(|| defaults::INTERFACE.to_owned()),
        port: section
            .value("port", "a port from 1 to 65535", form::number(1..=65_535))?
            .unwrap_or(defaults::NETWORK_PORT),
        ipv6: section.value("ipv6", "true or false", |value| value.as_bool())?.unwrap_or(false),
    };
    section.finish()?;
    Ok(network)
}

fn tokens(mut section: Section<'_>) -> Result<TokenSettings, Error> {
    let tokens = TokenSettings {
        required: section.value("required", "true or false", |value| value.as_bool())?.unwrap_or(false),
        hop_limit: section
            .value("hop-limit", "a number from 1 to 64", form::number(1..=64))?
            .unwrap_or(defaults::HOP_LIMIT),
    };
    section.finish()?;
    Ok(tokens)
}
