//! Stands in for the library of this name (`[patch.crates-io]` in the workspace's manifest), which the
//! iptables library wants for a version number and for arguments in quotes, and which would be a fifth
//! of the helper. regex-lite is its authors' own small version with the same interface.

pub use regex_lite::*;
