//! `placement/`

use super::{maybe, text};
use crate::instance::Instance;
use crate::tree::Row;

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let zone_id = instance.availability_zone_id();
    let mut rows = vec![
        text("meta-data/placement/availability-zone", "2008-02-01", &instance.availability_zone),
        text("meta-data/placement/region", "2020-08-24", &instance.region),
    ];
    rows.extend(
        [
            maybe("meta-data/placement/availability-zone-id", "2019-10-01", zone_id),
            maybe("meta-data/placement/group-name", "2020-08-24", instance.group_name.as_ref()),
            maybe("meta-data/placement/host-id", "2020-08-24", instance.host_id.as_ref()),
            maybe("meta-data/placement/partition-number", "2020-08-24", instance.partition_number),
        ]
        .into_iter()
        .flatten(),
    );
    rows
}
