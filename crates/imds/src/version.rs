//! The dated versions of the metadata tree.

use std::fmt;

use bytes::Bytes;

/// A version of the tree: a date such as `2021-03-23`, `1.0` for the first one, or `latest`.
///
/// Their text orders them: `1.0` before every date, `latest` after.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(&'static str);

/// What `GET /` lists on current hosts, in its order, as published by people who asked one.
const LISTED: &str = "\
    1.0\n\
    2007-01-19\n\
    2007-03-01\n\
    2007-08-29\n\
    2007-10-10\n\
    2007-12-15\n\
    2008-02-01\n\
    2008-09-01\n\
    2009-04-04\n\
    2011-01-01\n\
    2011-05-01\n\
    2012-01-12\n\
    2014-02-25\n\
    2014-11-05\n\
    2015-10-20\n\
    2016-04-19\n\
    2016-06-30\n\
    2016-09-02\n\
    2018-03-28\n\
    2018-08-17\n\
    2018-09-24\n\
    2019-10-01\n\
    2020-10-27\n\
    2021-01-03\n\
    2021-03-23\n\
    2021-07-15\n\
    2022-07-09\n\
    2022-09-24\n\
    2024-04-11\n\
    latest";

impl Version {
    /// The newest version, which has every entry.
    pub const LATEST: Version = Version("latest");

    /// The version in which an entry appeared. AWS's category table has dates that are not
    /// versions themselves, so any date is taken.
    pub const fn since(date: &'static str) -> Version {
        Version(date)
    }

    /// The version a path's first segment names, if the service knows it.
    pub fn parse(segment: &str) -> Option<Version> {
        // Nearly every client asks for `latest`.
        if segment == "latest" {
            return Some(Version::LATEST);
        }
        Version::all().find(|version| version.0 == segment)
    }

    /// The listing at `/`: a name a line, without slashes and without a final newline.
    pub fn listing() -> Bytes {
        Bytes::from_static(LISTED.as_bytes())
    }

    /// Every version that can be asked for, `latest` last.
    pub fn all() -> impl Iterator<Item = Version> {
        LISTED.lines().map(Version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_order_is_version_order() {
        assert!(Version::all().is_sorted(), "comparison rests on this");
        assert!(Version::since("2018-05-23") < Version::LATEST);
        assert!(Version::parse("1.0").unwrap() < Version::since("2007-01-19"));
    }

    #[test]
    fn only_listed_versions_parse() {
        assert_eq!(Version::parse("latest"), Some(Version::LATEST));
        assert!(Version::parse("2009-04-04").is_some());
        for unknown in ["", "Latest", "2009-04-05", "2018-05-23", "3.0"] {
            assert_eq!(Version::parse(unknown), None, "{unknown}");
        }
    }
}
