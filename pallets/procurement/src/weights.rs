// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_procurement`
//!
//! Not measured: guesses on the high side, until `make weights` writes this file from the runtime's wasm.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_procurement`.
pub trait WeightInfo {
	/// Weight of `publish_quote`.
	fn publish_quote() -> Weight;
	/// Weight of `update_quote`.
	fn update_quote() -> Weight;
	/// Weight of `set_stock`.
	fn set_stock() -> Weight;
	/// Weight of `withdraw_quote`.
	fn withdraw_quote() -> Weight;
	/// Weight of `buy`.
	fn buy() -> Weight;
	/// Weight of `deliver`.
	fn deliver() -> Weight;
	/// Weight of `confirm`.
	fn confirm() -> Weight;
	/// Weight of `reject`.
	fn reject() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `concede`.
	fn concede() -> Weight;
	/// Weight of `dispute`.
	fn dispute() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
	/// Weight of `raise_request`.
	fn raise_request() -> Weight;
	/// Weight of `cancel_request`.
	fn cancel_request() -> Weight;
	/// Weight of `expire_request`.
	fn expire_request() -> Weight;
	/// Weight of `remove_request`.
	fn remove_request() -> Weight;
	/// Weight of `bid`.
	fn bid() -> Weight;
	/// Weight of `seal_bid`.
	fn seal_bid() -> Weight;
	/// Weight of `reveal_bid`.
	fn reveal_bid() -> Weight;
	/// Weight of `forfeit_bid`.
	fn forfeit_bid() -> Weight;
	/// Weight of `reclaim_bid`.
	fn reclaim_bid() -> Weight;
	/// Weight of `award`.
	fn award() -> Weight;
	/// Weight of `award_to`.
	fn award_to() -> Weight;
	/// Weight of `award_private`.
	fn award_private() -> Weight;
	/// Weight of `counter_offer`.
	fn counter_offer() -> Weight;
	/// Weight of `accept_counter_offer`.
	fn accept_counter_offer() -> Weight;
	/// Weight of `resolve`.
	fn resolve() -> Weight;
}

/// Weights for `pallet_procurement`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn publish_quote() -> Weight {
		Weight::from_parts(111_000_000, 31_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	fn update_quote() -> Weight {
		Weight::from_parts(124_000_000, 24_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(20))
	}
	fn set_stock() -> Weight {
		Weight::from_parts(59_000_000, 17_500)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn withdraw_quote() -> Weight {
		Weight::from_parts(107_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	fn buy() -> Weight {
		Weight::from_parts(204_000_000, 94_500)
			.saturating_add(T::DbWeight::get().reads(26))
			.saturating_add(T::DbWeight::get().writes(20))
	}
	fn deliver() -> Weight {
		Weight::from_parts(70_000_000, 24_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn confirm() -> Weight {
		Weight::from_parts(198_000_000, 94_500)
			.saturating_add(T::DbWeight::get().reads(26))
			.saturating_add(T::DbWeight::get().writes(18))
	}
	fn reject() -> Weight {
		Weight::from_parts(198_000_000, 94_500)
			.saturating_add(T::DbWeight::get().reads(26))
			.saturating_add(T::DbWeight::get().writes(18))
	}
	fn cancel() -> Weight {
		Weight::from_parts(198_000_000, 94_500)
			.saturating_add(T::DbWeight::get().reads(26))
			.saturating_add(T::DbWeight::get().writes(18))
	}
	fn expire() -> Weight {
		Weight::from_parts(198_000_000, 101_500)
			.saturating_add(T::DbWeight::get().reads(26))
			.saturating_add(T::DbWeight::get().writes(18))
	}
	fn concede() -> Weight {
		Weight::from_parts(198_000_000, 94_500)
			.saturating_add(T::DbWeight::get().reads(26))
			.saturating_add(T::DbWeight::get().writes(18))
	}
	fn dispute() -> Weight {
		Weight::from_parts(112_000_000, 45_500)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn remove() -> Weight {
		Weight::from_parts(94_000_000, 35_000)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn raise_request() -> Weight {
		Weight::from_parts(128_000_000, 56_000)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	fn cancel_request() -> Weight {
		Weight::from_parts(84_000_000, 38_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn expire_request() -> Weight {
		Weight::from_parts(80_000_000, 35_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn remove_request() -> Weight {
		Weight::from_parts(89_000_000, 35_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn bid() -> Weight {
		Weight::from_parts(120_000_000, 59_500)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn seal_bid() -> Weight {
		Weight::from_parts(112_000_000, 52_500)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn reveal_bid() -> Weight {
		Weight::from_parts(98_000_000, 45_500)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn forfeit_bid() -> Weight {
		Weight::from_parts(90_000_000, 38_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn reclaim_bid() -> Weight {
		Weight::from_parts(90_000_000, 38_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn award() -> Weight {
		Weight::from_parts(242_000_000, 129_500)
			.saturating_add(T::DbWeight::get().reads(34))
			.saturating_add(T::DbWeight::get().writes(22))
	}
	fn award_to() -> Weight {
		Weight::from_parts(242_000_000, 129_500)
			.saturating_add(T::DbWeight::get().reads(34))
			.saturating_add(T::DbWeight::get().writes(22))
	}
	fn award_private() -> Weight {
		Weight::from_parts(256_000_000, 136_500)
			.saturating_add(T::DbWeight::get().reads(36))
			.saturating_add(T::DbWeight::get().writes(24))
	}
	fn counter_offer() -> Weight {
		Weight::from_parts(67_000_000, 31_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn accept_counter_offer() -> Weight {
		Weight::from_parts(67_000_000, 31_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn resolve() -> Weight {
		Weight::from_parts(190_000_000, 87_500)
			.saturating_add(T::DbWeight::get().reads(24))
			.saturating_add(T::DbWeight::get().writes(18))
	}
}
