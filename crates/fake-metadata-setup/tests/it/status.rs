//! The one command to run when something is off.

use crate::sandbox::run;

#[test]
fn nothing_in_place() {
    let output = run("fails 1 setup status");
    for line in [
        "address  169.254.169.254/32 on lo: absent; add it with: fake-metadata-setup apply\n",
        "in nat OUTPUT (iptables-nft): absent; add it with: fake-metadata-setup apply\n",
        "boot     lines in /etc/network/interfaces: not needed: ifupdown is not installed\n",
        "server   127.0.0.1:8000: in conflict: nobody listens; start it with: systemctl start fake-metadata\n",
        "service  fake-metadata.service: not needed: systemd does not run here\n",
        "answer   a token and metadata from http://169.254.169.254:80: not needed: the address does not lead",
    ] {
        assert!(output.contains(line), "{line}\n{output}");
    }
}

#[test]
fn somebody_else_has_the_port() {
    let output = run("
        setup apply >/dev/null
        python3 -m http.server --bind 127.0.0.1 8000 >/dev/null 2>&1 &
        server=$!
        for turn in $(seq 100); do
            ! grep -q ':1F40 .* 0A ' /proc/net/tcp || break
            sleep 0.1
        done
        fails 1 setup status
        kill $server
    ");
    assert!(output.contains("127.0.0.1:8000: in conflict: python3 (process "), "{output}");
    assert!(
        output.contains("in conflict: none: PUT /latest/api/token was answered with \"HTTP/1.0 501"),
        "{output}"
    );
}

#[test]
fn a_real_instance_is_named() {
    let output = run("
        mount -t tmpfs tmpfs /sys
        mkdir -p /sys/class/dmi/id
        echo 'Amazon EC2' >/sys/class/dmi/id/sys_vendor
        fails 1 setup status
    ");
    assert!(
        output.contains("machine  this: in conflict: a real EC2 instance: /sys/class/dmi/id/sys_vendor says"),
        "{output}"
    );
}
