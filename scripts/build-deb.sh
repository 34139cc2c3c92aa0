#!/bin/bash
# Builds dist/fake-metadata_VERSION_ARCH.deb and prints its name.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
need_cargo
need dpkg-deb dpkg
need dpkg-shlibdeps dpkg-dev
need_cargo_deb

# The same sources give the same bytes: all times are that of the changelog's last entry.
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l debian/changelog -S Timestamp)
export SOURCE_DATE_EPOCH

cargo build --release --locked --bin fake-metadata --bin fake-metadata-setup >&2
rm -rf target/completions
cargo run --quiet --locked -p xtask -- completions target/completions >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# From the member's folder, against which cargo-deb reads some of the paths in its manifest.
(cd crates/fake-metadata && cargo deb --quiet --locked --no-build --no-strip --output "$work/made.deb" >&2)

# cargo-deb writes no checksums, without which "dpkg --verify" is blind.
dpkg-deb --raw-extract "$work/made.deb" "$work/tree"
(cd "$work/tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z |
	xargs -0 md5sum >DEBIAN/md5sums && chmod 644 DEBIAN/md5sums)
find "$work/tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

mkdir -p dist
rm -f dist/*.deb
version=$(dpkg-parsechangelog -l debian/changelog -S Version)
deb=dist/fake-metadata_${version}_$(dpkg --print-architecture).deb
dpkg-deb --root-owner-group --uniform-compression -Zxz --build "$work/tree" "$deb" >&2
echo "$deb"
