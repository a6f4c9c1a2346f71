//! Weights of the calls and of the sweep. To be generated from the benchmarks of this pallet.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What each call and each step of the sweep costs at worst.
pub trait WeightInfo {
	/// `list_asset`.
	fn list_asset() -> Weight;
	/// `delist_asset`.
	fn delist_asset() -> Weight;
	/// `claim_credit`.
	fn claim_credit() -> Weight;
	/// `pause`.
	fn pause() -> Weight;
	/// `resume`.
	fn resume() -> Weight;
	/// A look at the earliest deadline.
	fn sweep_look() -> Weight;
	/// Taking an entry out of the index and putting it in elsewhere, without what the agreement's pallet does.
	fn sweep_entry() -> Weight;
}

/// Estimates.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn list_asset() -> Weight {
		Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(3, 1))
	}
	fn delist_asset() -> Weight {
		Weight::from_parts(20_000_000, 5_000).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}
	fn claim_credit() -> Weight {
		Weight::from_parts(100_000_000, 15_000).saturating_add(T::DbWeight::get().reads_writes(7, 7))
	}
	fn pause() -> Weight {
		Weight::from_parts(20_000_000, 2_000).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}
	fn resume() -> Weight {
		Weight::from_parts(20_000_000, 2_000).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}
	fn sweep_look() -> Weight {
		Weight::from_parts(20_000_000, 5_000).saturating_add(T::DbWeight::get().reads(3))
	}
	fn sweep_entry() -> Weight {
		Weight::from_parts(20_000_000, 5_000).saturating_add(T::DbWeight::get().writes(2))
	}
}
