# shellcheck shell=bash
# Sourced: images made by mmdebstrap, and machines booted from them by systemd-nspawn with a
# network of their own that has no way out.

images=$PWD/target/images

# make_image NAME SUITE PACKAGES: $images/NAME.tar, unless it is there from the same recipe.
make_image() {
	local recipe="$2 $3"
	if [ "$(cat "$images/$1.recipe" 2>/dev/null)" = "$recipe" ]; then
		echo "image $1: made before"
		return
	fi
	local begun=$SECONDS
	mkdir -p "$images"
	mmdebstrap --quiet --variant=minbase --include="$3" "$2" "$images/$1.tar"
	echo "$recipe" >"$images/$1.recipe"
	echo "image $1: made in $((SECONDS - begun)) s"
}

# new_machine NAME: a fresh tree of the image, in $tree.
new_machine() {
	tree=$(mktemp -d "$images/machine.XXXXXX")
	tar --extract --file="$images/$1.tar" --directory="$tree" --numeric-owner
	# mktemp makes it for its owner only; a root directory is for all.
	chmod 755 "$tree"
}

# boot [OPTION...]: starts $tree and waits until it is up. The leader's process id is in $leader.
boot() {
	systemd-nspawn --quiet --directory="$tree" --boot --private-network --register=no --keep-unit \
		--console=read-only --bind-ro="$PWD/scripts/image:/opt/image" "$@" </dev/null >"$tree.console" 2>&1 &
	nspawn=$!
	local tries
	for tries in $(seq 300); do
		leader=$(pgrep --parent "$nspawn" || true)
		if [ -n "$leader" ] && inside /opt/image/is-up.sh 2>/dev/null; then
			return
		fi
		kill -0 "$nspawn" 2>/dev/null || break
		sleep 0.1
	done
	echo "the machine did not boot (after $tries tries):" >&2
	tail -n 20 "$tree.console" >&2
	exit 1
}

# inside COMMAND...: runs it in the booted machine.
inside() {
	nsenter --target "$leader" --all -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# halt: powers it off, as a user would.
halt() {
	inside poweroff
	wait "$nspawn" || true
	leader=
}

# remove_machine: whatever state it is in.
remove_machine() {
	if [ -n "${leader:-}" ]; then
		kill -KILL "$leader" 2>/dev/null || true
		wait "$nspawn" 2>/dev/null || true
		leader=
	fi
	[ -z "${tree:-}" ] || rm -rf "$tree" "$tree.console"
}
