#!/usr/bin/env bash
# `make metadata`: writes the metadata that iot-client is compiled against, from the runtime of this checkout, of which only
# the pallets that the client uses are kept, and the list of what the runtime stores and signs. The tests of the runtime that
# compare them write them when asked, so this works even when the client does not compile any more.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}

BPIIOT_WRITE_METADATA=1 cargo test --locked --test client_metadata --test encoding
sha256sum iot-client/metadata/bpiiot.scale runtime/encoding.txt
