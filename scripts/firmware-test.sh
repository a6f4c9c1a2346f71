#!/usr/bin/env bash
# `make firmware-test`: the firmware, as it is flashed, in a simulator: its tests, and what was measured.
# Usage: scripts/firmware-test.sh [--long]    --long: also the tests that take minutes
set -euo pipefail
cd "$(dirname "$0")/.."

skip=(--skip long_)
[[ ${1:-} != --long ]] || skip=()

target=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}/firmware
built=$(scripts/firmware.sh | tee /dev/stderr)

(
	cd board-firmware/uno-sim
	# --show-output: the tables.
	BPIIOT_UNO_ELF=$target/bpiiot-uno.elf CARGO_TARGET_DIR=$target/sim cargo test --locked --quiet -- \
		--show-output "${skip[@]}"
)

# The firmware's way into an Uno, as its user goes it: a controller that has its boot loader alone, avrdude, and then the
# client's commands that look at a board.
client=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}/debug/iot-client
if [[ ! -x $client ]]; then
	echo "firmware-test: flashing was not tried, since there is no iot-client yet (make build)"
	exit
fi
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# Arduino's boot loader, without its three blinks: with them this compiler makes it longer than the 512 bytes that it has.
optiboot=/usr/share/arduino/hardware/arduino/avr/bootloaders/optiboot
avr-gcc -w -Os -fno-inline-small-functions -fno-split-wide-types -mmcu=atmega328p -DF_CPU=16000000L -DBAUD_RATE=115200 \
	-DLED_START_FLASHES=0 -nostartfiles -Wl,--relax,--section-start=.text=0x7e00,--section-start=.version=0x7ffe \
	-o "$folder/boot.elf" "$optiboot/optiboot.c"
avr-objcopy -j .text -j .version --set-section-flags .version=alloc,load -O ihex "$folder/boot.elf" "$folder/boot.hex"

CARGO_TARGET_DIR=$target/sim cargo build --locked --quiet --manifest-path board-firmware/uno-sim/Cargo.toml
"$target/sim/debug/uno-sim" --boot-loader "$folder/boot.hex" --link "$folder/board" </dev/null >"$folder/ready" &
uno=$!
trap 'kill "$uno"; rm -r "$folder"' EXIT
until grep -q ready "$folder/ready"; do
	kill -0 "$uno"
	sleep 0.1
done

board() { IOT_CLIENT_CONFIG=$folder/machine.toml "$client" board "$@" "$folder/board"; }
board flash "$target/bpiiot-uno.hex"
hash=$(board info | awk '$3 == "hash" { print substr($4, 3) }')
if [[ $hash != "$(awk '$2 == "hash" { print $3 }' <<<"$built")" ]]; then
	echo "firmware-test: the board does not run what it was given, but $hash" >&2
	exit 1
fi
board conformance --outputs-are-free
board test --drive
echo "firmware-test: flashed through the boot loader, and tried"
