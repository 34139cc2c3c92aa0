#!/bin/bash
# The quick loop: format, lints, unit and namespace tests, shell scripts.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
need_cargo
need shellcheck shellcheck
# What the tests drive.
need ip iproute2
need iptables iptables
need strace strace
need faketime faketime
need man man-db

step "format" cargo fmt --check
step "lints" cargo clippy --quiet --workspace --all-targets --locked -- --deny warnings
# Some clients are programs in other languages.
mapfile -t clients < <(grep -lE '^#!/bin/(ba)?sh' tests/clients/{build,fetch}-* tests/clients/*/{run,hold,prepare})
step "shell scripts" shellcheck --external-sources \
	debian/{preinst,postinst,prerm,postrm} debian/daemontools/{run,postinst,prerm,postrm} debian/tests/{smoke,serve,setup-undo,upgrade} scripts/*.sh scripts/*/*.sh tests/clients/*.sh "${clients[@]}" tests/moto/*.sh benches/contenders/*/{prepare,run,version} .ci/run
manual_pages() {
	local page complaints
	for page in debian/man/*; do
		complaints=$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
		[ -z "$complaints" ] || { echo "$page: $complaints" >&2 && return 1; }
	done
}
step "manual pages" manual_pages
step "tests" cargo test --quiet --workspace --locked
