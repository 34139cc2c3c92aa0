#!/bin/bash
# The package's life in real machines: each boots a Debian tree under systemd-nspawn, in a network of
# its own. Every step says what it checked; the first failure ends the run.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
# shellcheck source=scripts/image/machine.sh
. scripts/image/machine.sh
# shellcheck source=scripts/image/checks.sh
. scripts/image/checks.sh
# shellcheck source=scripts/image/scenarios.sh
. scripts/image/scenarios.sh
# shellcheck source=scripts/image/recipes.sh
. scripts/image/recipes.sh
# shellcheck source=scripts/image/daemontools.sh
. scripts/image/daemontools.sh
# shellcheck source=scripts/image/original.sh
. scripts/image/original.sh
# shellcheck source=scripts/image/special.sh
. scripts/image/special.sh
if [ "$(id -u)" != 0 ]; then
	echo "booting machines needs root; run: sudo make test-image" >&2
	exit 77
fi
need mmdebstrap mmdebstrap
need systemd-nspawn systemd-container
need nsenter util-linux
need pgrep procps
deb=${1:-$(scripts/build-deb.sh | tail -n 1)}
doctored=$(mktemp -d)
trap 'remove_machine; rm -rf "$doctored"' EXIT

# doctor VERSION [LINE]: the package as that version, with a line put first in its preinst.
doctor() {
	dpkg-deb --raw-extract "$deb" "$doctored/tree"
	sed -i "s/^Version: .*/Version: $1/" "$doctored/tree/DEBIAN/control"
	if [ -n "${2:-}" ]; then
		printf '#!/bin/sh\n%s\n' "$2" >"$doctored/tree/DEBIAN/preinst"
		chmod 755 "$doctored/tree/DEBIAN/preinst"
	fi
	dpkg-deb --root-owner-group -Znone --build "$doctored/tree" "$doctored/fake-metadata_$1.deb" >/dev/null
	rm -rf "$doctored/tree"
	echo "$doctored/fake-metadata_$1.deb"
}
upgrade=$(doctor 99.0)
broken=$(doctor 99.1 'echo "this package is broken on purpose" >&2; exit 1')
daemontools=$(echo "$(dirname "$deb")"/fake-metadata-daemontools_*_all.deb)
daemontools_upgrade=$(doctor_daemontools 99.0)

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

common=iproute2,iptables,curl,logrotate,procps,python3
make_images() {
	make_image bookworm bookworm systemd,systemd-sysv,dbus,ifupdown,$common
	make_image trixie trixie systemd,systemd-sysv,dbus,netplan.io,$common
	make_image bullseye bullseye systemd,systemd-sysv,dbus,ifupdown,$common
	make_image firewalls bookworm systemd,systemd-sysv,dbus,ifupdown,nftables,firewalld,ufw,$common
	make_image persistent bookworm systemd,systemd-sysv,dbus,ifupdown,iptables-persistent,$common
	make_image daemontools bookworm systemd,systemd-sysv,dbus,ifupdown,daemontools,$common
	make_image sysvinit bookworm sysvinit-core,initscripts,systemd-standalone-sysusers,ifupdown,netbase,daemontools,$common
}

# life IMAGE SCENARIO...
life() {
	local image=$1 name
	shift
	begin "$image"
	for name; do
		scenario "$image" "$name"
	done
	end
}

through_life=(upgrade failed_upgrade downgrade configuration other_address ipv6 remove remove_twice install_after_remove
	remove_under_load purge purge_without_record)
step "images" make_images
step "clients" prepare_clients
step "bookworm: systemd and ifupdown" life bookworm install clients recipes ifdown_and_ifup install_again log_rotation \
	stop_and_start network_stop_and_start reboot clients "${through_life[@]}"
step "trixie: systemd and netplan" life trixie install install_again log_rotation stop_and_start \
	network_stop_and_start reboot "${through_life[@]}"
step "bullseye: an older C library" life bullseye install install_again log_rotation stop_and_start \
	network_stop_and_start reboot "${through_life[@]}"
step "bookworm: sysvinit and ifupdown" life sysvinit install clients ifdown_and_ifup install_again log_rotation \
	stop_and_start reboot to_daemontools_and_back "${through_life[@]}"
with_daemontools=yes
step "bookworm: systemd, ifupdown and daemontools" life daemontools install install_again log_rotation \
	log_rotation_by_svc killed stop_and_start network_stop_and_start reboot to_systemd_and_back \
	"${through_life[@]}" nothing_scans
with_daemontools=
step "where version 1 was" scenario "from 1.0" from_one_that_undoes
scenario "from 1.0" from_one_that_does_not
scenario "from 1.0" from_a_supervised_one
scenario "from 1.0" supervised_as_before
scenario "from 1.0" under_sysvinit
scenario "from 1.0" failed_upgrade_from_one
step "where it may not do its work" scenario special services_forbidden
scenario special in_a_chroot_with_systemd
scenario special in_a_chroot_with_sysvinit
with_daemontools=yes
scenario special in_a_chroot_with_daemontools
with_daemontools=
scenario special not_permitted
scenario special with_nftables
scenario special with_firewalld
scenario special with_ufw
scenario special with_netfilter_persistent
matrix
echo "$passed passed, 0 failed"
