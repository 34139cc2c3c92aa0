//! What version 1 of the package left on the machine: taken over after an upgrade, and only then.

use crate::sandbox::run;

/// `original`: makes the changes of version 1. `upgraded`: what the postinst does after an upgrade.
const VERSION_1: &str = r#"
    original() {
        sed -i '/^iface lo inet loopback/a\    up ip addr add 169.254.169.254/32 dev lo scope host\n    pre-up iptables-restore < /etc/network/iptables.rules' /etc/network/interfaces
        ip addr add 169.254.169.254/32 dev lo scope host
        iptables -t nat -A OUTPUT -p tcp -d 169.254.169.254/32 --dport 80 -j REDIRECT --to-ports 8000
        iptables-save >/etc/network/iptables.rules
    }
    upgraded() {
        mkdir -p /var/lib/fake-metadata
        : >/var/lib/fake-metadata/version-1
        setup apply --persistent
        setup apply --runtime
    }
    printf 'auto lo\niface lo inet loopback\n' | ifupdown
"#;

#[test]
fn nothing_is_doubled_and_nothing_stays() {
    run(&format!(
        r#"{VERSION_1}
        snapshot >/run/before
        original
        upgraded
        ip -oneline address | grep -c 169.254.169.254 | grep -qx 1
        ip -oneline address | grep -q 'lo:imds'
        iptables -t nat -S OUTPUT | grep -c REDIRECT | grep -qx 1
        test "$(grep -c fake-metadata-setup /etc/network/interfaces)" = 2
        ! grep -E 'ip addr add|iptables-restore' /etc/network/interfaces
        test ! -e /etc/network/iptables.rules
        test ! -e /var/lib/fake-metadata/version-1
        setup revert
        same_as /run/before
    "#
    ));
}

#[test]
fn rules_of_others_stay_and_are_restored_as_before() {
    let output = run(&format!(
        r#"{VERSION_1}
        iptables -A INPUT -s 192.0.2.1 -j DROP
        original
        upgraded
        grep -c 'pre-up iptables-restore' /etc/network/interfaces | grep -qx 1
        grep -c 'up ip addr add' /etc/network/interfaces | grep -qx 0
        grep -q -- '-A INPUT -s 192.0.2.1/32 -j DROP' /etc/network/iptables.rules
        grep -c REDIRECT /etc/network/iptables.rules | grep -qx 0
        iptables-restore </etc/network/iptables.rules
        setup revert
        iptables -S INPUT | grep -q 192.0.2.1
    "#
    ));
    let said = "rules    /etc/network/iptables.rules: left as it is: it holds other rules, too, \
                so that only the one of version 1 was taken out; lo restores them as before\n";
    assert!(output.contains(said), "{output}");
}

#[test]
fn without_the_word_it_is_a_users_own() {
    run(&format!(
        r#"{VERSION_1}
        original
        snapshot >/run/before
        setup apply
        setup revert
        same_as /run/before
    "#
    ));
}
