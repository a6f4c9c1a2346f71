#!/usr/bin/env bash
# Prints the features that only benchmarks and try-runtime are built with, as cargo takes them: of the runtime, and of the
# pallets that it does not have yet.
set -euo pipefail
list=
for package in bpiiot-runtime pallet-channels pallet-diagnostics pallet-rentals pallet-telemetry; do
	list+=$package/runtime-benchmarks,$package/try-runtime,
done
printf '%s\n' "${list%,}"
