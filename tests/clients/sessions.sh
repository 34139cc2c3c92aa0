# shellcheck shell=bash disable=SC2154
# Sourced by rounds.sh: sessions of real clients that live longer than their keys, under every source, and
# longer than the server, whose tokens end with it.
#
# One server has a role for each source, and each role a user. Its clock, and that of the clients, runs
# 120 times as fast as the machine's, so that an hour is half a minute: the SDKs have waiting times of
# minutes of their own.

pace=120
# A feeder's pause in seconds: less than the life of the keys it hands in.
pause=16
sources=(generated static environment profile process pushed)

# Of the server whose clock is fast: its control socket's folder.
run=/tmp/run

# clock FILE: writes the offset of the fast clock, over and over. A server whose clock jumps is woken by the
# kernel, which knows nothing of this one; so it is asked something.
clock() {
	local begun=${EPOCHREALTIME/./} now
	while :; do
		now=${EPOCHREALTIME/./}
		echo "+$(((now - begun) * (pace - 1) / 1000000))" >"$1.new"
		mv "$1.new" "$1"
		RUNTIME_DIRECTORY=$run fake-metadata status >/dev/null 2>&1 || true
		sleep 0.1
	done
}

# new_keys NAME: a credential-process document of keys never seen before, good for an hour of the
# clock it is run under.
new_keys() {
	cat <<-'TEXT'
		#!/bin/bash
		id=$1$(date +%s%N | tail -c 12)
		printf '{"Version": 1, "AccessKeyId": "ASIA%s", "SecretAccessKey": "FakeSecretOf%s", "SessionToken": "FakeTokenOf%s", "Expiration": "%s"}\n' \
			"$id" "$id" "$id" "$(date -u -d '+1 hour' +%FT%TZ)"
	TEXT
}

# feed: keys for the roles that get theirs from outside.
feed() {
	local id
	id=$(date +%s%N | tail -c 12)
	printf '[dev]\naws_access_key_id = ASIAPROFILE%s\naws_secret_access_key = FakeSecretOfProfile%s\naws_session_token = FakeTokenOfProfile%s\n' \
		"$id" "$id" "$id" >"$feed/credentials.new"
	mv "$feed/credentials.new" "$feed/credentials"
	as 65534 timeout 20 "${fast[@]}" "$feed/keys" PUSHED |
		RUNTIME_DIRECTORY=$run fake-metadata credentials set - --role Role-pushed >/dev/null || true
}

# keep_feeding: until it is ended.
keep_feeding() {
	while :; do
		feed
		sleep $pause
	done
}

# fast_daemon: its log before is kept.
fast_daemon() {
	cat "$log" >>"$feed/log"
	RUNTIME_DIRECTORY=$run AWS_ACCESS_KEY_ID=ASIAENVIRONMENT AWS_SECRET_ACCESS_KEY=FakeSecretOfEnvironment \
		AWS_SESSION_TOKEN=FakeTokenOfEnvironment daemon "$(sessions_config)" "${fast[@]}"
}

sessions_config() {
	local number=2000 source
	echo '[by-user]'
	for source in "${sources[@]}"; do
		number=$((number + 1))
		echo "$number = \"Role-$source\""
	done
	for source in "${sources[@]}"; do
		printf '[[role]]\nname = "Role-%s"\n[role.credentials]\nsource = "%s"\nlifetime = "1h"\n' "$source" "$source"
		case $source in
		static) printf 'access-key-id = "AKIASTATIC"\nsecret-access-key = "FakeSecretOfStatic"\nsession-token = "FakeTokenOfStatic"\n' ;;
		profile) printf 'profile = "dev"\nfile = "%s"\n' "$feed/credentials" ;;
		process) printf 'command = "%s PROCESS"\n' "$feed/keys" ;;
		esac
	done
}

# session CLIENT USER SOURCE: keeps what it printed.
session() {
	as "$2" timeout 300 env -i PATH="$client_path" HOME="$home" PREPARED="/prepared/$1" "${fast[@]:1}" \
		"/clients/$1/hold" "$3" \
		>"$feed/$1-$3" 2>"$feed/$1-$3.errors"
}

# sessions CLIENT...: of those that can hold one, if they are among these.
sessions() {
	local library number=2000 source client holders=() pids=() helpers=() begun=$SECONDS
	for client in boto3 aws-config-rust; do
		[[ " $* " != *" $client "* ]] || holders+=("$client")
	done
	[ ${#holders[@]} -gt 0 ] || return 0
	echo "== sessions that outlive their keys"
	# Where Debian has it, below the folder of the machine's kind.
	library=$(echo /usr/lib/*/faketime/libfaketime.so.1)
	feed=/tmp/feed
	fast=(env "LD_PRELOAD=$library" "FAKETIME_TIMESTAMP_FILE=$feed/clock" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1)
	install -d "$feed"
	install -d -o _fake-metadata -g _fake-metadata "$run"
	new_keys >"$feed/keys"
	chmod 755 "$feed/keys"
	echo +0 >"$feed/clock"
	clock "$feed/clock" &
	helpers+=($!)
	fast_daemon
	keep_feeding &
	helpers+=($!)
	for _ in {1..100}; do
		[ "$(grep -c 'Role-p[a-z]*: new keys' "$log")" -lt 3 ] || break
		sleep 0.1
	done
	for source in "${sources[@]}"; do
		number=$((number + 1))
		for client in "${holders[@]}"; do
			session "$client" "$number" "$source" &
			pids+=("$!:$client:$source")
		done
	done
	# In the middle: the second of four keys is held by now.
	sleep 35
	fast_daemon
	feed
	for pid_of in "${pids[@]}"; do
		IFS=: read -r number client source <<<"$pid_of"
		if wait "$number"; then
			grep ': ok$' "$feed/$client-$source"
			sed -n "s/^/$client\tsessions\tv2\t/; s/: ok\$//p" "$feed/$client-$source" >>"$shown"
			passed=$((passed + 1))
		else
			echo "$client, source $source: FAILED"
			grep -hv '^key ' "$feed/$client-$source" "$feed/$client-$source.errors" | sed 's/^/    /'
			failed+=("$client, source $source")
		fi
	done
	secrets
	kill "${helpers[@]}"
	stop
	echo "== sessions that outlive their keys: $((SECONDS - begun)) s"
}

# Nothing the server or its commands wrote has a key in it that was served.
secrets() {
	local told=$feed/told served
	{
		cat "$feed/log" "$log"
		RUNTIME_DIRECTORY=$run fake-metadata status 2>&1 || true
		RUNTIME_DIRECTORY=$run fake-metadata status --json 2>&1 || true
		RUNTIME_DIRECTORY=$run fake-metadata credentials show 2>&1 || true
		fake-metadata check-config --config "$config" 2>&1 || true
		find "$run" /var/lib/fake-metadata /run -type f -exec cat {} +
	} >"$told"
	served=$(sed -n 's/^key //p' "$feed"/*-* | tr ' ' '\n' | grep . | sort -u)
	if [ "$(wc -l <<<"$served")" -gt 30 ] && grep -q 'Role-pushed: new keys' "$told" && ! grep -Fq "$served" "$told"; then
		echo "none of $(wc -l <<<"$served") ids, secrets and tokens is in what the server wrote: ok"
		passed=$((passed + 1))
	else
		echo "secrets: FAILED: one of them is in what the server wrote, or there are too few:"
		grep -Fc "$served" "$told" | sed 's/^/    lines: /'
		failed+=(secrets)
	fi
}
