//! The weight of setting the time.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};
use pallet_timestamp::weights::SubstrateWeight;

/// The SDK's, and the escrow's clock, which is one small record.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_timestamp::WeightInfo for WeightInfo<T> {
	fn set() -> Weight {
		SubstrateWeight::<T>::set()
			.saturating_add(T::DbWeight::get().reads_writes(1, 1))
			.saturating_add(Weight::from_parts(0, 1_024))
	}

	fn on_finalize() -> Weight {
		SubstrateWeight::<T>::on_finalize()
	}
}
