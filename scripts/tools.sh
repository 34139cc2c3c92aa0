# shellcheck shell=bash
# Sourced by the scripts: what they need, installed where that is possible, named where it is not.

# need COMMAND PACKAGE: the command is there, or gets installed by apt.
need() {
	command -v "$1" >/dev/null && return
	if [ "$(id -u)" != 0 ]; then
		echo "$1 is missing; install it with: sudo apt install $2" >&2
		exit 69
	fi
	echo "installing $2 for $1" >&2
	if [ -z "${apt_is_updated:-}" ]; then
		apt-get update -qq >&2
		apt_is_updated=yes
	fi
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null 2>&1 ||
		{ echo "apt could not install $2" >&2 && exit 69; }
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Rust cannot come from apt: no supported release's is new enough.
need_cargo() {
	command -v cargo >/dev/null || PATH=$PATH:$HOME/.cargo/bin
	command -v cargo >/dev/null && return
	echo "cargo is missing; install Rust 1.95 or newer from https://rustup.rs" >&2
	exit 69
}

need_cargo_deb() {
	local version=3.8.0
	if [ "$(cargo deb --version 2>/dev/null)" != "cargo-deb $version" ]; then
		echo "installing cargo-deb $version" >&2
		cargo install --quiet --locked "cargo-deb@$version" >&2
	fi
}

# The oldest C library the packages are to run with: that of Ubuntu 20.04 and Debian 11.
# shellcheck disable=SC2034
libc=2.31

# The two programs. They are named as packages too, or else they would get what other members of the
# workspace want of the same libraries, which is more and needs a newer Rust.
two_programs=(-p fake-metadata --bin fake-metadata -p fake-metadata-setup --bin fake-metadata-setup)

# cargo_quick: builds them for this machine, in target/debug: as they are tried and crashed, soon.
cargo_quick() {
	cargo build --quiet --locked --target-dir target "${two_programs[@]}"
}

# cargo_release COMMAND ARGUMENT...: builds them as they are shipped. All scripts do that with this,
# since with other flags everything would be built once more.
cargo_release() {
	without_paths cargo "$@" --release --locked "${two_programs[@]}"
}

# cargo_hyper COMMAND ARGUMENT...: builds the server that the daemon is compared with.
cargo_hyper() {
	without_paths cargo "$@" --release --locked -p bench-hyper
}

# cargo_aws COMMAND ARGUMENT...: builds the third, which takes as long as the two.
cargo_aws() {
	without_paths cargo "$@" --profile small --locked -p fake-metadata-aws --bin fake-metadata-aws
}

# without_paths COMMAND...: programs do not tell where cargo keeps the sources of libraries, so that
# the same sources give the same bytes everywhere.
without_paths() {
	CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/registry" "$@"
}

# host: this machine's target, as cargo names it.
host() {
	rustc --version --verbose | sed -n 's/^host: //p'
}

# A linker that knows older C libraries than this machine's, as `cargo zigbuild`; from PyPI.
need_zig() {
	local place=$PWD/target/zig
	if [ ! -e "$place/made" ]; then
		echo "installing zig" >&2
		need python3 python3
		python3 -c 'import ensurepip' 2>/dev/null || need 'python3 -m ensurepip' python3-venv
		rm -rf "$place"
		python3 -m venv "$place"
		"$place/bin/pip" install --quiet --disable-pip-version-check ziglang==0.15.2 cargo-zigbuild==0.24.0 >&2
		touch "$place/made"
	fi
	PATH=$place/bin:$PATH
}

# step NAME COMMAND...: runs it and says how long it took.
step() {
	local step_name=$1 step_begun=$SECONDS
	shift
	echo "== $step_name"
	"$@"
	echo "== $step_name: $((SECONDS - step_begun)) s"
}
