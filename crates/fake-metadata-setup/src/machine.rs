//! Questions about the machine that no step owns.

use std::fs;
use std::path::Path;

use crate::Result;
use crate::replace::{failed, replace};

/// Whether this process may try to change the network at all.
pub(crate) fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// What shows that this is a real EC2 instance, if anything does (EC2 User Guide, "Identify EC2
/// instances"). The address itself is never asked: on a real instance it answers with real keys.
pub(crate) fn ec2_evidence() -> Option<String> {
    evidence_below(Path::new("/sys"))
}

fn evidence_below(sys: &Path) -> Option<String> {
    let read = |file: &str| fs::read_to_string(sys.join(file)).ok().map(|text| text.trim().to_owned());
    // Hosts of the current generation name themselves; older ones have telling serial numbers.
    let named = ["class/dmi/id/sys_vendor", "class/dmi/id/board_vendor", "class/dmi/id/bios_vendor"];
    let named = named.into_iter().map(|file| (file, "amazon ec2"));
    let numbered = ["class/dmi/id/product_uuid", "hypervisor/uuid"].into_iter().map(|file| (file, "ec2"));
    named.chain(numbered).find_map(|(file, sign)| {
        let text = read(file)?;
        text.to_ascii_lowercase().starts_with(sign).then(|| format!("/sys/{file} says \"{text}\""))
    })
}

/// Where the name of this boot is kept: a folder that every boot, container and chroot begins empty
/// (hier(7)). The kernel's own name of the boot will not do, since a container shows different ones
/// to different services.
pub(crate) const BOOT: &str = "/run/fake-metadata-setup.boot";

/// Which network this is: changes recorded under another name are gone, or somebody else's. It is
/// another one after a boot, and in another network namespace; `None` if it has no name yet.
pub(crate) fn network_name() -> Option<String> {
    let boot = fs::read_to_string(BOOT).ok()?;
    let namespace = fs::read_link("/proc/self/ns/net").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

/// Gives the network a name, if it has none.
pub(crate) fn name_network() -> Result {
    if network_name().is_some() {
        return Ok(());
    }
    let source = Path::new("/proc/sys/kernel/random/uuid");
    let name = fs::read(source).map_err(failed(source, "read"))?;
    replace(Path::new(BOOT), &name)
}

/// Forgets the name, of which nobody speaks any more.
pub(crate) fn forget_network() {
    let _ = fs::remove_file(BOOT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence() {
        let evidence = |file: &str, text: &str| {
            let sys = tempfile::tempdir().unwrap();
            let file = sys.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
            evidence_below(sys.path())
        };
        let nitro = evidence("class/dmi/id/sys_vendor", "Amazon EC2\n").unwrap();
        assert_eq!(nitro, "/sys/class/dmi/id/sys_vendor says \"Amazon EC2\"");
        assert!(evidence("class/dmi/id/product_uuid", "EC2E1916-9099-7CAF-FD21-012345ABCDEF\n").is_some());
        assert!(evidence("hypervisor/uuid", "ec2e1916-9099-7caf-fd21-012345abcdef").is_some());
        assert_eq!(evidence("class/dmi/id/sys_vendor", "innotek GmbH\n"), None);
        assert_eq!(evidence("class/dmi/id/product_uuid", "4c4c4544-0054-5310-8051-b4c04f4c3132"), None);
    }
}
