//! The weight of charging a fee, from the account for which it costs most: a machine's key, whose owner may pay in its place.

use super::pallet_asset_tx_payment::WeightInfo as Plain;
use crate::Runtime;
use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};
use pallet_machines::WeightInfo as _;

/// What one of the records here may add to a proof, with the nodes above it.
const PROOF_OF_RECORD: u64 = 4 * 1024;
/// Read for a fee in an asset beside what the SDK counts: whether it is listed, its rate, and whether the payer is a key.
const READS_OF_ASSET: u64 = 3;

/// Charging a fee.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_asset_tx_payment::WeightInfo for WeightInfo<T> {
	fn charge_asset_tx_payment_zero() -> Weight {
		Plain::<T>::charge_asset_tx_payment_zero()
	}

	/// With the payer's record and both accounts.
	fn charge_asset_tx_payment_native() -> Weight {
		Plain::<T>::charge_asset_tx_payment_native()
			.saturating_add(<Runtime as pallet_machines::Config>::WeightInfo::charge_machine())
	}

	fn charge_asset_tx_payment_asset() -> Weight {
		Plain::<T>::charge_asset_tx_payment_asset()
			.saturating_add(T::DbWeight::get().reads(READS_OF_ASSET))
			.saturating_add(Weight::from_parts(0, PROOF_OF_RECORD.saturating_mul(READS_OF_ASSET)))
	}
}
