# shellcheck shell=bash disable=SC2154
# Sourced by rounds.sh: a role that is assumed for real, by the command of the package fake-metadata-aws,
# of a security token service on loopback (moto's), and with whose keys an application asks it who it is.

sts() {
	local moto=$stage/sts endpoint=http://127.0.0.1:5000 arn=arn:aws:sts::123456789012:assumed-role/app/fake-metadata
	local server tries
	echo "== a role assumed of a security token service"
	run=$stage/run
	install -d "$moto"
	install -d -o 65534 -g 65534 "$run"
	printf '[dev]\naws_access_key_id = AKIAFAKEDEV\naws_secret_access_key = FakeSecretOfDev\n' >"$moto/credentials"
	: >"$moto/config"
	env -i HOME="$moto" PATH="$client_path" "$stage/target/moto/venv/bin/python" -m moto.server -H 127.0.0.1 -p 5000 \
		>"$moto/log" 2>&1 &
	server=$!
	for tries in {1..200}; do
		! curl -s -o /dev/null $endpoint || break
		sleep 0.1
	done
	echo "   moto answers after $tries tries"
	RUNTIME_DIRECTORY=$run daemon "[role.credentials]
source = \"process\"
command = \"$bin/fake-metadata-aws --config-file $moto/config --credentials-file $moto/credentials --profile dev \
--role-arn arn:aws:iam::123456789012:role/app --duration 15m --endpoint-url $endpoint\""
	for tries in {1..100}; do
		! grep -q "$role: new keys" "$log" || break
		sleep 0.1
	done
	who_am_i
	RUNTIME_DIRECTORY=$run "$bin/fake-metadata" credentials rotate
	who_am_i
	kill "$server"
	wait "$server" || true
	stop
}

# who_am_i: an ordinary user's application asks.
who_am_i() {
	if timeout 60 "${ordinary[@]}" env -i PATH="$client_path" HOME="$stage/home" \
		"$stage/clients/boto3/identity" "$endpoint" "$arn" 2>&1; then
		passed=$((passed + 1))
	else
		echo "boto3, with the keys of an assumed role: FAILED"
		tail "$log" | sed 's/^/    log: /'
		failed=$((failed + 1))
	fi
}
