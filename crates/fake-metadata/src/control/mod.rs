//! The control socket: HTTP and JSON between this program's commands and its running server, described
//! in docs/control.md. Only the user the server runs as, its group and root are let in.

pub(crate) mod client;
pub(crate) mod server;

use std::path::PathBuf;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::credentials::{Keys, Outcome, Role};

/// What every path begins with. Where something is added clients need not mind; where something is
/// taken away or means something else, this changes.
pub(crate) const VERSION: &str = "/v1";

/// What is asked of the keeper.
pub(crate) enum Order {
    /// What state the roles' keys are in, and those of the instance's own identity.
    Status(oneshot::Sender<(Vec<Value>, Value)>),
    /// To ask a role's source for keys now; the first role's if none is named.
    Renew { role: Option<String>, answer: oneshot::Sender<Outcome> },
    /// To serve these keys.
    Push { role: Option<String>, keys: Keys, by: String, answer: oneshot::Sender<Outcome> },
}

/// Where it is: in the folder that the service manager names (systemd.exec(5), `RuntimeDirectory=`).
pub(crate) fn socket() -> PathBuf {
    let folder = std::env::var_os("RUNTIME_DIRECTORY").filter(|folder| !folder.is_empty());
    folder.map_or_else(|| "/run/fake-metadata".into(), PathBuf::from).join("control.sock")
}

pub(crate) fn no_role(name: Option<&str>) -> String {
    match name {
        None => "no role is attached; see [role] in the configuration".to_owned(),
        Some(name) => format!("there is no role {name:?}; see: fake-metadata status"),
    }
}

pub(crate) fn pushed(role: &Role) -> String {
    let name = &role.settings.name;
    format!("the role {name} has its keys handed in; hand in new ones with: fake-metadata credentials set")
}

pub(crate) fn not_pushed(role: &Role) -> String {
    let (name, source) = (&role.settings.name, role.settings.credentials.name());
    format!(
        "the role {name} has its keys from source = \"{source}\"; to hand some in, set source = \"pushed\" in [role.credentials], then: systemctl reload fake-metadata"
    )
}
