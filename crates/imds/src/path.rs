//! From a raw path to the entry it names.
//!
//! Doubled slashes count as one (two shipped tools send them), percent-encoding is undone, and a
//! trailing slash is remembered but makes no difference to the name.

use std::borrow::Cow;

use crate::version::Version;

/// What a path points at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// `/`: the list of versions.
    Root,
    /// An entry below a version. An empty name is the version's own directory.
    Entry {
        /// The version named by the first segment.
        version: Version,
        /// The rest, its segments joined by single slashes, none at either end.
        name: Cow<'a, str>,
        /// Whether the path ended in a slash.
        slash: bool,
    },
    /// A first segment that is no version, or bytes that are no text.
    Unknown,
}

/// Reads the path of a request target.
pub(crate) fn target(raw: &str) -> Target<'_> {
    let Some(path) = canonical(raw) else {
        return Target::Unknown;
    };
    if path.is_empty() {
        return Target::Root;
    }
    let slash = raw.ends_with('/');
    let (version, name) = match path {
        Cow::Borrowed(path) => {
            let (version, name) = path.split_once('/').unwrap_or((path, ""));
            (Version::parse(version), Cow::Borrowed(name))
        }
        Cow::Owned(path) => {
            let (version, name) = path.split_once('/').unwrap_or((&path, ""));
            (Version::parse(version), Cow::Owned(name.to_owned()))
        }
    };
    version.map_or(Target::Unknown, |version| Target::Entry { version, name, slash })
}

/// The path decoded, without slashes at its ends and with single ones inside. Borrowed when it
/// already is in that form, as it nearly always is.
fn canonical(raw: &str) -> Option<Cow<'_, str>> {
    let follows = |before, byte| (byte != b'%' && (before, byte) != (b'/', b'/')).then_some(byte);
    if raw.bytes().try_fold(0, follows).is_some() {
        let bare = raw.strip_prefix('/').unwrap_or(raw);
        return Some(Cow::Borrowed(bare.strip_suffix('/').unwrap_or(bare)));
    }
    let bare = raw.trim_matches('/');
    let decoded = String::from_utf8(percent_decoded(bare.as_bytes())).ok()?;
    let segments: Vec<&str> = decoded.split('/').filter(|segment| !segment.is_empty()).collect();
    Some(Cow::Owned(segments.join("/")))
}

/// `%41` becomes `A` (RFC 3986, section 2.1); a `%` that is followed by anything but two
/// hexadecimal digits stands for itself.
fn percent_decoded(raw: &[u8]) -> Vec<u8> {
    let hex = |at: usize| raw.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(raw: &str, name: &str, slash: bool) {
        let expected = Target::Entry { version: Version::LATEST, name: name.into(), slash };
        assert_eq!(target(raw), expected, "{raw}");
    }

    #[test]
    fn names() {
        check("/latest", "", false);
        check("/latest/", "", true);
        check("/latest/meta-data/ami-id", "meta-data/ami-id", false);
        check("/latest/meta-data/ami-id/", "meta-data/ami-id", true);
        check("//latest//meta-data///ami-id", "meta-data/ami-id", false);
        check("/latest/meta%2Ddata/ami%2did", "meta-data/ami-id", false);
        check("/latest/tags/a%20b", "tags/a b", false);
        check("/latest/100%/%4", "100%/%4", false);
        assert_eq!(target("/"), Target::Root);
        assert_eq!(target("///"), Target::Root);
        assert_eq!(target(""), Target::Root);
        for unknown in ["/nonsense", "/computeMetadata/v1/", "/latest/%ff", "*"] {
            assert_eq!(target(unknown), Target::Unknown, "{unknown}");
        }
    }

    #[test]
    fn a_plain_path_is_not_copied() {
        let Target::Entry { name, .. } = target("/latest/meta-data/instance-id") else { panic!() };
        assert!(matches!(name, Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn never_panics_and_names_are_canonical(raw in "[/%a-f0-9é.-]{0,40}") {
            if let Target::Entry { name, .. } = target(&format!("/latest/{raw}")) {
                prop_assert!(!name.contains("//") && !name.starts_with('/') && !name.ends_with('/'));
            }
        }
    }
}
