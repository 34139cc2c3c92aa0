# shellcheck shell=bash disable=SC2154
# Sourced by rounds.sh, after keys.sh: what cannot work, each with its sentence and its status.

files="$stage/home/.aws/config or $stage/home/.aws/credentials"
cat >>"$stage/home/.aws/config" <<END
[profile empty]
region = eu-west-1
[profile mfa]
role_arn = $role/app
source_profile = dev
mfa_serial = arn:aws:iam::$account:mfa/somebody
[profile behind-mfa]
role_arn = $role/two
source_profile = mfa
[profile metadata]
role_arn = $role/app
credential_source = Ec2InstanceMetadata
[profile container]
role_arn = $role/app
credential_source = EcsContainer
[profile astray]
role_arn = $role/app
source_profile = nowhere
[profile circle]
role_arn = $role/app
source_profile = elcric
[profile elcric]
role_arn = $role/app
source_profile = circle
[profile silent]
credential_process = echo made-up/secret >&2; exit 3
[profile slow]
credential_process = sleep 60
[profile missing]
sso_session = missing
sso_account_id = $account
sso_role_name = app
[sso-session missing]
sso_region = us-east-1
sso_start_url = https://signin.example/start
[profile expired]
sso_session = dev
sso_account_id = $account
sso_role_name = app
[sso-session dev]
sso_region = us-east-1
sso_start_url = https://signin.example/start
[profile old-sso]
sso_account_id = $account
sso_role_name = app
sso_region = us-east-1
sso_start_url = https://signin.example/start
[profile behind-sso]
role_arn = $role/app
source_profile = expired
END
mkdir -p "$stage/home/.aws/sso/cache"
# The file's name is the SHA-1 of the session's.
echo '{"accessToken": "made-up", "expiresAt": "2020-01-01T00:00:00Z"}' \
	>"$stage/home/.aws/sso/cache/$(printf dev | sha1sum | cut -d' ' -f1).json"

refused "a profile that is not there" 78 \
	"the profile nix is not in $files; name another with --profile, .*" "${at[@]}" --profile nix
refused "AWS_PROFILE that is not there" 78 "the profile nix is not in $files; .*" AWS_PROFILE=nix "${at[@]}"
refused "a source_profile that is not there" 78 \
	"the profile astray names the source_profile nowhere, which is not in $files" "${at[@]}" --profile astray
refused "a profile without credentials" 78 "the profile empty has no credentials in $files" "${at[@]}" --profile empty
refused "no credentials anywhere" 78 "there are no credentials: none in the environment, none of the profile default in .*" \
	HOME=/nowhere "${at[@]}" --role-arn "$role/app"
refused "profiles in a circle" 78 "the profile circle cannot be used: .*loop.*" "${at[@]}" --profile circle
refused "a file that is not there" 78 "/nowhere/config: cannot be read: No such file or directory .*" \
	"${at[@]}" --config-file /nowhere/config
echo '[dev' >"$stage/home/wrong"
refused "a file that is wrong" 78 "error parsing $stage/home/wrong on line 1: .*" "${at[@]}" --config-file "$stage/home/wrong"
refused "a folder for a file" 78 "could not read file .$stage/home.: Is a directory .*" "${at[@]}" --config-file "$stage/home"
touch "$stage/home/secret"
chmod 000 "$stage/home/secret"
refused "a file that must not be read" 77 "$stage/home/secret: cannot be read: Permission denied .*" \
	"${at[@]}" --credentials-file "$stage/home/secret"

refused "MFA" 78 "the profile mfa has mfa_serial, .* fake-metadata credentials set -, or use a profile of SSO" \
	"${at[@]}" --profile mfa
refused "MFA in the profile that it leads to" 78 "the profile mfa has mfa_serial, .*" "${at[@]}" --profile behind-mfa
refused "the metadata service" 78 "the profile metadata has credential_source = Ec2InstanceMetadata, which here is .*" \
	"${at[@]}" --profile metadata
refused "a container's service" 78 "the profile container has credential_source = EcsContainer, which here is .*" \
	"${at[@]}" --profile container

refused "SSO without a token" 77 \
	"the sign-in of the profile missing is missing or has expired; run: aws sso login --profile missing" \
	"${at[@]}" --profile missing
refused "SSO with an expired token" 77 \
	"the sign-in of the profile expired is missing or has expired; run: aws sso login --profile expired" \
	"${at[@]}" --profile expired --role-arn "$role/app"
refused "SSO of old, without a token" 77 ".*; run: aws sso login --profile old-sso" "${at[@]}" --profile old-sso
refused "a profile that leads to SSO" 77 ".*; run: aws sso login --profile expired" "${at[@]}" --profile behind-sso
refused "a credential_process that fails" 69 \
	"the credential_process of the profile silent gave no credentials; run it by hand, .*" "${at[@]}" --profile silent
refused "a web identity without its token" 78 "the web identity in AWS_WEB_IDENTITY_TOKEN_FILE cannot be used: No such file .*" \
	AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere AWS_ROLE_ARN="$role/web" "${at[@]}"

# This moto looks who asks, and for what.
read -r id secret worker_id worker_secret < <(ask users "$strict")
somebody=(AWS_ACCESS_KEY_ID="$id" AWS_SECRET_ACCESS_KEY="$secret")
worker=(AWS_ACCESS_KEY_ID="$worker_id" AWS_SECRET_ACCESS_KEY="$worker_secret")
at_strict=(--endpoint-url "$strict" --role-arn "$role/guarded")
who="STS at $strict, asked for $role/guarded,"
refused "a role that AWS does not give" 77 "$who refuses: User: .*user/somebody is not authorized to perform: sts:AssumeRole.*\(AccessDenied\)" \
	"${somebody[@]}" "${at_strict[@]}"
! grep -qF -e "$id" -e "$secret" "$stage/errors" || fail "a role that AWS does not give" "a key is in it"
prints "a role that AWS gives" "${worker[@]}" "${at_strict[@]}"
is "a role that AWS gives, to one whose signature was verified" "$session/guarded/fake-metadata" \
	"$(ask caller "$strict")"
refused "a wrong secret key" 77 "$who refuses: .*\(SignatureDoesNotMatch\)" \
	AWS_ACCESS_KEY_ID="$id" AWS_SECRET_ACCESS_KEY=made-up/wrong "${at_strict[@]}"
refused "a key that AWS does not know" 77 "$who refuses: .*\(InvalidClientTokenId\)" --profile dev "${at_strict[@]}"
refused "a key in a profile that AWS does not know" 77 "AWS, asked with the profile app, refuses: .*\(InvalidClientTokenId\)" \
	--endpoint-url "$strict" --profile app

refused "nothing answers" 69 "STS at http://127.0.0.1:9, asked for $role/app, cannot be reached: Connection refused .*" \
	--endpoint-url http://127.0.0.1:9 --profile dev --role-arn "$role/app"
refused "no way to AWS" 69 "STS in eu-west-1, asked for $role/app, cannot be reached: .*" --profile dev --role-arn "$role/app"
refused "a certificate that nobody vouches for" 69 \
	"STS at $over_tls, asked for $role/app, cannot be reached: invalid peer certificate: UnknownIssuer .*" \
	--endpoint-url "$over_tls" --profile dev --role-arn "$role/app"
refused "another server answers" 69 "STS at $moto/moto-api, asked for $role/app, does not answer as it should: .*" \
	--endpoint-url "$moto/moto-api" --profile dev --role-arn "$role/app"
"$venv/python" -c 'import socket, time
listener = socket.create_server(("127.0.0.1", 5009))
time.sleep(600)' &
for _ in {1..100}; do
	! (: </dev/tcp/127.0.0.1/5009) 2>/dev/null || break
	sleep 0.1
done
begun=$SECONDS
refused "a server that does not answer" 69 \
	"STS at http://127.0.0.1:5009, asked for $role/app, gave no answer within 20 s; see whether this machine can reach it" \
	--endpoint-url http://127.0.0.1:5009 --profile dev --role-arn "$role/app"
((SECONDS - begun <= 22)) || fail "a server that does not answer" "it took $((SECONDS - begun)) s"
begun=$SECONDS
refused "a credential_process that does not end" 69 "what the profile slow leads to gave no answer within 20 s; .*" \
	"${at[@]}" --profile slow
((SECONDS - begun <= 22)) || fail "a credential_process that does not end" "it took $((SECONDS - begun)) s"

# Wrong arguments are named by the option, with what would be right; the help follows in its own lines.
wrong() {
	local option=$1 value=$2 sentence=$3
	gets --profile dev --role-arn "$role/app" "$option" "$value"
	if [ "$status" != 64 ] || [ -s "$stage/output" ] || ! grep -qF -- "for '$option " "$stage/errors" ||
		! grep -qF -- "$sentence" "$stage/errors"; then
		fail "a wrong $option" "its status is $status: $(cat "$stage/errors")"
	fi
	pass "a wrong $option: 64: $(head -n 1 "$stage/errors")"
}
wrong --role-arn app "write the ARN of a role, such as arn:aws:iam::123456789012:role/app"
wrong --policy-arn ReadOnlyAccess "write the ARN of a managed policy, such as"
wrong --duration 10m "write a time from 15m to 12h, such as 1h"
wrong --duration 1 "write a time from 15m to 12h, such as 1h"
wrong --role-session-name 'my name' "write 2 to 64 letters"
wrong --region 'eu west' "write a region, such as eu-west-1"
wrong --endpoint-url 127.0.0.1 "write a URL, such as https://sts.eu-west-1.amazonaws.com"

# A metadata service that would have credentials is not asked, wherever it is said to be.
"$venv/python" -c 'import http.server
class Metadata(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path, flush=True)
    do_PUT = do_GET
http.server.HTTPServer(("127.0.0.1", 5010), Metadata).serve_forever()' >"$stage/asked" 2>&1 &
for _ in {1..100}; do
	! (: </dev/tcp/127.0.0.1/5010) 2>/dev/null || break
	sleep 0.1
done
metadata=(AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:5010
	AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:5010/container)
refused "credentials only of a metadata service" 78 "there are no credentials: .*" "${metadata[@]}" HOME=/nowhere "${at[@]}"
refused "a profile that wants those of a metadata service" 78 "the profile metadata has credential_source = .*" \
	"${metadata[@]}" "${at[@]}" --profile metadata
prints "a role, with a metadata service" "${metadata[@]}" "${at[@]}" --profile dev --role-arn "$role/app"
[ ! -s "$stage/asked" ] || fail "no metadata service is asked" "it was, for: $(cat "$stage/asked")"
exec 3<>/dev/tcp/127.0.0.1/5010
printf 'GET /by-the-test HTTP/1.0\r\n\r\n' >&3
timeout 10 cat <&3 >/dev/null
exec 3<&-
is "no metadata service is asked, but by the test itself" "/by-the-test" "$(grep '^/' "$stage/asked")"
