//! Why the pallet refuses.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// No machine has this id.
		UnknownMachine,
		/// Only the machine's owner may do this.
		NotOwner,
		/// Only the machine's owner or its key may do this.
		NotOwnerNorMachine,
		/// The key is or was a machine's key, or is a machine's account. Make a new one.
		KeyAlreadyUsed,
		/// The key owns machines, or is the owner himself. Make a new one.
		KeyIsOwner,
		/// A machine cannot own machines. Sign with a plain account, or offer the machine to one.
		OwnerIsMachine,
		/// The proof is not the key's signature over this chain, this key, and the owner with his next nonce (at a
		/// registration) or the machine with its number of rotations (at a rotation).
		BadProof,
		/// The key was a machine's and acts for nobody any more.
		KeyRetired,
		/// The machine was decommissioned.
		MachineDecommissioned,
		/// The machine takes no orders at present.
		OutOfService,
		/// The machine has agreements that have not ended. End them first.
		WorkOpen,
		/// The machine may not spend for this purpose. Its owner allows purposes with `set_spending_policy`; without a
		/// policy it spends nothing.
		PurposeNotAllowed,
		/// The machine may not spend this asset. Its owner gives the asset a cap with `set_spending_policy`.
		AssetNotAllowed,
		/// More than the machine may still spend of this asset in this period; an order counts with its deposit and fee.
		/// Spend less, wait for the next period, or let its owner set a higher cap with `set_spending_policy`.
		OverSpendingCap,
		/// The machine's account has less than this of the asset that is free: neither on hold nor frozen.
		TooLittleMoney,
		/// Less than the minimum balance would stay in the machine's account and be lost. Withdraw less, or everything.
		LeavesDust,
		/// The amount is zero.
		ZeroAmount,
		/// The machine's owner has frozen it. He lets it act again with `unfreeze`.
		MachineFrozen,
		/// The rotation costs more than what is left of the machine's fee allowance. Let the owner sign it, or allow more.
		AllowanceTooSmall,
		/// The period is neither 0 nor from a minute to 365 days, in milliseconds.
		PeriodOutOfRange,
		/// The policy names an asset or a purpose twice. Name each once.
		NamedTwice,
		/// The machine was not offered to the signer. Its owner does that with `offer_ownership`.
		NotOffered,
		/// The account owns the machine already.
		AlreadyOwner,
		/// The key is an account that is in use: it has signed, or something is on hold there. Make a new one.
		KeyInUse,
	}
}
