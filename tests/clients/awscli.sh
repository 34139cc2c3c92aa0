# shellcheck shell=bash
# Sourced by the AWS CLI's `run ROUND`, of both versions: what they have in common, which is all.
set -euo pipefail
role=app-role arn=arn:aws:sts::210987654321:assumed-role/app-role/i-0c11e17500c11e175
version=$(aws --version | sed -n 's#^aws-cli/\([^ ]*\).*#\1#p')
ok() { echo "aws-cli $version: $*: ok"; }
fail() { echo "aws-cli $version: $*" >&2 && exit 1; }

if [ "$1" = services ]; then
	at=(--region eu-west-1 --endpoint-url http://127.0.0.1:5000)
	found=$(aws sts get-caller-identity "${at[@]}" --query Arn --output text) || fail "'aws sts get-caller-identity' failed"
	[ "$found" = "$arn" ] || fail "'aws sts get-caller-identity' answers $found"
	ok "'sts get-caller-identity' answers the role"
	found=$(aws s3 cp s3://bucket/greeting - "${at[@]}") || fail "'aws s3 cp' failed"
	[ "$found" = 'it works' ] || fail "'aws s3 cp' gets '$found'"
	ok "'s3 cp' reads a bucket"
	exit
fi

list=$(aws configure list) || fail "'aws configure list' failed"
grep -qE "^ *access_key +[^ ]+ +iam-role" <<<"$list" || fail "'aws configure list' has no access_key of type iam-role: $list"
ok "'configure list' has keys of type iam-role"

# Signed without asking anybody, and the key's id is in the address.
url=$(aws s3 presign s3://bucket/key) || fail "'aws s3 presign' failed"
[[ $url =~ [?\&](AWSAccessKeyId=|X-Amz-Credential=)ASIAFAKE ]] ||
	fail "'aws s3 presign' signs with other keys: $url"
[[ $url =~ [?\&](x-amz-security-token|X-Amz-Security-Token)=. ]] ||
	fail "'aws s3 presign' leaves the session token out: $url"
ok "'s3 presign' signs with the keys of $role"
