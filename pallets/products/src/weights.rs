// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_products`
//!
//! Not measured: guesses on the high side, until `make weights` writes this file from the runtime's wasm.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_products`.
pub trait WeightInfo {
	/// Weight of `accredit`.
	fn accredit() -> Weight;
	/// Weight of `withdraw_accreditation`.
	fn withdraw_accreditation() -> Weight;
	/// Weight of `assign_prefix`.
	fn assign_prefix() -> Weight;
	/// Weight of `set_room`.
	fn set_room() -> Weight;
	/// Weight of `revoke_prefix`.
	fn revoke_prefix() -> Weight;
	/// Weight of `release_prefix`.
	fn release_prefix() -> Weight;
	/// Weight of `register_item`.
	fn register_item() -> Weight;
	/// Weight of `register_range`.
	fn register_range() -> Weight;
	/// Weight of `register_lot`.
	fn register_lot() -> Weight;
	/// Weight of `withdraw`.
	fn withdraw() -> Weight;
	/// Weight of `make` with `i` inputs and `o` outputs that takes over no recall.
	fn make(i: u32, o: u32) -> Weight;
	/// Weight of `amend`.
	fn amend() -> Weight;
	/// Weight of `transfer`.
	fn transfer() -> Weight;
	/// Weight of `pack` with `n` things.
	fn pack(n: u32) -> Weight;
	/// Weight of `unpack` with `n` things.
	fn unpack(n: u32) -> Weight;
	/// Weight of `attach_tag`.
	fn attach_tag() -> Weight;
	/// Weight of `verify_tag`.
	fn verify_tag() -> Weight;
	/// Weight of `certify`.
	fn certify() -> Weight;
	/// Weight of `revoke_certificate`.
	fn revoke_certificate() -> Weight;
	/// Weight of `remove_certificate`.
	fn remove_certificate() -> Weight;
	/// Weight of `recall`.
	fn recall() -> Weight;
	/// Weight of `narrow`.
	fn narrow() -> Weight;
	/// Weight of `lift`.
	fn lift() -> Weight;
	/// Weight of `confirm`.
	fn confirm() -> Weight;
	/// Weight of `contest`.
	fn contest() -> Weight;
	/// Weight of `judge`.
	fn judge() -> Weight;
	/// Weight of `settle_contest`.
	fn settle_contest() -> Weight;
	/// Weight of `spread` for `n` steps.
	fn spread(n: u32) -> Weight;
	/// Weight of `close_recall`.
	fn close_recall() -> Weight;
	/// What it costs a making to take over one recall.
	fn inherit() -> Weight;
	/// What it costs a block to look for a recall that spreads.
	fn spread_look() -> Weight;
}

/// Weights for `pallet_products`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn accredit() -> Weight {
		Weight::from_parts(30_000_000, 4_000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn withdraw_accreditation() -> Weight {
		Weight::from_parts(30_000_000, 4_000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn assign_prefix() -> Weight {
		Weight::from_parts(90_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn set_room() -> Weight {
		Weight::from_parts(90_000_000, 12_000)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn revoke_prefix() -> Weight {
		Weight::from_parts(50_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn release_prefix() -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn register_item() -> Weight {
		Weight::from_parts(80_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn register_range() -> Weight {
		Weight::from_parts(90_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn register_lot() -> Weight {
		Weight::from_parts(80_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(100_000_000, 24_000)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn make(i: u32, o: u32) -> Weight {
		Weight::from_parts(150_000_000, 30_000)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(8))
			.saturating_add(Weight::from_parts(60_000_000, 14_000).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().reads(10).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(i.into()))
			.saturating_add(Weight::from_parts(40_000_000, 8_000).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(3).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(o.into()))
	}
	fn amend() -> Weight {
		Weight::from_parts(70_000_000, 10_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn transfer() -> Weight {
		Weight::from_parts(120_000_000, 18_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn pack(n: u32) -> Weight {
		Weight::from_parts(120_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(Weight::from_parts(35_000_000, 7_000).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(n.into()))
	}
	fn unpack(n: u32) -> Weight {
		Weight::from_parts(80_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(Weight::from_parts(20_000_000, 3_500).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(n.into()))
	}
	fn attach_tag() -> Weight {
		Weight::from_parts(400_000_000, 14_000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn verify_tag() -> Weight {
		Weight::from_parts(2_500_000_000, 10_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn certify() -> Weight {
		Weight::from_parts(90_000_000, 14_000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn revoke_certificate() -> Weight {
		Weight::from_parts(50_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn remove_certificate() -> Weight {
		Weight::from_parts(80_000_000, 12_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn recall() -> Weight {
		Weight::from_parts(180_000_000, 24_000)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn narrow() -> Weight {
		Weight::from_parts(200_000_000, 26_000)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	fn lift() -> Weight {
		Weight::from_parts(120_000_000, 18_000)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn confirm() -> Weight {
		Weight::from_parts(60_000_000, 10_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn contest() -> Weight {
		Weight::from_parts(130_000_000, 18_000)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn judge() -> Weight {
		Weight::from_parts(150_000_000, 22_000)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn settle_contest() -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn spread(n: u32) -> Weight {
		Weight::from_parts(60_000_000, 10_000)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(Weight::from_parts(30_000_000, 1_600).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(n.into()))
	}
	fn close_recall() -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn inherit() -> Weight {
		Weight::from_parts(40_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn spread_look() -> Weight {
		Weight::from_parts(120_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(5))
	}
}
