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
# shellcheck source=scripts/moto.sh
. scripts/moto.sh

tools() {
	need_cargo
	need ip iproute2
	need iptables iptables
	need unshare util-linux
	need setpriv util-linux
	[ "$(id -u)" = 0 ] || need sudo sudo
	need_zig
}

# The same programs as in the packages, which are thus built once.
programs() {
	cargo_aws zigbuild --quiet --target-dir target --target "$(host).$libc"
	cargo_release zigbuild --quiet --target-dir target --target "$(host).$libc"
}

step 'tools' tools
step 'the programs' programs
step 'moto' need_moto

# Not below /run or /var/lib, over which the rounds mount empty folders.
stage=$(mktemp -d /tmp/test-aws.XXXXXX)
trap 'rmdir "$stage"' EXIT
# What does not end when told to must not keep this from ending.
as_root timeout --foreground --signal=KILL 600 \
	unshare --net --mount --pid --fork --kill-child --mount-proc \
	bash tests/moto/rounds.sh "$stage" "$(readlink /proc/self/ns/net)" "target/$(host)"
