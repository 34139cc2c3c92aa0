# shellcheck shell=bash disable=SC2154
# Sourced: what happens to a package in its life, one function each, to be run in this order in a
# machine booted by `begin`.

base=http://169.254.169.254/latest
# Whether the second package, fake-metadata-daemontools, takes part.
with_daemontools=

# begin IMAGE [OPTION...]: a fresh machine with the package in /root, booted; its snapshot taken.
begin() {
	local image=$1
	shift
	new_machine "$image"
	place_clients
	place_packages
	write_interfaces
	boot "$@"
	snapshot before
}

# place_packages: in /root; what there is to install, to upgrade to and to remove is in the arrays.
place_packages() {
	cp "${deb:?}" "${upgrade:?}" "${broken:?}" "${daemontools:?}" scripts/install-deb.sh "$tree/root/"
	packages=(fake-metadata)
	files=("/root/$(basename "$deb")")
	higher=("/root/$(basename "$upgrade")")
	[ -z "$with_daemontools" ] || add_daemontools
}

end() {
	halt
	remove_machine
}

# As a user may have left the file: no line end at its end, another owner, another mode. Only where
# ifupdown is.
write_interfaces() {
	[ -e "$tree/sbin/ifup" ] || return 0
	printf 'source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback' >"$tree/etc/network/interfaces"
	chown 1:2 "$tree/etc/network/interfaces"
	chmod 640 "$tree/etc/network/interfaces"
}

# service ACTION: of the server and all that belongs to it, waiting for its end.
service() {
	if inside test -d /run/systemd/system; then
		ok "systemctl $1" timeout 20 sh -c "systemctl $1 fake-metadata; [ $1 != stop ] ||
			until systemctl is-active fake-metadata-network | grep -qx inactive; do sleep 0.1; done"
	else
		ok "init script: $1" /etc/init.d/fake-metadata "$1"
	fi
}

# in_place [ADDRESS [PORT]]: the address, the rule, the lines and the server are there, once each.
in_place() {
	local address=${1:-169.254.169.254} port=${2:-8000}
	if inside test -d /run/systemd/system; then
		shows "both units are active" '^active active $' \
			sh -c 'systemctl is-active fake-metadata-network fake-metadata | tr "\n" " "; echo'
	else
		shows "the init script says it runs" 'is running' /etc/init.d/fake-metadata status
	fi
	counts "one address" 1 "inet $address/32 scope host lo" ip -oneline address
	counts "no other address of that kind" 1 'inet 169\.254\.' ip -oneline address
	counts "one rule, at the head" 1 "^1 +REDIRECT .*$address .*fake-metadata .*ports $port" \
		iptables -t nat -n --line-numbers -L OUTPUT
	counts "no other rule" 1 'REDIRECT' iptables -t nat -S OUTPUT
	if inside grep -qx 'ipv6 = true' /etc/fake-metadata/config.toml; then
		counts "one address of IPv6" 1 'inet6 fd00:ec2::254/128' ip -oneline address
		counts "one rule of IPv6, at the head" 1 '^1 +REDIRECT .*fd00:ec2::254 .*fake-metadata .*ports 8000' \
			ip6tables -t nat -n --line-numbers -L OUTPUT
		shows "curl gets the role over IPv6" '^BaseIAMRole$' curl -sf --globoff --retry 20 --retry-delay 1 \
			--retry-connrefused 'http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/'
	fi
	if inside test -e /sbin/ifup; then
		counts "one block of boot lines" 1 '^# BEGIN fake-metadata' cat /etc/network/interfaces
	else
		ok "no /etc/network/interfaces is made" test ! -e /etc/network/interfaces
	fi
	[ ! -L "$tree/service/fake-metadata" ] || supervised
	shows "the server runs as its own user" '^_fake-m' ps -C fake-metadata -o user=
	counts "one server" 1 . ps -C fake-metadata -o user=
	shows "curl gets the role" '^BaseIAMRole$' curl -sf --retry 20 --retry-delay 1 --retry-connrefused \
		"http://$address/latest/meta-data/iam/security-credentials/"
	ok "fake-metadata-setup status finds nothing amiss" fake-metadata-setup status
}

same_network() {
	snapshot after
	same "addresses as before" addresses
	same "rules of iptables-nft and iptables-legacy as before" rules-nft rules-legacy rules6-nft rules6-legacy
	same "/etc/network as before, bytes, modes and owners" network
	same "units and rc links as before" units
}

# differs WHAT PATHS: just these paths of /etc are not as they were.
differs() {
	shows "$1" "^$2 \$" sh -c \
		'diff /snapshots/before/etc /snapshots/after/etc | grep -oE "/etc[^ ]*" | sort -u | tr "\n" " "; echo'
}

install() {
	shows "make install's script installs it and waits until it answers" '^fake-metadata is running' \
		/root/install-deb.sh "${files[0]}"
	in_place
	[ -z "$with_daemontools" ] || install_daemontools
}

clients() {
	shows "curl gets the keys" '"AccessKeyId" : "ASIAFAKE' curl -sf $base/meta-data/iam/security-credentials/BaseIAMRole
	shows "curl gets a token" '^AQAEA.{51}$' \
		curl -sfX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' -w '\n' $base/api/token
	shows "boto3 gets the role's keys" '^ASIAFAKE.* iam-role$' env PYTHONPATH=/opt/clients python3 -c \
		'import boto3; keys = boto3.Session().get_credentials(); print(keys.access_key, keys.method)'
	ok "the identity document is signed" timeout 30 sh -c \
		"until curl -sf $base/dynamic/instance-identity/rsa2048; do sleep 0.2; done"
	shows "anybody may have the certificate" '^-----BEGIN CERTIFICATE-----$' \
		setpriv --reuid=65534 --regid=65534 --clear-groups fake-metadata certificate rsa2048
	ok "its key is for the server alone" sh -c \
		'! setpriv --reuid=65534 --regid=65534 --clear-groups cat /var/lib/fake-metadata/server/identity/rsa2048.key'
	# TFD_TIMER_ABSTIME with TFD_TIMER_CANCEL_ON_SET.
	ok "the kernel tells the server of jumps of the clock" sh -c \
		"grep -qx 'settime flags: 03' /proc/\$(pidof fake-metadata)/fdinfo/*"
	shows "the AWS CLI gets the role's keys" 'access_key +\S+ +iam-role' aws configure list
}

ifdown_and_ifup() {
	ok "lo goes down and up" sh -c 'ifdown --force lo && ifup lo'
	in_place
}

install_again() {
	ok "dpkg is content" dpkg -i "${files[@]}"
	in_place
}

log_rotation() {
	ok "logrotate rotates a log file and tells the server" sh -c \
		'mkdir -p /var/log/fake-metadata; echo a line >>/var/log/fake-metadata/server.log; logrotate --state /tmp/state --force \
		/etc/logrotate.d/fake-metadata; zcat /var/log/fake-metadata/server.log.1.gz | grep -qx "a line"'
	in_place
}

stop_and_start() {
	service stop
	counts "no address is left" 0 '169\.254' ip -oneline address
	counts "no rule is left" 0 'fake-metadata' iptables-save
	service start
	in_place
	service restart
	in_place
}

network_stop_and_start() {
	ok "the network unit stops" systemctl stop fake-metadata-network
	counts "no address is left" 0 '169\.254' ip -oneline address
	ok "and starts" systemctl start fake-metadata-network
	in_place
}

instance_id() {
	inside curl -sf $base/meta-data/instance-id
}

# What was made up at the first start is kept, by the server and for it alone.
same_instance() {
	shows "the instance is the same" "^$1\$" curl -sf $base/meta-data/instance-id
	shows "what it is made of is the server's own" '^_fake-metadata 600$' \
		stat -c '%U %a' /var/lib/fake-metadata/server/origin
	shows "in a folder of root's" '^root 755$' stat -c '%U %a' /var/lib/fake-metadata
}

reboot() {
	local id
	id=$(instance_id)
	halt
	boot
	in_place
	same_instance "$id"
}

upgrade() {
	local id
	id=$(instance_id)
	ok "dpkg takes a higher version" dpkg -i "${higher[@]}"
	in_place
	same_instance "$id"
}

failed_upgrade() {
	ok "dpkg refuses a broken one" sh -c "! dpkg -i '/root/$(basename "$broken")'"
	shows "the one before is configured" '^install ok installed$' dpkg-query -W -f "\${Status}\\n" fake-metadata
	in_place
}

downgrade() {
	ok "dpkg takes the lower version" dpkg -i "${files[@]}"
	in_place
}

# The old rule and address go, the new come, also across a reboot.
configuration() {
	inside cp -p /etc/fake-metadata/config.toml /root/config.toml
	inside sh -c "printf '%s\n' 'listen = [\"127.0.0.1:9000\"]' '[network]' 'address = \"169.254.169.253\"' \
		>/etc/fake-metadata/config.toml"
	service restart
	in_place 169.254.169.253 9000
	halt
	boot
	in_place 169.254.169.253 9000
	inside cp -p /root/config.toml /etc/fake-metadata/config.toml
	inside rm /root/config.toml
	service restart
	in_place
}

# A client that has another of the machine's addresses is on this machine, too.
other_address() {
	inside cp -p /etc/fake-metadata/config.toml /root/config.toml
	inside sh -c "printf '%s\n' 'listen = [\"0.0.0.0:8000\"]' '[access]' 'hosts = [\"10.9.8.7\"]' \
		>/etc/fake-metadata/config.toml"
	service restart
	inside ip address add 10.9.8.7/32 dev lo
	shows "asked from another of its addresses it answers" '^t3.micro$' \
		curl -sf -w '\n' http://10.9.8.7:8000/latest/meta-data/instance-type
	inside ip address delete 10.9.8.7/32 dev lo
	inside cp -p /root/config.toml /etc/fake-metadata/config.toml
	inside rm /root/config.toml
	service restart
	in_place
}

# From here on over IPv6 as well, until the configuration is purged.
ipv6() {
	inside sed -i 's/^#ipv6 = false$/ipv6 = true/' /etc/fake-metadata/config.toml
	ok "it is switched on" grep -qx 'ipv6 = true' /etc/fake-metadata/config.toml
	service restart
	in_place
	reboot
}

remove() {
	ok "dpkg removes it" dpkg -r "${packages[@]}"
	same_network
	[ -z "$with_daemontools" ] || inside sed -i '\|^/mnt/logs|d' /snapshots/after/files
	same "no file is left outside /etc, but daemontools' log" files
	differs "in /etc, its configuration files and the list of users" "/etc/default/fake-metadata\
 /etc/fake-metadata /etc/fake-metadata/config.toml /etc/group /etc/gshadow /etc/init.d/fake-metadata\
 /etc/logrotate.d/fake-metadata${with_daemontools:+ /etc/logrotate.d/fake-metadata-daemontools} /etc/passwd /etc/shadow"
}

remove_twice() {
	ok "dpkg has nothing to do" dpkg -r "${packages[@]}"
	same_network
}

install_after_remove() {
	ok "dpkg installs it" dpkg -i "${files[@]}"
	in_place
}

remove_under_load() {
	inside sh -c "while curl -s -m 1 -o /dev/null $base/meta-data/; do :; done" &
	ok "dpkg removes it while it answers" dpkg -r "${packages[@]}"
	wait $!
	same_network
	ok "and installs it again" dpkg -i "${files[@]}"
	in_place
}

purge() {
	ok "dpkg purges it" dpkg -P "${packages[@]}"
	same_network
	same "no file is left" files
	differs "in /etc, the list of users" "/etc/group /etc/gshadow /etc/passwd /etc/shadow"
	shows "that user is _fake-metadata" '^_fake-metadata:.*:/nonexistent:/usr/sbin/nologin$' getent passwd _fake-metadata
}

# Every change is known again by its mark.
purge_without_record() {
	ok "dpkg installs it" dpkg -i "/root/$(basename "$deb")"
	in_place
	ok "the record is lost" rm /var/lib/fake-metadata/setup.json
	ok "dpkg purges it" dpkg -P fake-metadata
	same_network
	same "no file is left" files
}
