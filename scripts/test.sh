#!/usr/bin/env bash
# `make test` (short) and `make test-all` (all). Wants everything built (`make build`).
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}

which=${1:-short}
[[ $which == short || $which == all ]] || { echo "usage: scripts/test.sh [short|all]" >&2; exit 2; }

# Runs one runner and times it. All of them run, so that one failure does not hide another.
failed=()
runner() {
	local name=$1 start=$SECONDS
	shift
	echo "--- test: $name"
	if "$@"; then
		echo "--- test: $name: ok, $((SECONDS - start)) s"
	else
		echo "--- test: $name: FAILED, $((SECONDS - start)) s"
		failed+=("$name")
	fi
}

if command -v cargo-nextest >/dev/null; then
	runner rust cargo nextest run --locked --profile "$([[ $which == all ]] && echo all || echo default)"
else
	# One test program after the other, and within one that starts nodes one test at a time as nextest does it.
	skip=(--skip long_)
	[[ $which == short ]] || skip=()
	runner rust cargo test --locked --lib --bins --no-fail-fast -- "${skip[@]}"
	runner rust-integration cargo test --locked --test '*' --no-fail-fast -- --test-threads 1 "${skip[@]}"
fi

runner examples cargo test --locked --doc

if [[ $which == all ]]; then
	# The benchmarks' own tests and try-state as the runtime compiles it; the choice of packages is explained in
	# scripts/check.sh.
	runner features env SKIP_BPIIOT_RUNTIME_WASM_BUILD=1 cargo test --locked --workspace --lib \
		--exclude bpiiot-bench --exclude bpiiot-harness --exclude bpiiot-relay-chain --exclude bpiiot-zombienet \
		--features "$(scripts/features.sh)"
fi

if [[ $which == all ]]; then
	runner decoders scripts/fuzz-decoders.sh 30
fi

runner polkadot-js env BPIIOT_NODE="$CARGO_TARGET_DIR/debug/bpiiot-node" \
	node --test --test-reporter=spec tests/polkadot-js/job.test.js

runner keystore env IOT_CLIENT="$CARGO_TARGET_DIR/debug/iot-client" \
	node --test --test-reporter=spec tests/polkadot-js/keystore.test.js

# What the example prints, which the Rust tests have built, against the schema of GS1.
runner epcis node --test --test-reporter=spec tests/epcis/epcis.test.js

# The page against the manager's example, which the Rust tests have built.
runner browser node --test --test-concurrency=1 --test-reporter=spec tests/browser/*.test.js

if [[ $which == all ]]; then
	# The same page of the client itself, beside a node and a board, while one job after the other is ordered, done and paid.
	runner browser-client "$CARGO_TARGET_DIR/debug/bpiiot-managed" \
		node --test --test-concurrency=1 --test-reporter=spec tests/browser/manager.test.js tests/browser/looks.test.js
	runner power-cut "$CARGO_TARGET_DIR/debug/bpiiot-power-cut" 50
	runner outage "$CARGO_TARGET_DIR/debug/bpiiot-outage" --hours 2 --tight 1 --minutes 1 --full 60
fi

if ((${#failed[@]})); then
	echo "failed: ${failed[*]}" >&2
	exit 1
fi
