//! `iam/` and `identity-credentials/`

use super::row;
use crate::instance::Instance;
use crate::tree::{Content, Row};

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let identity = "meta-data/identity-credentials/ec2";
    let mut rows = vec![
        row(format!("{identity}/info"), "2018-05-23", Content::IdentityInfo),
        row(
            format!("{identity}/security-credentials/ec2-instance"),
            "2018-05-23",
            Content::IdentityCredentials,
        ),
    ];
    if let Some(role) = &instance.role {
        rows.push(row("meta-data/iam/info", "2012-01-12", Content::ProfileInfo));
        let role = format!("meta-data/iam/security-credentials/{role}");
        rows.push(row(role, "2012-01-12", Content::Credentials));
    }
    rows
}
