//! A chain with the genesis of a preset.

use bpiiot_runtime::in_memory;
use serde_json::{json, Value};
use sp_io::TestExternalities;

/// The chain after the first block of `preset`.
pub fn genesis(preset: &str) -> TestExternalities {
	patched(preset, json!({}))
}

/// The same, with `patch` laid over the preset, as whoever launches a public network does.
pub fn patched(preset: &str, patch: Value) -> TestExternalities {
	in_memory::genesis(preset, patch).expect("is a genesis")
}
