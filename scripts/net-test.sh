#!/usr/bin/env bash
# `make net-test`: builds the relay chain and what starts it, where that is missing, and runs the tests of the network in a
# network namespace of its own, so that nothing of it can be reached from outside and all of it ends with this script.
# Wants everything else built (`make build`). Arguments go to `bpiiot-network test`: names of tests, --json PATH.
# NET_TEST_IF_BUILT=1: do nothing where the programs are not built.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}
bin=$CARGO_TARGET_DIR/debug
programs=(polkadot polkadot-execute-worker polkadot-prepare-worker bpiiot-relay-spec bpiiot-network iot-client-light)

scripts/setup.sh --network
missing=()
for program in "${programs[@]}"; do [[ -x $bin/$program ]] || missing+=("$program"); done
if ((${#missing[@]})); then
	if [[ -n ${NET_TEST_IF_BUILT:-} ]]; then
		echo "net-test: skipped, not built here: ${missing[*]} (make net-test builds them)"
		exit 0
	fi
	echo "net-test: building ${missing[*]}: half an hour on 2 cores the first time, most of it the relay chain's runtime"
fi

# The relay chain's node has the very dependencies of ours, so it is built together with the default members, which are
# built already. What starts the networks has others: the features of some crates differ, and built together all of the
# node would be built again.
mapfile -t members < <(cargo tree --locked --quiet --depth 0 --prefix none --format '{p}' | sed -n 's/ .*//p')
start=$SECONDS
cargo build --locked "${members[@]/#/--package=}" --package=bpiiot-relay-chain --package=bpiiot-next-runtime --lib \
	--bin polkadot --bin polkadot-execute-worker --bin polkadot-prepare-worker --bin bpiiot-relay-spec
cargo build --locked --package=bpiiot-zombienet
cargo test --locked --quiet --package=bpiiot-zombienet
echo "net-test: built in $(((SECONDS - start) / 60)) min $(((SECONDS - start) % 60)) s"

# Its own network, in which there is nothing but loopback, and its own processes, which end with it.
apart=(unshare --net --pid --fork --kill-child --mount-proc)
[[ $(id -u) == 0 ]] || apart+=(--user --map-root-user)
exec "${apart[@]}" bash -c 'ip link set lo up && exec "$@"' bash "$bin/bpiiot-network" test "$@"
