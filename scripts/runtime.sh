#!/usr/bin/env bash
# Says how large the built runtime is, and fails when no relay chain would take it: compressed it must not exceed 5 MiB,
# and it must export what validators call. Called by `make build`.
set -euo pipefail
folder=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}/debug/wbuild/bpiiot-runtime
limit=$((5 * 1024 * 1024))

size=$(stat --format %s "$folder/bpiiot_runtime.compact.compressed.wasm")
# The compact wasm has no names but those of its imports and exports.
if ! grep --quiet --text validate_block "$folder/bpiiot_runtime.compact.wasm"; then
	echo "runtime: it does not export validate_block, so it is no parachain's" >&2
	exit 1
fi
if ((size > limit)); then
	echo "runtime: $size bytes compressed, and a relay chain takes $limit at most" >&2
	exit 1
fi
echo "runtime: $size bytes compressed (a relay chain takes $limit), exports validate_block"
