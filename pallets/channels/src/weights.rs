// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_channels`
//!
//! Provisional: as calls of `pallet_jobs` that do alike, rounded up, and not measured yet (`make weights`).
//!
//! Of the sources `000000000000`: when these change, `make check` fails until it is measured anew.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_channels`.
pub trait WeightInfo {
	/// Weight of `open`.
	fn open() -> Weight;
	/// Weight of `top_up`.
	fn top_up() -> Weight;
	/// Weight of `redeem`.
	fn redeem() -> Weight;
	/// Weight of `redeem_batch`.
	fn redeem_batch(n: u32, ) -> Weight;
	/// Weight of `request_close`.
	fn request_close() -> Weight;
	/// Weight of `close`.
	fn close() -> Weight;
	/// Weight of `close_together`.
	fn close_together() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
}

/// Weights for `pallet_channels`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn open() -> Weight {
		Weight::from_parts(150_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(16_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	fn top_up() -> Weight {
		Weight::from_parts(120_000_000, 10000)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn redeem() -> Weight {
		Weight::from_parts(220_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn redeem_batch(n: u32, ) -> Weight {
		Weight::from_parts(100_000_000, 8000)
			.saturating_add(Weight::from_parts(220_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(5_u64))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 3400).saturating_mul(n.into()))
	}
	fn request_close() -> Weight {
		Weight::from_parts(240_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	fn close() -> Weight {
		Weight::from_parts(340_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(19_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn close_together() -> Weight {
		Weight::from_parts(420_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(300_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn remove() -> Weight {
		Weight::from_parts(110_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
}
