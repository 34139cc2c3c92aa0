#!/bin/bash
# Shows that unmodified clients with nothing configured find the role's credentials at the address
# they all ask. Runs as root, or by sudo; the machine's own network stays as it is: the address, the rule
# and the daemon are in a network namespace of their own.
set -euo pipefail
umask 022
PATH=$PATH:/usr/sbin:/sbin
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
made=target/clients

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

tools() {
	need_cargo
	need cc build-essential
	need curl curl
	need ip iproute2
	need iptables iptables
	need unshare util-linux
	need setpriv util-linux
	need faketime faketime
	[ "$(id -u)" = 0 ] || need sudo sudo
	need /usr/bin/python3 python3
	/usr/bin/python3 -c 'import ensurepip' 2>/dev/null || need 'python3 -m ensurepip' python3-venv
}

programs() {
	cargo_release build --quiet --target-dir target
}

# The system's Python, since an ordinary user may not get at another that is in somebody's home.
python_clients() {
	local lists=(tests/clients/{boto3,awscli}/requirements.txt)
	{ /usr/bin/python3 --version && cat "${lists[@]}"; } >"$made/venv.wanted"
	cmp --silent "$made/venv.wanted" "$made/venv/made-from" && return
	rm -rf "$made/venv"
	/usr/bin/python3 -m venv "$made/venv"
	"$made/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
		"${lists[@]/#/--requirement=}"
	"$made/venv/bin/python" -m pip check --quiet
	cp "$made/venv.wanted" "$made/venv/made-from"
}

rust_client() {
	cargo build --quiet --locked --manifest-path tests/clients/aws-config-rust/Cargo.toml \
		--target-dir "$made/aws-config-rust"
}

tools
mkdir -p "$made"
step 'the two programs' programs
step 'boto3 and the AWS CLI' python_clients
step 'aws-config' rust_client

# Not below /run or /var/lib, over which the rounds mount empty folders.
stage=$(mktemp -d /tmp/test-clients.XXXXXX)
trap 'rmdir "$stage"' EXIT
# A daemon that does not end when told to must not keep this from ending.
as_root timeout --foreground --signal=KILL 600 \
	unshare --net --mount --pid --fork --kill-child --mount-proc \
	bash tests/clients/rounds.sh "$stage" "$(readlink /proc/self/ns/net)"
