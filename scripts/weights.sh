#!/usr/bin/env bash
# `make weights`: compiles the runtime with its benchmarks, measures the calls of our pallets on it, and writes their
# weights.rs. Wants everything built (`make build`). Arguments go to bpiiot-weights.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}

# With the flags of substrate-wasm-builder, but not by it: it would put this wasm where the node looks for its own.
wasm_target=wasm32v1-none
folder=$CARGO_TARGET_DIR/weights
flags=(-C link-arg=--export-table -C link-arg=--export=__heap_base -C link-arg=--import-memory --cfg substrate_runtime)
RUSTFLAGS=${flags[*]} CARGO_TARGET_DIR=$folder CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_PANIC=abort \
	cargo rustc --locked --package bpiiot-runtime --lib --crate-type cdylib --target "$wasm_target" --release \
	--no-default-features --features runtime-benchmarks

exec "$CARGO_TARGET_DIR/debug/bpiiot-weights" "$folder/$wasm_target/release/bpiiot_runtime.wasm" "$@"
