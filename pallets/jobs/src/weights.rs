//! Weights of the calls. To be generated from the benchmarks of this pallet.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What each call costs at worst.
pub trait WeightInfo {
	/// `publish_offer`.
	fn publish_offer() -> Weight;
	/// `update_offer`.
	fn update_offer() -> Weight;
	/// `withdraw_offer`.
	fn withdraw_offer() -> Weight;
	/// `order`.
	fn order() -> Weight;
	/// `accept`.
	fn accept() -> Weight;
	/// `decline`.
	fn decline() -> Weight;
	/// `start`.
	fn start() -> Weight;
	/// `progress`.
	fn progress() -> Weight;
	/// `deliver`.
	fn deliver() -> Weight;
	/// `approve`.
	fn approve() -> Weight;
	/// `reject`.
	fn reject() -> Weight;
	/// `cancel`.
	fn cancel() -> Weight;
	/// `expire`.
	fn expire() -> Weight;
	/// `remove`.
	fn remove() -> Weight;
}

/// Estimates.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn publish_offer() -> Weight {
		Weight::from_parts(100_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}
	fn update_offer() -> Weight {
		Weight::from_parts(100_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(3, 1))
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(100_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(5, 4))
	}
	fn order() -> Weight {
		Weight::from_parts(200_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(18, 9))
	}
	fn accept() -> Weight {
		Weight::from_parts(200_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(12, 6))
	}
	fn decline() -> Weight {
		Weight::from_parts(200_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(13, 10))
	}
	fn start() -> Weight {
		Weight::from_parts(100_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(3, 1))
	}
	fn progress() -> Weight {
		Weight::from_parts(100_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(3, 1))
	}
	fn deliver() -> Weight {
		Weight::from_parts(100_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(5, 2))
	}
	fn approve() -> Weight {
		Weight::from_parts(200_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(17, 12))
	}
	fn reject() -> Weight {
		Weight::from_parts(200_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(17, 12))
	}
	fn cancel() -> Weight {
		Weight::from_parts(200_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(15, 11))
	}
	fn expire() -> Weight {
		Weight::from_parts(200_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(17, 12))
	}
	fn remove() -> Weight {
		Weight::from_parts(200_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(9, 6))
	}
}
