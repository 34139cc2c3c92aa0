//! Who may ask at all, before tokens are looked at: whether the endpoint is switched on, from which
//! machines, under which names, and what a browser may have.
//!
//! EC2 knows only the first of these. The others stand in for what surrounds the real service: nothing
//! but the instance can reach it there, and no web page names an address that leads to it.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::refusal::Refusal;
use crate::request::Request;

/// The rules, as configured.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// EC2's `HttpEndpoint`, the other way round: everything is forbidden.
    pub disabled: bool,
    /// The addresses of the service, under which it may be asked: those of the metadata and those
    /// where it listens.
    pub addresses: Vec<IpAddr>,
    /// The names, or other addresses, under which it may be asked, besides those of loopback. What
    /// stands here as clients write it is known at once.
    pub hosts: Vec<String>,
    /// Networks whose machines may ask, besides this one.
    pub networks: Vec<IpNet>,
}

/// EC2's own names for the service; the last is followed by the region's name.
const NAMES: [&str; 2] = ["instance-data", "instance-data.ec2.internal"];

impl Access {
    /// The names that EC2 has for the service in a region.
    pub fn names(region: &str) -> Vec<String> {
        let regional = format!("instance-data.{region}.compute.internal");
        NAMES.into_iter().map(str::to_owned).chain([regional]).collect()
    }

    pub(crate) fn admit(&self, request: &Request<'_>) -> Result<(), Refusal> {
        if self.disabled {
            return Err(Refusal::EndpointDisabled);
        }
        let is_known = |network: &IpNet| network.contains(&request.peer.to_canonical());
        if !request.peer_is_here && !self.networks.iter().any(is_known) {
            return Err(Refusal::ForeignPeer);
        }
        // Clients of HTTP/1.0 may leave it out; a browser, which could be misled by a name that
        // leads here, never does.
        if request.host.is_some_and(|host| !self.is_called(host)) {
            return Err(Refusal::ForeignHost);
        }
        Ok(())
    }

    fn is_called(&self, host: &str) -> bool {
        if self.hosts.iter().any(|known| host == known) {
            return true;
        }
        let name = without_port(host);
        let name = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
        let is_own =
            |address: IpAddr| address.to_canonical().is_loopback() || self.addresses.contains(&address);
        if name.parse().is_ok_and(is_own) {
            return true;
        }
        // A final dot says that the name is complete.
        let name = name.strip_suffix('.').unwrap_or(name);
        name.eq_ignore_ascii_case("localhost")
            || self.hosts.iter().any(|host| name.eq_ignore_ascii_case(host))
    }
}

/// `Host` is a name or an address, that of IPv6 in brackets, and may have a port (RFC 9110,
/// section 7.2).
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Method;

    fn access() -> Access {
        Access {
            disabled: false,
            addresses: ["169.254.169.254", "fd00:ec2::254"].map(|text| text.parse().unwrap()).into(),
            hosts: [Access::names("eu-west-1"), vec!["metadata.test".to_owned(), "192.0.2.7".to_owned()]]
                .concat(),
            networks: vec!["172.17.0.0/16".parse().unwrap()],
        }
    }

    #[test]
    fn hosts() {
        let judged = |host| access().admit(&Request { host: Some(host), ..Request::new(Method::Get, "/") });
        for host in [
            "169.254.169.254",
            "169.254.169.254:80",
            "[fd00:ec2::254]",
            "[fd00:ec2:0::254]:80",
            "127.0.0.1:8000",
            "127.8.9.1",
            "[::1]:8000",
            "localhost",
            "LocalHost.:8000",
            "instance-data",
            "instance-data.ec2.internal",
            "instance-data.eu-west-1.compute.internal.",
            "Metadata.Test:8080",
            "192.0.2.7:8000",
        ] {
            assert_eq!(judged(host), Ok(()), "{host}");
        }
        for host in [
            "",
            ":80",
            "attacker.test",
            "169.254.169.254.attacker.test",
            "localhost.attacker.test",
            "attacker.test:80",
            "169.254.169.253",
            "10.0.0.1",
            "[::2]",
            "[fe80::1]:80",
            "instance-data.eu-west-2.compute.internal",
            "localhost..",
            "localhost:80:80",
            "user@localhost",
            "0x7f.1",
            "2130706433",
        ] {
            assert_eq!(judged(host), Err(Refusal::ForeignHost), "{host}");
        }
    }

    #[test]
    fn peers() {
        let judged = |peer: &str, peer_is_here| {
            access().admit(&Request {
                peer: peer.parse().unwrap(),
                peer_is_here,
                ..Request::new(Method::Get, "/")
            })
        };
        assert_eq!(judged("192.0.2.1", true), Ok(()));
        assert_eq!(judged("172.17.0.2", false), Ok(()));
        assert_eq!(judged("::ffff:172.17.0.2", false), Ok(()));
        assert_eq!(judged("192.0.2.1", false), Err(Refusal::ForeignPeer));
        assert_eq!(judged("2001:db8::1", false), Err(Refusal::ForeignPeer));
    }

    #[test]
    fn switched_off() {
        let access = Access { disabled: true, ..access() };
        assert_eq!(
            access.admit(&Request::new(Method::Put, "/latest/api/token")),
            Err(Refusal::EndpointDisabled)
        );
    }
}
