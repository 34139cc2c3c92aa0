#!/bin/bash
# rounds.sh STAGE OUTSIDE: every client in every round. scripts/test-clients.sh runs it as root in
# new namespaces; STAGE is an empty folder, OUTSIDE the network namespace that must be left alone.
set -euo pipefail
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$(dirname "$0")/../.."
stage=${1:?run scripts/test-clients.sh instead} outside=${2:?run scripts/test-clients.sh instead}

# The first process of a namespace gets no signal that it does not ask for.
trap 'exit 130' INT TERM

# On a real network somebody else may answer at the address.
if [ "$(readlink /proc/self/ns/net)" = "$outside" ] || [ -n "$(ip route)" ]; then
	echo "this is no private network: run scripts/test-clients.sh instead" >&2
	exit 70
fi

# An ordinary user may not get at the project, in a home folder say; all it runs is mounted here.
mount -t tmpfs -o mode=755 tmpfs "$stage"
mkdir "$stage"/{target,clients,home}
mount --bind target "$stage/target"
mount --bind tests/clients "$stage/clients"
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
ip link set lo up
cd "$stage/home"

bin=$stage/target/release config=$stage/config.toml log=$stage/log
client_path=$stage/target/clients/venv/bin:$stage/target/clients/aws-config-rust/debug:/usr/bin:/bin
ordinary=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all
	--bounding-set=-all)
role=BaseIAMRole passed=0 failed=0

# daemon CONFIG [COMMAND...]: starts it, by that command, in place of the one before.
daemon() {
	[ -z "${pid:-}" ] || stop
	echo "$1" >"$config"
	: >"$log"
	"${ordinary[@]}" "${@:2}" "$bin/fake-metadata" serve --config "$config" 2>>"$log" &
	pid=$!
	for _ in {1..100}; do
		! grep -q ' listening on ' "$log" || return 0
		sleep 0.05
	done
	echo "the daemon does not listen:" >&2
	cat "$log" >&2
	exit 1
}

stop() {
	if ! { kill "$pid" && wait "$pid"; }; then
		echo "the daemon did not stay, or did not stop as it should; its log ends:" >&2
		tail "$log" >&2
		exit 1
	fi
	pid=
}

# spoken LINE VERSIONS: since that line of the log the role's credentials were handed out, and all
# answers were in these versions of the protocol; a line may come a moment after its answer.
spoken() {
	local lines found
	for _ in {1..40}; do
		lines=$(tail -n "+$1" "$log")
		found=$(sed -nE 's/.* GET .* 200 (v[12]) [0-9]+us$/\1/p' <<<"$lines" | sort -u | xargs)
		[[ $found != "$2" || $lines != *"/security-credentials/$role 200 "* ]] || return 0
		sleep 0.05
	done
	echo "the log tells not of credentials of $role over '$2', but of answers over '$found'" >>"$stage/errors"
	return 1
}

# client NAME ROUND VERSIONS: succeeds, prints nothing but ok lines, and speaks these versions.
client() {
	local begun
	begun=$(($(wc -l <"$log") + 1))
	if timeout 60 "${ordinary[@]}" env -i PATH="$client_path" HOME="$stage/home" \
		"$stage/clients/$1/run" "$2" >"$stage/output" 2>"$stage/errors" &&
		grep -q . "$stage/output" && ! grep -qv ': ok$' "$stage/output" && spoken "$begun" "$3"; then
		cat "$stage/output"
		passed=$((passed + $(wc -l <"$stage/output")))
	else
		echo "$1, $2: FAILED"
		sed 's/^/    /' "$stage/output" "$stage/errors"
		tail -n "+$begun" "$log" | sed 's/^/    log: /'
		failed=$((failed + 1))
	fi
}

# Nothing configured here either, whatever is in this machine's own file.
"$bin/fake-metadata-setup" apply --runtime --config /dev/null

echo "== tokens are optional"
daemon ''
client curl tokens-optional 'v1 v2'
client boto3 tokens-optional v2
client awscli tokens-optional v2
client aws-config-rust tokens-optional v2

# Clients that get no answer to their request for a token fall back to version 1, but for the Rust
# SDK, which would rather have no credentials.
echo "== tokens are optional, but requests for one get lost"
lost=(OUTPUT -p tcp -m string --algo bm --string 'PUT /latest/api/token' -j DROP)
iptables -I "${lost[@]}"
client boto3 tokens-lost v1
client awscli tokens-lost v1
iptables -D "${lost[@]}"

echo "== tokens are required"
daemon $'[tokens]\nrequired = true'
client curl tokens-required v2
client boto3 tokens-required v2
client awscli tokens-required v2
client aws-config-rust tokens-required v2

# shellcheck source=tests/clients/sessions.sh
. "$stage/clients/sessions.sh"
sessions

"$bin/fake-metadata-setup" revert --runtime --config /dev/null
if [ -n "$(ip -o address show to 169.254.0.0/16)" ] || [[ $(iptables-save) == *fake-metadata* ]]; then
	echo "revert: FAILED: the address or the rule is still there"
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
