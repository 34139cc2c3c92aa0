#!/bin/bash
# bench-tree.sh: what benches/footprint.py needs and cannot fetch itself, since it runs where no registry can be
# reached: its tools, and target/bench/tree, a small Debian system into which it installs the package. A tree that
# is there from the same recipe is left as it is.
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
need strace strace
need ip iproute2
need iptables iptables
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
