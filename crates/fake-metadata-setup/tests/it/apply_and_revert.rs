//! Changes to the kernel's network, and their undoing.

use crate::sandbox::run;

#[test]
fn apply_then_revert_leaves_no_trace() {
    let output = run("
        snapshot >/run/before
        setup apply
        ip -oneline address show dev lo | grep -F 'inet 169.254.169.254/32 scope host lo'
        iptables -t nat -S OUTPUT
        fails 1 setup status
        setup revert
        same_as /run/before
    ");
    let rule = "-A OUTPUT -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -m comment --comment fake-metadata \
                -j REDIRECT --to-ports 8000\n";
    assert!(output.contains(rule), "{output}");
    assert!(output.contains("address  169.254.169.254/32 on lo: in place\n"), "{output}");
}

#[test]
fn each_may_be_run_any_number_of_times() {
    let output = run("
        snapshot >/run/before
        setup apply
        snapshot >/run/once
        setup apply
        setup apply --runtime
        same_as /run/once
        iptables -t nat -S OUTPUT | grep -c fake-metadata
        setup revert
        setup revert
        same_as /run/before
    ");
    assert!(output.contains("169.254.169.254/32 on lo: already there\n"), "{output}");
    assert!(output.contains("\n1\n"), "one rule: {output}");
}

#[test]
fn revert_without_apply_has_nothing_to_do() {
    let output = run("
        snapshot >/run/before
        setup revert
        same_as /run/before
    ");
    assert!(!output.contains("removed"), "{output}");
}

#[test]
fn a_dry_run_changes_nothing() {
    let output = run("
        snapshot >/run/before
        setup apply --dry-run
        same_as /run/before
        setup apply >/dev/null
        snapshot >/run/applied
        setup revert --dry-run
        same_as /run/applied
    ");
    assert!(output.contains("169.254.169.254/32 on lo: would be added\n"), "{output}");
    assert!(output.contains("169.254.169.254/32 on lo: would be removed\n"), "{output}");
}

#[test]
fn what_was_there_before_stays() {
    let output = run("
        ip address add 169.254.169.254/32 dev lo scope host
        iptables -t nat -A OUTPUT -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8000
        iptables -t nat -A OUTPUT -d 192.0.2.1/32 -p udp -j REDIRECT --to-ports 53
        snapshot >/run/before
        setup apply
        setup revert
        same_as /run/before
    ");
    assert!(output.contains("left as it is: it was not added by this program"), "{output}");
}

#[test]
fn rules_of_others_stay_and_ours_is_first() {
    run("
        iptables -t nat -A OUTPUT -d 192.0.2.1/32 -p udp -j REDIRECT --to-ports 53
        iptables -A INPUT -s 192.0.2.1/32 -j DROP
        snapshot >/run/before
        setup apply
        iptables -t nat -S OUTPUT | sed -n 2p | grep -F 'comment fake-metadata'
        setup revert
        same_as /run/before
    ");
}

#[test]
fn a_table_that_others_use_by_now_stays() {
    let output = run("
        setup apply
        iptables -t nat -A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE
        setup revert
        iptables -t nat -S
    ");
    assert!(output.contains("ip nat of nftables: left as it is: others use it by now\n"), "{output}");
    assert!(output.contains("-A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE\n"), "{output}");
    assert!(!output.contains("-A OUTPUT"), "{output}");
}

#[test]
fn the_other_iptables() {
    let output = run("
        ln -sf /usr/sbin/iptables-legacy /usr/sbin/iptables
        setup apply
        iptables-legacy -t nat -S OUTPUT
        # Switched in between: the record knows which one has the rule.
        ln -sf /usr/sbin/iptables-nft /usr/sbin/iptables
        setup revert
        iptables-legacy -t nat -S OUTPUT | grep -c REDIRECT || true
        ip -oneline address | grep -c 169.254 || true
    ");
    assert!(output.contains("(iptables-legacy): added"), "{output}");
    assert!(output.contains("(iptables-legacy): removed"), "{output}");
    assert!(output.ends_with("0\n0\n"), "{output}");
}

#[test]
fn a_changed_configuration_replaces_the_old_changes() {
    let output = run("
        snapshot >/run/before
        mkdir /etc/fake-metadata
        setup apply
        printf 'listen = [\"127.0.0.1:9000\"]\n[network]\naddress = \"169.254.169.253\"\n' >/etc/fake-metadata/config.toml
        setup apply
        ip -oneline address | grep -o '169[^ ]*'
        iptables -t nat -S OUTPUT | grep -o 'to-ports.*'
        setup revert
        rmdir /etc/network 2>/dev/null || true
        same_as /run/before
    ");
    assert!(output.contains("\n169.254.169.253/32\nto-ports 9000\n"), "{output}");
}

#[test]
fn a_failure_on_the_way_is_unwound() {
    let output = run(r#"
        snapshot >/run/before
        # An iptables that cannot insert, as where the kernel lacks the REDIRECT target.
        mv /usr/sbin/iptables-nft /usr/sbin/iptables-real
        printf '#!/bin/sh\ncase "$*" in *-I*) echo "no chain/target/match by that name" >&2; exit 1;; esac\nexec -a iptables-nft xtables-nft-multi iptables "$@"\n' |
            sed 's/exec -a iptables-nft/exec/' >/usr/sbin/iptables-nft
        chmod 755 /usr/sbin/iptables-nft
        fails 71 setup apply
        same_as /run/before
    "#);
    assert!(output.contains("169.254.169.254/32 on lo: added\n"), "{output}");
    assert!(output.contains("169.254.169.254/32 on lo: left as it is: taken back\n"), "{output}");
    assert!(output.contains("failed with status 1: no chain/target/match by that name"), "{output}");
}

#[test]
fn many_at_once_end_in_one_of_the_two_states() {
    run("
        snapshot >/run/before
        for number in 1 2 3 4 5 6; do
            { setup apply >/dev/null || echo apply >>/run/failed; } &
            { setup revert >/dev/null || echo revert >>/run/failed; } &
        done
        wait
        [ ! -e /run/failed ]
        setup apply
        iptables -t nat -S OUTPUT | grep -c fake-metadata | grep -qx 1
        setup revert
        same_as /run/before
    ");
}

#[test]
fn a_record_of_another_network_is_void() {
    let output = run("
        setup apply >/dev/null
        cp -r /var/lib/fake-metadata /run/copy
        setup revert >/dev/null
        ip address add 169.254.169.254/32 dev lo
        sed -i 's/\"network\": \"[^\"]*\"/\"network\": \"another\"/' /run/copy/setup.json
        cp -r /run/copy /var/lib/fake-metadata
        setup revert
        ip -oneline address | grep -c 169.254.169.254
    ");
    assert!(output.contains("left as it is"), "{output}");
    assert!(output.ends_with("\n1\n"), "the address was not ours: {output}");
}
