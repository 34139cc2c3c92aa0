//! The forms values must have. Each function takes a text and gives the value it stands for, or
//! `None`; the caller says what would have been right.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use ipnet::IpNet;
use toml::de::DeValue;

use crate::defaults;

/// `HOST` or `HOST:PORT`, where the host is an IPv4 address, an IPv6 address (in brackets if a
/// port follows) or `localhost`.
pub fn socket_address(text: &str) -> Option<SocketAddr> {
    let text = text.replacen("localhost", "127.0.0.1", usize::from(text.starts_with("localhost")));
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address);
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&text);
    bare.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, defaults::PORT))
}

/// Addresses to listen on: at least one.
pub(crate) fn socket_addresses(value: &DeValue<'_>) -> Option<Vec<SocketAddr>> {
    list(socket_address)(value).filter(|addresses| !addresses.is_empty())
}

/// A network such as `172.17.0.0/16`, or a single address.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(address)
}

/// A whole number in a range.
pub(crate) fn number<T>(range: RangeInclusive<T>) -> impl FnOnce(&DeValue<'_>) -> Option<T>
where
    T: TryFrom<i64> + PartialOrd,
{
    move |value| {
        let number = value.as_integer()?;
        let number = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
        T::try_from(number).ok().filter(|number| range.contains(number))
    }
}

/// An address that one host can have.
pub(crate) fn host_address(text: &str) -> Option<Ipv4Addr> {
    let address: Ipv4Addr = text.parse().ok()?;
    let odd = address.is_unspecified() || address.is_broadcast() || address.is_multicast();
    (!odd).then_some(address)
}

/// The name of a network interface (IFNAMSIZ of linux/if.h leaves 15 bytes).
pub(crate) fn interface(text: &str) -> Option<String> {
    let fits = (1..=15).contains(&text.len()) && text != "." && text != "..";
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/' && byte != b':');
    (fits && plain).then(|| text.to_owned())
}

/// Text of certain characters and length.
pub(crate) fn word(text: &str, length: RangeInclusive<usize>, others: &str) -> Option<String> {
    let fits = length.contains(&text.len());
    let plain = text.chars().all(|char| char.is_ascii_alphanumeric() || others.contains(char));
    (fits && plain).then(|| text.to_owned())
}

/// An id such as `i-0123456789abcdef0`: a prefix and hexadecimal digits.
pub(crate) fn id(prefix: &str) -> impl FnOnce(&str) -> Option<String> {
    move |text| {
        let digits = text.strip_prefix(prefix)?;
        let hexadecimal = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        ((8..=17).contains(&digits.len()) && hexadecimal).then(|| text.to_owned())
    }
}

/// A hardware address: six pairs of hexadecimal digits; given back in lower case.
pub(crate) fn mac(text: &str) -> Option<String> {
    let pairs: Vec<&str> = text.split(':').collect();
    let good = |pair: &&str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    (pairs.len() == 6 && pairs.iter().all(good)).then(|| text.to_ascii_lowercase())
}

/// A host name, or an address.
pub(crate) fn host(text: &str) -> Option<String> {
    let address = || text.parse::<IpAddr>().ok().map(|address| address.to_string());
    hostname(text).or_else(address)
}

/// A host name (RFC 1123, section 2.1).
pub(crate) fn hostname(text: &str) -> Option<String> {
    word(text, 1..=253, "-.").filter(|name| !name.starts_with(['-', '.']))
}

/// A list whose items have one form.
pub(crate) fn list<T>(item: impl Fn(&str) -> Option<T>) -> impl FnOnce(&DeValue<'_>) -> Option<Vec<T>> {
    move |value| value.as_array()?.iter().map(|text| item(text.as_ref().as_str()?)).collect()
}

/// Whatever is read from text by its own type: an address, a block of addresses.
pub(crate) fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// One line of visible text.
pub(crate) fn line(text: &str) -> Option<String> {
    (!text.trim().is_empty() && !text.contains(char::is_control)).then(|| text.to_owned())
}

/// One of these words.
pub(crate) fn one_of(words: &[&str]) -> impl FnOnce(&str) -> Option<String> {
    move |text| words.contains(&text).then(|| text.to_owned())
}

/// A moment such as `2027-01-15T08:00:00Z`.
pub(crate) fn time(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(text).ok()
}

/// A file's path; a relative one starts from the folder of the configuration file.
pub(crate) fn path(config: &Path) -> impl Fn(&str) -> Option<PathBuf> {
    let folder = config.parent().unwrap_or(Path::new("")).to_owned();
    move |text| (!text.is_empty() && !text.contains('\0')).then(|| folder.join(text))
}

/// Bytes in base64 (RFC 4648, section 4); line breaks do not count.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    STANDARD.decode(text).ok()
}

/// What is wrong with a key that becomes a segment of a path.
pub(crate) fn segment(key: &str, value: &str) -> Result<(), String> {
    let good = line(key).is_some() && !key.contains('/') && !value.is_empty();
    if good {
        Ok(())
    } else {
        Err("the key becomes part of a path: write visible text without a slash, and a value".to_owned())
    }
}

/// What is wrong with a public key: its name stands in a listing as `0=NAME`.
pub(crate) fn public_key(name: &str, key: &str) -> Result<(), String> {
    segment(name, key)?;
    if name.contains('=') {
        return Err("a key's name must not have an `=`, since clients split `0=NAME` there".to_owned());
    }
    match line(key.trim_end()) {
        Some(_) => Ok(()),
        None => Err("must be one line as in a .pub file, such as \"ssh-ed25519 AAAA... me\"".to_owned()),
    }
}

/// What is wrong with a block device: `ami`, `root`, `swap`, `ebsN` or `ephemeralN`, and a device.
pub(crate) fn block_device(name: &str, device: &str) -> Result<(), String> {
    let numbered = ["ebs", "ephemeral"].iter().any(|kind| {
        name.strip_prefix(kind)
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    });
    if !numbered && !["ami", "root", "swap"].contains(&name) {
        return Err("a block device is `ami`, `root`, `swap`, `ebs0` or `ephemeral0` and so on".to_owned());
    }
    match line(device) {
        Some(_) => Ok(()),
        None => Err("must be a device such as \"/dev/xvda\" or \"sdb\"".to_owned()),
    }
}

/// A lifetime of keys, such as `6h` or `90s`.
pub(crate) fn lifetime(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|lifetime| defaults::LIFETIMES.contains(lifetime))
}

/// How long a command may take, such as `30s`.
pub(crate) fn timeout(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|timeout| defaults::PROCESS_TIMEOUTS.contains(timeout))
}

/// A program and its arguments, split as AWS's tools split `credential_process`: at spaces, with
/// quotes around what has spaces in it, and no shell.
pub fn command(text: &str) -> Option<Vec<String>> {
    shlex::split(text).filter(|words| !words.is_empty() && !text.contains('\0'))
}

/// The name of a local user (useradd(8)), or its number.
pub(crate) fn user(text: &str) -> Option<String> {
    word(text, 1..=32, "_-.$").filter(|name| !name.starts_with('-'))
}

/// The name of an environment variable (POSIX, "Environment Variable Definition").
pub(crate) fn variable(text: &str) -> Option<String> {
    word(text, 1..=255, "_").filter(|name| !name.starts_with(|char: char| char.is_ascii_digit()))
}

/// What is wrong with a tag's key (EC2 User Guide, "Tag restrictions" of instance metadata).
pub(crate) fn tag_key(key: &str, _value: &str) -> Result<(), String> {
    let good = word(key, 1..=128, "+-=.,_:@").is_some() && ![".", "..", "_index"].contains(&key);
    let reason =
        "a tag that metadata shows has letters, digits and + - = . , _ : @ in its key, no space or slash";
    if good { Ok(()) } else { Err(reason.to_owned()) }
}
