//! The single leaves of `meta-data/` that repeat facts of the primary network interface.

use super::{maybe, text};
use crate::instance::Instance;
use crate::tree::Row;

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let primary = &instance.primary;
    let mut rows = vec![
        text("meta-data/hostname", "1.0", instance.local_hostname(primary)),
        text("meta-data/local-hostname", "2007-01-19", instance.local_hostname(primary)),
        text("meta-data/mac", "2011-01-01", &primary.mac),
    ];
    rows.extend(
        [
            maybe("meta-data/ipv6", "2021-01-03", primary.ipv6s.first()),
            maybe("meta-data/local-ipv4", "1.0", primary.local_ipv4s.first()),
            maybe("meta-data/public-hostname", "2007-01-19", instance.public_hostname(primary)),
            maybe("meta-data/public-ipv4", "2007-01-19", primary.public_ipv4s.first()),
        ]
        .into_iter()
        .flatten(),
    );
    rows
}
