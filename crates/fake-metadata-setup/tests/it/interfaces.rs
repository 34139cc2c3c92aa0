//! The lines in `/etc/network/interfaces`, in the file itself.

use crate::sandbox::run;

#[test]
fn added_and_taken_out_with_every_byte_mode_and_owner_kept() {
    let output = run(r#"
        printf 'auto lo\r\niface lo inet loopback\r\n# caf\351\niface eth0 inet dhcp' | ifupdown
        chmod 640 /etc/network/interfaces
        snapshot >/run/before
        setup apply --persistent
        cat -v /etc/network/interfaces; echo
        stat -c %a /etc/network/interfaces
        setup apply --persistent
        setup revert --persistent
        same_as /run/before
    "#);
    assert!(
        output.contains("iface lo inet loopback^M\n# BEGIN fake-metadata (fake-metadata-setup revert"),
        "{output}"
    );
    assert!(output.contains("apply --runtime || true^M\n# END fake-metadata^M\n# cafM-i\n"), "{output}");
    assert!(output.contains("\n640\n"), "{output}");
    assert!(output.contains("lines in /etc/network/interfaces: already there\n"), "{output}");
}

#[test]
fn each_scope_on_its_own() {
    run("
        printf 'iface lo inet loopback\n' | ifupdown
        snapshot >/run/before
        setup apply --runtime
        grep -c fake-metadata /etc/network/interfaces | grep -qx 0
        setup apply --persistent
        setup revert --runtime
        ip -oneline address | grep -c 169.254 | grep -qx 0
        grep -c 'BEGIN fake-metadata' /etc/network/interfaces | grep -qx 1
        setup revert --persistent
        same_as /run/before
    ");
}

#[test]
fn a_link_stays_a_link() {
    run("
        printf 'iface lo inet loopback\n' | ifupdown
        mv /etc/network/interfaces /etc/network/real
        ln -s real /etc/network/interfaces
        snapshot >/run/before
        setup apply --persistent
        test -L /etc/network/interfaces
        grep -q 'BEGIN fake-metadata' /etc/network/real
        setup revert --persistent
        same_as /run/before
    ");
}

#[test]
fn without_ifupdown_nothing_is_made() {
    let output = run("setup apply --persistent; test ! -e /etc/network; setup revert --persistent");
    assert!(output.contains("not needed: ifupdown is not installed\n"), "{output}");
}

#[test]
fn a_missing_file_is_not_made() {
    let output = run("
        printf x | ifupdown
        rm /etc/network/interfaces
        snapshot >/run/before
        fails 69 setup apply
        same_as /run/before
        setup revert
    ");
    assert!(
        output.contains("/etc/network/interfaces does not exist although ifupdown is installed"),
        "{output}"
    );
}

#[test]
fn without_a_loopback_stanza_the_file_stays() {
    let output = run("
        printf '#iface lo inet loopback\n' | ifupdown
        snapshot >/run/before
        setup apply --persistent
        same_as /run/before
    ");
    assert!(output.contains("not needed: there is no `iface lo inet loopback`\n"), "{output}");
}

#[test]
fn half_a_block_is_refused_and_nothing_else_is_done() {
    let output = run("
        printf 'iface lo inet loopback\n# BEGIN fake-metadata\n' | ifupdown
        snapshot >/run/before
        fails 78 setup apply
        same_as /run/before
        fails 78 setup revert
        same_as /run/before
    ");
    let sentence =
        "/etc/network/interfaces: line 2 is `# BEGIN fake-metadata` without its `# END fake-metadata`";
    assert!(output.contains(sentence), "{output}");
}

#[test]
fn a_read_only_file_system_is_left_alone() {
    let output = run("
        printf 'iface lo inet loopback\n' | ifupdown
        mkdir /run/network
        cp /etc/network/interfaces /run/network/
        mount -t tmpfs tmpfs /etc/network
        cp /run/network/interfaces /etc/network/
        mount -o remount,ro /etc/network
        snapshot >/run/before
        fails 73 setup apply
        same_as /run/before
    ");
    assert!(output.contains("/etc/network/interfaces: cannot be written: Read-only file system"), "{output}");
    assert!(output.contains("169.254.169.254/32 on lo: left as it is: taken back\n"), "{output}");
}
