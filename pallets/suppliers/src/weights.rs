// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_suppliers`
//!
//! Not measured: guesses on the high side, until `make weights` writes this file from the runtime's wasm.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_suppliers`.
pub trait WeightInfo {
	/// Weight of `publish_profile`.
	fn publish_profile() -> Weight;
	/// Weight of `update_profile`.
	fn update_profile() -> Weight;
	/// Weight of `remove_profile`.
	fn remove_profile() -> Weight;
	/// Weight of `rate`.
	fn rate() -> Weight;
	/// Weight of `forget_pair`.
	fn forget_pair() -> Weight;
	/// Weight of `forget_name`.
	fn forget_name() -> Weight;
}

/// Weights for `pallet_suppliers`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn publish_profile() -> Weight {
		Weight::from_parts(180_000_000, 21_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(40))
	}
	fn update_profile() -> Weight {
		Weight::from_parts(281_000_000, 17_500)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(75))
	}
	fn remove_profile() -> Weight {
		Weight::from_parts(176_000_000, 17_500)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(40))
	}
	fn rate() -> Weight {
		Weight::from_parts(66_000_000, 21_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn forget_pair() -> Weight {
		Weight::from_parts(58_000_000, 14_000)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn forget_name() -> Weight {
		Weight::from_parts(59_000_000, 17_500)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
