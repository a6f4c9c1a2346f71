#!/usr/bin/env bash
# The compiler of our own crates in `make check` (RUSTC_WORKSPACE_WRAPPER): clippy in rustc's place, then rustdoc where
# there is something to document. Dependencies are compiled as ever, so the check shares them with the build;
# `cargo clippy` and `cargo doc` would check a thousand crates a second time.
#
# Of a test program that the check does not run there is no code made, which would take most of the time: an empty file is in
# its place. `make test` compiles them all for its own use.
#
# Called by cargo as `lint-rustc.sh RUSTC ARGUMENTS...`. Wants CLIPPY_DRIVER, RUSTDOC and LINT_RUNS, the names of the test
# programs that are run (scripts/check.sh).
set -euo pipefail

# Compiles as cargo wants it, or looks through a test program that nobody runs.
lint() {
	local arguments=("$@") is_test='' name='' suffix='' folder='' at
	while (($#)); do
		case $1 in
		--test) is_test=1 ;;
		--crate-name) name=$2 ;;
		--out-dir) folder=$2 ;;
		extra-filename=*) suffix=${1#*=} ;;
		esac
		shift
	done
	if [[ -z $is_test || -z $folder || " $LINT_RUNS " == *" $name "* ]]; then
		"$CLIPPY_DRIVER" "${arguments[@]}"
		return
	fi
	for at in "${!arguments[@]}"; do
		[[ ${arguments[at]} != --emit=* ]] || arguments[at]=--emit=dep-info,metadata
	done
	"$CLIPPY_DRIVER" "${arguments[@]}"
	: >"$folder/$name$suffix"
}
lint "$@"

# Cargo also asks for the compiler's version and the like; only its own packages are linted and documented.
[[ -n ${CARGO_PRIMARY_PACKAGE:-} && ${LINT_DOCS:-1} == 1 ]] || exit 0

shift
kind='' flags=() out=doc
while (($#)); do
	case $1 in
	--crate-type) kind=$2 && flags+=("$1" "$2") && shift ;;
	--test) kind='test' ;;
	--emit=*) ;;
	--out-dir) shift ;;
	*) flags+=("$1") ;;
	esac
	shift
done

case $kind in
lib) ;;
# A binary is read by whoever works on it. Its own folder: it may bear its library's name.
bin) out=doc-bin flags+=(--document-private-items) ;;
*) exit 0 ;;
esac
[[ ${CARGO_CRATE_NAME:-} != build_script_* ]] || exit 0

exec "$RUSTDOC" "${flags[@]}" --out-dir "$LINT_DOC_DIR/$out" --deny=warnings
