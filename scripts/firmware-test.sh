#!/usr/bin/env bash
# `make firmware-test`: the firmware, as it is flashed, in a simulator: its tests, and what was measured.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}/firmware
scripts/firmware.sh
cd board-firmware/uno-sim
# --show-output: the table of the figures.
BPIIOT_UNO_ELF=$target/bpiiot-uno.elf CARGO_TARGET_DIR=$target/sim cargo test --locked --quiet -- --show-output "$@"
