//! A relay chain for networks on one machine: Rococo's runtime with sessions of a minute, as a chain spec.
//!
//! The programs of this crate run it: `polkadot`, and the two workers which that starts to compile and to execute the
//! code of parachains. All three must lie in one folder.

#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(target_arch = "wasm32")]
pub use rococo_runtime::*;

#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(not(target_arch = "wasm32"))]
pub use native::{chain_spec, wasm_binary, CHAIN};
