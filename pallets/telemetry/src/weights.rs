// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_telemetry`
//!
//! Estimates by hand, on the safe side: `make weights` measures them and writes this file.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_telemetry`.
pub trait WeightInfo {
	/// Weight of `set_room`.
	fn set_room() -> Weight;
	/// Weight of `anchor`.
	fn anchor() -> Weight;
	/// Weight of `prune` with `n` anchors.
	fn prune(n: u32) -> Weight;
	/// Weight of `challenge`.
	fn challenge() -> Weight;
	/// Weight of `produce` with `n` readings.
	fn produce(n: u32) -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `Evidence::admissible_readings` with `n` readings, but for what is asked of certificates.
	fn admissible(n: u32) -> Weight;
}

/// Weights for `pallet_telemetry`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn set_room() -> Weight {
		Weight::from_parts(30_000_000, 5000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn anchor() -> Weight {
		Weight::from_parts(30_000_000, 4500)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn prune(n: u32) -> Weight {
		Weight::from_parts(30_000_000, 8000)
			.saturating_add(Weight::from_parts(6000000, 2700).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3_u64))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
	}
	fn challenge() -> Weight {
		Weight::from_parts(60_000_000, 300000)
			.saturating_add(T::DbWeight::get().reads(140_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn produce(n: u32) -> Weight {
		Weight::from_parts(60_000_000, 12000)
			.saturating_add(Weight::from_parts(8000000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(11_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(45_000_000, 10000)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn admissible(n: u32) -> Weight {
		Weight::from_parts(25_000_000, 3000)
			.saturating_add(Weight::from_parts(4000000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
}
