#!/bin/bash
# bench-tree.sh: makes target/bench/tree, a small Debian system into which benches/footprint.py installs the
# package, unless it is there from the same recipe. It runs before that, since what is measured runs where no
# registry can be reached.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
PATH=$PATH:/usr/sbin:/sbin
made=target/bench
suite=bookworm
# What the package depends on, so that dpkg has nothing to say against it.
packages=init-system-helpers,iptables,iproute2,systemd,sysvinit-utils

need mmdebstrap mmdebstrap
[ "$(id -u)" = 0 ] || need sudo sudo
mkdir -p "$made"
if [ "$(cat "$made/tree.recipe" 2>/dev/null)" = "$suite $packages" ]; then
	exit
fi
rm -f "$made/tree.recipe"
as_root rm -rf "$made/tree"
# The kernel's devices can neither be made nor removed everywhere.
as_root mmdebstrap --quiet --variant=minbase --include="$packages" "$suite" "$made/tree"
echo "$suite $packages" >"$made/tree.recipe"
