// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_inventory`
//!
//! Not measured: guesses on the high side, until `make weights` writes this file from the runtime's wasm.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_inventory`.
pub trait WeightInfo {
	/// Weight of `create_site`.
	fn create_site() -> Weight;
	/// Weight of `update_site`.
	fn update_site() -> Weight;
	/// Weight of `close_site`.
	fn close_site() -> Weight;
	/// Weight of `set_keepers`.
	fn set_keepers() -> Weight;
	/// Weight of `open_item`.
	fn open_item() -> Weight;
	/// Weight of `close_item`.
	fn close_item() -> Weight;
	/// Weight of `receive`.
	fn receive() -> Weight;
	/// Weight of `consume`.
	fn consume() -> Weight;
	/// Weight of `move_stock`.
	fn move_stock() -> Weight;
	/// Weight of `count`.
	fn count() -> Weight;
	/// Weight of `set_expiry`.
	fn set_expiry() -> Weight;
	/// Weight of `set_reorder`.
	fn set_reorder() -> Weight;
	/// Weight of `reorder`.
	fn reorder() -> Weight;
	/// Weight of `reserve`.
	fn reserve() -> Weight;
	/// Weight of `release`.
	fn release() -> Weight;
	/// Weight of `consume_reserved`.
	fn consume_reserved() -> Weight;
	/// Weight of `end_reservation`.
	fn end_reservation() -> Weight;
	/// Weight of `put_away`.
	fn put_away() -> Weight;
	/// Weight of `dismiss_arrival`.
	fn dismiss_arrival() -> Weight;
	/// Weight of `register_asset`.
	fn register_asset() -> Weight;
	/// Weight of `hand_over`.
	fn hand_over() -> Weight;
	/// Weight of `take_asset`.
	fn take_asset() -> Weight;
	/// Weight of `refuse_asset`.
	fn refuse_asset() -> Weight;
	/// Weight of `retire_asset`.
	fn retire_asset() -> Weight;
	/// Weight of `Materials::reserve` with `n` needs, but for the requests that they raise.
	fn reserve_for_job(n: u32) -> Weight;
	/// Weight of `Materials::consume`.
	fn consume_for_job() -> Weight;
	/// Weight of `Materials::release`.
	fn release_for_job() -> Weight;
	/// Weight of `Receiving::received`.
	fn received() -> Weight;
}

/// Weights for `pallet_inventory`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn create_site() -> Weight {
		Weight::from_parts(72_000_000, 21_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn update_site() -> Weight {
		Weight::from_parts(73_000_000, 24_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn close_site() -> Weight {
		Weight::from_parts(80_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn set_keepers() -> Weight {
		Weight::from_parts(59_000_000, 17_500)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn open_item() -> Weight {
		Weight::from_parts(76_000_000, 24_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn close_item() -> Weight {
		Weight::from_parts(80_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn receive() -> Weight {
		Weight::from_parts(67_000_000, 24_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn consume() -> Weight {
		Weight::from_parts(74_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn move_stock() -> Weight {
		Weight::from_parts(89_000_000, 38_500)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn count() -> Weight {
		Weight::from_parts(74_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn set_expiry() -> Weight {
		Weight::from_parts(74_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn set_reorder() -> Weight {
		Weight::from_parts(74_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn reorder() -> Weight {
		Weight::from_parts(78_000_000, 31_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn reserve() -> Weight {
		Weight::from_parts(98_000_000, 38_500)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn release() -> Weight {
		Weight::from_parts(84_000_000, 31_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn consume_reserved() -> Weight {
		Weight::from_parts(84_000_000, 31_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn end_reservation() -> Weight {
		Weight::from_parts(140_000_000, 59_500)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	fn put_away() -> Weight {
		Weight::from_parts(81_000_000, 31_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn dismiss_arrival() -> Weight {
		Weight::from_parts(63_000_000, 21_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn register_asset() -> Weight {
		Weight::from_parts(94_000_000, 35_000)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn hand_over() -> Weight {
		Weight::from_parts(67_000_000, 24_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn take_asset() -> Weight {
		Weight::from_parts(84_000_000, 31_500)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn refuse_asset() -> Weight {
		Weight::from_parts(67_000_000, 24_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn retire_asset() -> Weight {
		Weight::from_parts(94_000_000, 35_000)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn reserve_for_job(n: u32) -> Weight {
		Weight::from_parts(76_000_000, 24_500)
			.saturating_add(Weight::from_parts(28_000_000, 10_500).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(n.into())))
	}
	fn consume_for_job() -> Weight {
		Weight::from_parts(132_000_000, 52_500)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	fn release_for_job() -> Weight {
		Weight::from_parts(132_000_000, 52_500)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	fn received() -> Weight {
		Weight::from_parts(70_000_000, 24_500)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
