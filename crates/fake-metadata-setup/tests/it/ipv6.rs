//! The same over IPv6, where the configuration asks for it.

use crate::sandbox::run;

const ON: &str = "
    mkdir -p /etc/fake-metadata
    printf '[network]\nipv6 = true\n' >/etc/fake-metadata/config.toml
    snapshot >/run/before
";

#[test]
fn apply_then_revert_leaves_no_trace() {
    let output = run(&format!(
        "{ON}
        setup apply
        ip -oneline address show dev lo | grep -F 'inet6 fd00:ec2::254/128'
        ip6tables -t nat -S OUTPUT
        python3 -m http.server --bind ::1 8000 >/run/served 2>&1 &
        server=$!
        curl --silent --globoff --retry 20 --retry-connrefused --retry-delay 1 --output /dev/null \
            --write-out 'status %{{http_code}}\\n' 'http://[fd00:ec2::254]/'
        kill $server
        setup apply --runtime
        ip6tables -t nat -S OUTPUT | grep -c fake-metadata | grep -qx 1
        setup revert
        same_as /run/before"
    ));
    let rule = "-A OUTPUT -d fd00:ec2::254/128 -p tcp -m tcp --dport 80 -m comment --comment fake-metadata \
                -j REDIRECT --to-ports 8000\n";
    assert!(output.contains(rule), "{output}");
    assert!(
        output.contains("[fd00:ec2::254]:80 to [::1]:8000 in nat OUTPUT (ip6tables-nft): added\n"),
        "{output}"
    );
    assert!(output.contains("status 200\n"), "{output}");
}

#[test]
fn switched_off_again() {
    let output = run(&format!(
        "{ON}
        setup apply >/dev/null
        rm /etc/fake-metadata/config.toml
        setup apply >/dev/null
        ip -oneline address | grep -c ec2 || true
        nft list tables
        setup revert >/dev/null
        printf '[network]\\nipv6 = true\\n' >/etc/fake-metadata/config.toml
        same_as /run/before"
    ));
    assert_eq!(output, "0\ntable ip nat\n");
}

#[test]
fn a_lost_record_is_no_loss() {
    run(&format!(
        "{ON}
        setup apply
        rm -r /var/lib/fake-metadata
        setup revert
        rm -f /run/fake-metadata-setup.boot
        same_as /run/before"
    ));
}

#[test]
fn what_was_there_before_stays() {
    let output = run(&format!(
        "{ON}
        ip address add fd00:ec2::254/128 dev lo
        ip6tables -t nat -A OUTPUT -d fd00:ec2::254/128 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8000
        snapshot >/run/before
        setup apply
        setup revert
        same_as /run/before"
    ));
    assert!(
        output.contains("fd00:ec2::254/128 on lo: left as it is: it was not added by this program"),
        "{output}"
    );
}

#[test]
fn the_other_iptables() {
    let output = run(&format!(
        "ln -sf /usr/sbin/ip6tables-legacy /usr/sbin/ip6tables
        {ON}
        setup apply
        ip6tables-legacy -t nat -S OUTPUT | grep -c fake-metadata
        ln -sf /usr/sbin/ip6tables-nft /usr/sbin/ip6tables
        setup revert
        ip6tables-legacy -t nat -S OUTPUT | grep -c REDIRECT || true"
    ));
    assert!(output.contains("(ip6tables-legacy): added\n"), "{output}");
    assert!(output.ends_with("\n0\n"), "{output}");
}

#[test]
fn where_the_interface_has_no_ipv6() {
    let output = run(&format!(
        "{ON}
        echo 1 >/proc/sys/net/ipv6/conf/lo/disable_ipv6
        snapshot >/run/before
        fails 69 setup apply
        same_as /run/before"
    ));
    let reason = "address fd00:ec2::254/128 on lo: IPv6 is switched off on lo; switch it on with: \
                  sysctl net.ipv6.conf.lo.disable_ipv6=0, or set ipv6 = false in [network]\n";
    assert!(output.contains(reason), "{output}");
}

#[test]
fn a_server_that_does_not_listen_there() {
    let output = run("
        mkdir -p /etc/fake-metadata
        printf 'listen = [\"127.0.0.1:8000\"]\n[network]\nipv6 = true\n' >/etc/fake-metadata/config.toml
        snapshot >/run/before
        fails 78 setup apply
        same_as /run/before
    ");
    let reason =
        "listen has no address that packets to fd00:ec2::254 can be redirected to; add \"[::1]:8000\"\n";
    assert!(output.contains(reason), "{output}");
}
