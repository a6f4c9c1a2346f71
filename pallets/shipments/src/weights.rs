// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_shipments`
//!
//! Not measured: guesses on the high side, until `make weights` writes this file from the runtime's wasm.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_shipments`.
pub trait WeightInfo {
	/// Weight of `offer`.
	fn offer() -> Weight;
	/// Weight of `agree`.
	fn agree() -> Weight;
	/// Weight of `agree_to_carry`.
	fn agree_to_carry() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `hand_over`.
	fn hand_over() -> Weight;
	/// Weight of `take_over`.
	fn take_over() -> Weight;
	/// Weight of `present`.
	fn present() -> Weight;
	/// Weight of `decline_handover`.
	fn decline_handover() -> Weight;
	/// Weight of `report_loss`.
	fn report_loss() -> Weight;
	/// Weight of `refuse`.
	fn refuse() -> Weight;
	/// Weight of `accept_delivery`.
	fn accept_delivery() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `concede`.
	fn concede() -> Weight;
	/// Weight of `dispute`.
	fn dispute() -> Weight;
	/// Weight of `claim_breach`.
	fn claim_breach() -> Weight;
	/// Weight of `report_damage`.
	fn report_damage() -> Weight;
	/// Weight of `concede_claim`.
	fn concede_claim() -> Weight;
	/// Weight of `dispute_claim`.
	fn dispute_claim() -> Weight;
	/// Weight of `expire_leg`.
	fn expire_leg() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
	/// Weight of `resolve`.
	fn resolve() -> Weight;
	/// Weight of `resolve_claim`.
	fn resolve_claim() -> Weight;
}

/// Weights for `pallet_shipments`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn offer() -> Weight {
		Weight::from_parts(900_000_000, 90_000)
			.saturating_add(T::DbWeight::get().reads(70))
			.saturating_add(T::DbWeight::get().writes(45))
	}
	fn agree() -> Weight {
		Weight::from_parts(400_000_000, 40_000)
			.saturating_add(T::DbWeight::get().reads(24))
			.saturating_add(T::DbWeight::get().writes(16))
	}
	fn agree_to_carry() -> Weight {
		Weight::from_parts(220_000_000, 26_000)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn cancel() -> Weight {
		Weight::from_parts(1_200_000_000, 110_000)
			.saturating_add(T::DbWeight::get().reads(75))
			.saturating_add(T::DbWeight::get().writes(60))
	}
	fn hand_over() -> Weight {
		Weight::from_parts(70_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn take_over() -> Weight {
		Weight::from_parts(90_000_000, 10_000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn present() -> Weight {
		Weight::from_parts(180_000_000, 10_000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn decline_handover() -> Weight {
		Weight::from_parts(60_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn report_loss() -> Weight {
		Weight::from_parts(1_200_000_000, 110_000)
			.saturating_add(T::DbWeight::get().reads(75))
			.saturating_add(T::DbWeight::get().writes(60))
	}
	fn refuse() -> Weight {
		Weight::from_parts(110_000_000, 12_000)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn accept_delivery() -> Weight {
		Weight::from_parts(1_500_000_000, 130_000)
			.saturating_add(T::DbWeight::get().reads(90))
			.saturating_add(T::DbWeight::get().writes(75))
	}
	fn expire() -> Weight {
		Weight::from_parts(1_500_000_000, 130_000)
			.saturating_add(T::DbWeight::get().reads(90))
			.saturating_add(T::DbWeight::get().writes(75))
	}
	fn concede() -> Weight {
		Weight::from_parts(500_000_000, 70_000)
			.saturating_add(T::DbWeight::get().reads(45))
			.saturating_add(T::DbWeight::get().writes(35))
	}
	fn dispute() -> Weight {
		Weight::from_parts(260_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	fn claim_breach() -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn report_damage() -> Weight {
		Weight::from_parts(160_000_000, 18_000)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn concede_claim() -> Weight {
		Weight::from_parts(300_000_000, 34_000)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(14))
	}
	fn dispute_claim() -> Weight {
		Weight::from_parts(260_000_000, 28_000)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	fn expire_leg() -> Weight {
		Weight::from_parts(300_000_000, 34_000)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(14))
	}
	fn remove() -> Weight {
		Weight::from_parts(180_000_000, 30_000)
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	fn resolve() -> Weight {
		Weight::from_parts(500_000_000, 70_000)
			.saturating_add(T::DbWeight::get().reads(45))
			.saturating_add(T::DbWeight::get().writes(35))
	}
	fn resolve_claim() -> Weight {
		Weight::from_parts(300_000_000, 34_000)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(14))
	}
}
