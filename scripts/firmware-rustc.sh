#!/usr/bin/env bash
# rustc for the firmware. Cargo tells it a number for each crate that depends on the folder where the sources lie, and the
# order of functions in the program depends on that number. With name and version in its place, the same sources make the
# same program, and the same hash, in any folder.
set -euo pipefail
arguments=()
for argument; do
	case $argument in
	metadata=*) argument=metadata=${CARGO_PKG_NAME:-}-${CARGO_PKG_VERSION:-} ;;
	esac
	arguments+=("$argument")
done
exec "${arguments[@]}"
