//! A chain with the genesis of a preset.

use bpiiot_runtime::Runtime;
use serde_json::Value;
use sp_genesis_builder::{runtime_decl_for_genesis_builder::GenesisBuilder, PresetId};
use sp_io::TestExternalities;

/// The JSON of a preset, or of the default genesis.
fn json(preset: Option<&str>) -> Value {
	let bytes = Runtime::get_preset(&preset.map(PresetId::from)).expect("there is such a preset");
	serde_json::from_slice(&bytes).expect("is JSON")
}

/// Lays `patch` over `base`, as the node does.
fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		}
		(base, patch) => *base = patch,
	}
}

/// The chain after the first block of `preset`.
pub fn genesis(preset: &str) -> TestExternalities {
	patched(preset, Value::Object(Default::default()))
}

/// The same, with `patch` laid over the preset, as whoever launches a public network does.
pub fn patched(preset: &str, patch: Value) -> TestExternalities {
	let mut config = json(None);
	merge(&mut config, json(Some(preset)));
	merge(&mut config, patch);
	let mut chain = TestExternalities::new_empty();
	chain.execute_with(|| Runtime::build_state(config.to_string().into_bytes()).expect("is a genesis"));
	chain
}
