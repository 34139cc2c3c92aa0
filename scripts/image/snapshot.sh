#!/bin/bash
# Run inside a machine: writes to the folder given what installing a package could change, one file
# a question, in a form that can be compared.
set -euo pipefail
mkdir -p "$1"
cd "$1"

ip -details -oneline address >addresses
for backend in nft legacy; do
	"iptables-$backend-save" | sed -E '/^#/d; s/\[[0-9]+:[0-9]+\]/[]/' >"rules-$backend"
	"ip6tables-$backend-save" | sed -E '/^#/d; s/\[[0-9]+:[0-9]+\]/[]/' >"rules6-$backend"
done

# Names, kinds, modes, owners, targets of links, and the bytes.
describe() {
	find "$@" -printf '%p %y %m %u:%g %l\n' | LC_ALL=C sort
	find "$@" -type f -exec sha256sum {} + | LC_ALL=C sort -k2
}
if [ -e /etc/network ]; then describe /etc/network; fi >network
{
	[ ! -d /run/systemd/system ] || systemctl list-unit-files --no-legend --no-pager | sed 's/ *$//' | LC_ALL=C sort
	find /etc/rc?.d 2>/dev/null | LC_ALL=C sort || true
} >units

# Not dpkg's own books, insserv's, caches, logs and what time alone changes.
cd /
describe /etc -path /etc/network -prune -o ! -name '*-' ! -name ld.so.cache ! -name mtab ! -name adjtime ! -name '.depend.*' >"$1/etc"
find / -xdev \( -path /etc -o -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp \
	-o -path /opt/image -o -path /snapshots -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache \
	-o -path /var/log -o -path /var/tmp -o -path /var/lib/systemd -o -path /var/lib/urandom \
	-o -path /var/lib/initscripts -o -path /root/.cache -o -name __pycache__ \
	\) -prune -o -printf '%p %y %m %u:%g %l\n' | LC_ALL=C sort >"$1/files"
