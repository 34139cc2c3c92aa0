#!/bin/bash
# Shows that fake-metadata-aws gets keys from an STS that is not ours: moto's. Runs as root, or by
# sudo; the machine's own network stays as it is: moto and all that asks it are in a network
# namespace of their own, which has nothing but lo.
set -euo pipefail
umask 022
PATH=$PATH:/usr/sbin:/sbin
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
made=target/moto

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

tools() {
	need_cargo
	need ip iproute2
	need iptables iptables
	need unshare util-linux
	need setpriv util-linux
	[ "$(id -u)" = 0 ] || need sudo sudo
	need /usr/bin/python3 python3
	/usr/bin/python3 -c 'import ensurepip' 2>/dev/null || need 'python3 -m ensurepip' python3-venv
	need_zig
}

# The same program as in the package, which is thus built once; and the two that run it.
programs() {
	cargo_aws zigbuild --quiet --target-dir target --target "$(host).$libc"
	cargo_release build --quiet --target-dir target
}

# The system's Python, since an ordinary user may not get at another that is in somebody's home.
moto() {
	local list=tests/moto/requirements.txt
	{ /usr/bin/python3 --version && cat "$list"; } >"$made/venv.wanted"
	cmp --silent "$made/venv.wanted" "$made/venv/made-from" && return
	rm -rf "$made/venv"
	/usr/bin/python3 -m venv "$made/venv"
	"$made/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement="$list"
	"$made/venv/bin/python" -m pip check --quiet
	cp "$made/venv.wanted" "$made/venv/made-from"
}

step 'tools' tools
mkdir -p "$made"
step 'the programs' programs
step 'moto' moto

# Not below /run or /var/lib, over which the rounds mount empty folders.
stage=$(mktemp -d /tmp/test-aws.XXXXXX)
trap 'rmdir "$stage"' EXIT
# What does not end when told to must not keep this from ending.
as_root timeout --foreground --signal=KILL 600 \
	unshare --net --mount --pid --fork --kill-child --mount-proc \
	bash tests/moto/rounds.sh "$stage" "$(readlink /proc/self/ns/net)" "target/$(host)/small"
