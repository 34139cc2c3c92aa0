#!/bin/bash
# rounds.sh CLIENT...: every client in every round. Run by stage.sh in a Debian tree of its own, where
# fake-metadata is installed and nothing runs yet.
set -euo pipefail
cd /

config=/tmp/config.toml log=/tmp/log shown=/tmp/shown instance=/clients/instance.toml
client_path=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
home=/home/somebody
passed=0 failed=()
install -d -o 65534 -g 65534 "$home"
# As the unit does.
install -d -o _fake-metadata -g _fake-metadata -m 755 /var/lib/fake-metadata/server

# as USER COMMAND...: as that user, with no rights of root's.
no_rights=(--clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all)
as() {
	setpriv --reuid="$1" --regid="$1" "${no_rights[@]}" "${@:2}"
}

# daemon CONFIG [COMMAND...]: starts it as its own user, by that command, in place of the one before. It is
# complete when this returns: what signs the identity document is made or read after it listens.
daemon() {
	[ -z "${pid:-}" ] || stop
	echo "$1" >"$config"
	chmod 644 "$config"
	: >"$log"
	# Not by the function, of which there would be a shell in between.
	setpriv --reuid=_fake-metadata --regid=_fake-metadata "${no_rights[@]}" \
		"${@:2}" fake-metadata serve --config "$config" 2>>"$log" &
	pid=$!
	for _ in {1..600}; do
		fake-metadata get --config "$config" dynamic/instance-identity/rsa2048 >/dev/null 2>&1 || true
		# Longer than it takes until a line is in the log.
		sleep 0.1
		! grep -q '/rsa2048 200 ' "$log" || return 0
	done
	echo "the daemon does not answer:" >&2
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

# spoken LINE VERSIONS: since that line of the log, all answers were in these versions of the protocol, or
# if that is "refused", there was none, but 401; a line may come a moment after its answer.
spoken() {
	local lines found wanted=${2//,/ }
	for _ in {1..40}; do
		lines=$(tail -n "+$1" "$log" | grep -E ' (GET|HEAD) ' || true)
		found=$(sed -nE 's/.* 200 (v[12]) [0-9]+us$/\1/p' <<<"$lines" | sort -u | xargs)
		[[ -n $found || $lines != *' 401 '* ]] || found=refused
		[ "$found" != "$wanted" ] || return 0
		sleep 0.05
	done
	echo "the log tells of answers over '$found', not '$wanted'" >>/tmp/errors
	return 1
}

# by CLIENT COMMAND...: as an ordinary user; or as root where the folder says so in a file as-root, in
# namespaces of its own for what root can change: mounts, processes and the name of the machine.
by() {
	if [ -e "/clients/$1/as-root" ]; then
		unshare --mount --uts --pid --fork --kill-child --mount-proc "${@:2}"
	else
		as 65534 "${@:2}"
	fi
}

# client NAME ROUND VERSIONS: succeeds, prints nothing but ok lines, and speaks these versions.
client() {
	local begun
	# What the client before asked last may not be in the log yet.
	sleep 0.2
	begun=$(($(wc -l <"$log") + 1))
	if (cd "$home" && by "$1" env -i PATH="$client_path" HOME="$home" PREPARED="/prepared/$1" \
		timeout 120 "/clients/$1/run" "$2" </dev/null >/tmp/output 2>/tmp/errors) &&
		grep -q . /tmp/output && ! grep -qv ': ok$' /tmp/output && spoken "$begun" "$3"; then
		cat /tmp/output
		sed "s/^/$1\t$2\t$3\t/; s/: ok\$//" /tmp/output >>"$shown"
		passed=$((passed + $(wc -l </tmp/output)))
	else
		echo "$1, $2: FAILED"
		sed 's/^/    /' /tmp/output /tmp/errors
		tail -n "+$begun" "$log" | sed 's/^/    log: /'
		failed+=("$1, $2")
	fi
}

# round COLUMN NAME CLIENT...: all clients that the table wants there.
round() {
	local column=$1 name=$2 row
	shift 2
	while read -r -a row; do
		if [[ " $* " == *" ${row[0]:-} "* ]] && [ "${row[column]}" != - ]; then
			client "${row[0]}" "$name" "${row[column]}"
		fi
	done < <(grep '^[a-z]' /clients/table)
}

instance=$(cat /clients/instance.toml)
fake-metadata-setup apply --runtime

echo "== tokens are optional"
daemon "$instance"
round 1 tokens-optional "$@"

# Clients that get no answer to their request for a token fall back to version 1, or would rather have
# nothing at all.
echo "== tokens are optional, but requests for one get lost"
lost=(OUTPUT -p tcp -m string --algo bm --string 'PUT /latest/api/token' -j DROP)
iptables -I "${lost[@]}"
round 2 tokens-lost "$@"
iptables -D "${lost[@]}"

echo "== tokens are required"
required=$'[tokens]\nrequired = true'
daemon "$instance
$required"
round 3 tokens-required "$@"

# The keys are those of a session of a role that moto knows, and are looked at by moto.
echo "== an AWS that looks who asks, at http://127.0.0.1:5000"
daemon "$instance
$(cat /aws/keys.toml)
$required"
round 4 services "$@"
stop

# shellcheck source=tests/clients/sessions.sh
. /clients/sessions.sh
sessions "$@"
# shellcheck source=tests/clients/renewals.sh
. /clients/renewals.sh
renewals "$@"

fake-metadata-setup revert --runtime
if [ -n "$(ip -o address show to 169.254.0.0/16)" ] || [[ $(iptables-save) == *fake-metadata* ]]; then
	echo "revert: FAILED: the address or the rule is still there"
	failed+=(revert)
fi
for name in "${failed[@]}"; do
	echo "FAILED: $name"
done
echo "$passed passed, ${#failed[@]} failed"
[ ${#failed[@]} = 0 ]
