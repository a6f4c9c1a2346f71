// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_rentals`
//!
//! Provisional: as calls of `pallet_jobs` that do alike, rounded up, and not measured yet (`make weights`).
//!
//! Of the sources `000000000000`: when these change, `make check` fails until it is measured anew.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_rentals`.
pub trait WeightInfo {
	/// Weight of `publish_listing`.
	fn publish_listing() -> Weight;
	/// Weight of `update_listing`.
	fn update_listing() -> Weight;
	/// Weight of `withdraw_listing`.
	fn withdraw_listing() -> Weight;
	/// Weight of `rent`.
	fn rent() -> Weight;
	/// Weight of `approve`.
	fn approve() -> Weight;
	/// Weight of `decline`.
	fn decline() -> Weight;
	/// Weight of `start`.
	fn start() -> Weight;
	/// Weight of `extend`.
	fn extend() -> Weight;
	/// Weight of `set_user`.
	fn set_user() -> Weight;
	/// Weight of `remove_user`.
	fn remove_user() -> Weight;
	/// Weight of `give_back`.
	fn give_back() -> Weight;
	/// Weight of `confirm_return`.
	fn confirm_return() -> Weight;
	/// Weight of `claim`.
	fn claim() -> Weight;
	/// Weight of `waive`.
	fn waive() -> Weight;
	/// Weight of `concede`.
	fn concede() -> Weight;
	/// Weight of `dispute`.
	fn dispute() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `stop`.
	fn stop() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
	/// Weight of `resolve`.
	fn resolve() -> Weight;
}

/// Weights for `pallet_rentals`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn publish_listing() -> Weight {
		Weight::from_parts(150_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn update_listing() -> Weight {
		Weight::from_parts(130_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn withdraw_listing() -> Weight {
		Weight::from_parts(130_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn rent() -> Weight {
		Weight::from_parts(220_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(20_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn approve() -> Weight {
		Weight::from_parts(150_000_000, 11000)
			.saturating_add(T::DbWeight::get().reads(11_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn decline() -> Weight {
		Weight::from_parts(330_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(16_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn start() -> Weight {
		Weight::from_parts(160_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn extend() -> Weight {
		Weight::from_parts(170_000_000, 13000)
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	fn set_user() -> Weight {
		Weight::from_parts(60_000_000, 4500)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn remove_user() -> Weight {
		Weight::from_parts(60_000_000, 4500)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn give_back() -> Weight {
		Weight::from_parts(280_000_000, 13000)
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn confirm_return() -> Weight {
		Weight::from_parts(260_000_000, 13000)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	fn claim() -> Weight {
		Weight::from_parts(110_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn waive() -> Weight {
		Weight::from_parts(340_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn concede() -> Weight {
		Weight::from_parts(340_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn dispute() -> Weight {
		Weight::from_parts(180_000_000, 13000)
			.saturating_add(T::DbWeight::get().reads(15_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn cancel() -> Weight {
		Weight::from_parts(340_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn stop() -> Weight {
		Weight::from_parts(360_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(340_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn remove() -> Weight {
		Weight::from_parts(110_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn resolve() -> Weight {
		Weight::from_parts(330_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(16_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
}
