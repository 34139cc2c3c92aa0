//! `autoscaling/`, `events/`, `spot/`: present once there is something to say, but for maintenance,
//! whose lists may be empty.

use humantime::format_rfc3339_seconds;

use super::{maybe, text};
use crate::events;
use crate::instance::Instance;
use crate::tree::Row;

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let announced = &instance.events;
    let spot = instance.spot.as_ref();
    // An instance that is stopped or hibernated is not terminated (EC2 User Guide, "Spot Instance
    // interruption notices").
    let terminated = spot.filter(|spot| spot.action == "terminate");
    let mut rows = vec![
        text("meta-data/events/maintenance/history", "2018-08-17", events::list(&announced.history)),
        text("meta-data/events/maintenance/scheduled", "2018-08-17", events::list(&announced.scheduled)),
    ];
    rows.extend(
        [
            maybe(
                "meta-data/autoscaling/target-lifecycle-state",
                "2021-07-15",
                instance.target_lifecycle_state.as_ref(),
            ),
            maybe(
                "meta-data/events/recommendations/rebalance",
                "2020-10-27",
                announced.rebalance.map(events::rebalance),
            ),
            maybe("meta-data/spot/instance-action", "2016-11-15", spot.map(events::spot)),
            maybe(
                "meta-data/spot/termination-time",
                "2014-11-05",
                terminated.map(|spot| format_rfc3339_seconds(spot.time)),
            ),
        ]
        .into_iter()
        .flatten(),
    );
    rows
}
