# The commands of the project. Each but `help` prepares the machine first, which takes no time when nothing is missing.
# Everything is built with one profile and all default members together, so that nothing heavy is built twice
# (docs/decisions/0002-one-profile.md): do not build single packages in the same target folder.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Shared by all checkouts, and outlives them.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/bpiiot/target

bin := $(CARGO_TARGET_DIR)/debug
cargo_build := cargo build --locked
firmware := $(CARGO_TARGET_DIR)/firmware

# The board of `make run` and `make demo`: the virtual one, which is built with all the others, or the Uno's firmware in its simulator
# (uno-sim), or none: a machine that speaks Modbus (modbus), which is built with all the others too.
board := $(if $(filter uno-sim,$(BOARD)),uno-sim)
export UNO_FIRMWARE := $(firmware)/bpiiot-uno.elf
export UNO_SIM := $(firmware)/sim/debug/uno-sim

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Prepare this machine: packages, wasm target, Node.js packages
	@scripts/setup.sh

.PHONY: build
build: setup ## Build everything, and say how large the runtime is
	$(cargo_build)
	@scripts/runtime.sh

.PHONY: run
run: build $(board) ## Node, board and client; order a job, watch it made and paid; stay up until Ctrl-C (BOARD=uno-sim or modbus, ARGS=..)
	@exec "$(bin)/bpiiot-demo" --stay $(if $(BOARD),--board $(BOARD)) $(ARGS)

.PHONY: demo
demo: build $(board) ## The same once, with a summary and an exit status (BOARD=uno-sim or modbus, FAULT=spindle-stall and others, ASSET=stable, DISPUTE=1 or silent, STORY=restock, ARGS=..)
	@exec "$(bin)/bpiiot-demo" $(if $(BOARD),--board $(BOARD)) $(if $(FAULT),--fault $(FAULT)) $(if $(ASSET),--asset $(ASSET)) $(if $(DISPUTE),--dispute $(DISPUTE)) $(if $(STORY),--story $(STORY)) $(ARGS)

.PHONY: test
test: build ## Unit tests, documentation's examples, short jobs on a real node, a job through Polkadot.js
	@scripts/test.sh short

.PHONY: test-all
test-all: build ## Every test, also the long ones
	@scripts/test.sh all

.PHONY: check
check: setup ## Format, scripts, licences, clippy, documentation; STEPS=".." for some of them
	@scripts/check.sh $(STEPS)

.PHONY: bench
bench: build ## The measured figures as a table, of the client as it is shipped, which is built first (JSON=path for a file as well, IOT_CLIENT=path for another build of it, ARGS=--only-client ..)
	@if [[ -z "$${IOT_CLIENT:-}" ]]; then \
		echo "building the client as it is shipped; only the first time takes long" >&2; \
		began=$$SECONDS; $(cargo_build) --profile dist --package iot-client; \
		echo "that took $$((SECONDS - began)) s" >&2; \
	fi
	@export IOT_CLIENT="$${IOT_CLIENT:-$(CARGO_TARGET_DIR)/dist/iot-client}"; exec "$(bin)/bpiiot-bench" $(if $(JSON),--json "$(JSON)") $(ARGS)

.PHONY: weights
weights: build ## Measure the calls of our pallets anew and write their weights (ARGS=..)
	@scripts/weights.sh $(ARGS)

.PHONY: fuzz
fuzz: build ## Random calls of random parties on the runtime in memory (BLOCKS=20000, SEED=1, REPLAY=script; SEEDED=1: is each mistake found?)
	@scripts/fuzz.sh $(if $(REPLAY),--replay "$(REPLAY)",--blocks $(or $(BLOCKS),20000) --seed $(or $(SEED),1))

.PHONY: fuzz-decoders
fuzz-decoders: setup ## Look for bytes that a decoder does not stand (TIME=30 seconds for each, TARGET=recipe for one)
	@scripts/fuzz-decoders.sh $(or $(TIME),30) $(TARGET)

.PHONY: threats
threats: build ## Measure what it costs to attack others, and write docs/threats.md
	@WRITE_THREATS=1 cargo test --locked --quiet --test calls -- threats::page

.PHONY: metadata
metadata: setup ## Write the metadata that the client is compiled against, from the runtime of this checkout
	@scripts/metadata.sh

.PHONY: power-cut
power-cut: build ## Kills the client N times (50) at random moments of running jobs: nothing lost, doubled or run twice (SEED=..)
	@"$(bin)/bpiiot-power-cut" $(or $(N),50) $(if $(SEED),--seed $(SEED))

.PHONY: outage
outage: build ## Broker down for a simulated day, node down for MINUTES (5), disk full: nothing lost, memory flat (ONLY=broker, node or disk; HOURS=24)
	@"$(bin)/bpiiot-outage" $(if $(ONLY),--only $(ONLY)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(HOURS),--hours $(HOURS)) $(ARGS)

.PHONY: net-test
net-test: build ## A real relay chain with our collators, and what must hold on it (ONLY="test ..", JSON=path, ARGS=..)
	@scripts/net-test.sh $(if $(JSON),--json "$(JSON)") $(ONLY) $(ARGS)

.PHONY: package
package: ## The client as a Debian package, for this computer or another one (ARCH=amd64 or arm64)
	@scripts/setup.sh --package $(ARCH)
	@scripts/package.sh $(ARCH)

.PHONY: firmware
firmware: ## The firmware of the Arduino Uno as ELF and HEX, its flash, RAM and stack; fails when it is too large
	@scripts/setup.sh --firmware
	@scripts/firmware.sh

.PHONY: firmware-test
firmware-test: ## The same, and its tests in a simulator (simavr), with measured figures; LONG=1: ten thousand faults
	@scripts/setup.sh --firmware-test
	@scripts/firmware-test.sh $(if $(LONG),--long)

.PHONY: uno-sim
uno-sim:
	@scripts/setup.sh --firmware-test
	@scripts/firmware.sh
	@cd board-firmware/uno-sim && CARGO_TARGET_DIR="$(firmware)/sim" $(cargo_build) --quiet
