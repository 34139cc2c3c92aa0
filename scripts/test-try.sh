#!/bin/bash
# `make try`, as root and as an ordinary user, each without a terminal: it must end by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
output=$(mktemp)
folder=$(mktemp -d)
trap 'rm -rf "$output" "$folder"' EXIT

check() {
	local line
	for line in "169.254.169.254/32 on lo: added" "BaseIAMRole" '"AccessKeyId" : "ASIAFAKE' \
		"X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600" "The network is exactly as before."; do
		grep -qF -- "$line" "$output" || { cat "$output" && echo "FAILED: $1 does not show: $line" >&2 && exit 1; }
	done
	echo "  ok: $1"
}

timeout 540 scripts/try.sh </dev/null >"$output" 2>&1 || { cat "$output" && exit 1; }
check "make try"

# With a terminal it offers a shell inside, in which the address answers.
need script bsdutils
printf 's\ncurl -s http://169.254.169.254/latest/meta-data/services/domain\nexit\n' |
	SHELL=/bin/sh timeout 60 script --quiet --return --command scripts/try.sh "$output" >/dev/null
# Without the carriage returns and colours of a terminal.
sed -i -e 's/\r//g' -e 's/\x1b\[[0-9;]*m//g' "$output"
grep -qF amazonaws.com "$output" ||
	{ cat "$output" && echo "FAILED: no shell is offered on a terminal" >&2 && exit 1; }
check "make try with a terminal, and a shell inside"

# An ordinary user need not be able to read the place where this was built.
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$folder/scripts"
	cp scripts/try.sh scripts/try-inside.sh scripts/tools.sh "$folder/scripts/"
	cp target/debug/fake-metadata target/debug/fake-metadata-setup "$folder/"
	chmod -R a+rX "$folder"
	timeout 60 setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH="$PATH" HOME=/nonexistent \
		"$folder/scripts/try.sh" "$folder" </dev/null >"$output" 2>&1 || { cat "$output" && exit 1; }
	check "make try as an ordinary user"
fi
