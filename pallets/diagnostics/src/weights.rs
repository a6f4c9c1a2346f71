// Copyright (C) The BPIIoT developers
// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_diagnostics`
//!
//! Estimates by hand, on the safe side: `make weights` measures them and writes this file.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weight functions needed for `pallet_diagnostics`.
pub trait WeightInfo {
	/// Weight of `enrol`.
	fn enrol() -> Weight;
	/// Weight of `discharge`.
	fn discharge() -> Weight;
	/// Weight of `appoint_maintainer`.
	fn appoint_maintainer() -> Weight;
	/// Weight of `set_wear`.
	fn set_wear() -> Weight;
	/// Weight of `set_rule`.
	fn set_rule() -> Weight;
	/// Weight of `remove_rule`.
	fn remove_rule() -> Weight;
	/// Weight of `report` with `m` metrics, when no rule fires.
	fn report(m: u32) -> Weight;
	/// Weight of a rule that fires in a report, but for what it costs to ask for quotes.
	fn fire() -> Weight;
	/// Weight of `open_ticket`.
	fn open_ticket() -> Weight;
	/// Weight of `close_ticket`.
	fn close_ticket() -> Weight;
	/// Weight of `remove_ticket`.
	fn remove_ticket() -> Weight;
	/// Weight of `request_quotes`, but for what it costs to ask for quotes.
	fn request_quotes() -> Weight;
	/// Weight of `offer_service`.
	fn offer_service() -> Weight;
	/// Weight of `withdraw_offer`.
	fn withdraw_offer() -> Weight;
	/// Weight of `accept_offer`.
	fn accept_offer() -> Weight;
	/// Weight of `assign`.
	fn assign() -> Weight;
	/// Weight of `acknowledge`.
	fn acknowledge() -> Weight;
	/// Weight of `start_work`.
	fn start_work() -> Weight;
	/// Weight of `declare_done`.
	fn declare_done() -> Weight;
	/// Weight of `submit_reading`, but for what it costs to check the proof.
	fn submit_reading() -> Weight;
	/// Weight of `give_up`.
	fn give_up() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `concede`.
	fn concede() -> Weight;
	/// Weight of `dispute`.
	fn dispute() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `remove_order`.
	fn remove_order() -> Weight;
	/// Weight of `accredit_issuer`.
	fn accredit_issuer() -> Weight;
	/// Weight of `remove_issuer`.
	fn remove_issuer() -> Weight;
	/// Weight of `register_certificate`.
	fn register_certificate() -> Weight;
	/// Weight of `revoke_certificate`.
	fn revoke_certificate() -> Weight;
	/// Weight of `prune_certificate`.
	fn prune_certificate() -> Weight;
	/// Weight of an award.
	fn award() -> Weight;
	/// Weight of `resolve`.
	fn resolve() -> Weight;
	/// Weight of `is_calibrated`.
	fn is_calibrated() -> Weight;
}

/// Weights for `pallet_diagnostics`, on the runtime's own database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn enrol() -> Weight {
		Weight::from_parts(45_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn discharge() -> Weight {
		Weight::from_parts(40_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn appoint_maintainer() -> Weight {
		Weight::from_parts(25_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_wear() -> Weight {
		Weight::from_parts(30_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn set_rule() -> Weight {
		Weight::from_parts(40_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn remove_rule() -> Weight {
		Weight::from_parts(35_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn report(m: u32) -> Weight {
		Weight::from_parts(35_000_000, 13000)
			.saturating_add(Weight::from_parts(150000, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn fire() -> Weight {
		Weight::from_parts(120_000_000, 60000)
			.saturating_add(T::DbWeight::get().reads(28_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn open_ticket() -> Weight {
		Weight::from_parts(110_000_000, 60000)
			.saturating_add(T::DbWeight::get().reads(30_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn close_ticket() -> Weight {
		Weight::from_parts(25_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn remove_ticket() -> Weight {
		Weight::from_parts(80_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(16_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn request_quotes() -> Weight {
		Weight::from_parts(30_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn offer_service() -> Weight {
		Weight::from_parts(70_000_000, 16000)
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(40_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn accept_offer() -> Weight {
		Weight::from_parts(130_000_000, 30000)
			.saturating_add(T::DbWeight::get().reads(24_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn assign() -> Weight {
		Weight::from_parts(110_000_000, 26000)
			.saturating_add(T::DbWeight::get().reads(21_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn acknowledge() -> Weight {
		Weight::from_parts(60_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn start_work() -> Weight {
		Weight::from_parts(25_000_000, 7000)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn declare_done() -> Weight {
		Weight::from_parts(28_000_000, 7000)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn submit_reading() -> Weight {
		Weight::from_parts(130_000_000, 26000)
			.saturating_add(T::DbWeight::get().reads(22_u64))
			.saturating_add(T::DbWeight::get().writes(15_u64))
	}
	fn give_up() -> Weight {
		Weight::from_parts(120_000_000, 24000)
			.saturating_add(T::DbWeight::get().reads(20_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn cancel() -> Weight {
		Weight::from_parts(120_000_000, 24000)
			.saturating_add(T::DbWeight::get().reads(20_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn concede() -> Weight {
		Weight::from_parts(115_000_000, 24000)
			.saturating_add(T::DbWeight::get().reads(19_u64))
			.saturating_add(T::DbWeight::get().writes(13_u64))
	}
	fn dispute() -> Weight {
		Weight::from_parts(100_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(16_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(125_000_000, 24000)
			.saturating_add(T::DbWeight::get().reads(20_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn remove_order() -> Weight {
		Weight::from_parts(55_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn accredit_issuer() -> Weight {
		Weight::from_parts(12_000_000, 4000)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn remove_issuer() -> Weight {
		Weight::from_parts(12_000_000, 4000)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn register_certificate() -> Weight {
		Weight::from_parts(60_000_000, 12000)
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn revoke_certificate() -> Weight {
		Weight::from_parts(25_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn prune_certificate() -> Weight {
		Weight::from_parts(35_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn award() -> Weight {
		Weight::from_parts(130_000_000, 30000)
			.saturating_add(T::DbWeight::get().reads(24_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn resolve() -> Weight {
		Weight::from_parts(115_000_000, 24000)
			.saturating_add(T::DbWeight::get().reads(19_u64))
			.saturating_add(T::DbWeight::get().writes(13_u64))
	}
	fn is_calibrated() -> Weight {
		Weight::from_parts(15_000_000, 5000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
	}
}
