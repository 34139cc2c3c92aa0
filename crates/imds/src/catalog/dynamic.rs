//! `dynamic/` and `user-data`

use super::{row, text};
use crate::identity;
use crate::instance::Instance;
use crate::tree::{Content, Row, ready};

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let mut rows = vec![
        text("dynamic/fws/instance-monitoring", "2009-04-04", &instance.instance_monitoring),
        // Its signatures belong here; `tree` knows the order in which they are listed.
        text("dynamic/instance-identity/document", "2009-04-04", identity::document(instance)),
    ];
    let user_data = instance.user_data.clone();
    rows.extend(user_data.map(|data| row("user-data", "1.0", Content::Binary(ready(data)))));
    rows
}
