//! Refusals: one sentence, the right exit code, nothing changed.

use crate::sandbox::run;

#[track_caller]
fn check(script: &str, sentence: &str) {
    let output = run(&format!("snapshot >/run/before\n{script}\nsame_as /run/before"));
    assert!(output.contains(sentence), "{output}");
}

#[test]
fn not_permitted() {
    // An ordinary user, and root without the capability, as in most containers.
    check("fails 77 unshare --user $setup apply", "can be changed by root only; run it with sudo");
    check(
        "fails 77 setpriv --bounding-set=-net_admin --inh-caps=-net_admin $setup apply",
        "Operation not permitted (os error 1); this needs the capability NET_ADMIN, which containers often lack",
    );
    check("fails 77 unshare --user $setup revert", "can be changed by root only");
    check("fails 77 unshare --user $setup status", "can be changed by root only");
}

#[test]
fn iptables_missing() {
    check(
        "fails 69 env PATH=/nonexistent $setup apply",
        "iptables is not installed; install it with: apt install iptables",
    );
    run("
        setup apply >/dev/null
        fails 69 env PATH=/nonexistent $setup revert | grep 'iptables is not installed'
        # The rest was undone all the same.
        ip -oneline address | grep -c 169.254 | grep -qx 0
        setup revert
    ");
}

#[test]
fn the_interface_is_down_or_missing() {
    let down = "interface lo is down; bring it up with: ip link set lo up";
    let output = run("
        ip link set lo down
        fails 69 setup apply
        fails 1 setup status
        setup revert
        iptables-save
        ls -A /var/lib
    ");
    assert!(output.contains(down) && !output.contains("*nat"), "{output}");
    check(
        "mkdir /etc/fake-metadata
         printf '[network]\ninterface = \"eth7\"\n' >/etc/fake-metadata/config.toml
         fails 69 setup apply",
        "interface eth7 does not exist",
    );
}

#[test]
fn the_address_is_elsewhere() {
    check(
        "ip link add other type veth peer name peer; ip link set other up; ip address add 169.254.169.254/32 dev other
         snapshot >/run/before
         fails 69 setup apply",
        "has this address",
    );
}

#[test]
fn wrong_configuration() {
    check(
        "mkdir /etc/fake-metadata
         printf '[network]\nadress = \"169.254.169.254\"\n' >/etc/fake-metadata/config.toml
         fails 78 setup apply",
        "/etc/fake-metadata/config.toml:2: unknown key `network.adress`; did you mean `network.address`?",
    );
    check(
        "printf 'listen = [\"[::1]:8000\"]\n' >/run/config.toml
         fails 78 setup apply --config /run/config.toml",
        "listen has no address that packets to 169.254.169.254 can be redirected to",
    );
    check(
        "fails 78 setup status --config /etc/missing.toml",
        "/etc/missing.toml: cannot be read: No such file",
    );
    check("fails 64 setup aply", "a similar subcommand exists: 'apply'");
    check("fails 64 setup apply --runtime --persistent", "cannot be used with");
}

#[test]
fn wrong_record() {
    let output = run("
        mkdir /var/lib/fake-metadata
        echo nonsense >/var/lib/fake-metadata/setup.json
        snapshot >/run/before
        fails 78 setup apply
        fails 78 setup revert
        same_as /run/before
        cat /var/lib/fake-metadata/setup.json
    ");
    assert!(output.contains("/var/lib/fake-metadata/setup.json: is no record of this program"), "{output}");
    assert!(output.ends_with("nonsense\n"), "{output}");
}

#[test]
fn a_real_instance() {
    let machine = "
        mount -t tmpfs tmpfs /sys
        mkdir -p /sys/class/dmi/id
        echo 'Amazon EC2' >/sys/class/dmi/id/sys_vendor";
    check(
        &format!("{machine}\nfails 77 setup apply"),
        "looks like a real EC2 instance (/sys/class/dmi/id/sys_vendor says \"Amazon EC2\")",
    );
    run(&format!("{machine}\nsetup apply --force; fails 1 setup status; setup revert"));
}

#[test]
fn a_state_folder_that_cannot_be_written() {
    check("mount -o remount,ro /var/lib\nfails 73 setup apply", "cannot be made: Read-only file system");
}
