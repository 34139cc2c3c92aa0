#!/bin/bash
# Shows the whole thing at work in a private network namespace, which has no way out and vanishes
# with this script. Needs no root. With a folder given, the programs are taken from there.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
PATH=$PATH:/usr/sbin:/sbin
need ip iproute2
need iptables iptables
need curl curl
need unshare util-linux

programs=${1:-}
if [ -z "$programs" ]; then
	need_cargo
	echo "building (a minute or two the first time)"
	cargo_quick
	programs=target/debug
fi
programs=$(realpath "$programs")

if ! unshare --map-root-user --net --mount true 2>/dev/null; then
	echo "this machine lets only root make namespaces; run: sudo make try" >&2
	exit 77
fi
PATH=$programs:$PATH exec unshare --map-root-user --net --mount bash scripts/try-inside.sh
