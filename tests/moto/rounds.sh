#!/bin/bash
# rounds.sh STAGE OUTSIDE PROGRAMS: every round against moto's STS. scripts/test-aws.sh runs it as
# root in new namespaces; STAGE is an empty folder, OUTSIDE the network namespace that must be left
# alone, PROGRAMS the folder below target/ with small/fake-metadata-aws and the others in release/.
set -euo pipefail
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$(dirname "$0")/../.."
stage=${1:?run scripts/test-aws.sh instead} outside=${2:?run scripts/test-aws.sh instead}
programs=${3:?run scripts/test-aws.sh instead}

# The first process of a namespace gets no signal that it does not ask for.
trap 'exit 130' INT TERM

# On a real network somebody else may answer.
if [ "$(readlink /proc/self/ns/net)" = "$outside" ] || [ -n "$(ip route)" ]; then
	echo "this is no private network: run scripts/test-aws.sh instead" >&2
	exit 70
fi

# An ordinary user may not get at the project, in a home folder say; all it runs is mounted here.
mount -t tmpfs -o mode=755 tmpfs "$stage"
mkdir "$stage"/{target,moto,home}
mount --bind target "$stage/target"
mount --bind tests/moto "$stage/moto"
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
chown 65534:65534 "$stage/home"
ip link set lo up
cd "$stage/home"

# shellcheck source=tests/moto/stage.sh
. "$stage/moto/stage.sh"
start_moto 5000
# After so many actions, with which ask.py makes two users, this one looks who asks, and for what.
start_moto 5001 INITIAL_NO_AUTH_ACTION_COUNT=6
as_user "$venv/python" "$stage/moto/ask.py" certificate "$stage/home"
start_moto 5002 --ssl-cert "$stage/home/certificate.pem" --ssl-key "$stage/home/key.pem"
# shellcheck source=tests/moto/keys.sh
. "$stage/moto/keys.sh"
# shellcheck source=tests/moto/refusals.sh
. "$stage/moto/refusals.sh"
# shellcheck source=tests/moto/service.sh
. "$stage/moto/service.sh"
echo "$passed passed, 0 failed"
