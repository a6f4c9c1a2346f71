#!/usr/bin/env bash
# `make firmware`: builds the firmware of the Arduino Uno, says how large it is, and fails when it is larger than agreed.
set -euo pipefail
cd "$(dirname "$0")/.."

# The ATmega328P has 32 KiB of flash, of which the boot loader takes half a KiB, and 2 KiB of RAM.
flash_limit=$((24 * 1024))
static_ram_limit=1228
ram=2048

# A folder of its own: another compiler setting, another profile.
target=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}/firmware
built=$target/avr-none/release/bpiiot-uno.elf
elf=$target/bpiiot-uno.elf
hex=$target/bpiiot-uno.hex

# The standard library from its source is not stable yet; with RUSTC_BOOTSTRAP the stable compiler does it all the same.
# RUSTC_LOG: the compiler would tell each time that this linker knows no -no-pie.
(
	rustc=$PWD/scripts/firmware-rustc.sh
	cd board-firmware/uno
	RUSTC_WRAPPER=$rustc RUSTC_BOOTSTRAP=1 RUSTC_LOG=error CARGO_TARGET_DIR=$target \
		cargo build --locked --release --quiet
)

# Bytes of a section, 0 when it is not there.
section() { avr-size --format=sysv "$elf" | awk -v name="$1" '$1 == name { size = $2 } END { print size + 0 }'; }

# Writes the hash of the program, in which the place for it is zeros, into that place.
write_hash() {
	local image place section_start symbol
	image=$(mktemp)
	avr-objcopy --output-target binary "$built" "$image"
	hash=$(b2sum --length 256 "$image" | cut -d ' ' -f 1)
	rm "$image"
	symbol=$(avr-nm "$built" | awk '$3 == "BPIIOT_FIRMWARE_HASH" { print $1 }')
	section_start=$(avr-objdump --section-headers "$built" | awk '$2 == ".text" { print $6 }')
	place=$((16#$symbol + 16#$section_start))
	cp "$built" "$elf"
	printf %s "${hash^^}" | basenc --base16 --decode | dd of="$elf" bs=1 seek="$place" conv=notrunc status=none
}

write_hash
avr-objcopy --output-target ihex --remove-section .eeprom "$elf" "$hex"

data=$(section .data)
flash=$(($(section .text) + data))
static_ram=$((data + $(section .bss) + $(section .noinit)))
read -r stack indirect < <(avr-objdump --disassemble --no-show-raw-insn "$elf" | awk -f scripts/stack-estimate.awk)

printf 'firmware: %-11s %6d bytes of %d\n' \
	flash "$flash" "$flash_limit" \
	'static RAM' "$static_ram" "$static_ram_limit" \
	stack "$stack" "$((ram - static_ram))"
((indirect == 0)) || echo "firmware: the stack is estimated without $indirect calls through pointers"
echo "firmware: hash $hash"
echo "firmware: $elf"
echo "firmware: $hex"

status=0
too_large() { printf 'firmware: too much %s\n' "$1" >&2 && status=1; }
((flash <= flash_limit)) || too_large flash
((static_ram <= static_ram_limit)) || too_large 'static RAM'
((stack <= ram - static_ram)) || too_large stack
exit "$status"
