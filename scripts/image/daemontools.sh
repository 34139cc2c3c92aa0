# shellcheck shell=bash disable=SC2154,SC2016
# Sourced: what is different where the server is run by daemontools.

# doctor_daemontools VERSION: the second package as that version.
doctor_daemontools() {
	local name=fake-metadata-daemontools
	dpkg-deb --raw-extract "$daemontools" "$doctored/tree"
	sed -i -E "s/^Version: .*/Version: $1/; s/\(= [^)]*\)/(= $1)/" "$doctored/tree/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone --build "$doctored/tree" "$doctored/${name}_$1.deb" >/dev/null
	rm -rf "$doctored/tree"
	echo "$doctored/${name}_$1.deb"
}

# add_daemontools: the second package in /root, and a machine that scans /service.
add_daemontools() {
	cp "$daemontools_upgrade" "$tree/root/"
	packages=(fake-metadata-daemontools fake-metadata)
	files+=("/root/$(basename "$daemontools")")
	higher+=("/root/$(basename "$daemontools_upgrade")")
	scan_service
}

# scan_service: svscan runs in /service, as daemontools' author has it.
scan_service() {
	mkdir "$tree/service"
	cat >"$tree/etc/systemd/system/svscan.service" <<-'TEXT'
		[Service]
		ExecStart=/usr/bin/svscan /service
		Restart=always
		[Install]
		WantedBy=multi-user.target
	TEXT
	ln -s ../svscan.service "$tree/etc/systemd/system/multi-user.target.wants/svscan.service"
}

# install_daemontools: where the other package and its server are already there.
install_daemontools() {
	counts "dpkg installs the second package without a word of warning" 0 'warning|nothing scans' \
		dpkg -i "/root/$(basename "$daemontools")"
	in_place
}

# supervised: the one server is that of supervise, and writes where it should.
supervised() {
	ok "supervise has the server" timeout 20 sh -c \
		'until svstat /service/fake-metadata | grep ": up " | grep -q "pid $(pgrep -x fake-metadata)"; do sleep 0.2; done'
	shows "its parent is supervise" '^supervise$' sh -c 'ps -o comm= -p "$(ps -o ppid= -C fake-metadata | tr -d " ")"'
	shows "its log is not for all to write" '^755 _fake-metadata$' stat -c '%a %U' /mnt/logs/fake-metadata
	shows "it logs there" 'listening on ' cat /mnt/logs/fake-metadata/server.log
	ok "it may open 32768 files, or as many as the machine it is in" sh -c \
		'awk "/^Max open files/ { exit !(\$4 == 32768 || \$4 < 32768 && \$4 == \$5) }" "/proc/$(pgrep -x fake-metadata)/limits"'
	ok "the folder's links lead to log and service" test /apps/fake-metadata/logs/server.log \
		-ef /mnt/logs/fake-metadata/server.log
}

log_rotation_by_svc() {
	ok "logrotate has the same process write to a new file" sh -euc '
		before=$(pgrep -x fake-metadata)
		logrotate --state /tmp/state --force /etc/logrotate.d/fake-metadata-daemontools
		timeout 5 sh -c "until grep meta-data /mnt/logs/fake-metadata/server.log; do
			curl -sf -o /dev/null http://169.254.169.254/latest/meta-data/; sleep 0.1; done"
		zcat /mnt/logs/fake-metadata/server.log.1.gz | grep "listening on"
		[ "$(pgrep -x fake-metadata)" = "$before" ]'
	# For the checks that follow.
	inside sh -c 'zcat /mnt/logs/fake-metadata/server.log.1.gz >>/mnt/logs/fake-metadata/server.log'
	ok "systemctl reload reaches the server" systemctl reload fake-metadata
	in_place
}

killed() {
	ok "the server is killed, and another is there" sh -euc 'before=$(pgrep -x fake-metadata); kill -KILL "$before"
		timeout 10 sh -c "until pgrep -x fake-metadata | grep -v \"^$before\$\"; do sleep 0.1; done"'
	in_place
}

to_systemd_and_back() {
	ok "dpkg removes fake-metadata-daemontools alone" dpkg -r fake-metadata-daemontools
	counts "no supervise is left" 0 fake-metadata sh -c 'ps -C supervise -o args='
	ok "nor /apps, nor the link" test ! -e /apps -a ! -L /service/fake-metadata
	shows "systemd has the server" '^[1-9]' systemctl show --property MainPID --value fake-metadata
	in_place
	ok "dpkg installs it again" dpkg -i "/root/$(basename "$daemontools")"
	in_place
}

# Without systemd: the init script runs the server, or passes on what it is told.
to_daemontools_and_back() {
	shows "dpkg installs fake-metadata-daemontools, and says what is missing" 'nothing scans /service' \
		dpkg -i "/root/$(basename "$daemontools")"
	counts "the init script's server is gone" 0 . sh -c 'ps -C fake-metadata -o pid= || true'
	ok "the init script starts none" /etc/init.d/fake-metadata start
	counts "there is none" 0 . sh -c 'ps -C fake-metadata -o pid= || true'
	inside sh -c 'svscan /service >/dev/null 2>&1 &'
	ok "svscan starts it" timeout 20 sh -c 'until pgrep -x fake-metadata; do sleep 0.2; done'
	in_place
	service stop
	service start
	in_place
	ok "dpkg purges fake-metadata-daemontools" dpkg -P fake-metadata-daemontools
	ok "nothing of it is left" test ! -e /apps -a ! -L /service/fake-metadata -a ! -e /mnt/logs
	inside sh -c 'kill $(pidof svscan); rmdir /service'
	in_place
}

nothing_scans() {
	inside systemctl disable --now --quiet svscan
	inside rmdir /service
	shows "dpkg installs both, and says what is missing" '^fake-metadata-daemontools: nothing scans /service' \
		dpkg -i "${files[@]}"
	inside systemctl enable --now --quiet svscan
	ok "svscan starts the server" timeout 20 sh -c 'until pgrep -x fake-metadata; do sleep 0.2; done'
	in_place
	ok "dpkg purges both" dpkg -P "${packages[@]}"
	same_network
	same "no file is left" files
}
