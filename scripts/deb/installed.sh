# shellcheck shell=bash disable=SC2154
# Sourced: what happens when the package is installed, upgraded and removed, by Debian's own tests.

# without_network COMMAND...: in a network of its own with nothing but lo, and with mounts of its own.
without_network() {
	unshare --net --mount sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

# apart: a fresh tree in which apt knows no server, since none could be reached.
apart() {
	new_machine package
	: >"$tree/etc/apt/sources.list"
	: >"$tree/etc/network/interfaces"
	printf 'auto lo\niface lo inet loopback\n' >"$tree/etc/network/interfaces"
}

# older_version: this package as version 0.0.1, in the repository $work/older.
older_version() {
	mkdir "$work/older"
	dpkg-deb --raw-extract "$deb" "$work/older/tree"
	sed -i 's/^Version: .*/Version: 0.0.1/' "$work/older/tree/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone --build "$work/older/tree" "$work/older" >/dev/null
	rm -r "$work/older/tree"
	(cd "$work/older" && apt-ftparchive packages . >Packages)
}

# run_piuparts: install, remove, install and purge; and upgrade. No file may be left or altered, other
# than what apt and logrotate, which piuparts runs, write for themselves.
run_piuparts() {
	apart
	older_version
	echo "deb [trusted=yes] file:$work/older ./" >"$tree/etc/apt/sources.list"
	mkdir "$work/piuparts"
	without_network piuparts --existing-chroot="$tree" --distribution=bookworm --keep-sources-list \
		--bindmount="$work/older" --tmpdir="$work/piuparts" --install-remove-install --pedantic-purge-test \
		--ignore=/var/cache/debconf/tmp.ci/ --ignore=/var/lib/logrotate/status \
		--log-file="$work/piuparts.log" "$deb" >/dev/null 2>&1 || true
	grep -oE '(PASS|FAIL|WARN|ERROR): .*' "$work/piuparts.log" || true
	grep -q 'PASS: All tests' "$work/piuparts.log" ||
		fail "piuparts" "$(grep -A 12 'ERROR: ' "$work/piuparts.log")"
	pass "piuparts: install, remove, install, purge; install 0.0.1, upgrade, purge"
	remove_machine
}

# piuparts_of_all: with the other packages, for one of which the tree has daemontools.
piuparts_of_all() {
	apart
	without_network piuparts --existing-chroot="$tree" --distribution=bookworm --keep-sources-list \
		--no-upgrade-test --tmpdir="$work/piuparts" --install-remove-install --pedantic-purge-test \
		--ignore=/var/cache/debconf/tmp.ci/ --ignore=/var/lib/logrotate/status \
		--log-file="$work/piuparts-all.log" "$deb" "$daemontools" "$aws" >/dev/null 2>&1 || true
	grep -oE '(PASS|FAIL|WARN|ERROR): .*' "$work/piuparts-all.log" || true
	grep -q 'PASS: All tests' "$work/piuparts-all.log" ||
		fail "piuparts of all" "$(grep -A 12 'ERROR: ' "$work/piuparts-all.log")"
	pass "piuparts: install, remove, install and purge of all packages"
	remove_machine
}

# sources: the part of the source package that autopkgtest reads, in the tree.
sources() {
	mkdir -p "$1"
	cp -r debian "$1/"
}

# verdict LOG NAME...: autopkgtest's own line on each of these tests.
verdict() {
	local log=$1 name
	shift
	for name; do
		grep -qxE "$name +PASS" "$log" || fail "autopkgtest: $name" "$(tail -n 60 "$log")"
		pass "autopkgtest: $(grep -m 1 -xE "$name +PASS" "$log")"
	done
}

# autopkgtest_in_chroot: where nothing is booted, and no service may start.
autopkgtest_in_chroot() {
	apart
	sources "$work/sources"
	printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
	chmod 755 "$tree/usr/sbin/policy-rc.d"
	# shellcheck disable=SC2016
	without_network sh -c 'mount -t proc proc "$1/proc" && shift && exec autopkgtest "$@"' sh "$tree" \
		--no-built-binaries --test-name=smoke --summary-file="$work/chroot.summary" \
		"$deb" "$work/sources/" -- chroot "$tree" >"$work/chroot.log" 2>&1 || true
	cat "$work/chroot.summary" >>"$work/chroot.log"
	verdict "$work/chroot.log" smoke
	remove_machine
}

# autopkgtest_in_machine: its backend for "this machine", in a booted one that is thrown away
# afterwards: that is the isolation the tests ask for, which autopkgtest cannot know.
autopkgtest_in_machine() {
	apart
	sources "$tree/root/sources"
	cp "$deb" "$tree/root/"
	boot
	inside autopkgtest --no-built-binaries --ignore-restrictions=isolation-container \
		--summary-file=/root/summary "/root/$(basename "$deb")" /root/sources/ -- null \
		>"$work/machine.log" 2>&1 || true
	cat "$tree/root/summary" >>"$work/machine.log"
	verdict "$work/machine.log" smoke serve setup-undo upgrade
	halt
	remove_machine
}
