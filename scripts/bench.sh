#!/bin/bash
# bench.sh [--without NAME]... [--rounds NUMBER] [--seconds NUMBER] [--only PART]...: how fast and how small the
# daemon is, beside others that do the same; see benches/run.py for the parts and benches/contender.py for the
# others. All that is measured runs in namespaces of its own, where there is loopback and nothing else; the
# machine's network and its packages stay as they are. A whole run writes docs/performance.md.
set -euo pipefail
umask 022
PATH=$PATH:/usr/sbin:/sbin
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
made=target/bench
rounds=3 seconds=1 without=() only=()
all=(nginx hyper aemm flask moto)
parts=(instructions rows growth footprint)

usage() {
	echo "bench.sh: $1" >&2
	exit 64
}

# one_of WHAT WORD WORDS...
one_of() {
	local what=$1 word=$2
	shift 2
	[[ " $* " == *" $word "* && -n "$word" && "$word" != *' '* ]] || usage "there is no $what '$word'; there are: $*"
}

number() {
	[[ "$2" =~ ^[1-9][0-9]{0,3}$ ]] || usage "$1 needs a number from 1 to 9999, not '$2'"
}

while [ $# -gt 0 ]; do
	[[ "$1" =~ ^--(without|rounds|seconds|only)$ ]] ||
		usage "there is no option '$1'; there are: --without NAME, --rounds NUMBER, --seconds NUMBER, --only PART"
	[ $# -ge 2 ] || usage "$1 needs a value"
	case $1 in
	--without) one_of contender "$2" "${all[@]}" && without+=("$2") ;;
	--only) one_of part "$2" "${parts[@]}" && only+=("$2") ;;
	--rounds) number "$1" "$2" && rounds=$2 ;;
	--seconds) number "$1" "$2" && seconds=$2 ;;
	esac
	shift 2
done

# Installing a package takes files of root's and of others, as no other user can have them.
if [ "$(id -u)" != 0 ]; then
	parts=("${parts[@]/footprint/}")
	if [[ " ${only[*]} " == *' footprint '* ]]; then
		echo "the footprint is measured as root only; run: sudo make bench ARGS='--only footprint'" >&2
		exit 77
	fi
	[ ${#only[@]} != 0 ] || echo "the footprint is left out, since it is measured as root only" >&2
fi
if [ ${#only[@]} = 0 ]; then
	for part in "${parts[@]}"; do
		[ ! -e "benches/$part.py" ] || only+=("$part")
	done
fi

# wanted PART
wanted() {
	[[ " ${only[*]} " == *" $1 "* ]]
}

tools() {
	need_cargo
	need_zig
	need wrk wrk
	need ip iproute2
	need unshare util-linux
	need taskset util-linux
	! wanted instructions || need valgrind valgrind
	need /usr/bin/python3 python3
	! wanted instructions || need valgrind valgrind
	! wanted footprint || scripts/bench-tree.sh
}

# As they are shipped, and the bare server in the same way.
programs() {
	local target from name
	target=$(host)
	from=target/$target/release
	cargo_release zigbuild --target "$target.$libc"
	cargo_hyper zigbuild --target "$target.$libc"
	mkdir -p "$made/programs" "$made/contenders/fake-metadata" "$made/contenders/hyper"
	for name in fake-metadata fake-metadata-setup; do
		install -m 755 "$from/$name" "$made/programs/"
	done
	install -m 755 "$from/fake-metadata" "$made/contenders/fake-metadata/"
	install -m 755 "$from/bench-hyper" "$made/contenders/hyper/"
	! wanted footprint || deb=$(scripts/build-deb.sh | tail -n 1)
}

# prepare CONTENDER FOLDER: what the registries have of it, in FOLDER/CONTENDER, unless it is there from the same
# files and says its version.
prepare() {
	local from=benches/contenders/$1 place sum
	mkdir -p "$2/$1"
	place=$(realpath "$2/$1")
	[ -e "$from/prepare" ] || return 0
	sum=$(find -L "$from" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
	if [ "$(cat "$place.made-from" 2>/dev/null)" = "$sum" ] && "$from/version" "$place" >/dev/null 2>&1; then
		echo "made before"
		return
	fi
	rm -rf "$place" "$place.made-from"
	mkdir -p "$place"
	if "$from/prepare" "$place" >"$place.log" 2>&1 && "$from/version" "$place" >>"$place.log" 2>&1; then
		echo "$sum" >"$place.made-from"
		return
	fi
	sed 's/^/    /' "$place.log" | tail -n 20 >&2
	echo "$1 could not be fetched or built; without it: make bench ARGS='--without $1'" >&2
	return 69
}

# A registry that does not answer is told of by the contender's name, with what to do.
without_registry() {
	local name=flask sentence
	sentence="$name could not be fetched or built; without it: make bench ARGS='--without $name'"
	sentence=$(folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT &&
		{ PIP_INDEX_URL=http://127.0.0.1:9 PIP_RETRIES=0 PIP_FIND_LINKS='' PIP_NO_CACHE_DIR=1 \
			prepare $name "$folder" 2>&1 || true; } | grep -Fx "$sentence") && echo "ok: $sentence"
}

deb=
step tools tools
step programs programs
if wanted rows; then
	step 'a registry that does not answer' without_registry
	for name in "${all[@]}"; do
		[[ " ${without[*]} " == *" $name "* ]] || step "$name" prepare "$name" "$made/contenders"
	done
fi

namespaces=(unshare --net --mount --pid --fork --kill-child --mount-proc)
[ "$(id -u)" = 0 ] || namespaces+=(--map-root-user)
if ! "${namespaces[@]}" true 2>/dev/null; then
	echo "this machine lets only root make namespaces; run: sudo make bench" >&2
	exit 77
fi
arguments=(--folder "$made" --programs "$made/programs" --rounds "$rounds" --seconds "$seconds")
for name in "${without[@]}"; do
	arguments+=(--without "$name")
done
for name in "${only[@]}"; do
	arguments+=(--only "$name")
done
[ -z "$deb" ] || arguments+=(--deb "$deb")
# A server that does not end when told to must not keep this from ending.
timeout --foreground --signal=KILL 7200 "${namespaces[@]}" /usr/bin/python3 -B benches/run.py "${arguments[@]}"
