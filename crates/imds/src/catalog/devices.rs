//! `block-device-mapping/`

use super::text;
use crate::instance::Instance;
use crate::tree::Row;

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let row = |(name, device): (&String, &String)| {
        text(format!("meta-data/block-device-mapping/{name}"), "2007-12-15", device)
    };
    instance.block_device_mapping.iter().map(row).collect()
}
