//! Builds the runtime's wasm.

/// A build for developers: nothing is embedded.
#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
fn main() {
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

/// A build that is released: it carries the hash of its own metadata, so that an offline signer can prove what he
/// shows. The symbol and the decimals are those of the chain's properties (`bpiiot_runtime::TOKEN_SYMBOL`).
#[cfg(all(feature = "std", feature = "metadata-hash"))]
fn main() {
	substrate_wasm_builder::WasmBuilder::init_with_defaults()
		.enable_metadata_hash("BPI", 12)
		.build();
}

/// Inside the wasm build itself there is nothing more to build.
#[cfg(not(feature = "std"))]
fn main() {}
