#!/usr/bin/env bash
# `make package`: the machine's client as a Debian package, for this computer's architecture or another one.
# Usage: scripts/package.sh [amd64|arm64]
#
# The same sources and the same compiler give the same package: times are that of the last commit (SOURCE_DATE_EPOCH),
# owners are root, and no path of this computer is in it.
set -euo pipefail
cd "$(dirname "$0")/.."

arch=${1:-$(dpkg --print-architecture)}
maintainer=${DEB_MAINTAINER:-The BPIIoT developers <bpiiot@users.noreply.github.com>}
# What it should be at most, in bytes.
binary_limit=$((20 * 1024 * 1024))

die() {
	printf 'package: %s\n' "$*" >&2
	exit 1
}

# Another architecture's programs run in an emulator here: the client itself says its manual pages.
emulator=()
case $arch in
amd64) triple=x86_64-unknown-linux-gnu machine='Advanced Micro Devices X86-64' compiler=x86_64-linux-gnu-gcc ;;
arm64) triple=aarch64-unknown-linux-gnu machine=AArch64 compiler=aarch64-linux-gnu-gcc ;;
*) die "there is no package for '$arch'; ARCH=amd64 or ARCH=arm64" ;;
esac
if [[ $arch != "$(dpkg --print-architecture)" ]]; then
	emulator=("qemu-${triple%%-*}-static" -L "/usr/${triple%%-*}-linux-gnu")
fi

target=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}
binary=$target/$triple/dist/iot-client
folder=$target/deb
root=$folder/$arch

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
release=$(sed -n '/^\[workspace.package\]/,/^\[[^w]/s/^version = "\(.*\)"/\1/p' Cargo.toml)
[[ -n $release ]] || die "Cargo.toml names no version in [workspace.package]"
version=$release
# Not the release itself: an earlier version than that.
if [[ -z $(git tag --points-at HEAD "v$release") ]]; then
	version+="~git$(date --utc --date "@$SOURCE_DATE_EPOCH" +%Y%m%d).$(git rev-parse --short=8 HEAD)"
fi
version+=-1

build() {
	local upper=${triple^^} c=() rust=() place library
	upper=${upper//-/_}
	# Where the sources of the standard library are installed, its paths are those of this computer.
	library=$(rustc --print sysroot)/lib/rustlib/src/rust
	for place in "${CARGO_HOME:-$HOME/.cargo}=/cargo" "$PWD=/bpiiot" "$target=/target" "$library=/rust"; do
		c+=("-ffile-prefix-map=$place")
		rust+=("--remap-path-prefix=$place")
	done
	env "CARGO_TARGET_${upper}_LINKER=$compiler" "CC_${triple//-/_}=$compiler" "CFLAGS_${triple//-/_}=${c[*]}" \
		"CARGO_TARGET_${upper}_RUSTFLAGS=${rust[*]}" \
		cargo build --locked --profile dist --target "$triple" --package iot-client --bin iot-client
}

client() { "${emulator[@]}" "$binary" "$@"; }

# Looks whether the program is what it should be.
look_at_binary() {
	local size found
	found=$(LC_ALL=C readelf --file-header "$binary" | sed -n 's/^ *Machine: *//p')
	[[ $found == "$machine" ]] || die "$binary is for $found, not for $machine"
	size=$(stat --format %s "$binary")
	echo "package: the program has $size bytes"
	((size <= binary_limit)) || echo "package: that is more than the $binary_limit bytes that it should have" >&2
	if grep --quiet --fixed-strings --text -e "$PWD/" -e "${CARGO_HOME:-$HOME/.cargo}/" -e "$(rustc --print sysroot)/" "$binary"; then
		die "paths of this computer are in $binary"
	fi
	client --version
}

# The newest version of glibc's symbols that the program asks for.
glibc() {
	LC_ALL=C readelf --version-info --wide "$binary" | grep --only-matching 'GLIBC_[0-9.]*' | sort --version-sort --unique |
		tail --lines 1 | cut --delimiter _ --fields 2
}

# Nothing else may be linked: what control.in does not name would be missing somewhere.
check_libraries() {
	local strange
	strange=$(LC_ALL=C readelf --dynamic "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		grep --invert-match --extended-regexp '^(libc|libm|libgcc_s|libdl|libpthread|librt|ld-linux-[a-z0-9-]+)\.so\.[0-9]+$' || true)
	[[ -z $strange ]] || die "the program needs libraries that deploy/deb/control.in does not name:" "$strange"
}

# A file of the package: install_file MODE FROM TO
install_file() { install -D --mode "$1" "$2" "$root/$3"; }

# The same, compressed without a name and a time.
install_compressed() {
	mkdir --parents "$(dirname "$root/$2")"
	gzip --best --no-name --stdout "$1" >"$root/$2.gz"
	chmod 644 "$root/$2.gz"
}

fill() {
	local deb=deploy/deb doc=usr/share/doc/iot-client page work
	work=$(mktemp --directory)
	rm --recursive --force "$root"
	install_file 755 "$binary" usr/bin/iot-client
	install_file 644 $deb/iot-client.toml etc/iot-client/iot-client.toml
	install_file 644 $deb/sysusers.conf usr/lib/sysusers.d/iot-client.conf
	install_file 644 $deb/tmpfiles.conf usr/lib/tmpfiles.d/iot-client.conf
	sed -e 's|/usr/local/bin/iot-client|/usr/bin/iot-client|' -e 's|/etc/iot-client/machine.toml|/etc/iot-client/iot-client.toml|' \
		deploy/systemd/iot-client.service >"$work/unit"
	install_file 644 "$work/unit" lib/systemd/system/iot-client.service

	client man "$work/man" >/dev/null
	for page in "$work"/man/*.1; do install_compressed "$page" "usr/share/man/man1/$(basename "$page")"; done
	client completions bash >"$work/bash" && install_file 644 "$work/bash" usr/share/bash-completion/completions/iot-client
	client completions zsh >"$work/zsh" && install_file 644 "$work/zsh" usr/share/zsh/vendor-completions/_iot-client
	client completions fish >"$work/fish" && install_file 644 "$work/fish" usr/share/fish/vendor_completions.d/iot-client.fish

	install_file 644 $deb/copyright $doc/copyright
	install_file 644 NOTICE $doc/NOTICE
	scripts/third-party.sh "$triple" >"$work/third-party"
	install_compressed "$work/third-party" $doc/third-party.txt
	install_compressed CHANGELOG.md $doc/changelog
	printf 'iot-client (%s) unstable; urgency=medium\n\n  * What has changed is in changelog.gz.\n\n -- %s  %s\n' \
		"$version" "$maintainer" "$(LC_ALL=C date --utc --date "@$SOURCE_DATE_EPOCH" --rfc-email)" >"$work/changelog"
	install_compressed "$work/changelog" $doc/changelog.Debian
	for page in iot-client/examples/*.toml; do install_file 644 "$page" "$doc/examples/$(basename "$page")"; done
	install_file 644 iot-client/rules/examples/drill-press.toml $doc/examples/rules.toml
	rm --recursive "$work"
}

control() {
	local script size
	mkdir --parents "$root/DEBIAN"
	size=$(du --summarize --apparent-size --block-size 1024 --exclude DEBIAN "$root" | cut --fields 1)
	sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@MAINTAINER@/$maintainer/" -e "s/@SIZE@/$size/" \
		-e "s/@GLIBC@/$(glibc)/" deploy/deb/control.in >"$root/DEBIAN/control"
	echo /etc/iot-client/iot-client.toml >"$root/DEBIAN/conffiles"
	for script in postinst prerm postrm; do install --mode 755 "deploy/deb/$script" "$root/DEBIAN/$script"; done
	(cd "$root" && find . -type f ! -path './DEBIAN/*' ! -path './etc/*' -printf '%P\0' | LC_ALL=C sort --zero-terminated |
		xargs --null md5sum) >"$root/DEBIAN/md5sums"
	chmod 644 "$root/DEBIAN"/{control,conffiles,md5sums}
	find "$root" -type d -exec chmod 755 {} +
	find "$root" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
}

# The configuration of the package must say what is to be set, and all else in it must be right.
check_example() {
	local said
	if said=$(client --config deploy/deb/iot-client.toml check-config 2>&1); then
		die "the package's configuration is taken as it is, before anybody has set anything"
	fi
	for key in board.port chain.endpoints; do
		grep --quiet --fixed-strings "$key" <<<"$said" || die "the package's configuration does not say that $key is missing: $said"
	done
	(($(grep --count '^ *`' <<<"$said" || true) <= 2)) || die "more is wrong with the package's configuration: $said"
}

build
look_at_binary
check_libraries
check_example
fill
control
package=$folder/iot-client_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
rm --recursive "$root"
if command -v lintian >/dev/null; then
	lintian --fail-on error --suppress-tags initial-upload-closes-no-bugs "$package"
else
	echo "package: lintian is not installed: nobody has looked at the package"
fi
echo "package: $package, $(stat --format %s "$package") bytes, sha256 $(sha256sum "$package" | cut --delimiter ' ' --fields 1)"
