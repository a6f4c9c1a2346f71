//! The assets that agreements may be made in, and what the native token is worth in them.

use crate::{BalanceOf, Config, Error, Event, ListedAssets, Pallet};
use bpiiot_primitives::AssetKind;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{
		fungibles::Inspect,
		tokens::{ConversionToAssetBalance, DepositConsequence, Provenance},
		Contains, Get,
	},
};
use sp_runtime::{
	helpers_128bit::multiply_by_rational_with_rounding,
	traits::{Convert, One, UniqueSaturatedInto, Zero},
	ArithmeticError, FixedPointNumber, FixedU128, Rounding,
};

impl<T: Config> Pallet<T> {
	/// Whether agreements may be made in `asset`. The native token always may be used.
	pub fn is_listed(asset: AssetKind) -> bool {
		asset == AssetKind::Native || ListedAssets::<T>::contains_key(asset)
	}

	pub(crate) fn do_list_asset(asset: AssetKind) -> DispatchResult {
		ensure!(!Self::is_listed(asset), Error::<T>::AlreadyListed);
		ensure!(T::Fungibles::asset_exists(asset), Error::<T>::UnknownAsset);
		ensure!(T::Sufficient::contains(&asset), Error::<T>::NotSufficient);
		// With an account there, the smallest fee arrives.
		let (to, smallest) = (T::FeeDestination::get(), BalanceOf::<T>::one());
		let arrives = T::Fungibles::can_deposit(asset, &to, smallest, Provenance::Extant);
		ensure!(arrives == DepositConsequence::Success, Error::<T>::NoFeeAccount);
		ListedAssets::<T>::insert(asset, ());
		Self::deposit_event(Event::AssetListed { asset });
		Ok(())
	}

	pub(crate) fn do_delist_asset(asset: AssetKind) -> DispatchResult {
		ensure!(asset != AssetKind::Native, Error::<T>::NativeStaysListed);
		ensure!(Self::is_listed(asset), Error::<T>::AssetNotListed);
		ListedAssets::<T>::remove(asset);
		Self::deposit_event(Event::AssetDelisted { asset });
		Ok(())
	}

	/// What `native`, in planck, is worth in `asset` at the governed rate, rounded up: a deposit or a fee that is not
	/// nothing is never nothing in another asset.
	pub fn worth(native: BalanceOf<T>, asset: AssetKind) -> Result<BalanceOf<T>, DispatchError> {
		if asset == AssetKind::Native || native.is_zero() {
			return Ok(native);
		}
		// The rate is native per unit of the asset.
		let rate = T::Rates::convert(asset).filter(|rate| !rate.is_zero());
		let rate = rate.ok_or(Error::<T>::NoRate)?.into_inner();
		multiply_by_rational_with_rounding(native.unique_saturated_into(), FixedU128::DIV, rate, Rounding::Up)
			.and_then(|worth| worth.try_into().ok())
			.ok_or(ArithmeticError::Overflow.into())
	}
}

/// The price of native fees in a listed asset, for whoever takes them.
impl<T: Config> ConversionToAssetBalance<BalanceOf<T>, AssetKind, BalanceOf<T>> for Pallet<T> {
	type Error = DispatchError;

	fn to_asset_balance(native: BalanceOf<T>, asset: AssetKind) -> Result<BalanceOf<T>, DispatchError> {
		ensure!(Self::is_listed(asset), Error::<T>::AssetNotListed);
		Self::worth(native, asset)
	}
}
