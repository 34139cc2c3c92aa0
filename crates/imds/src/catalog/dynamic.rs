//! `dynamic/` and `user-data`

use super::{row, text};
use crate::identity::{self, Signatures};
use crate::instance::Instance;
use crate::tree::{Content, Row, ready};

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let mut rows = vec![
        text("dynamic/fws/instance-monitoring", "2009-04-04", &instance.instance_monitoring),
        text("dynamic/instance-identity/document", "2009-04-04", identity::document(instance)),
    ];
    let user_data = instance.user_data.clone();
    rows.extend(user_data.map(|data| row("user-data", "1.0", Content::Binary(ready(data)))));
    rows
}

/// What signs the identity document; `tree` knows the order in which they are listed.
pub(super) fn signatures(signatures: &Signatures) -> [Row; 3] {
    [
        text("dynamic/instance-identity/pkcs7", "2009-04-04", &signatures.pkcs7),
        text("dynamic/instance-identity/rsa2048", "2009-04-04", &signatures.rsa2048),
        text("dynamic/instance-identity/signature", "2009-04-04", &signatures.signature),
    ]
}
