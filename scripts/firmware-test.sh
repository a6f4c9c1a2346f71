#!/usr/bin/env bash
# `make firmware-test`: the firmware, as it is flashed, in a simulator: its tests, and what was measured.
# Usage: scripts/firmware-test.sh [--long]    --long: also the tests that take minutes
set -euo pipefail
cd "$(dirname "$0")/.."

skip=(--skip long_)
[[ ${1:-} != --long ]] || skip=()

target=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}/firmware
scripts/firmware.sh
cd board-firmware/uno-sim
# --show-output: the tables.
BPIIOT_UNO_ELF=$target/bpiiot-uno.elf CARGO_TARGET_DIR=$target/sim cargo test --locked --quiet -- \
	--show-output "${skip[@]}"
