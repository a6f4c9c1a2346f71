#!/usr/bin/env bash
# The compiler of our own crates in `make check` (RUSTC_WORKSPACE_WRAPPER): clippy in rustc's place, then rustdoc where
# there is something to document. Dependencies are compiled as ever, so the check shares them with the build;
# `cargo clippy` and `cargo doc` would check a thousand crates a second time.
#
# Called by cargo as `lint-rustc.sh RUSTC ARGUMENTS...`. Wants CLIPPY_DRIVER and RUSTDOC (scripts/check.sh).
set -euo pipefail

"$CLIPPY_DRIVER" "$@"

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
