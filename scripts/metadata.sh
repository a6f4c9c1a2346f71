#!/usr/bin/env bash
# `make metadata`: writes the metadata that iot-client is compiled against, from the runtime of this checkout. Only the
# pallets that the client uses are kept. The test of the runtime that compares the two writes it when asked, so this
# works even when the client does not compile any more.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}

BPIIOT_WRITE_METADATA=1 cargo test --locked --test client_metadata
sha256sum iot-client/metadata/bpiiot.scale
