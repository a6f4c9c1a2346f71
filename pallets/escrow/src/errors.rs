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
		/// Only the payer of an escrow puts more into it.
		NotPayer,
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
		/// A machine cannot be an arbiter. Sign with a plain account.
		MachineNoArbiter,
		/// The fee is more than `MaxArbiterFee` of what is at stake. Ask for less.
		FeeTooHigh,
		/// The account is not registered as an arbiter. Name another one, or have him call `register_arbiter`.
		UnknownArbiter,
		/// The arbiter is a party of the agreement, stands behind one, or is a machine. Name another one.
		ArbiterIsParty,
		/// The agreement names no arbiter, so nothing of it can be disputed.
		NoArbiter,
		/// The agreement is in dispute already.
		AlreadyDisputed,
		/// The agreement is not in dispute.
		NotDisputed,
		/// The signer is not a party of the agreement, and stands behind none.
		NotParty,
		/// Only the arbiter whom the agreement names may do this.
		NotArbiter,
		/// The arbiter has accepted the case already.
		AlreadyAccepted,
		/// The arbiter has not accepted the case. Call `accept_case` first.
		NotAccepted,
		/// The time for this has passed.
		TooLate,
		/// The time has not passed. Wait for the arbiter.
		NotExpired,
		/// The side has brought forward as much as it may. Put the rest into one document.
		TooMuchEvidence,
		/// The side has brought this forward already.
		EvidenceKnown,
	}
}
