//! A chain of this runtime in the memory of a test or a tool. It is not in the wasm.

use crate::{BlockNumber, Hash, Header, Runtime, SLOT_DURATION};
use alloc::{format, string::String, vec};
use serde_json::Value;
use sp_consensus_aura::{digests::CompatibleDigestItem, sr25519::AuthoritySignature, Slot};
use sp_genesis_builder::{runtime_decl_for_genesis_builder::GenesisBuilder, PresetId};
use sp_io::TestExternalities;
use sp_runtime::{
	generic::{Digest, DigestItem},
	traits::Header as _,
};

/// The chain after the first block of a preset with `patch` laid over it, as whoever launches a network does.
///
/// # Errors
/// When there is no such preset, or both together are no genesis.
pub fn genesis(preset: &str, patch: Value) -> Result<TestExternalities, String> {
	let mut config = json(None)?;
	merge(&mut config, json(Some(preset))?);
	merge(&mut config, patch);
	let mut chain = TestExternalities::new_empty();
	chain.execute_with(|| Runtime::build_state(config.to_string().into_bytes()))?;
	Ok(chain)
}

/// What a block begins with, at a time in unix milliseconds.
pub fn header(number: BlockNumber, parent: Hash, now: u64) -> Header {
	let slot = Slot::from(now / SLOT_DURATION);
	let logs = vec![<DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot)];
	Header::new(number, Hash::default(), Hash::default(), parent, Digest { logs })
}

/// The JSON of a preset, or of the default genesis.
fn json(preset: Option<&str>) -> Result<Value, String> {
	let bytes = Runtime::get_preset(&preset.map(PresetId::from));
	let bytes = bytes.ok_or_else(|| format!("there is no preset {preset:?}"))?;
	serde_json::from_slice(&bytes).map_err(|error| format!("preset {preset:?}: {error}"))
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
