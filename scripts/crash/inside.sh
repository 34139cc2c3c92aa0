#!/bin/bash
# One run of test-crash.sh, in namespaces made for it.
#
#   plain BACKEND COMMAND FOLDER
#       runs the command, leaving a trace of each process there
#   case BACKEND COMMAND PROCESS CALL NUMBER WHAT NEXT
#       does WHAT at that call of that process, then runs NEXT, and judges
set -euo pipefail
mode=$1 command=$3
export BACKEND=$2
setup=$FOLDER/fake-metadata-setup

# What is written goes to memory; /etc and /usr/sbin are the machine's own with a layer on top.
ip link set lo up
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
for name in etc usr/sbin; do
	mkdir -p "/run/crash/$name/upper" "/run/crash/$name/work"
	mount -t overlay overlay -o "lowerdir=/$name,upperdir=/run/crash/$name/upper,workdir=/run/crash/$name/work" "/$name"
done
rm -rf /etc/fake-metadata /etc/network
printf '#!/bin/sh\n' >/usr/sbin/ifup
mkdir -p /etc/network
printf 'auto lo\niface lo inet loopback' >/etc/network/interfaces
chmod 604 /etc/network/interfaces
# With both families, every kind of change is made twice. The other iptables differs in its children
# only, for which one family is enough.
mkdir /etc/fake-metadata
[ "$BACKEND" = legacy ] || printf '[network]\nipv6 = true\n' >/etc/fake-metadata/config.toml
mkdir /run/crash/bin
for name in iptables iptables-nft iptables-legacy ip6tables ip6tables-nft; do
	cp "$FOLDER/iptables.sh" "/run/crash/bin/$name"
done
tools=/usr/sbin:/usr/bin:/sbin:/bin
export PATH=$tools
# Once asked, the legacy iptables has its table and its lock file until the network ends.
[ "$BACKEND" != legacy ] || iptables-legacy -t nat -S >/dev/null

# All that the program can change, and every name where it writes.
snapshot() {
	ip -details -oneline address
	{ iptables-save && iptables-legacy-save; } | sed -e '/^#/d' -e 's/\[[0-9]*:[0-9]*\]//'
	nft list ruleset
	find /etc/network /var/lib /run -path /run/crash -prune -o -printf '%p %y %m %U %G %l\n' | sort
	cat /etc/network/interfaces
}

# run COMMAND [VARIABLE=VALUE...] [TRACER...]: the program, with the iptables that counts. Its output
# and errors are kept; its exit code is this function's.
run() {
	local name=$1
	shift
	echo 0 >/run/crash/runs
	PATH=/run/crash/bin:$tools timeout --signal=KILL 20 env "$@" "$setup" "$name" \
		>/run/crash/output 2>/run/crash/errors
}

fail() {
	echo "$*"
	tail -n 50 /run/crash/output /run/crash/errors
	exit 1
}

# restored [FILTER...]: the network and the files are as before, but for the lines that a filter drops.
restored() {
	[ $# -gt 0 ] || set -- cat
	diff <("$@" </run/crash/before) <(snapshot 2>&1 | "$@")
}

must() { run "$@" || fail "$1 after it ended with exit code $?"; }

must_be_restored() { restored || fail "$* did not restore what was before"; }

# Everything is there, once; the server runs, so that `status` can be content.
must_be_complete() {
	local server answered=no try
	"$FOLDER/fake-metadata" serve >/dev/null 2>&1 &
	server=$!
	for ((try = 0; try < 200; try++)); do
		(: </dev/tcp/127.0.0.1/8000) 2>/dev/null && answered=yes && break
		sleep 0.01
	done
	[ "$answered" = yes ] || fail "the server did not start"
	run status || fail "status is not content after $*"
	kill "$server"
	wait "$server" || true
	[ "$("iptables-$BACKEND" -t nat -S OUTPUT | grep -c fake-metadata)" = 1 ] || fail "not one rule after $*"
	[ "$BACKEND" = legacy ] || [ "$(ip6tables-nft -t nat -S OUTPUT | grep -c fake-metadata)" = 1 ] ||
		fail "not one rule of IPv6 after $*"
	[ "$(grep -c '^# BEGIN fake-metadata' /etc/network/interfaces)" = 1 ] || fail "not one block after $*"
	[ "$(find /var/lib /etc/network -name '*~')" = "" ] || fail "a temporary file is left after $*"
}

snapshot >/run/crash/before 2>&1
[ "$command" != revert ] || must apply
if [ "$mode" = plain ]; then
	# Names of calls that this architecture lacks are no error.
	export TRACE="?${CALLS//,/,?}" LOG=$4 PROCESS=all KILLED=none
	run "$command" strace -o "$LOG/0" -e trace="$TRACE" || fail "a plain $command failed"
	exit
fi

process=$4 call=$5 number=$6 what=$7 next=$8
case $what in
kill*) inject=$call:signal=KILL:when=$number ;;
*+) inject=$call:error=${what%+}:when=$number+ ;;
*) inject=$call:error=$what:when=$number ;;
esac
log=/run/crash/log
code=0
if [ "$process" = 0 ]; then
	run "$command" strace -o "$log" -e trace="$call" -e inject="$inject" 2>/dev/null || code=$?
else
	killed=child
	[ "$what" != kill ] || killed=both
	run "$command" PROCESS="$process" LOG="$log" TRACE="$call" INJECT="$inject" KILLED="$killed" 2>/dev/null ||
		code=$?
fi
case $what in
kill*) grep -q '+++ killed by SIGKILL +++' "$log" || fail "the point was not met" ;;
*) grep -qF '(INJECTED)' "$log" || fail "the point was not met" ;;
esac
cp /run/crash/output /run/crash/output-at-point
cp /run/crash/errors /run/crash/errors-at-point

# The last thing the program does is to remove its folder, and the name of this boot in /run. It does
# not matter that this fails: an empty folder and a name of which nobody speaks say nothing, the
# result is as wanted, and the next run tries again. Nor may it remove the folder if it was refused
# the lock.
tolerated=(cat)
case $call in
rmdir | unlink | unlinkat | flock) tolerated=(grep -v -e '^/var/lib/fake-metadata d ' -e '^/run/fake-metadata-setup.boot f ') ;;
esac

if [ "$what" = kill ]; then
	[ "$code" = 137 ] || fail "the program was not killed: exit code $code"
	verdict=killed
elif [ "$code" = 0 ]; then
	# An error that may be ignored left nothing undone.
	if [ "$command" = apply ]; then
		must_be_complete apply
	else
		restored "${tolerated[@]}" || fail "revert did not tell of an error"
	fi
	verdict="error ignored"
else
	[ "$code" -lt 100 ] || fail "exit code $code"
	! grep -q panicked /run/crash/errors || fail "it panicked"
	# A sentence that says what could not be done: a file, or what the kernel or iptables refused.
	clear='^fake-metadata-setup: (/[^ ]+: |table [^:]+: |the kernel refused to |`ip6?tables)'
	# Where nothing at all can be written any more, nothing can be told either.
	[[ $call$what =~ ^p?writev?.*[+]$ ]] || grep -qE "$clear" /run/crash/errors || fail "no clear error"
	verdict="error told"
	if [ "$command" = apply ]; then
		if restored >/dev/null; then
			verdict+=", taken back"
		else
			# One error leaves unwinding as it should be; only one that lasts may spoil it.
			case $what in *+) ;; *) restored "${tolerated[@]}" || fail "apply failed and left something" ;; esac
		fi
	fi
fi

must "$next"
[ "$next" != apply ] || must_be_complete "$next"
[ "$next" != apply ] || must revert
must_be_restored "$next"
echo "ok $command, $verdict"
