# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by rounds.sh: providers of real clients in use while their keys are renewed, and while the service
# is away for a moment and has forgotten all session tokens.

renewed=/tmp/renewed

# renewals CLIENT...: of those that the table wants, all at once.
renewals() {
	# Of the clock of sessions.sh: an hour in 15 seconds.
	local pace=240
	install -d "$renewed"
	install -d -o _fake-metadata -g _fake-metadata "$run"
	renewals_at yes 20s 30 "$@"
	# The SDK for JavaScript, version 2, clings to keys for minutes if those it gets expire within 15 seconds,
	# and that for Java, version 1, if they do within 15 minutes.
	renewals_at fast 1h 20 "$@"
}

# renewals_at WORD LIFETIME SECONDS CLIENT...: of those with that word in the table, with keys that live so
# long, and a restart after so many seconds.
renewals_at() {
	local word=$1 lifetime=$2 pause=$3 row client clients=() pids=() paced clocked=() begun=$SECONDS
	shift 3
	while read -r -a row; do
		[[ " $* " != *" ${row[0]} "* ]] || [ "${row[5]}" != "$word" ] || clients+=("${row[0]}")
	done < <(grep '^[a-z]' /clients/table)
	[ ${#clients[@]} -gt 0 ] || return 0
	echo "== providers that outlive their keys of $lifetime, and a restart of the service"
	if [ "$word" = fast ]; then
		clocked=("LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketime.so.1)" "FAKETIME_TIMESTAMP_FILE=$renewed/clock"
			FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1)
		echo +0 >"$renewed/clock"
		clock "$renewed/clock" &
		paced=$!
	fi
	renewals_daemon
	for client in "${clients[@]}"; do
		as 65534 timeout 200 env -i PATH="$client_path" HOME="$home" PREPARED="/prepared/$client" "${clocked[@]}" \
			"/clients/$client/hold" generated >"$renewed/$client" 2>"$renewed/$client.errors" &
		pids+=($!)
	done
	sleep "$pause"
	renewals_daemon
	for client in "${clients[@]}"; do
		if wait "${pids[0]}"; then
			grep ': ok$' "$renewed/$client"
			sed -n "s/^\(.*\): ok\$/$client\trenewals\tv2\t\1/p" "$renewed/$client" >>"$shown"
			passed=$((passed + 1))
		else
			echo "$client, renewals: FAILED"
			sed 's/^/    /' "$renewed/$client" "$renewed/$client.errors"
			failed+=("$client, renewals")
		fi
		pids=("${pids[@]:1}")
	done
	stop
	[ "$word" != fast ] || kill "$paced"
	echo "== providers that outlive their keys of $lifetime, and a restart of the service: $((SECONDS - begun)) s"
}

# Without what the key of session tokens is derived from, so that all are invalid after a restart.
renewals_daemon() {
	rm -f /var/lib/fake-metadata/server/origin
	RUNTIME_DIRECTORY=$run daemon "$instance
[role.credentials]
lifetime = \"$lifetime\"
$required" env "${clocked[@]}"
}
