#!/usr/bin/env bash
# `make fuzz`: random calls of random parties on the runtime in memory. Wants everything built. Arguments go to
# `bpiiot-fuzz`, or with SEEDED=1 to `bpiiot-mistakes`, which is built first: with it pallets make mistakes on purpose, and
# each must be found.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}
bin=$CARGO_TARGET_DIR/debug
[[ -n ${SEEDED:-} ]] || exec "$bin/bpiiot-fuzz" "$@"

# With all default members, whose features decide how what they share is built; but only this program and what it needs.
mapfile -t members < <(cargo tree --locked --quiet --depth 0 --prefix none --format '{p}' | sed -n 's/ .*//p')
cargo build --locked "${members[@]/#/--package=}" --features=bpiiot-adversary/mistakes --bin=bpiiot-mistakes
exec "$bin/bpiiot-mistakes" "$@"
