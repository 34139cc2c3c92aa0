#!/bin/bash
# test-instructions.sh [--record]: counts the instructions that a request takes, and fails if they are more than
# 5 % above those in benches/baseline.toml; or records them there.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
task=--check
case "$*" in
'') ;;
--record) task=--record ;;
*)
	echo "test-instructions.sh: there is only the option --record, not '$*'" >&2
	exit 64
	;;
esac

need_cargo
need_zig
need valgrind valgrind
need unshare util-linux
need taskset util-linux
need ip iproute2
need /usr/bin/python3 python3
programs=$PWD/target/$(host)/release
cargo_release zigbuild --target "$(host).$libc" --quiet
cargo_hyper zigbuild --target "$(host).$libc" --quiet

namespaces=(unshare --net --mount --pid --fork --kill-child --mount-proc)
[ "$(id -u)" = 0 ] || namespaces+=(--map-root-user)
# shellcheck disable=SC2016
timeout --foreground --signal=KILL 900 "${namespaces[@]}" bash -c 'ip link set lo up && exec "$@"' - \
	/usr/bin/python3 -B benches/instructions.py --programs "$programs" --hyper "$programs" --folder target/bench \
	$task benches/baseline.toml
