//! `public-keys/` and `managed-ssh-keys/`

use super::text;
use crate::instance::Instance;
use crate::tree::Row;

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let public = instance.public_keys.iter().enumerate().map(|(number, (name, key))| Row {
        // The one listing that names a directory otherwise than by its name.
        listed_as: Some(format!("{number}={name}").into()),
        // And the one value that ends in a line feed, as captured.
        ..text(format!("meta-data/public-keys/{number}/openssh-key"), "1.0", format!("{}\n", key.trim_end()))
    });
    let managed = instance.managed_ssh_keys.iter().map(|(user, keys)| {
        text(format!("meta-data/managed-ssh-keys/active-keys/{user}"), "2019-10-01", keys)
    });
    public.chain(managed).collect()
}
