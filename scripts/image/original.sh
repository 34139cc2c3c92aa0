# shellcheck shell=bash disable=SC2154,SC2016
# Sourced: an upgrade from version 1 of the package, as it was: shell scripts around another server,
# which edit /etc/network/interfaces and set address and rule by themselves.

# make_original WHEN: version 1.0 as /root/fake-metadata_1.0.deb in $tree. It undoes its changes
# "always", whatever its scripts are called with, or on removal only: "removed".
make_original() {
	local to=$tree/root/original when='[ "$1" = remove ] || exit 0'
	[ "$1" = removed ] || when=:
	mkdir -p "$to/DEBIAN" "$to"/etc/{init.d,logrotate.d} "$to"/apps/fake-metadata/{bin,service} "$to/service"
	printf '%s\n' 'Package: fake-metadata' 'Version: 1.0' 'Architecture: all' 'Maintainer: nobody <nobody@example.org>' \
		'Depends: python3, iptables' 'Description: version 1' >"$to/DEBIAN/control"
	cat >"$to/DEBIAN/postinst" <<-'TEXT'
		#!/bin/sh
		set -e
		interfaces=/etc/network/interfaces
		add='up ip addr add 169.254.169.254/32 dev lo scope host'
		restore='pre-up iptables-restore < /etc/network/iptables.rules'
		grep -qF "$restore" $interfaces || sed -i "/^iface lo inet loopback/a\    $restore" $interfaces
		grep -qF "$add" $interfaces || sed -i "/^iface lo inet loopback/a\    $add" $interfaces
		ip addr show dev lo | grep -qF 169.254.169.254/32 || ip addr add 169.254.169.254/32 dev lo scope host
		rule='-p tcp -d 169.254.169.254/32 --dport 80 -j REDIRECT --to-ports 8000'
		iptables -t nat -C OUTPUT $rule 2>/dev/null || iptables -t nat -A OUTPUT $rule
		iptables-save >/etc/network/iptables.rules
		update-rc.d fake-metadata defaults
		[ -e /run/supervised ] || /etc/init.d/fake-metadata start
	TEXT
	cat >"$to/DEBIAN/prerm" <<-TEXT
		#!/bin/sh
		$when
		/etc/init.d/fake-metadata stop
	TEXT
	cat >"$to/DEBIAN/postrm" <<-TEXT
		#!/bin/sh
		$when
		sed -i -e '/up ip addr add 169.254.169.254/d' -e '/pre-up iptables-restore/d' /etc/network/interfaces
		ip addr del 169.254.169.254/32 dev lo
		iptables -t nat -D OUTPUT -p tcp -d 169.254.169.254/32 --dport 80 -j REDIRECT --to-ports 8000
		rm -f /etc/network/iptables.rules
		update-rc.d fake-metadata remove
	TEXT
	cat >"$to/etc/init.d/fake-metadata" <<-'TEXT'
		#!/bin/sh
		### BEGIN INIT INFO
		# Provides: fake-metadata
		# Required-Start: $network
		# Required-Stop: $network
		# Default-Start: 2 3 4 5
		# Default-Stop: 0 1 6
		### END INIT INFO
		case "$1" in
		start) start-stop-daemon --start --oknodo --background --make-pidfile --pidfile /run/original.pid --exec \
			/apps/fake-metadata/bin/server ;;
		stop) start-stop-daemon --stop --oknodo --retry 5 --remove-pidfile --pidfile /run/original.pid ;;
		esac
	TEXT
	cat >"$to/apps/fake-metadata/bin/server" <<-'TEXT'
		#!/usr/bin/python3
		import http.server
		http.server.test(http.server.SimpleHTTPRequestHandler, port=8000, bind="127.0.0.1")
	TEXT
	printf '#!/bin/sh\nexec /apps/fake-metadata/bin/server\n' >"$to/apps/fake-metadata/service/run"
	echo '/mnt/logs/fake-metadata/server.log { daily }' >"$to/etc/logrotate.d/fake-metadata"
	ln -s /mnt/logs/fake-metadata "$to/apps/fake-metadata/logs"
	chmod 755 "$to"/DEBIAN/p* "$to/etc/init.d/fake-metadata" "$to"/apps/fake-metadata/{bin/server,service/run}
	if [ "$2" = supervised ]; then
		ln -s /apps/fake-metadata/service "$to/service/fake-metadata"
	fi
	dpkg-deb --root-owner-group -Znone --build "$to" "$to.deb" >/dev/null
	rm -rf "$to"
}

# installed_original IMAGE WHEN [supervised]: a machine with version 1.0 at work; the snapshot is the
# one from before it.
installed_original() {
	new_machine "$1"
	cp "${deb:?}" "${daemontools:?}" "$tree/root/"
	write_interfaces
	# Its sed gives a last line an end, which nobody could know it had not.
	echo >>"$tree/etc/network/interfaces"
	make_original "$2" "${3:-}"
	if [ -n "${3:-}" ]; then
		scan_service
		# Or dpkg would take the folder away with version 1, which has brought it, too.
		touch "$tree/service/.keep"
	fi
	boot
	snapshot before
	[ -z "${3:-}" ] || inside touch /run/supervised
	ok "version 1.0 is installed" dpkg -i /root/original.deb
	original_works
}

original_works() {
	ok "its server answers at the address" timeout 20 sh -c \
		'until curl -s http://169.254.169.254/ | grep "Directory listing"; do sleep 0.2; done'
	counts "its lines are there" 2 '^    (up ip addr add|pre-up iptables-restore)' cat /etc/network/interfaces
	counts "and its rule" 1 '^-A OUTPUT .*--to-ports 8000' cat /etc/network/iptables.rules
}

# upgraded_from_original: ours has taken over, and goes without a trace of either.
upgraded_from_original() {
	ok "dpkg takes the package for an upgrade, and asks nothing" dpkg -i "/root/$(basename "$deb")"
	in_place
	nothing_of_the_original
	halt
	boot
	in_place
	nothing_of_the_original
	ok "dpkg removes it" dpkg -r fake-metadata
	same_network
	ok "dpkg purges it" dpkg -P fake-metadata
	same_network
	same "no file is left" files
	differs "in /etc, the list of users" "/etc/group /etc/gshadow /etc/passwd /etc/shadow"
	end
}

nothing_of_the_original() {
	counts "none of its boot lines is left" 0 'ip addr add|iptables-restore' cat /etc/network/interfaces
	ok "nor its files" sh -c '! ls -d /etc/network/iptables.rules /etc/*/fake-metadata.version-1 /apps /mnt/logs \
		/var/lib/fake-metadata/version-1 /service/fake-metadata'
	counts "nor its server" 0 /apps/fake-metadata/bin/server ps -eo args=
}

from_one_that_undoes() {
	installed_original bookworm always
	upgraded_from_original
}

from_one_that_does_not() {
	installed_original bookworm removed
	upgraded_from_original
}

from_a_supervised_one() {
	installed_original daemontools removed supervised
	upgraded_from_original
}

under_sysvinit() {
	installed_original sysvinit removed
	upgraded_from_original
}

# With the second package at once: svscan gets the new server in place of the old.
supervised_as_before() {
	installed_original daemontools removed supervised
	ok "dpkg takes both packages for an upgrade" dpkg -i "/root/$(basename "$deb")" "/root/$(basename "$daemontools")"
	in_place
	counts "the old server is gone" 0 /apps/fake-metadata/bin/server ps -eo args=
	counts "one supervise is left" 1 '^supervise fake-metadata$' ps -C supervise -o args=
	reboot
	ok "dpkg purges both" dpkg -P fake-metadata-daemontools fake-metadata
	same_network
	same "no file is left" files
	end
}

# A newer one that cannot be installed leaves version 1.0 as it was.
failed_upgrade_from_one() {
	installed_original bookworm removed
	# It fails after all that the preinst does.
	dpkg-deb --raw-extract "$deb" "$tree/root/broken"
	echo 'exit 1' >>"$tree/root/broken/DEBIAN/preinst"
	dpkg-deb --root-owner-group -Znone --build "$tree/root/broken" >/dev/null
	ok "dpkg refuses a broken one" sh -c '! dpkg -i /root/broken.deb'
	original_works
	ok "its files in /etc are there" test -x /etc/init.d/fake-metadata -a -e /etc/logrotate.d/fake-metadata
	end
}
