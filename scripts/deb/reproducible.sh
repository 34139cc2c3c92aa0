# shellcheck shell=bash disable=SC2154
# Sourced: the package is built again from a copy of the sources, in the background since it takes as
# long as all the rest, with everything different that must not matter.

start_second_build() {
	local place="$work/another place" name
	mkdir -p "$place/target" "$work/cargo"
	ln -s "$PWD/target/zig" "$place/target/zig"
	git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
		xargs -0 cp --parents --target-directory="$place"
	# The same libraries under another name, so that nothing is fetched again.
	for name in "${CARGO_HOME:-$HOME/.cargo}"/*; do
		ln -s "$name" "$work/cargo/"
	done
	# A process group of its own, so that all of it can be stopped.
	# shellcheck disable=SC2016
	CARGO_HOME=$work/cargo CARGO_NET_OFFLINE=true TZ=Pacific/Chatham LC_ALL=C CARGO_PROFILE_DEV_DEBUG=0 \
		setsid nice bash -c 'umask 077 && cd "$1" && scripts/build-deb.sh && echo "built in $SECONDS s"' \
		bash "$place" >"$work/second.log" 2>&1 &
	second_build=$!
}

stop_second_build() {
	[ -n "${second_build:-}" ] || return 0
	kill -- "-$second_build" 2>/dev/null || true
	wait "$second_build" 2>/dev/null || true
}

reproducible() {
	local what="reproducible: another folder, cargo home, time, zone and umask give the same bytes"
	local package again
	wait "$second_build" || fail "$what" "$(tail -n 20 "$work/second.log")"
	second_build=
	tail -n 1 "$work/second.log"
	for package in "$deb" "$daemontools" "$aws"; do
		again="$work/another place/dist/$(basename "$package")"
		if ! cmp "$package" "$again"; then
			dpkg-deb --raw-extract "$package" "$work/first"
			dpkg-deb --raw-extract "$again" "$work/second"
			fail "$what" "$(diff --recursive --brief "$work/first" "$work/second")"
		fi
		sha256sum "$package" | sed "s|$work/||"
	done
	pass "$what"
}
