#!/bin/bash
# The second half of try.sh, already inside the namespace.
set -euo pipefail

bold=
plain=
if [ -t 1 ]; then
	bold=$(printf '\033[1m')
	plain=$(printf '\033[0m')
fi
say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
show() {
	local word line='$'
	for word; do
		case $word in *' '*) word="\"$word\"" ;; esac
		line+=" $word"
	done
	printf '%s%s%s\n' "$bold" "$line" "$plain"
	"$@"
}
network() {
	ip -details address
	iptables-save
	iptables-legacy-save 2>/dev/null || true
}

# What the programs write goes to memory, as does the lock of iptables.
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
ip link set lo up
network | grep -v '^#' >/run/before || true

say "This is a network of its own. The setup program brings the address to it:"
show fake-metadata-setup apply --runtime
show ip -oneline -4 address show dev lo
show iptables -t nat -S OUTPUT

say "The server answers there, without any privilege:"
printf '%s$ fake-metadata serve &%s\n' "$bold" "$plain"
STATE_DIRECTORY=/run setpriv --pdeathsig=KILL --bounding-set=-all --inh-caps=-all --no-new-privs fake-metadata serve 2>/run/log &
server=$!
base=http://169.254.169.254/latest
show curl --silent --show-error --retry 50 --retry-delay 0 --retry-connrefused $base/meta-data/
echo

say "With a session token (IMDSv2), as today's SDKs ask:"
# shellcheck disable=SC2016
printf '%s$ TOKEN=$(curl -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 21600" %s/api/token)%s\n' "$bold" $base "$plain"
TOKEN=$(curl --silent --fail -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600' $base/api/token)
show curl --silent --include -H "X-aws-ec2-metadata-token: $TOKEN" $base/meta-data/placement/region
echo

say "The role and its credentials:"
show curl --silent $base/meta-data/iam/security-credentials/
echo
show curl --silent $base/meta-data/iam/security-credentials/BaseIAMRole
echo

say "What the server noted:"
show cat /run/log

if [ -t 0 ] && [ -t 1 ]; then
	read -r -p "Enter: undo it and leave.  s: a shell in here first. " answer
	if [ "$answer" = s ]; then
		echo "In this shell, http://169.254.169.254 is an EC2 instance. exit or Ctrl-D to leave."
		"${SHELL:-/bin/bash}" || true
	fi
fi

kill -TERM $server
wait $server
say "And away with it:"
show fake-metadata-setup revert --runtime
network | grep -v '^#' | diff /run/before - || { echo "the network is not as it was" >&2; exit 1; }
say "The network is exactly as before."
