# shellcheck shell=bash
# Sourced: what is asked of a machine, a line each, and the table of what passed where.

passed=0
declare -A cells
rows=()
columns=()

# ok WHAT COMMAND...: the command must succeed inside the machine.
ok() {
	local what=$1 output
	shift
	if ! output=$(inside "$@" 2>&1); then
		fail "$what" "$output"
	fi
	pass "$what"
}

# shows WHAT PATTERN COMMAND...: its output must have a line that matches.
shows() {
	local what=$1 pattern=$2 output
	shift 2
	output=$(inside "$@" 2>&1) || fail "$what" "$output"
	grep -qE -- "$pattern" <<<"$output" || fail "$what" "no line matches $pattern in: $output"
	pass "$what"
}

# counts WHAT NUMBER PATTERN COMMAND...: exactly so many lines match.
counts() {
	local what=$1 number=$2 pattern=$3 output found
	shift 3
	output=$(inside "$@" 2>&1) || fail "$what" "$output"
	found=$(grep -cE -- "$pattern" <<<"$output" || true)
	[ "$found" = "$number" ] || fail "$what" "$found lines match $pattern, not $number, in: $output"
	pass "$what"
}

# same WHAT FILE...: these files of the snapshots "before" and "after" are equal.
same() {
	local what=$1 file difference
	shift
	for file in "$@"; do
		difference=$(diff "${tree:?}/snapshots/before/$file" "$tree/snapshots/after/$file") ||
			fail "$what" "$file differs:
$difference"
	done
	pass "$what"
}

# snapshot NAME: of the machine as it is.
snapshot() {
	inside rm -rf "/snapshots/$1"
	inside /opt/image/snapshot.sh "/snapshots/$1"
	pass "snapshot \"$1\" taken"
}

pass() {
	echo "  ok: $1"
	passed=$((passed + 1))
}

fail() {
	echo "  FAILED: $1" >&2
	echo "$2" >&2
	[ -z "${leader:-}" ] || inside sh -c 'journalctl --no-pager -n 15 -u "fake-metadata*" 2>/dev/null' >&2 || true
	exit 1
}

# scenario IMAGE NAME: runs the function of that name and enters it in the table.
scenario() {
	echo "-- $1: ${2//_/ }"
	"$2"
	[[ " ${rows[*]} " == *" $1 "* ]] || rows+=("$1")
	[[ " ${columns[*]} " == *" $2 "* ]] || columns+=("$2")
	cells[$1,$2]=ok
}

# matrix: the table. A failure ends the run, so that every cell is "ok" or was not asked for.
matrix() {
	local row column
	printf '\n%-28s' scenario
	printf '%-12s' "${rows[@]}"
	echo
	for column in "${columns[@]}"; do
		printf '%-28s' "${column//_/ }"
		for row in "${rows[@]}"; do
			printf '%-12s' "${cells[$row,$column]:--}"
		done
		echo
	done
	echo
}
