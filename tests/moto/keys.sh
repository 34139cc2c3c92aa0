# shellcheck shell=bash disable=SC2154
# Sourced by rounds.sh: what the program prints, and what its keys are worth.

role=arn:aws:iam::$account:role
session=arn:aws:sts::$account:assumed-role

mkdir "$stage/home/.aws"
echo made-up-token >"$stage/home/token"
cat >"$stage/home/.aws/credentials" <<END
[dev]
aws_access_key_id = AKIAMADEUP0000000001
aws_secret_access_key = made-up/dev
[lent]
aws_access_key_id = ASIAMADEUP0000000002
aws_secret_access_key = made-up/lent
aws_session_token = made-up-session
END
cat >"$stage/home/.aws/config" <<END
[profile dev]
region = eu-west-1
[profile app]
role_arn = $role/app
role_session_name = of-the-profile
source_profile = dev
[profile two]
role_arn = $role/two
source_profile = app
[profile web]
role_arn = $role/web
web_identity_token_file = $stage/home/token
[profile spoken]
credential_process = cat $stage/home/spoken
[profile through]
credential_process = $program --endpoint-url $moto --profile dev --role-arn $role/through
[profile variable]
role_arn = $role/variable
credential_source = Environment
END
echo '{"Version": 1, "AccessKeyId": "ASIAMADEUP0000000003", "SecretAccessKey": "made-up/spoken"}' >"$stage/home/spoken"

at=(--endpoint-url "$moto")
prints "a role" "${at[@]}" --profile dev --role-arn "$role/app"
pass "a role: one JSON object on standard output, nothing on standard error"
is "a role: its keys are those of the role" "$session/app/fake-metadata" "$(ask caller "$moto")"
near() {
	local found
	found=$(ask seconds)
	((found <= $2 && found > $2 - 30)) || fail "$1" "they hold for $found s, not $2"
	pass "$1"
}
near "a role: its keys hold for an hour" 3600
prints "--duration" "${at[@]}" --profile dev --role-arn "$role/app" --duration 15m
near "--duration 15m: they hold for a quarter of an hour" 900
prints "--duration" "${at[@]}" --profile dev --role-arn "$role/app" --duration 12h
near "--duration 12h: they hold for half a day" 43200
prints "--role-session-name" "${at[@]}" --profile dev --role-arn "$role/app" --role-session-name me@laptop
is "--role-session-name: it is in the caller's name" "$session/app/me@laptop" "$(ask caller "$moto")"
prints "two roles" "${at[@]}" --profile dev --role-arn "$role/gate" --role-arn "$role/app" --duration 30m
is "two roles: the keys are those of the last" "$session/app/fake-metadata" "$(ask caller "$moto")"
near "two roles: --duration holds for the last" 1800

prints "TLS" SSL_CERT_FILE="$stage/home/certificate.pem" --endpoint-url "$over_tls" --profile dev --role-arn "$role/app"
is "over TLS, by a certificate in SSL_CERT_FILE" "$session/app/fake-metadata" \
	"$(as_user AWS_CA_BUNDLE="$stage/home/certificate.pem" "$venv/python" "$stage/moto/ask.py" \
		caller "$over_tls" <"$stage/output")"

prints "source_profile" "${at[@]}" --profile app
is "a profile with role_arn and source_profile" "$session/app/of-the-profile" "$(ask caller "$moto")"
prints "two profiles" "${at[@]}" --profile two
is "a profile whose source_profile has a role, too" "$session/two/assume-role-from-profile" \
	"$(ask caller "$moto" | sed 's/-[0-9]*$//')"
prints "AWS_PROFILE" AWS_PROFILE=app "${at[@]}"
is "AWS_PROFILE" "$session/app/of-the-profile" "$(ask caller "$moto")"
prints "AWS_ENDPOINT_URL_STS" AWS_ENDPOINT_URL_STS="$moto" --profile app --role-arn "$role/next"
is "AWS_ENDPOINT_URL_STS instead of --endpoint-url" "$session/next/fake-metadata" "$(ask caller "$moto")"
web=(AWS_WEB_IDENTITY_TOKEN_FILE="$stage/home/token" AWS_ROLE_ARN="$role/web" AWS_ROLE_SESSION_NAME=web)
prints "web identity" "${web[@]}" AWS_ENDPOINT_URL_STS="$moto" --region us-east-1
is "the web identity of the environment" "$session/web/web" "$(ask caller "$moto")"
prints "web identity and a role" "${web[@]}" "${at[@]}" --role-arn "$role/app"
is "the web identity of the environment, and a role" "$session/app/fake-metadata" "$(ask caller "$moto")"
prints "web identity of a profile" "${at[@]}" --profile web --role-arn "$role/app"
is "the web identity of a profile, and a role" "$session/app/fake-metadata" "$(ask caller "$moto")"
keys=(AWS_ACCESS_KEY_ID=AKIAMADEUP0000000004 AWS_SECRET_ACCESS_KEY=made-up/environment)
prints "environment" "${keys[@]}" "${at[@]}" --role-arn "$role/app"
is "keys of the environment, and a role" "$session/app/fake-metadata" "$(ask caller "$moto")"
prints "credential_source = Environment" "${keys[@]}" "${at[@]}" --profile variable
is "credential_source = Environment" "$session/variable/assume-role-from-profile" \
	"$(ask caller "$moto" | sed 's/-[0-9]*$//')"
prints "credential_process" "${at[@]}" --profile spoken --role-arn "$role/app"
is "a credential_process, and a role" "$session/app/fake-metadata" "$(ask caller "$moto")"

# Nothing is asked for these, so that they come even where nothing answers.
prints "no role" --endpoint-url http://127.0.0.1:9 --profile dev
is "no role: the keys as they are, with neither token nor expiration" \
	'{"Version":1,"AccessKeyId":"AKIAMADEUP0000000001","SecretAccessKey":"made-up/dev"}' "$(cat "$stage/output")"
prints "no role, with a token" --endpoint-url http://127.0.0.1:9 --profile lent
is "no role: a session's keys, whose end is not known" \
	'{"Version":1,"AccessKeyId":"ASIAMADEUP0000000002","SecretAccessKey":"made-up/lent","SessionToken":"made-up-session"}' \
	"$(cat "$stage/output")"
prints "files elsewhere" HOME=/nowhere --credentials-file "$stage/home/.aws/credentials" --profile dev
pass "--credentials-file: a file elsewhere"
prints "files elsewhere" HOME=/nowhere AWS_SHARED_CREDENTIALS_FILE="$stage/home/.aws/credentials" \
	--config-file "$stage/home/.aws/config" "${at[@]}" --profile app
pass "--config-file and AWS_SHARED_CREDENTIALS_FILE: files elsewhere"

is "botocore takes the keys from this program as its credential_process" \
	"custom-process $session/through/fake-metadata" "$(ask process "$moto" through)"
