#!/bin/bash
# What Debian's own tools say of the packages, and whether the same sources give the same bytes. The
# trees and machines this takes are below target/, and without a network: this machine's packages
# and network stay as they are. With a package given, that one and the others beside it are taken for
# what is built here.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
# shellcheck source=scripts/image/machine.sh
. scripts/image/machine.sh
# shellcheck source=scripts/image/checks.sh
. scripts/image/checks.sh
# shellcheck source=scripts/deb/files.sh
. scripts/deb/files.sh
# shellcheck source=scripts/deb/reproducible.sh
. scripts/deb/reproducible.sh
# shellcheck source=scripts/deb/installed.sh
. scripts/deb/installed.sh
if [ "$(id -u)" != 0 ]; then
	echo "piuparts and machines need root; run: sudo make test-deb" >&2
	exit 77
fi

tools() {
	need git git
	need lintian lintian
	need zsh zsh
	need fish fish
	need systemd-analyze systemd
	need mmdebstrap mmdebstrap
	need piuparts piuparts
	need apt-ftparchive apt-utils
	need autopkgtest autopkgtest
	need systemd-nspawn systemd-container
	need nsenter util-linux
	need pgrep procps
	need ip iproute2
}

package() {
	local built=${1:-}
	[ -n "$built" ] || built=$(scripts/build-deb.sh | tail -n 1)
	# A place of its own: the next build empties dist/.
	deb=$work/$(basename "$built")
	cp "$built" "$deb"
	daemontools=$work/$(basename "$(dirname "$built")"/fake-metadata-daemontools_*_all.deb)
	cp "$(dirname "$built")/$(basename "$daemontools")" "$daemontools"
	aws=$work/fake-metadata-aws_${deb##*/fake-metadata_}
	cp "$(dirname "$built")/$(basename "$aws")" "$aws"
}

clean_up() {
	stop_second_build
	remove_machine
	rm -rf "$work"
}

mkdir -p "$images"
work=$(mktemp -d "$PWD/target/deb.XXXXXX")
trap clean_up EXIT
step "tools" tools
step "package" package "$@"
start_second_build
step "lintian" run_lintian
step "spelling" spelling
step "contents" contents
step "completions" completions
step "exposure of the units" exposure
# One tree for all: what the package needs, and what the tools want to find in it.
step "image" make_image package bookworm \
	systemd,systemd-sysv,dbus,ifupdown,iproute2,iptables,curl,logrotate,autopkgtest,apt-utils,dpkg-dev,daemontools
step "piuparts" run_piuparts
step "piuparts of all" piuparts_of_all
step "autopkgtest in a chroot" autopkgtest_in_chroot
step "autopkgtest in a machine" autopkgtest_in_machine
step "reproducible" reproducible
echo "$passed passed, 0 failed"
