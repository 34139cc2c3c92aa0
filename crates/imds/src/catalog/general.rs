//! The single leaves of `meta-data/`, but for the network's, and `hibernation/`, `metrics/`,
//! `services/`, `tags/`.

use super::{lines, maybe, text};
use crate::instance::Instance;
use crate::tree::Row;

/// All that is left of a category that AWS's table says is gone, and that hosts still have.
const VHOSTMD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let groups = lines(&instance.primary.security_groups).unwrap_or_default();
    let mut rows = vec![
        text("meta-data/ami-id", "1.0", &instance.ami_id),
        text("meta-data/ami-launch-index", "1.0", instance.ami_launch_index.to_string()),
        text("meta-data/ami-manifest-path", "1.0", &instance.ami_manifest_path),
        text("meta-data/hibernation/configured", "2018-09-24", instance.hibernation_configured.to_string()),
        text("meta-data/instance-action", "2008-09-01", &instance.instance_action),
        text("meta-data/instance-id", "1.0", &instance.instance_id),
        text("meta-data/instance-life-cycle", "2019-10-01", &instance.instance_life_cycle),
        text("meta-data/instance-type", "2007-08-29", &instance.instance_type),
        text("meta-data/metrics/vhostmd", "2011-05-01", VHOSTMD),
        text("meta-data/profile", "2007-12-15", &instance.profile),
        text("meta-data/reservation-id", "1.0", &instance.reservation_id),
        text("meta-data/security-groups", "1.0", groups),
        text("meta-data/services/domain", "2014-02-25", instance.domain()),
        text("meta-data/services/partition", "2015-10-20", instance.partition()),
        text("meta-data/system", "2019-10-01", &instance.system),
    ];
    rows.extend(
        [
            maybe("meta-data/ancestor-ami-ids", "2007-10-10", lines(&instance.ancestor_ami_ids)),
            maybe("meta-data/kernel-id", "2008-02-01", instance.kernel_id.as_ref()),
            maybe("meta-data/product-codes", "2007-03-01", lines(&instance.product_codes)),
            maybe("meta-data/ramdisk-id", "2007-10-10", instance.ramdisk_id.as_ref()),
        ]
        .into_iter()
        .flatten(),
    );
    let tags = instance.tags.iter().flatten();
    rows.extend(tags.map(|(key, value)| text(format!("meta-data/tags/instance/{key}"), "2021-03-23", value)));
    rows
}
