#!/bin/bash
# test-clients.sh [--deb FILE] [CLIENT...]: shows that unmodified clients with nothing configured find
# the instance at the address they all ask; the clients are the folders of tests/clients, all of them
# unless some are named. Runs as root, or by sudo; the machine's own network and its packages stay as
# they are: the clients live in a Debian tree of their own, in namespaces of their own.
set -euo pipefail
umask 022
PATH=$PATH:/usr/sbin:/sbin
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
# shellcheck source=scripts/moto.sh
. scripts/moto.sh
made=target/clients deb=

if [ "${1:-}" = --deb ]; then
	deb=${2:?--deb needs a file}
	shift 2
fi
mapfile -t all < <(sed -n 's/^\([a-z][^ ]*\) .*/\1/p' tests/clients/table)
clients=("$@")
[ $# -gt 0 ] || clients=("${all[@]}")
for client in "${clients[@]}"; do
	if [[ " ${all[*]} " != *" $client "* ]]; then
		echo "there is no client $client in tests/clients/table; the clients are: ${all[*]}" >&2
		exit 64
	fi
done

tools() {
	need_cargo
	need_zig
	need mmdebstrap mmdebstrap
	need ip iproute2
	need unshare util-linux
	need setpriv util-linux
	[ "$(id -u)" = 0 ] || need sudo sudo
}

package() {
	[ -n "$deb" ] || deb=$(scripts/build-deb.sh | tail -n 1)
}

# What Debian has of clients, and what the others need to run.
packages=iproute2,iptables,procps,faketime,openssl,netcat-openbsd,curl,wget,httpie,python3,nodejs
packages+=,openjdk-21-jre-headless,php-cli,php-async-aws-core,ruby-aws-sdk-core,awscli,rclone,restic,s3fs,fuse3
packages+=,cloud-init,netplan.io,cloud-guest-utils,amazon-ec2-utils,amazon-ec2-net-utils

# tree NAME SUITE PACKAGES: a Debian tree with all these, unless it is there from the same recipe. The
# part of the kernel's devices is left out, since it can neither be made nor removed everywhere.
tree() {
	local suite=$2 wanted=$3 place=$made/$1
	if [ "$(cat "$place.recipe" 2>/dev/null)" = "$suite $wanted" ]; then
		echo "made before"
		return
	fi
	as_root rm -rf "$place"
	as_root mmdebstrap --quiet --variant=minbase --include="$wanted" "$suite" "$place"
	echo "$suite $wanted" >"$place.recipe"
}

# prepare CLIENT FOLDER: what the registries have of it, in FOLDER/CLIENT, unless it is there from the same
# files. A registry that does not answer fails this client, not the others.
prepare() {
	local from=tests/clients/$1 place=$2/$1 sum
	[ -e "$from/prepare" ] || return 0
	sum=$(find "$from" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
	[ "$(cat "$place.made-from" 2>/dev/null)" != "$sum" ] || return 0
	rm -rf "$place" "$place.made-from"
	mkdir -p "$place"
	if "$from/prepare" "$place" >"$place.log" 2>&1; then
		echo "$sum" >"$place.made-from"
		return
	fi
	sed 's/^/    /' "$place.log" | tail -n 20 >&2
	echo "$1 could not be fetched or built; again with: make test-clients CLIENTS=$1" >&2
	unprepared+=("$1")
}

# A registry that does not answer is told of by the client's name, with what to do.
without_registry() {
	local client=ec2-metadata-python sentence
	sentence="$client could not be fetched or built; again with: make test-clients CLIENTS=$client"
	sentence=$(folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT &&
		PIP_INDEX_URL=http://127.0.0.1:9 PIP_RETRIES=0 PIP_FIND_LINKS='' prepare $client "$folder" 2>&1 |
		grep -Fx "$sentence") && echo "ok: $sentence"
}

prepare_all() {
	local client
	for client in "${clients[@]}"; do
		[ ! -e "tests/clients/$client/prepare" ] || step "$client" prepare "$client" "$made/prepared"
	done
}

unprepared=()
step tools tools
mkdir -p "$made/prepared"
step 'the package' package
step 'a Debian tree' tree tree trixie "$packages"
step moto need_moto
step 'a registry that does not answer' without_registry
step 'what the registries have' prepare_all
mapfile -t clients < <(printf '%s\n' "${clients[@]}" | grep -vxF -f <(printf '%s\n' "${unprepared[@]}" ''))

: >"$made/shown"
stage=$(mktemp -d /tmp/test-clients.XXXXXX)
trap 'rmdir "$stage"' EXIT
status=0
# A daemon that does not end when told to must not keep this from ending.
as_root timeout --foreground --signal=KILL 1500 \
	unshare --net --mount --pid --fork --kill-child --mount-proc \
	bash tests/clients/stage.sh "$stage" "$(readlink /proc/self/ns/net)" "$deb" "${clients[@]}" || status=$?
for client in "${unprepared[@]}"; do
	echo "$client: FAILED: it could not be fetched or built; again with: make test-clients CLIENTS=$client" >&2
	status=1
done
if [ "$status" = 0 ] && [ ${#clients[@]} = ${#all[@]} ]; then
	tests/clients/table.py "$made/shown" >docs/clients.md
fi
[ "$status" = 0 ]
