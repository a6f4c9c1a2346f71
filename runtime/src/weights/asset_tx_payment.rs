//! The weight of charging a fee, from the account for which it costs most: a machine's key, whose owner may pay in its place.

use super::pallet_asset_tx_payment::WeightInfo as Plain;
use crate::Runtime;
use core::marker::PhantomData;
use frame_support::weights::Weight;
use pallet_machines::WeightInfo as _;

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

	/// With whether the asset is listed, its rate, and whether the payer is a machine's key, which may not pay so.
	fn charge_asset_tx_payment_asset() -> Weight {
		Plain::<T>::charge_asset_tx_payment_asset()
	}
}
