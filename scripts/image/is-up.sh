#!/bin/sh
# Run inside a machine: has it booted?
if [ -d /run/systemd/system ]; then
	systemctl is-system-running | grep -qE 'running|degraded'
else
	# sysvinit: in a runlevel, and through with its scripts.
	runlevel | grep -q ' [2-5]$' && ! pgrep -f '/etc/init.d/rc [S2-5]' >/dev/null
fi
