# shellcheck shell=bash disable=SC2154
# Sourced: machines in which the package may not do its work.

# Nothing of the kernel's network changes where policy-rc.d refuses.
services_forbidden() {
	new_machine bookworm
	cp "${deb:?}" scripts/install-deb.sh "$tree/root/"
	printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
	chmod 755 "$tree/usr/sbin/policy-rc.d"
	boot
	snapshot before
	shows "the package says what will happen at boot" 'come with the next boot' \
		dpkg -i "/root/$(basename "$deb")"
	shows "the installer names the commands that start it by hand" 'fake-metadata-setup apply --runtime' \
		/root/install-deb.sh "/root/$(basename "$deb")"
	shows "the package is configured" '^install ok installed$' dpkg-query -W -f "\${Status}\\n" fake-metadata
	snapshot after
	same "addresses and rules as before" addresses rules-nft rules-legacy
	ok "by hand: the first command works" fake-metadata-setup apply --runtime
	inside setpriv --reuid=_fake-metadata --regid=_fake-metadata --clear-groups fake-metadata serve 2>/dev/null &
	shows "by hand: so does the second" '^ami-id$' \
		curl -sf --retry 20 --retry-delay 1 --retry-connrefused http://169.254.169.254/latest/meta-data/
	inside pkill -TERM -x fake-metadata
	ok "by hand: purge undoes that too" dpkg -P fake-metadata
	same_network
	end
}

# Nor in a chroot; the network around it is a private one here as well.
in_a_chroot() {
	new_machine "$1"
	place_packages
	write_interfaces
	local output
	output=$(unshare --net --mount bash -euc "
		state() { ip -details -oneline address; iptables-save | grep -v '^#' || true; }
		ip link set lo up
		before=\$(state)
		mount -t proc proc '$tree/proc'
		chroot '$tree' dpkg -i ${files[*]}
		chroot '$tree' dpkg -P ${packages[*]}
		chroot '$tree' dpkg -i ${files[*]}
		[ ! -e '$tree/apps/fake-metadata/service/supervise' ]
		[ \"\$before\" = \"\$(state)\" ]" 2>&1) || fail "installing changes no network" "$output"
	pass "installing, purging and installing changes no network"
	grep -q 'come with the next boot, or with: service fake-metadata start' <<<"$output" ||
		fail "it says what will happen at boot" "$output"
	pass "it says what will happen at boot"
	boot
	in_place
	end
}
in_a_chroot_with_systemd() { in_a_chroot bookworm; }
in_a_chroot_with_sysvinit() { in_a_chroot sysvinit; }
in_a_chroot_with_daemontools() { in_a_chroot daemontools; }

# A container without the right to change its network.
not_permitted() {
	new_machine bookworm
	cp "${deb:?}" "$tree/root/"
	boot --drop-capability=CAP_NET_ADMIN
	snapshot before
	ok "dpkg installs it all the same" dpkg -i "/root/$(basename "$deb")"
	shows "the package is configured" '^install ok installed$' dpkg-query -W -f "\${Status}\\n" fake-metadata
	shows "the network unit has failed" '^failed$' sh -c 'systemctl is-failed fake-metadata-network'
	counts "with one clear sentence" 1 'Operation not permitted .*; this needs the capability NET_ADMIN, which containers often lack$' \
		journalctl --no-pager -b -u fake-metadata-network
	shows "the server answers where it listens" '^BaseIAMRole$' \
		curl -sf http://127.0.0.1:8000/latest/meta-data/iam/security-credentials/
	ok "dpkg purges it" dpkg -P fake-metadata
	snapshot after
	same "addresses, /etc/network, units and files as before" addresses network units files
	end
}

# firewall IMAGE UNIT [COMMAND...]: what replaces rules does not keep ours away. The command makes the
# firewall ready in the booted machine.
firewall() {
	local image=$1 unit=$2
	shift 2
	new_machine "$image"
	cp "${deb:?}" "$tree/root/"
	write_interfaces
	rm -f "$tree"/etc/systemd/system/*.wants/{firewalld,ufw,nftables,netfilter-persistent}.service \
		"$tree"/etc/systemd/system/dbus-org.fedoraproject.FirewallD1.service
	boot
	[ $# = 0 ] || ok "$unit is made ready" "$@"
	ok "$unit is enabled" systemctl enable --quiet "$unit"
	# Its rules as a boot makes them; ufw's are others when it is first enabled.
	halt
	boot
	snapshot before
	ok "dpkg installs the package" dpkg -i "/root/$(basename "$deb")"
	in_place
	ok "$unit restarts" systemctl restart "$unit"
	settle
	in_place
	if inside systemctl show --property CanReload "$unit" | grep -q yes; then
		ok "$unit reloads" systemctl reload "$unit"
		settle
		in_place
	fi
	reboot
	ok "dpkg purges the package" dpkg -P fake-metadata
	same_network
	end
}

# systemctl waits for the firewall alone, not for what follows it.
settle() {
	ok "our units have followed" timeout 20 sh -c \
		'while systemctl list-jobs --no-legend | grep -q fake-metadata; do sleep 0.1; done'
}

with_nftables() { firewall firewalls nftables.service; }
with_firewalld() { firewall firewalls firewalld.service; }
with_ufw() { firewall firewalls ufw.service ufw --force enable; }
with_netfilter_persistent() {
	firewall persistent netfilter-persistent.service sh -c 'printf "%s\n" "*nat" ":PREROUTING ACCEPT" ":INPUT ACCEPT" \
		":OUTPUT ACCEPT" ":POSTROUTING ACCEPT" "-A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE" COMMIT >/etc/iptables/rules.v4'
}
