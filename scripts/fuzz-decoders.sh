#!/usr/bin/env bash
# `make fuzz-decoders`: cargo-fuzz looks for bytes that a decoder does not stand (adversary/decoders). What it learns is
# kept in the target folder, what it finds in adversary/decoders/found.
# Usage: scripts/fuzz-decoders.sh SECONDS [TARGET..]
set -euo pipefail
cd "$(dirname "$0")/.."
target_folder=${CARGO_TARGET_DIR:-$HOME/.cache/bpiiot/target}/fuzz
decoders=adversary/decoders
each=$1
shift

cargo_fuzz=$(scripts/tool.sh cargo-fuzz 0.13.2 cargo-fuzz)
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(cd "$decoders/seeds" && printf '%s\n' *)

failed=()
for target in "${targets[@]}"; do
	learned=$target_folder/learned/$target
	mkdir -p "$learned" "$decoders/found/$target"
	# Without a sanitizer: there is no unsafe code of ours to watch, and the stable compiler has none. Not as for a release:
	# it takes a quarter of an hour longer to build than it is faster in the short run, and would look for no overflow.
	"$cargo_fuzz" run --dev --fuzz-dir "$decoders" --sanitizer none --target-dir "$target_folder" --features fuzzing \
		"$target" "$learned" "$decoders/seeds/$target" -- \
		-max_total_time="$each" -max_len=65536 -timeout=10 -print_final_stats=1 \
		-artifact_prefix="$decoders/found/$target/" || failed+=("$target")
done
if ((${#failed[@]})); then
	echo "fuzz-decoders: not stood: ${failed[*]}; see $decoders/found" >&2
	exit 1
fi
echo "fuzz-decoders: ${#targets[@]} decoders, $each s each, all stood"
