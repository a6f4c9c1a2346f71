#!/usr/bin/env bash
# `make setup`: prepares a bare Debian machine. Does nothing, and quickly, when nothing is missing.
# Usage: scripts/setup.sh [--network] [--firmware] [--firmware-test] [--package [ARCH]] [--debian-toolchain]
#   --network            also what `make net-test` needs: a namespace's loopback and a packet filter
#   --firmware           only what `make firmware` needs: a linker for the AVR, and the source of Rust's standard library
#   --firmware-test      only what `make firmware-test` needs: the same, and a simulator of the AVR
#   --package [ARCH]     only what `make package` needs, for amd64 or arm64: this machine's architecture if none is named
#   --debian-toolchain   use Debian's own Rust instead of rustup's, as happens by itself where rustup cannot fetch the
#                        wasm target
set -euo pipefail
cd "$(dirname "$0")/.."

wasm_target=wasm32v1-none
# g++: the linker's driver, and RocksDB. The rest as named by the build scripts of the SDK's crates.
packages=(g++ protobuf-compiler clang libclang-dev cmake pkg-config libssl-dev libudev-dev)
# The broker that the cloud bridge is tried with, and who listens to it.
packages+=(mosquitto mosquitto-clients openssl)
# Runs the verifier of exported readings, which needs nothing else.
packages+=(python3)
# The browser that the manager's page is tried in.
packages+=(chromium)

# gcc-avr: the linker's driver.
firmware_packages=(gcc-avr avr-libc binutils-avr)
# avrdude, and Arduino's boot loader, which it talks to: flashing is tried in the simulator.
simulator_packages=(gcc libsimavr-dev libelf-dev avrdude arduino-core-avr)
# Looks at the program and packs it.
deb_packages=(binutils dpkg gcc libc6-dev xz-utils)
apt_options=()

say() { printf 'setup: %s\n' "$*"; }
die() {
	printf 'setup: %s\n' "$1" >&2
	shift
	(($# == 0)) || printf '%s\n' "$@" >&2
	exit 1
}

# Installs Debian packages, as root or through sudo.
apt_install() {
	command -v apt-get >/dev/null || die "this is no Debian: please install what these packages hold: $*"
	local as_root=(env DEBIAN_FRONTEND=noninteractive)
	if [[ $(id -u) != 0 ]]; then
		command -v sudo >/dev/null || die "as root, please: apt-get install $*"
		as_root=(sudo "${as_root[@]}")
	fi
	say "apt-get install $*"
	"${as_root[@]}" apt-get update --quiet=2 || say "apt-get update failed; trying with the package lists of before"
	"${as_root[@]}" apt-get install --yes --quiet=2 --no-install-recommends "${apt_options[@]}" "$@"
}

install_packages() {
	local missing=() package installed=
	if command -v dpkg-query >/dev/null; then
		installed=$(dpkg-query --show --showformat='|${binary:Package}:|${db:Status-Status}\n' "${packages[@]}" 2>/dev/null ||
			true)
	fi
	for package in "${packages[@]}"; do
		# The name may carry an architecture: `libssl-dev:amd64`.
		grep -q "^|$package:.*|installed$" <<<"$installed" || missing+=("$package")
	done
	((${#missing[@]} == 0)) || apt_install "${missing[@]}"
}

# Whether version $1 is at least version $2.
at_least() { [[ $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

check_rust() {
	local wanted found
	wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
	if ! command -v cargo >/dev/null || ! found=$(rustc --version 2>/dev/null); then
		die "no Rust toolchain here (wanted: $wanted or later). Install one and start again:" \
			"    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env" \
			"or, where rustup exists without a toolchain:" \
			"    rustup toolchain install stable" \
			"or, from Debian's packages alone:" \
			"    scripts/setup.sh --debian-toolchain"
	fi
	found=$(cut -d ' ' -f 2 <<<"$found")
	at_least "${found%%-*}" "$wanted" || die "rustc $found is too old, $wanted is wanted: rustup update stable" \
		"or, from Debian's packages: scripts/setup.sh --debian-toolchain"
}

has_wasm_target() { compgen -G "$1/lib/rustlib/$wasm_target/lib/libcore-*.rlib" >/dev/null; }

install_wasm_target() {
	local sysroot
	sysroot=$(rustc --print sysroot)
	if command -v rustup >/dev/null && [[ $sysroot != /usr ]]; then
		if ! has_wasm_target "$sysroot"; then
			# By itself rustup fetches nothing where RUSTUP_AUTO_INSTALL=0 is set; asked for, it does.
			say "rustup target add $wasm_target"
			if ! rustup target add "$wasm_target"; then
				say "rustup cannot fetch it; taking Debian's toolchain"
				use_debian_toolchain
				return
			fi
		fi
		if [[ ! -d $sysroot/lib/rustlib/src/rust/library ]]; then
			say "rustup component add rust-src"
			rustup component add rust-src || say "not to be had; only tools that build the standard library miss it"
		fi
	elif ! has_wasm_target "$sysroot"; then
		use_debian_toolchain
	fi
}

# The second path: Rust from Debian's packages alone. Debian ships no wasm target without the system interface, but the
# sources of the standard library, so its parts are compiled once and put where the compiler looks for them.
use_debian_toolchain() {
	apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-22
	has_wasm_target /usr || build_wasm_target /usr
	if command -v rustup >/dev/null; then
		rustup toolchain link debian /usr
		rustup override set debian
		say "rustup uses Debian's toolchain in this checkout now; 'rustup override unset' takes that back"
	fi
}

# Compiles core and what belongs to it for wasm, with the toolchain below $1, and installs them there.
build_wasm_target() {
	local usr=$1 build host
	build=$(mktemp -d)
	# Also when the build fails. The folder's name is put in now, since it is not known outside of this function.
	# shellcheck disable=SC2064
	trap "rm -rf -- '$build'" EXIT
	host=$("$usr/bin/rustc" --print host-tuple)
	say "building the standard library for $wasm_target"
	local as_root=()
	[[ -w $usr/lib/rustlib ]] || as_root=(sudo)
	# The linker of that target goes by the name of rust-lld and is looked for here.
	"${as_root[@]}" mkdir -p "$usr/lib/rustlib/$host/bin" "$usr/lib/rustlib/$wasm_target/lib"
	"${as_root[@]}" ln -sf "$usr/lib/llvm-22/bin/lld" "$usr/lib/rustlib/$host/bin/rust-lld"
	mkdir "$build/src"
	printf '[package]\nname = "sysroot"\nedition = "2021"\n[workspace]\n' >"$build/Cargo.toml"
	printf '#![no_std]\n' >"$build/src/lib.rs"
	(
		cd "$build"
		RUSTC=$usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$build/target \
			"$usr/bin/cargo" build -Zbuild-std=core,alloc,panic_abort --target "$wasm_target" --release
	)
	"${as_root[@]}" cp "$build/target/$wasm_target"/release/deps/lib{core,alloc,compiler_builtins,panic_abort}-*.rlib \
		"$usr/lib/rustlib/$wasm_target/lib/"
}

# The firmware's target has no standard library that could be fetched: it is built from its source.
install_library_source() {
	local source
	source=$(rustc --print sysroot)/lib/rustlib/src/rust/library/core
	[[ ! -d $source ]] || return 0
	say "rustup component add rust-src"
	rustup component add rust-src || die "the source of Rust's standard library is missing ($source)" \
		"with Debian's toolchain: apt-get install rust-web-src"
}

# For the test that orders a job as Polkadot.js does. Nothing else needs it, so nothing else stops without it.
install_node_packages() {
	local folder=$1
	[[ ! $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]] || return 0
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		(apt_install nodejs npm) || say "no Node.js"
	fi
	say "npm ci in $folder"
	(cd "$folder" && npm ci --no-progress --loglevel=error) ||
		say "npm could not fetch the packages of $folder: that test will fail, all else works"
}

# Compiler, C library and emulator for packages of another architecture, and the standard library for it.
add_architecture() {
	local gnu
	case $1 in
	amd64) gnu=x86_64 ;;
	arm64) gnu=aarch64 ;;
	*) die "there is no package for '$1'; amd64 or arm64" ;;
	esac
	if [[ $1 != "$(dpkg --print-architecture)" ]]; then
		deb_packages+=("gcc-${gnu/_/-}-linux-gnu" "libc6-dev-$1-cross" qemu-user-static)
	fi
	cross_target=$gnu-unknown-linux-gnu
}

install_cross_target() {
	local sysroot
	sysroot=$(rustc --print sysroot)
	! compgen -G "$sysroot/lib/rustlib/$cross_target/lib/libstd-*.rlib" >/dev/null || return 0
	say "rustup target add $cross_target"
	rustup target add "$cross_target" || die "the standard library for $cross_target is not to be had"
}

case ${1:-} in
--network) packages+=(iproute2 nftables) ;;
--firmware | --firmware-test)
	packages=("${firmware_packages[@]}")
	[[ $1 == --firmware ]] || packages+=("${simulator_packages[@]}")
	# Other tools for the AVR may be installed; they stay.
	apt_options=(--no-remove)
	install_packages
	check_rust
	install_library_source
	exit
	;;
--package)
	add_architecture "${2:-$(dpkg --print-architecture)}"
	packages=("${deb_packages[@]}")
	# Other compilers may be installed; they stay.
	apt_options=(--no-remove)
	install_packages
	check_rust
	install_cross_target
	exit
	;;
--debian-toolchain)
	install_packages
	use_debian_toolchain
	;;
'') ;;
*) die "unknown argument '$1'" "usage: scripts/setup.sh [--network] [--firmware] [--firmware-test] [--package [ARCH]] [--debian-toolchain]" ;;
esac
install_packages
check_rust
install_wasm_target
install_node_packages tests/polkadot-js
install_node_packages tests/browser
install_node_packages tests/epcis
