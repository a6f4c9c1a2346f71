#!/usr/bin/env bash
# Prints the path of a cargo tool of one version. The first time it is built from the crate registry, which takes some
# minutes, and kept in the user's cache folder. Other versions in the PATH are not used: everybody gets the same answers.
# Usage: scripts/tool.sh CRATE VERSION PROGRAM
set -euo pipefail
crate=$1 version=$2 program=$3

root=$HOME/.cache/bpiiot/tools/$crate-$version
if [[ ! -x $root/bin/$program ]]; then
	echo "building $crate $version into $root (once)" >&2
	# Unoptimised: built in a third of the time, and fast enough.
	CARGO_TARGET_DIR=$root/target CARGO_PROFILE_DEV_DEBUG=0 \
		cargo install --locked --debug --root "$root" "$crate@$version" >&2
	rm -rf "$root/target"
fi
echo "$root/bin/$program"
