#!/usr/bin/env bash
# Fails when a crate that must be usable without the GPL depends on one that is GPL and nothing else.
# The node and the runtime may (deny.toml names what they hold).
set -euo pipefail
cd "$(dirname "$0")/.."

free=(bpiiot-primitives pallet-machines pallet-escrow pallet-jobs pallet-suppliers pallet-procurement pallet-inventory pallet-rentals bpiiot-access pallet-channels bpiiot-voucher bpiiot-protocol board-core board-conformance virtual-board iot-client iot-channels)
tree=$(cargo tree --locked --quiet "${free[@]/#/--package=}" --edges normal,build --prefix none --format '{p}|{l}|')

# Every part of `A AND B` binds; of `A OR B`, in older manifests `A/B`, we choose.
bound=$(awk -F '|' '{
	count = split($2, parts, / AND /)
	for (i = 1; i <= count; i++) {
		choices = split(parts[i], choice, / OR |\//)
		free = 0
		for (j = 1; j <= choices; j++) if (choice[j] !~ /GPL/) free = 1
		if (!free) { print "  " $1 ": " $2; next }
	}
}' <<<"$tree" | sort -u)
if [[ -n $bound ]]; then
	printf 'GPL gets into what must stay free of it (%s):\n%s\n' "${free[*]}" "$bound" >&2
	echo "cargo tree --package PACKAGE --invert CRATE says by which way" >&2
	exit 1
fi
