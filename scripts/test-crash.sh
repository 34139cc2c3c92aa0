#!/bin/bash
# Crashes and failing system calls: at every system call by which `apply` or `revert` can change
# anything, the program is killed, or the call fails; then another run must put all in order. Each
# case has a network and file systems of its own, which vanish with it; see crash/inside.sh.
#
# How every point of every process is reached: strace's `when=N` counts for each process on its own,
# so with `-f` the N-th call would be hit in whichever process comes to it first. So each process is
# traced alone: the program itself without `-f`, and its children, which are one after the other runs
# of iptables, by a stand-in that starts the K-th of them below strace. One plain run, traced
# the same way, gives the list of points. A case whose point is not met by its run has failed.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
PATH=$PATH:/usr/sbin:/sbin
need_cargo
need strace strace
need ip iproute2
need iptables-nft iptables
need iptables-legacy iptables
need nft nftables
need unshare util-linux

if ! unshare --map-root-user --net --mount true 2>/dev/null; then
	echo "this machine lets only root make namespaces; run it with sudo" >&2
	exit 77
fi
cargo_quick
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Copies, so that a build meanwhile changes nothing.
cp target/debug/fake-metadata target/debug/fake-metadata-setup scripts/crash/*.sh "$folder/"
export FOLDER=$folder
mkdir "$folder/results"

# What can change a file, or the kernel's network, or who may (a lock); and exit_group, for what
# lies between the last of them and the end. A call that the machine's architecture lacks is skipped.
changing=openat,creat,open,write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,splice
changing+=,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir
changing+=,mknod,mknodat,chmod,fchmod,fchmodat,fchmodat2,chown,lchown,fchown,fchownat,truncate
changing+=,ftruncate,fallocate,utimensat,setxattr,fsetxattr,fsync,fdatasync,syncfs,sync,flock
changing+=,sendto,sendmsg,sendmmsg,setsockopt,mount,umount2,exit_group
# Where an error can also come from: the kernel did it, but its answer is lost.
answers=recvfrom,recvmsg

inside() {
	unshare --map-root-user --net --mount bash "$folder/inside.sh" "$@"
}

# The points of a command: process, call, number; as the plain run made them.
points() {
	local log
	for log in "$folder/plain/$1-$2"/*; do
		# Of all files opened, those that are opened to be made or changed.
		awk -v process="${log##*/}" '
			match($0, /^[a-z0-9_]+\(/) {
				call = substr($0, 1, RLENGTH - 1)
				count[call]++
				if (call ~ /^(open|openat)$/ && !/O_CREAT|O_TRUNC|O_WRONLY|O_RDWR/) next
				print process, call, count[call]
			}' "$log"
	done
}

# The cases: backend, command, process, call, number, what is done there, what is run after it.
cases() {
	local backend command process call number what
	for backend in nft legacy; do
		for command in apply revert; do
			while read -r process call number; do
				for what in $(kinds); do
					case $what in
					kill*) printf '%s\n' "$backend $command $process $call $number $what "{apply,revert} ;;
					*) echo "$backend $command $process $call $number $what revert" ;;
					esac
				done
			done < <(points "$backend" "$command")
		done
	done
}

# What is done at a point: `kill` ends the program, and at a point of a child both, as if the machine
# had lost its power; `kill-child` ends the child alone. ENOSPC+ is a disk that stays full, so that
# unwinding meets it as well. The two backends differ in their children only, and for those, as for
# answers, one error is as good as another.
kinds() {
	if [[ ,$answers, == *,$call,* ]]; then
		[ "$backend" = legacy ] || echo EIO
		return 0
	fi
	echo kill
	[ "$process" = 0 ] || echo kill-child
	[ "$call" != exit_group ] || return 0
	if [ "$backend" = nft ]; then
		echo ENOSPC EIO EPERM
		[ "$process" != 0 ] || echo ENOSPC+
	elif [ "$process" != 0 ]; then
		echo EPERM
	fi
}

for backend in nft legacy; do
	for command in apply revert; do
		mkdir -p "$folder/plain/$backend-$command"
		CALLS=$changing,$answers inside plain "$backend" "$command" "$folder/plain/$backend-$command"
	done
done
cases >"$folder/cases"
export -f inside
export folder
# Each leaves a file whose first line is its verdict.
# shellcheck disable=SC2016
nl -ba -w1 -s ' ' "$folder/cases" |
	xargs -d '\n' -n 1 -P "$(nproc)" bash -c '
		read -ra words <<<"$1"
		number=${words[0]} case=("${words[@]:1}")
		inside case "${case[@]}" >"$folder/results/$number" 2>&1 || code=$?
		[ -z "${code:-}" ] || printf "FAILED %s\n%s\n" "${case[*]}" "$(cat "$folder/results/$number")" >"$folder/results/$number"
	' _

grep -h -m 1 '^FAILED ' -r "$folder/results" >"$folder/failed" || true
# A line for each command and kind, in the order of the cases.
awk '
	FILENAME == ARGV[1] { failed[$3 " (" $2 "): ", $7]++; next }
	{
		group = $2 " (" $1 "): " SUBSEP $6
		if (!(group in points)) order[++groups] = group
		if (!seen[group, $3, $4, $5]++) points[group]++
	}
	END {
		for (i = 1; i <= groups; i++) {
			split(order[i], part, SUBSEP)
			how = " points with " part[2]
			if (part[2] == "kill") how = " points killed"
			if (part[2] == "kill-child") how = " points of children killed"
			if (part[2] ~ /[+]$/) how = " points with " substr(part[2], 1, length(part[2]) - 1) " from there on"
			bad = failed[order[i]]
			print part[1] points[order[i]] how ", " (bad ? bad " failed" : "ok")
		}
	}' "$folder/failed" "$folder/cases"
sed -n '1s/^ok //p' -s "$folder/results"/* | sort | uniq -c | sed 's/^ */  /'
grep -l '^FAILED ' -r "$folder/results" | xargs --no-run-if-empty cat || true
failed=$(wc -l <"$folder/failed")
echo "$(($(wc -l <"$folder/cases") - failed)) passed, $failed failed"
[ "$failed" = 0 ]
