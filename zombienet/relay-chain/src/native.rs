//! The chain spec.

use sc_chain_spec::{ChainType, GenericChainSpec, Properties};
use serde_json::json;

#[expect(dead_code, reason = "the builder also writes where the wasm is")]
mod wasm {
	include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}

/// How parachains name this relay chain in their own chain specs.
pub const CHAIN: &str = "rococo-local";

/// The wasm of the runtime, compact and compressed.
///
/// # Panics
/// When the crate was built with `SKIP_WASM_BUILD`.
pub fn wasm_binary() -> &'static [u8] {
	wasm::WASM_BINARY.expect("the relay chain was built without its wasm: build again with SKIP_WASM_BUILD unset")
}

/// The plain chain spec as JSON, with the validators `//Alice` and `//Bob`, and `//Alice` as root.
///
/// Parachains build their blocks up to three ahead of what the relay chain has included, on relay parents up to two
/// blocks old: what the constants of our runtime's consensus hook presume.
///
/// # Errors
/// When the runtime refuses its own preset.
pub fn chain_spec() -> Result<String, String> {
	GenericChainSpec::<sc_chain_spec::NoExtension>::builder(wasm_binary(), None)
		.with_name("Rococo Local Testnet")
		.with_id("rococo_local_testnet")
		.with_protocol_id("bpiiot-relay")
		.with_chain_type(ChainType::Local)
		.with_properties(Properties::from_iter([
			("tokenSymbol".to_owned(), "ROC".into()),
			("tokenDecimals".to_owned(), 12.into()),
		]))
		.with_genesis_config_preset_name("local_testnet")
		.with_genesis_config_patch(json!({
			"configuration": { "config": { "async_backing_params": {
				"max_candidate_depth": 3,
				"allowed_ancestry_len": 2,
			} } },
		}))
		.build()
		.as_json(false)
}
