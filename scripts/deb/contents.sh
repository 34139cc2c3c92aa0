#!/bin/bash
# Prints what a package brings: mode, owner, "conffile" or "-", and path, a line each.
set -euo pipefail
# A package may have none.
conffiles=$(dpkg-deb --info "$1" conffiles 2>/dev/null || true)
dpkg-deb --fsys-tarfile "$1" | tar --list --verbose --numeric-owner | while read -r mode owner _ _ _ path; do
	path=${path#.}
	kind=-
	grep -qxF -- "$path" <<<"$conffiles" && kind=conffile
	echo "$mode $owner $kind $path"
done
