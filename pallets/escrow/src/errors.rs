//! Why the pallet refuses.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// Payer and payee are the same account.
		SameParty,
		/// The smallest payment of these terms is below the asset's minimum balance, so it could fail. Raise the price.
		ReleaseBelowMinimum,
		/// Only the payee of an escrow posts its bond.
		NotPayee,
		/// The bond of this escrow is on hold already.
		BondAlreadyPosted,
		/// The amount is zero.
		ZeroAmount,
		/// More was to be moved than is on hold.
		MoreThanHeld,
		/// The escrow has ended.
		AlreadyEnded,
		/// The escrow has not ended yet.
		NotEnded,
		/// There is no such credit.
		NoCredit,
		/// There is no such asset.
		UnknownAsset,
		/// Governance has not listed this asset.
		AssetNotListed,
		/// The asset is listed already; the native token always is.
		AlreadyListed,
		/// The native token cannot be delisted.
		NativeStaysListed,
		/// The asset does not keep an account alive by itself, so who has no native token could not be paid in it. Make it a
		/// sufficient one first, with `assets.force_asset_status`.
		NotSufficient,
		/// Governance has set no rate for this asset, so deposit and fee cannot be told in it.
		NoRate,
		/// The account that fees go to cannot receive the smallest unit of this asset. Make it an account first.
		NoFeeAccount,
		/// Agreements are paused: no deadline is enforced now.
		AgreementsPaused,
		/// Agreements are paused already.
		AlreadyPaused,
		/// Agreements are not paused.
		NotPaused,
	}
}
