#!/usr/bin/env bash
# `make check`: everything that can be said of the sources without running them. Cheap steps first.
# Usage: scripts/check.sh [STEP...]    STEP: format names scripts lockfile gpl deny clippy calls weights features network firmware
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}

# Outside of the workspace: see its `exclude`.
own_workspaces=(board-firmware/uno board-firmware/uno-sim)
# The test programs of which single tests are steps of the check (see one_test).
lint_runs='calls bpiiot_weights'

# Formatting of Rust.
step_format() {
	cargo fmt --all --check
	for folder in "${own_workspaces[@]}"; do (cd "$folder" && cargo fmt --check); done
}

# Long tests are named `long_…`, and no others have that word in their names: cargo's own runner, which takes the place of
# cargo-nextest where that is missing, would leave them out of `make test` without a word.
step_names() {
	find board-firmware harness iot-client node pallets runtime zombienet -name '*.rs' -exec awk '
		FNR == 1 { test = 0 }
		/^[ \t]*#\[([a-z_]+::)*test(\]|\()/ { test = 1 }
		test && match($0, /fn [A-Za-z0-9_]+/) {
			test = 0
			name = substr($0, RSTART + 3, RLENGTH - 3)
			if (name ~ /long_/ && name !~ /^long_/) {
				print FILENAME ":" FNR ": " name ": a test with long_ in its name must begin with it; call this one otherwise"
				wrong = 1
			}
		}
		END { exit wrong }
	' {} +
}

# Our shell scripts.
step_scripts() {
	local files=(.ci/run scripts/*.sh)
	for file in "${files[@]}"; do bash -n "$file"; done
	if command -v shellcheck >/dev/null; then
		shellcheck "${files[@]}"
	else
		echo "shellcheck is not installed: the scripts' syntax was checked, and nothing else of them"
	fi
}

# Cargo.lock is complete.
step_lockfile() {
	cargo metadata --locked --format-version 1 >/dev/null
}

# What must stay free of GPL is.
step_gpl() {
	scripts/check-gpl-free.sh
}

# Licences, sources and bans of all dependencies.
step_deny() {
	scripts/deny.sh
}

# Clippy over all our targets and rustdoc over all our crates, warnings denied.
step_clippy() {
	# No `--bins`: they would take the place of the real ones in the target folder, the node without its runtime. Their
	# sources are linted as tests.
	lint --lib --tests --examples --benches
}

# Every call of our pallets has a row in the table of calls and cases, and every row a cell for each case. `make test` tries
# what stands in them.
step_calls() {
	one_test every_call_has_a_row --test calls
}

# Every file of weights was measured from the sources that there are: `make weights` measures those that were not.
step_weights() {
	one_test files::tests::every_file_was_measured_from_the_sources_that_there_are --bin bpiiot-weights
}

# Clippy with the features that only benchmarks and try-runtime are built with. Still over the workspace: the pallets and
# the runtime alone would choose other features of a crate below binaryen, and compile that once more. But without what
# has nothing to do with these features and would have the node's half of the SDK compiled again.
step_features() {
	LINT_DOCS=0 lint --workspace --exclude bpiiot-bench --exclude bpiiot-harness --exclude bpiiot-relay-chain \
		--exclude bpiiot-zombienet --lib --features "$(scripts/features.sh)"
}

# The network tests and the relay chain's programs, where these are built: what they need takes long.
step_network() {
	if [[ ! -x $CARGO_TARGET_DIR/debug/bpiiot-network ]]; then
		echo "skipped: the network's programs are not built here (make net-test does that)"
		return
	fi
	LINT_DOCS=0 lint --package bpiiot-zombienet --bins --tests
}

# The firmware and its simulator, where the tools for them are installed.
step_firmware() {
	local target=$CARGO_TARGET_DIR/firmware
	if ! command -v avr-gcc >/dev/null || [[ ! -e /usr/include/simavr/sim_avr.h ]]; then
		echo "skipped: no tools for the AVR here (make firmware-test installs them)"
		return
	fi
	# A folder of its own: what clippy compiles is compiled otherwise.
	(cd board-firmware/uno && RUSTC_BOOTSTRAP=1 RUSTC_LOG=error CARGO_TARGET_DIR=$target/clippy \
		cargo clippy --locked --release --quiet -- -Dwarnings)
	(cd board-firmware/uno-sim && CARGO_TARGET_DIR=$target/sim cargo clippy --locked --quiet --all-targets -- -Dwarnings)
}

# A single test of what clippy has compiled, which is a program like any other, so that there is nothing more to build.
# Clippy first in any case: cargo would not have our crates documented for the sake of a test, and take them for checked the
# next time. Arguments: the test, and where it is.
one_test() {
	local name=$1 said status=0
	shift
	step_clippy
	said=$(linted test "$@" -- --exact "$name") || status=$?
	printf '%s\n' "$said"
	((status == 0)) || return "$status"
	# A name that no test has is a success for cargo.
	if [[ $said != *" 1 passed;"* ]]; then
		echo "the test $name did not run: has it another name now?" >&2
		return 1
	fi
}

# `cargo build` with clippy for our own crates.
lint() {
	linted build "$@"
}

# A command of cargo with scripts/lint-rustc.sh in rustc's place for our own crates.
#
# The runtime's own skip variable, not SKIP_WASM_BUILD: that one is watched by a build script deep in the SDK, so that
# with each change of it half of the node would be built again.
linted() {
	local command=$1 sysroot
	shift
	sysroot=$(rustc --print sysroot)
	if [[ ! -x $sysroot/bin/clippy-driver ]]; then
		echo "clippy is missing: rustup component add clippy (Debian's toolchain: apt-get install rust-web-clippy)" >&2
		return 1
	fi
	CLIPPY_DRIVER=$sysroot/bin/clippy-driver RUSTDOC=$sysroot/bin/rustdoc LINT_DOC_DIR=$CARGO_TARGET_DIR LINT_RUNS=$lint_runs \
		CLIPPY_ARGS='-Dwarnings__CLIPPY_HACKERY__' RUSTC_WORKSPACE_WRAPPER=$PWD/scripts/lint-rustc.sh \
		SKIP_BPIIOT_RUNTIME_WASM_BUILD=1 \
		cargo "$command" --locked "$@"
}

all=(format names scripts lockfile gpl deny clippy calls weights features network firmware)
steps=("$@")
((${#steps[@]})) || steps=("${all[@]}")
for step in "${steps[@]}"; do
	if [[ $(type -t "step_$step") != function ]]; then
		echo "make check knows no step '$step'; there are: ${all[*]}" >&2
		exit 2
	fi
	echo "--- check: $step"
	start=$SECONDS
	"step_$step"
	echo "--- check: $step: ok, $((SECONDS - start)) s"
done
