# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by rounds.sh: what the rounds do, and how they ask what came of it.

program=$stage/${programs:?}/small/fake-metadata-aws venv=$stage/target/moto/venv/bin
ordinary=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all
	--bounding-set=-all)
account=123456789012 passed=0
moto=http://127.0.0.1:5000 strict=http://127.0.0.1:5001 over_tls=https://127.0.0.1:5002

# start_moto PORT [VARIABLE=VALUE]... [OPTION]...: listens when it returns. It ends with the namespace.
start_moto() {
	local port=$1 variables=()
	shift
	while [[ ${1:-} == *=* ]]; do
		variables+=("$1")
		shift
	done
	"${ordinary[@]}" env -i PATH="$venv:/usr/bin:/bin" HOME="$stage/home" "${variables[@]}" \
		"$venv/moto_server" -H 127.0.0.1 -p "$port" "$@" >"$stage/moto-$port.log" 2>&1 &
	for _ in {1..300}; do
		! (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null || return 0
		sleep 0.1
	done
	fail "moto listens on port $port" "$(tail -n 20 "$stage/moto-$port.log")"
}

# as_user [VARIABLE=VALUE]... COMMAND...: by an ordinary user with nothing else in the environment.
# Should a metadata service be asked all the same, it is none that could answer.
as_user() {
	"${ordinary[@]}" env -i PATH=/usr/bin:/bin HOME="$stage/home" \
		AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9 "$@"
}

# gets [VARIABLE=VALUE]... ARGUMENT...: runs the program, whose output, errors and status are in
# $stage/output, $stage/errors and $status.
gets() {
	local variables=()
	while [[ ${1:-} == *=* && $1 != -* ]]; do
		variables+=("$1")
		shift
	done
	status=0
	as_user "${variables[@]}" "$program" "$@" >"$stage/output" 2>"$stage/errors" || status=$?
}

# prints WHAT [VARIABLE=VALUE]... ARGUMENT...: the program succeeds, with one JSON object in AWS's
# form on standard output and nothing on standard error.
prints() {
	local what=$1
	shift
	gets "$@"
	[ $status = 0 ] || fail "$what" "its status is $status: $(cat "$stage/errors")"
	[ ! -s "$stage/errors" ] || fail "$what" "on standard error is: $(cat "$stage/errors")"
	ask form || fail "$what" "standard output is not as AWS wants it"
}

# ask QUESTION ARGUMENT...: of the keys in $stage/output; ask.py has the questions.
ask() {
	as_user "$venv/python" "$stage/moto/ask.py" "$@" <"$stage/output"
}

# is WHAT EXPECTED FOUND
is() {
	[ "$2" = "$3" ] || fail "$1" "it is '$3', not '$2'"
	pass "$1"
}

# refused WHAT STATUS SENTENCE [VARIABLE=VALUE]... ARGUMENT...: it ends with this status, nothing on
# standard output, and one sentence on standard error, which the pattern matches as a whole. No key
# that was made up for these rounds is in it.
refused() {
	local what=$1 expected=$2 sentence=$3 said
	shift 3
	gets "$@"
	said=$(cat "$stage/errors")
	[ "$status" = "$expected" ] || fail "$what" "its status is $status, not $expected: $said"
	[ ! -s "$stage/output" ] || fail "$what" "something is on standard output"
	[ "$(wc -l <"$stage/errors")" = 1 ] || fail "$what" "it is not one line: $said"
	[[ $said =~ ^fake-metadata-aws:\ $sentence$ ]] || fail "$what" "it says: $said
instead of: $sentence"
	! grep -qE 'MADEUP|made-up' "$stage/errors" || fail "$what" "a key is in it: $said"
	pass "$what: $expected: ${said#*: }"
}

pass() {
	echo "ok: $1"
	passed=$((passed + 1))
}

fail() {
	echo "FAILED: $1" >&2
	echo "$2" >&2
	exit 1
}
