#!/bin/sh
# Stands for iptables, iptables-nft and the others of that name: counts its runs, and runs the one whose turn
# it is below strace. KILLED=both is as if the machine had lost its power: with the child, the
# program ends as well.
tool=/usr/sbin/${0##*/}
case $tool in *tables) tool=$tool-$BACKEND ;; esac
run=$(($(cat /run/crash/runs) + 1))
echo "$run" >/run/crash/runs
case ${PROCESS:-} in
all) exec strace -o "$LOG/$run" -e trace="$TRACE" "$tool" "$@" ;;
"$run") ;;
*) exec "$tool" "$@" ;;
esac
if [ "$KILLED" = both ]; then
	strace -o "$LOG" -e trace="$TRACE" -e inject="$INJECT" "$tool" "$@"
	kill -KILL "$PPID"
	exit 137
fi
exec strace -o "$LOG" -e trace="$TRACE" -e inject="$INJECT" "$tool" "$@"
