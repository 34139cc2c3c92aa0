#!/bin/bash
# stage.sh STAGE OUTSIDE DEB CLIENT...: brings the Debian tree and all that runs in it to STAGE, an empty
# folder, and runs the rounds there. scripts/test-clients.sh runs it as root in new namespaces; OUTSIDE is
# the network namespace that must be left alone.
set -euo pipefail
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$(dirname "$0")/../.."
stage=${1:?run scripts/test-clients.sh instead} outside=${2:?run scripts/test-clients.sh instead}
deb=${3:?run scripts/test-clients.sh instead}
shift 3

# The first process of a namespace gets no signal that it does not ask for.
trap 'exit 130' INT TERM

# On a real network somebody else may answer at the address.
if [ "$(readlink /proc/self/ns/net)" = "$outside" ] || [ -n "$(ip route)" ]; then
	echo "this is no private network: run scripts/test-clients.sh instead" >&2
	exit 70
fi
ip link set lo up

# raise TREE PLACE: what is written to it goes away with the namespace.
raise() {
	local layers=$stage.layers/${2##*/}
	mkdir -p "$layers"/{upper,work} "$2"
	mount -t overlay overlay -o "lowerdir=$1,upperdir=$layers/upper,workdir=$layers/work" "$2"
	mount --rbind /dev "$2/dev"
	# libfaketime keeps semaphores there by the number of the process, which comes again in the next run;
	# one that a process left locked would be waited for without end.
	mount -t tmpfs -o mode=1777 tmpfs "$2/dev/shm"
	mount -t proc proc "$2/proc"
	mount -t sysfs -o ro sysfs "$2/sys"
	mount -t tmpfs -o mode=755 tmpfs "$2/run"
}
mkdir "$stage.layers"
trap 'umount --lazy "$stage.layers" && rmdir "$stage.layers"' EXIT
mount -t tmpfs -o mode=755 tmpfs "$stage.layers"
raise target/clients/tree "$stage"

# Nothing is started by the package, as policy-rc.d says: the rounds do that.
printf '#!/bin/sh\nexit 101\n' >"$stage/usr/sbin/policy-rc.d"
chmod 755 "$stage/usr/sbin/policy-rc.d"
install -m 644 "$deb" "$stage/tmp/fake-metadata.deb"
chroot "$stage" dpkg --install /tmp/fake-metadata.deb >"$stage/tmp/dpkg.log" 2>&1 || { cat "$stage/tmp/dpkg.log" >&2 && exit 1; }
mkdir "$stage"/{clients,prepared}
mount --bind tests/clients "$stage/clients"
mount --bind target/clients/prepared "$stage/prepared"

# moto runs outside, with the Python it was made for. It looks who asks, and for what, once aws.py has made
# the role there whose keys the service hands out.
mkdir "$stage"/{moto,aws}
mount --bind target/moto/venv "$stage/moto"
moto=$stage/moto/bin/python
ordinary=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs env -i "PATH=$PATH" HOME=/nonexistent)
"${ordinary[@]}" MOTO_ACCOUNT_ID=210987654321 INITIAL_NO_AUTH_ACTION_COUNT=1000 \
	"$moto" -m moto.server -H 127.0.0.1 -p 5000 >"$stage/tmp/moto.log" 2>&1 &
"${ordinary[@]}" "$moto" "$stage/clients/aws.py" http://127.0.0.1:5000 >"$stage/aws/keys.toml"

chroot "$stage" bash /clients/rounds.sh "$@"
cp "$stage/tmp/shown" target/clients/shown
