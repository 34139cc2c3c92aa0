//! Clients on other machines: who may ask, and how far the answer with a token travels.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::process::Command;

/// Three networks in a row: the server's, a router's and a client's. A packet from the first to the
/// third needs two hops.
const NETWORKS: &str = r#"
set -eu
mount -t tmpfs tmpfs /run
# Addresses are of use at once, not after a second in which nobody else claims them.
at_once='echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
for name in router client; do ip netns add $name; ip netns exec $name sh -c "$at_once"; done
sh -c "$at_once"
ip link add to-router type veth peer name to-server netns router
ip -netns router link add to-client type veth peer name to-router netns client
ip netns exec router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'

# up NETWORK INTERFACE ADDRESS...
up() {
    network=$1 interface=$2
    shift 2
    for address; do $network address add "$address" dev $interface $(case $address in *:*) echo nodad;; esac); done
    $network link set $interface up
    $network link set lo up
}
up 'ip' to-router 10.9.1.1/24 fd09:1::1/64
up 'ip -netns router' to-server 10.9.1.2/24 fd09:1::2/64
up 'ip -netns router' to-client 10.9.2.2/24 fd09:2::2/64
up 'ip -netns client' to-router 10.9.2.3/24 fd09:2::3/64
ip route add 10.9.2.0/24 via 10.9.1.2
ip -6 route add fd09:2::/64 via fd09:1::2
ip -netns client route add default via 10.9.2.2
ip -netns client -6 route add default via fd09:2::2

# serve CONFIGURATION: starts the server, whose process is then $server.
serve() {
    printf '%s\n' 'listen = ["10.9.1.1:8000", "[fd09:1::1]:8000"]' "$@" >/run/config.toml
    "$PROGRAM" serve --config /run/config.toml 2>/run/log &
    server=$!
    until grep -q 'listening on http://\[fd09' /run/log; do
        kill -0 $server || { cat /run/log >&2; exit 1; }
        sleep 0.05
    done
}

stop() {
    kill $server
    wait $server
}

# ask NETWORK ADDRESS: the status of a PUT for a token and of a GET, 000 if nothing comes back.
ask() {
    curl="ip netns exec $1 curl --silent --globoff --max-time 3 --output /dev/null --write-out %{http_code}"
    put=$($curl --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' "http://$2:8000/latest/api/token" || true)
    get=$($curl "http://$2:8000/latest/meta-data/" || true)
    echo "$1 $2 PUT $put GET $get"
}

"#;

#[track_caller]
fn told(script: &str) -> Vec<String> {
    let output = Command::new("unshare")
        .args(["--map-root-user", "--net", "--mount", "sh", "-c", &format!("{NETWORKS}{script}")])
        .env("PROGRAM", env!("CARGO_BIN_EXE_fake-metadata"))
        .output()
        .unwrap_or_else(|error| panic!("unshare (apt install util-linux): {error}"));
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told.lines().map(str::to_owned).collect()
}

#[test]
fn a_token_travels_no_farther_than_the_limit() {
    let told = told(
        r#"
        for limit in 1 2; do
            serve '[access]' 'networks = ["10.9.0.0/16", "fd09::/16"]' '[tokens]' "hop-limit = $limit"
            for address in 10.9.1.1 '[fd09:1::1]'; do
                ask router "$address"
                ask client "$address"
            done
            stop
        done
        "#,
    );
    assert_eq!(
        told,
        [
            // One hop: the router has its token, the client behind it never sees an answer.
            "router 10.9.1.1 PUT 200 GET 200",
            "client 10.9.1.1 PUT 000 GET 200",
            "router [fd09:1::1] PUT 200 GET 200",
            "client [fd09:1::1] PUT 000 GET 200",
            "router 10.9.1.1 PUT 200 GET 200",
            "client 10.9.1.1 PUT 200 GET 200",
            "router [fd09:1::1] PUT 200 GET 200",
            "client [fd09:1::1] PUT 200 GET 200",
        ]
    );
}

#[test]
fn another_machine_is_refused_unless_its_network_is_named() {
    let told = told(
        r#"
        here() { curl --silent --output /dev/null --write-out "here %{http_code}\n" http://10.9.1.1:8000/latest/meta-data/; }
        serve '[tokens]' 'hop-limit = 64'
        here
        ask client 10.9.1.1
        ask client '[fd09:1::1]'
        stop
        grep -c '403 .*: asked by another machine; see \[access\] networks' /run/log
        serve '[tokens]' 'hop-limit = 64' '[access]' 'networks = ["10.9.2.3"]'
        here
        ask router 10.9.1.1
        ask client 10.9.1.1
        stop
        "#,
    );
    assert_eq!(
        told,
        [
            "here 200",
            "client 10.9.1.1 PUT 403 GET 403",
            "client [fd09:1::1] PUT 403 GET 403",
            "4",
            "here 200",
            "router 10.9.1.1 PUT 403 GET 403",
            "client 10.9.1.1 PUT 200 GET 200",
        ]
    );
}
