# shellcheck shell=bash disable=SC2154,SC2016
# Sourced: the recipes of docs/credentials.md, done as they are written. Only `sudo`, `vagrant` and `aws`
# are stand-ins: whoever follows them here is root already, and in the machine itself; and version 2 of
# the AWS CLI, the only one to export keys, is on no package index. What it prints, its library does.

page=docs/credentials.md

# block SECTION LANGUAGE: what a section shows in that language.
block() {
	awk -v section="## $1" -v language="\`\`\`$2" \
		'/^## / { in_section = index($0 ":", section ":") == 1 } /^```$/ { in_block = 0 } in_section && in_block
		in_section && $0 == language { in_block = 1 }' $page
}

# commands SECTION: those a section shows.
commands() {
	awk -v section="## $1" '/^#+ / { in_section = index($0 ":", section ":") == 1 } in_section && sub(/^    \$ /, "")' $page
}

stand_ins() {
	printf '#!/bin/sh\nwhile [ "${1#--}" != "$1" ]; do shift; done\nexec "$@"\n' >"$tree/usr/local/bin/sudo"
	printf '#!/bin/sh\n[ "$1 $2" = "ssh -c" ] && exec sh -c "$3"\n' >"$tree/usr/local/bin/vagrant"
	mv "$tree/usr/local/bin/aws" "$tree/root/aws"
	cat >"$tree/usr/local/bin/aws" <<-'TEXT'
		#!/bin/sh
		[ "$*" = "configure export-credentials" ] || exec /root/aws "$@"
		PYTHONPATH=/opt/clients exec python3 -c '
		import botocore.session, json
		keys = botocore.session.Session().get_credentials()
		names = {"AccessKeyId": keys.access_key, "SecretAccessKey": keys.secret_key, "SessionToken": keys.token}
		print(json.dumps({"Version": 1} | {name: value for name, value in names.items() if value}, indent=4))'
	TEXT
	chmod 755 "$tree"/usr/local/bin/{sudo,vagrant,aws}
	mkdir -p "$tree/root/.aws"
	printf '[%s]\naws_access_key_id = %s\naws_secret_access_key = FakeSecret\n' default AKIAFAKEDEFAULT dev AKIAFAKEDEV \
		>"$tree/root/.aws/credentials"
}

# follow COMMAND...: each of them.
follow() {
	local command
	for command; do
		ok "$command" env AWS_ACCESS_KEY_ID=AKIAFAKEVARIABLE AWS_SECRET_ACCESS_KEY=FakeSecret sh -c "$command"
	done
}

# recipe SOURCE KEY: its keys arrive at the address, and the last of them has this id.
recipe() {
	local source=$1 key=$2 first commands
	echo "   $page: $source"
	mapfile -t first < <(sed -n '/^## /q; s/^    \$ //p' $page)
	mapfile -t commands < <(commands "$source")
	block "$source" toml >"$tree/etc/fake-metadata/config.toml"
	case $source in
	process)
		block process sh >"$tree/usr/local/bin/keys"
		chmod 755 "$tree/usr/local/bin/keys"
		;;
	environment) block environment sh >>"$tree/etc/default/fake-metadata" ;;
	esac
	# The last of them tells of keys, which some have only after what comes next.
	follow "${first[@]::2}" "${commands[@]}"
	ok "the keys $key are served" timeout 20 sh -c \
		"until curl -s $base/meta-data/iam/security-credentials/BaseIAMRole | grep -q '\"AccessKeyId\" : \"$key'; do sleep 0.2; done"
	follow "${first[@]:2}"
	shows "its status tells the source" "^  source +$source$" fake-metadata status
}

recipes() {
	local key
	inside cp -p /etc/fake-metadata/config.toml /root/config.toml
	inside cp -p /etc/default/fake-metadata /root/default
	stand_ins
	recipe generated ASIAFAKE
	recipe pushed AKIAFAKEVARIABLE
	recipe profile AKIAFAKEDEV
	inside chmod 600 /etc/fake-metadata/credentials
	ok "a file it may not read is named, with what to do" timeout 20 sh -c 'until journalctl --unit fake-metadata |
		grep "/etc/fake-metadata/credentials: cannot be read: .* must be able to: chgrp"; do sleep 0.2; done'
	shows "and the last good keys stay" '"AccessKeyId" : "AKIAFAKEDEV' curl -sf "$base/meta-data/iam/security-credentials/BaseIAMRole"
	recipe process ASIAFAKE
	recipe environment AKIAFAKE
	recipe static AKIAFAKE
	several_roles
	control_socket
	for key in ASIAFAKE AKIAFAKE FakeSecret; do
		counts "nothing of $key is in the journal" 0 "$key" journalctl --unit fake-metadata --no-pager
	done
	inside cp -p /root/config.toml /etc/fake-metadata/config.toml
	inside cp -p /root/default /etc/default/fake-metadata
	inside rm -r /root/config.toml /root/default /root/.aws /etc/fake-metadata/credentials /usr/local/bin/keys \
		/usr/local/bin/sudo /usr/local/bin/vagrant
	inside mv /root/aws /usr/local/bin/aws
	service restart
	in_place
}

several_roles() {
	local listing=$base/meta-data/iam/security-credentials/
	echo "   $page: several roles"
	inside useradd --system svc-a
	inside useradd --system svc-b
	block "Several roles" toml >"$tree/etc/fake-metadata/config.toml"
	service reload
	ok "svc-a finds its role" timeout 20 sh -c "until runuser -u svc-a -- curl -sf $listing | grep -qx RoleA; do sleep 0.2; done"
	shows "svc-b finds its own" '^RoleB$' runuser -u svc-b -- curl -sf "$listing"
	shows "root finds the first" '^BaseIAMRole$' curl -sf "$listing"
	shows "svc-b has the keys of its role" '"AccessKeyId" : "ASIAFAKE' runuser -u svc-b -- curl -sf "${listing}RoleB"
	ok "not those of the other" sh -c "! runuser -u svc-b -- curl -sf ${listing}RoleA"
	inside userdel svc-a
	inside userdel svc-b
}

control_socket() {
	ok "others may not, were the folder and the socket open to them" sh -c 'cd /run/fake-metadata &&
		chmod 755 . && chmod 666 control.sock && runuser -u nobody -- fake-metadata status 2>&1 |
		grep "only root and members of the server.s group may ask here"'
	inside sh -c 'cd /run/fake-metadata && chmod 750 . && chmod 660 control.sock'
	ok "others may not ask the server" sh -c \
		'runuser -u nobody -- fake-metadata status 2>&1 | grep -q "be root, or a member of the group _fake-metadata"'
	inside useradd --system --groups _fake-metadata member
	ok "a member of its group may" runuser -u member -- fake-metadata credentials rotate --role RoleB
	inside userdel member
	shows "the server leaves no core dumps" '^Max core file size +0 +0 ' sh -c \
		'cat /proc/$(systemctl show --value --property MainPID fake-metadata)/limits'
}
