#!/bin/bash
# The package's life in real machines: each boots a Debian tree with systemd under systemd-nspawn,
# in a network of its own. Every step says what it checked; the first failure ends the run.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
# shellcheck source=scripts/image/machine.sh
. scripts/image/machine.sh
# shellcheck source=scripts/image/checks.sh
. scripts/image/checks.sh
if [ "$(id -u)" != 0 ]; then
	echo "booting machines needs root; run: sudo make test-image" >&2
	exit 77
fi
need mmdebstrap mmdebstrap
need systemd-nspawn systemd-container
need nsenter util-linux
need pgrep procps
trap remove_machine EXIT

deb=${1:-$(scripts/build-deb.sh | tail -n 1)}
name=$(basename "$deb")

# clients: the AWS SDK for Python and the AWS CLI, from PyPI, for the machine's own Python.
clients=$images/clients
prepare_clients() {
	local lists=(tests/clients/{boto3,awscli}/requirements.txt)
	if cmp --silent <(cat "${lists[@]}") "$clients/made-from"; then
		echo "clients: fetched before"
		return
	fi
	need pip3 python3-pip
	rm -rf "$clients"
	pip3 install --quiet --disable-pip-version-check --root-user-action=ignore --target="$clients" \
		--python-version=3.11 --only-binary=:all: --no-deps "${lists[@]/#/--requirement=}"
	cat "${lists[@]}" >"$clients/made-from"
}

# place_clients: into the machine, with an `aws` that sets nothing but where Python finds it.
place_clients() {
	cp -r "$clients" "$tree/opt/clients"
	cat >"$tree/usr/local/bin/aws" <<-'TEXT'
		#!/bin/sh
		PYTHONPATH=/opt/clients exec python3 -m awscli "$@"
	TEXT
	chmod 755 "$tree/usr/local/bin/aws"
}

# answers WHEN: clients that were told nothing get the role and its keys.
answers() {
	local base=http://169.254.169.254/latest
	shows "$1: curl gets the role" '^BaseIAMRole$' curl -sf $base/meta-data/iam/security-credentials/
	shows "$1: curl gets its keys" '"AccessKeyId" : "ASIAFAKE' \
		curl -sf $base/meta-data/iam/security-credentials/BaseIAMRole
	shows "$1: curl gets a token" '^AQAEA.{51}$' \
		curl -sfX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' -w '\n' $base/api/token
	shows "$1: boto3 gets the role's keys" '^ASIAFAKE.* iam-role$' env PYTHONPATH=/opt/clients python3 -c \
		'import boto3; keys = boto3.Session().get_credentials(); print(keys.access_key, keys.method)'
	shows "$1: the AWS CLI gets the role's keys" 'access_key +\S+ +iam-role' aws configure list
}

in_place() {
	shows "$1: both units are active" '^active active $' \
		sh -c 'systemctl is-active fake-metadata-network fake-metadata | tr "\n" " "; echo'
	counts "$1: the address is there once" 1 'inet 169\.254\.169\.254/32 scope host lo' ip -oneline address
	counts "$1: the rule is there once, at the head" 1 '^1 +REDIRECT .*169\.254\.169\.254 .*fake-metadata' \
		iptables -t nat -n --line-numbers -L OUTPUT
	counts "$1: the boot lines are there once" 1 '^# BEGIN fake-metadata' cat /etc/network/interfaces
	ok "$1: fake-metadata-setup status finds nothing amiss" fake-metadata-setup status
	shows "$1: the server runs as its own user" '^_fake-m' ps -C fake-metadata -o user=
}

# As a user may have left the file: no line end at its end, another owner, another mode.
write_interfaces() {
	printf 'source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback' >"$tree/etc/network/interfaces"
	chown 1:2 "$tree/etc/network/interfaces"
	chmod 640 "$tree/etc/network/interfaces"
}

# differs WHAT PATHS: just these paths of /etc are not as they were.
differs() {
	shows "$1" "^$2 \$" sh -c \
		'diff /snapshots/before/etc /snapshots/after/etc | grep -oE "/etc[^ ]*" | sort -u | tr "\n" " "; echo'
}

same_network() {
	snapshot after
	same "$1: addresses as before" addresses
	same "$1: rules of iptables-nft and iptables-legacy as before" rules-nft rules-legacy rules6-nft rules6-legacy
	same "$1: /etc/network as before, bytes, modes and owners" network
	same "$1: units as before" units
}

life() {
	new_machine bookworm
	place_clients
	cp "$deb" scripts/install-deb.sh "$tree/root/"
	write_interfaces
	boot
	snapshot before

	shows "install: make install's script installs it and waits until it answers" '^fake-metadata is running' \
		/root/install-deb.sh "/root/$name"
	in_place install
	answers install
	ok "install: the network comes back after ifdown and ifup of lo" sh -c 'ifdown --force lo && ifup lo'
	answers "after ifup"

	ok "install again: dpkg is content" dpkg -i "/root/$name"
	in_place "install again"

	ok "logrotate: a log file is rotated, and the server told" sh -c \
		'mkdir /var/log/fake-metadata; echo a line >/var/log/fake-metadata/server.log; logrotate --force \
		/etc/logrotate.d/fake-metadata; zcat /var/log/fake-metadata/server.log.1.gz | grep -qx "a line"'
	ok "reload: systemd reloads the server" systemctl reload fake-metadata
	# systemctl waits for the server's stop; that of the network follows it.
	ok "stop: the server stops, and the network with it" timeout 10 sh -c \
		'systemctl stop fake-metadata; until systemctl is-active fake-metadata-network | grep -qx inactive; do sleep 0.1; done'
	counts "stop: no address is left" 0 '169\.254' ip -oneline address
	ok "start: the units start" systemctl start fake-metadata
	in_place start

	halt
	boot
	in_place reboot
	answers reboot

	ok "remove: dpkg removes it" dpkg -r fake-metadata
	same_network remove
	same "remove: no file is left outside /etc" files
	differs "remove: in /etc, its configuration files and the list of users" "/etc/default/fake-metadata\
 /etc/fake-metadata /etc/fake-metadata/config.toml /etc/group /etc/gshadow /etc/logrotate.d/fake-metadata\
 /etc/passwd /etc/shadow"

	ok "reinstall: dpkg installs it again" dpkg -i "/root/$name"
	in_place reinstall
	answers reinstall

	ok "purge: dpkg purges it" dpkg -P fake-metadata
	same_network purge
	same "purge: no file is left" files
	differs "purge: in /etc, the list of users" "/etc/group /etc/gshadow /etc/passwd /etc/shadow"
	shows "purge: that user is _fake-metadata" '^_fake-metadata:x:[0-9]+:[0-9]+::/nonexistent:/usr/sbin/nologin$' \
		sh -c 'getent passwd _fake-metadata | cut -d: -f1-4,6- | sed "s/:\/none/::\/none/"'
	halt
	remove_machine
}

# Nothing of the kernel's network changes where policy-rc.d refuses.
policy() {
	new_machine bookworm
	cp "$deb" scripts/install-deb.sh "$tree/root/"
	printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
	chmod 755 "$tree/usr/sbin/policy-rc.d"
	boot
	snapshot before
	shows "policy-rc.d: the installer names the commands that start it by hand" 'fake-metadata-setup apply --runtime' \
		/root/install-deb.sh "/root/$name"
	shows "policy-rc.d: the package is configured" '^install ok installed$' \
		dpkg-query -W -f "\${Status}\\n" fake-metadata
	snapshot after
	same "policy-rc.d: addresses and rules as before" addresses rules-nft rules-legacy
	ok "by hand: the first command works" fake-metadata-setup apply --runtime
	inside setpriv --reuid=_fake-metadata --regid=_fake-metadata --clear-groups fake-metadata serve 2>/dev/null &
	shows "by hand: so does the second" '^ami-id$' \
		curl -sf --retry 20 --retry-delay 1 --retry-connrefused http://169.254.169.254/latest/meta-data/
	inside pkill -TERM -x fake-metadata
	ok "by hand: purge undoes that too" dpkg -P fake-metadata
	same_network "by hand"
	halt
	remove_machine
}

# Nor in a chroot; the network around it is a private one here as well.
in_chroot() {
	new_machine bookworm
	write_interfaces
	cp "$deb" "$tree/root/"
	local state="ip -oneline address; iptables-save | grep -v '^#'"
	local output
	output=$(unshare --net --mount sh -euc "
		ip link set lo up
		$state >/tmp/before-\$\$ || true
		mount -t proc proc '$tree/proc'
		chroot '$tree' dpkg -i '/root/$name'
		chroot '$tree' dpkg -P fake-metadata
		chroot '$tree' dpkg -i '/root/$name'
		$state >/tmp/after-\$\$ || true
		cmp /tmp/before-\$\$ /tmp/after-\$\$
		rm /tmp/before-\$\$ /tmp/after-\$\$" 2>&1) || fail "chroot: installing changes no network" "$output"
	pass "chroot: installing, purging and installing changes no network"
	boot
	in_place "chroot, then boot"
	halt
	remove_machine
}

step "images" make_image bookworm bookworm \
	systemd,systemd-sysv,dbus,ifupdown,iproute2,iptables,curl,logrotate,procps,python3
step "clients" prepare_clients
step "life of the package" life
step "where services may not start" policy
step "in a chroot" in_chroot
echo "$passed passed, 0 failed"
