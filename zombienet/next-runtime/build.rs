//! Builds the wasm of the runtime.

#[cfg(feature = "std")]
fn main() {
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

/// Inside the wasm build itself there is nothing more to build.
#[cfg(not(feature = "std"))]
fn main() {}
