//! Living with the rules of others, and with a lost record.

use crate::sandbox::run;

/// What dockerd sets up: its OUTPUT rule would catch packets to any address of this machine.
const DOCKER: &str = "
    iptables -t nat -N DOCKER
    iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
    iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
    iptables -t nat -A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE
    iptables -t nat -A DOCKER -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:80
";

#[test]
fn docker_was_there_before() {
    run(&format!(
        "{DOCKER}
        snapshot >/run/before
        setup apply
        iptables -t nat -S OUTPUT | sed -n 2p | grep -F 'comment fake-metadata'
        setup revert
        same_as /run/before"
    ));
}

#[test]
fn another_rule_came_before_ours_and_apply_puts_it_first_again() {
    let output = run("
        setup apply
        iptables -t nat -I OUTPUT 1 -m addrtype --dst-type LOCAL -j ACCEPT
        fails 1 setup status
        setup apply
        iptables -t nat -S OUTPUT
        setup revert
    ");
    let amiss = "amiss: `-m addrtype --dst-type LOCAL -j ACCEPT` stands before it and may catch its packets; \
                 mend it with: fake-metadata-setup apply";
    assert!(output.contains(amiss), "{output}");
    let (first, second) =
        (output.find("-A OUTPUT -d 169.254.169.254/32"), output.find("-A OUTPUT -m addrtype"));
    assert!(first.is_some() && first < second, "{output}");
}

#[test]
fn a_flushed_rule_comes_back() {
    run("
        snapshot >/run/before
        setup apply
        iptables -t nat -F
        setup apply | grep 'rule .*: added'
        setup revert
        same_as /run/before
    ");
}

#[test]
fn a_different_rule_for_the_address_is_a_conflict() {
    for rule in [
        "-d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 192.0.2.1:80",
        "-d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 1338",
        "-d 169.254.169.254/32 -j ACCEPT",
    ] {
        let output = run(&format!(
            "iptables -t nat -A OUTPUT {rule}
            snapshot >/run/before
            fails 69 setup apply
            fails 1 setup status
            setup revert
            same_as /run/before"
        ));
        let sentence = format!(
            "`{rule}` already sends these packets elsewhere; if that may go: iptables-nft -t nat -D OUTPUT {rule}"
        );
        assert!(output.contains(&sentence), "{output}");
    }
}

#[test]
fn rules_for_other_ports_and_protocols_are_no_conflict() {
    run("
        iptables -t nat -A OUTPUT -d 169.254.169.254/32 -p udp -m udp --dport 53 -j REDIRECT --to-ports 5353
        iptables -t nat -A OUTPUT -d 169.254.169.254/32 -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 8080
        snapshot >/run/before
        setup apply
        setup revert
        same_as /run/before
    ");
}

#[test]
fn a_lost_record_is_no_loss() {
    run("
        snapshot >/run/before
        setup apply
        rm -r /var/lib/fake-metadata
        setup revert
        iptables-nft -t nat -S OUTPUT
        ip -oneline address | grep -c 169.254 | grep -qx 0
        # And apply takes what it finds for its own.
        setup apply
        rm -r /var/lib/fake-metadata
        setup apply
        setup revert
    ");
}

#[test]
fn a_rule_of_an_older_configuration_is_known_by_its_mark() {
    let output = run("
        mkdir /etc/fake-metadata
        printf 'listen = [\"127.0.0.1:9000\"]\n' >/etc/fake-metadata/config.toml
        setup apply
        rm -r /var/lib/fake-metadata /etc/fake-metadata
        setup apply
        iptables -t nat -S OUTPUT | grep -o 'to-ports.*'
        setup revert
        iptables -t nat -S OUTPUT | grep -c REDIRECT || true
    ");
    assert!(output.contains("\nto-ports 8000\n") && !output.contains("to-ports 9000"), "{output}");
    assert!(output.ends_with("\n0\n"), "{output}");
}
