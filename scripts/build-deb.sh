#!/bin/bash
# Builds dist/fake-metadata_VERSION_ARCH.deb and prints its name.
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

# The oldest C library it is to run with: that of Ubuntu 20.04 and Debian 11.
libc=2.31
target=$(rustc --version --verbose | sed -n 's/^host: //p')
cargo_release zigbuild --target "$target.$libc" >&2
rm -rf target/completions
cargo run --quiet --locked -p xtask -- completions target/completions >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# From the member's folder, against which cargo-deb reads some of the paths in its manifest.
(cd crates/fake-metadata && cargo deb --quiet --locked --no-build --no-strip \
	--target "$target" --output "$work/made.deb" >&2)

# What the programs need is asked of them: dpkg-shlibdeps only knows this machine's C library.
needed=$(objdump --dynamic-syms "target/$target/release/fake-metadata" "target/$target/release/fake-metadata-setup" |
	grep -o 'GLIBC_[0-9.]*' | sort --unique --version-sort | tail -n 1)
if [ "$(printf '%s\n' "GLIBC_$libc" "$needed" | sort --version-sort | tail -n 1)" != "GLIBC_$libc" ]; then
	echo "the programs need $needed, which is newer than $libc" >&2
	exit 70
fi

# cargo-deb writes no checksums, without which "dpkg --verify" is blind, and the compiler's name is
# left in the programs.
dpkg-deb --raw-extract "$work/made.deb" "$work/tree"
chmod 755 "$work/tree"
sed -i "s/libc6 (>= [0-9.]*)/libc6 (>= $libc)/" "$work/tree/DEBIAN/control"
strip --remove-section=.comment "$work/tree/usr/bin/fake-metadata" "$work/tree/usr/sbin/fake-metadata-setup"
(cd "$work/tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z |
	xargs -0 md5sum >DEBIAN/md5sums && chmod 644 DEBIAN/md5sums)
find "$work/tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

mkdir -p dist
rm -f dist/*.deb
version=$(dpkg-parsechangelog -l debian/changelog -S Version)
deb=dist/fake-metadata_${version}_$(dpkg --print-architecture).deb
dpkg-deb --root-owner-group --uniform-compression -Zxz --build "$work/tree" "$deb" >&2
echo "$deb"
