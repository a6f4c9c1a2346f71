//! This checkout's runtime under the next version number: what a network of this version can be upgraded to.

#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(target_arch = "wasm32")]
pub use bpiiot_runtime::*;
