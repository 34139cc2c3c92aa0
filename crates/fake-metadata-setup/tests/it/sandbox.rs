//! A namespace of one's own, and a shell in it.

use std::process::Command;

/// Run before every script, in the new namespaces. What the program writes to goes to memory;
/// `/etc` and `/usr/sbin` are the machine's own with a layer in memory on top.
const PRELUDE: &str = r#"
set -eu
ip link set lo up
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
for folder in etc usr/sbin; do
    mkdir -p "/run/layers/$folder/upper" "/run/layers/$folder/work"
    mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/run/layers/$folder/upper,workdir=/run/layers/$folder/work" "/$folder"
done
rm -rf /etc/fake-metadata /etc/network
rm -f /usr/sbin/ifup /sbin/ifup

# What the machine's network is.
snapshot() {
    ip -details -oneline address
    iptables-save | grep -v '^#' || true
    iptables-legacy-save | grep -v '^#' || true
    ip6tables-save | grep -v '^#' || true
    nft list tables
    ls -A /var/lib
    find /etc/network -printf '%p %m %u %g %l\n' -type f -exec sha256sum {} + 2>/dev/null | sort
}

# A machine with ifupdown, whose interfaces file is standard input.
ifupdown() {
    printf '#!/bin/sh\n' >/usr/sbin/ifup
    mkdir -p /etc/network
    cat >/etc/network/interfaces
}

same_as() {
    snapshot | diff "$1" - || { echo "the network is not as it was"; exit 1; }
}

# fails CODE COMMAND...: it must end with this exit code; its messages become output.
fails() {
    expected=$1
    shift
    code=0
    "$@" 2>&1 || code=$?
    [ "$code" = "$expected" ] || { echo "exit code $code, not $expected: $*"; exit 1; }
}
"#;

/// Runs a script in a sandbox, in which `setup` is the program; it must succeed. Its output.
#[track_caller]
pub(crate) fn run(script: &str) -> String {
    let program = env!("CARGO_BIN_EXE_fake-metadata-setup");
    let script = format!("{PRELUDE}\nsetup() {{ {program} \"$@\"; }}\nsetup={program}\n{script}");
    let output = Command::new("unshare")
        .args(["--map-root-user", "--net", "--mount", "sh", "-c", &script])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()
        .unwrap_or_else(|error| panic!("unshare (apt install util-linux): {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}\n--- output:\n{text}\n--- errors:\n{errors}");
    assert!(!errors.contains("panicked") && !text.contains("panicked"), "{text}{errors}");
    text
}
