#!/usr/bin/env bash
# What the client of this target holds of others: each crate with its licence, and the texts of the licences and notices that
# come with them, each text once.
# Usage: scripts/third-party.sh TARGET
set -euo pipefail
cd "$(dirname "$0")/.."

sources=${CARGO_HOME:-$HOME/.cargo}/registry/src
crates=$(cargo tree --locked --quiet --package iot-client --edges normal --target "$1" --prefix none --no-dedupe --format '{p}|{l}' |
	grep --invert-match '(proc-macro)' | sed -e 's/ (\*)$//' -e 's/ v/ /' | LC_ALL=C sort --unique)

echo "The program iot-client holds these crates of https://crates.io, or parts of them:"
echo
# Ours have a path behind their version.
others=()
while IFS='|' read -r crate licence; do
	[[ $crate != *'('* ]] || continue
	others+=("$crate")
	printf '%-50s %s\n' "$crate" "$licence"
done <<<"$crates"
((${#others[@]} > 0)) || {
	echo "third-party: cargo names no crates" >&2
	exit 1
}

declare -A text of
order=()
for crate in "${others[@]}"; do
	for file in "$sources"/*/"${crate/ /-}"/{LICEN[SC]E,COPYING,COPYRIGHT,NOTICE,license,licence}*; do
		[[ -f $file ]] || continue
		hash=$(sha256sum "$file" | cut --delimiter ' ' --fields 1)
		[[ -n ${text[$hash]:-} ]] || order+=("$hash")
		text[$hash]=$file
		of[$hash]+="${of[$hash]:+, }$crate"
	done
done
for hash in "${order[@]}"; do
	printf '\n%s\n' "$(printf '=%.0s' {1..100})"
	fold --spaces --width 100 <<<"${of[$hash]}:"
	printf '\n'
	cat "${text[$hash]}"
done
