#!/bin/bash
# Builds dist/fake-metadata-daemontools_VERSION_all.deb, dist/fake-metadata-aws_VERSION_ARCH.deb and
# dist/fake-metadata_VERSION_ARCH.deb, and prints their names, that of the last last.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
need_cargo
need dpkg-deb dpkg
need dpkg-shlibdeps dpkg-dev
need strip binutils
need objdump binutils
need_cargo_deb
need_zig

# The same sources give the same bytes: all times are that of the changelog's last entry.
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l debian/changelog -S Timestamp)
export SOURCE_DATE_EPOCH

target=$(host)
cargo_release zigbuild --target "$target.$libc" >&2
cargo_aws zigbuild --target "$target.$libc" >&2
aws=target/$target/small/fake-metadata-aws
rm -rf target/completions
cargo run --quiet --locked -p xtask -- completions target/completions >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# From the member's folder, against which cargo-deb reads some of the paths in its manifest.
(cd crates/fake-metadata && cargo deb --quiet --locked --no-build --no-strip \
	--target "$target" --output "$work/made.deb" >&2)

# What the programs need is asked of them: dpkg-shlibdeps only knows this machine's C library.
needed=$(objdump --dynamic-syms "target/$target/release/fake-metadata" "target/$target/release/fake-metadata-setup" "$aws" |
	grep -o 'GLIBC_[0-9.]*' | sort --unique --version-sort | tail -n 1)
if [ "$(printf '%s\n' "GLIBC_$libc" "$needed" | sort --version-sort | tail -n 1)" != "GLIBC_$libc" ]; then
	echo "the programs need $needed, which is newer than $libc" >&2
	exit 70
fi

mkdir -p dist
rm -f dist/*.deb
version=$(dpkg-parsechangelog -l debian/changelog -S Version)
architecture=$(dpkg --print-architecture)

# pack TREE NAME: dist/NAME.deb, with the checksums without which "dpkg --verify" is blind.
pack() {
	(cd "$1" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z |
		xargs -0 md5sum >DEBIAN/md5sums && chmod 644 DEBIAN/md5sums)
	find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
	dpkg-deb --root-owner-group --uniform-compression -Zxz --build "$1" "dist/$2.deb" >&2
	echo "dist/$2.deb"
}

# begin_tree FROM TREE: of a package that cargo-deb does not make, what every package has.
begin_tree() {
	local from=$1 to=$2 name
	name=$(sed -n 's/^Package: //p' "$from/control")
	mkdir -p "$to/DEBIAN" "$to/usr/share/doc/$name"
	sed "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@LIBC@/$libc/" "$from/control" |
		install -m 644 /dev/stdin "$to/DEBIAN/control"
	install -m 644 debian/copyright "$to/usr/share/doc/$name/"
	gzip --best --no-name <debian/changelog | install -m 644 /dev/stdin "$to/usr/share/doc/$name/changelog.gz"
	if [ -e "$from/lintian-overrides" ]; then
		install -D -m 644 "$from/lintian-overrides" "$to/usr/share/lintian/overrides/$name"
	fi
}

# daemontools_tree: the second package, in which nothing is compiled.
daemontools_tree() {
	local from=debian/daemontools to=$work/daemontools name=fake-metadata-daemontools
	begin_tree $from "$to"
	mkdir -p "$to/apps/fake-metadata"
	echo /etc/logrotate.d/$name | install -m 644 /dev/stdin "$to/DEBIAN/conffiles"
	install -m 755 $from/postinst $from/prerm $from/postrm "$to/DEBIAN/"
	install -D -m 755 $from/run "$to/apps/fake-metadata/service/run"
	ln -s /mnt/logs/fake-metadata "$to/apps/fake-metadata/logs"
	install -D -m 644 $from/logrotate "$to/etc/logrotate.d/$name"
	install -D -m 644 $from/service.conf "$to/usr/lib/systemd/system/fake-metadata.service.d/daemontools.conf"
}

# aws_tree: the third package, with the one program that knows AWS.
aws_tree() {
	local to=$work/aws name=fake-metadata-aws completions=target/completions/fake-metadata-aws
	local share=$to/usr/share
	begin_tree debian/aws "$to"
	install -D -m 755 "$aws" "$to/usr/bin/$name"
	strip --remove-section=.comment "$to/usr/bin/$name"
	mkdir -p "$share/man/man1"
	gzip --best --no-name <debian/man/$name.1 | install -m 644 /dev/stdin "$share/man/man1/$name.1.gz"
	install -D -m 644 $completions/bash/$name "$share/bash-completion/completions/$name"
	install -D -m 644 $completions/zsh/_$name "$share/zsh/vendor-completions/_$name"
	install -D -m 644 $completions/fish/$name.fish "$share/fish/vendor_completions.d/$name.fish"
}

(umask 022 && daemontools_tree && aws_tree)
pack "$work/daemontools" "fake-metadata-daemontools_${version}_all"
pack "$work/aws" "fake-metadata-aws_${version}_$architecture"

# cargo-deb leaves the folder as it made it, and the compiler's name is left in the programs.
dpkg-deb --raw-extract "$work/made.deb" "$work/tree"
chmod 755 "$work/tree"
sed -i "s/libc6 (>= [0-9.]*)/libc6 (>= $libc)/" "$work/tree/DEBIAN/control"
strip --remove-section=.comment "$work/tree/usr/bin/fake-metadata" "$work/tree/usr/sbin/fake-metadata-setup"
pack "$work/tree" "fake-metadata_${version}_$architecture"
