# shellcheck shell=bash disable=SC2154
# Sourced by rounds.sh: the server runs the program, and an application with nothing configured finds
# at 169.254.169.254 the keys of the role that it assumes.

bin=$stage/$programs/release run=$stage/run service_log=$stage/service.log
arn=arn:aws:sts::$account:assumed-role/production/fake-metadata

# The address, the rule and the server are in this namespace only.
"$bin/fake-metadata-setup" apply --runtime --config /dev/null >"$stage/output" 2>&1 ||
	fail "the address is brought to this namespace" "$(cat "$stage/output")"
install -d -o 65534 -g 65534 "$run" "$stage/service"
printf '[dev]\naws_access_key_id = AKIAMADEUPSERVICE000\naws_secret_access_key = made-up-by-service\n' \
	>"$stage/service/credentials"
: >"$stage/service/config"
cat >"$stage/service/config.toml" <<-TOML
	[role.credentials]
	source = "process"
	command = "$program --config-file $stage/service/config --credentials-file $stage/service/credentials --profile dev --role-arn arn:aws:iam::$account:role/production --duration 15m --endpoint-url $moto"
TOML
"${ordinary[@]}" env -i PATH=/usr/bin:/bin RUNTIME_DIRECTORY="$run" STATE_DIRECTORY="$run" \
	"$bin/fake-metadata" serve --config "$stage/service/config.toml" 2>"$service_log" &
for _ in {1..300}; do
	! grep -q 'BaseIAMRole: new keys' "$service_log" || break
	sleep 0.1
done

# application WHAT: an ordinary user's, with nothing configured but where STS is.
application() {
	"${ordinary[@]}" env -i PATH=/usr/bin:/bin HOME="$run" "$venv/python" "$stage/moto/identity.py" \
		"$moto" "$arn" >"$stage/output" 2>&1 || fail "$1" "$(cat "$stage/output" "$service_log")"
	pass "$1: $(tail -n 1 "$stage/output")"
}
application "an application finds the role the service has assumed"
env RUNTIME_DIRECTORY="$run" "$bin/fake-metadata" credentials rotate >"$stage/output" 2>&1 ||
	fail "the keys are renewed" "$(cat "$stage/output")"
application "after a rotation, too"
env RUNTIME_DIRECTORY="$run" "$bin/fake-metadata" status >"$stage/output"
grep -q '^  last error    none$' "$stage/output" || fail "the status tells of no error" "$(cat "$stage/output")"
! grep -E 'MADEUP|made-up' "$service_log" "$stage/output" || fail "no key is told" "see above"
pass "status and log tell of no error and no key"

# What the program says of a failure arrives in the log; the last good keys stay.
printf '[other]\n' >"$stage/service/credentials"
! env RUNTIME_DIRECTORY="$run" "$bin/fake-metadata" credentials rotate 2>"$stage/errors" ||
	fail "without its profile the program fails" "it did not"
grep -q "fake-metadata-aws failed (exit status: 78), saying: fake-metadata-aws: the profile dev is not in" "$stage/errors" ||
	fail "what it says arrives at the user" "$(cat "$stage/errors")"
pass "what the program says of a failure arrives at the user"
application "and the keys before stay"
