//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no channel of this id, or its record was removed.
		UnknownChannel,
		/// Only the payer, or the owner of the machine that is the payer, may do this.
		NotThePayer,
		/// Only the payee, or the owner of the machine that is the payee, may do this.
		NotThePayee,
		/// A key that anybody can sign for, or one key for both ends.
		BadKey,
		/// The unit is no code of UN/CEFACT recommendation 20, or price, quantity or tick is zero.
		BadMetering,
		/// The window is shorter than `MinWindow` or longer than `MaxWindow`.
		WindowOutOfRange,
		/// The channel would end before the payee had a window to show a voucher, or live longer than `MaxLifetime`.
		LifetimeOutOfRange,
		/// The payer has as many channels as he may have. Remove one that has ended, or top one up.
		TooManyChannels,
		/// The amount is zero.
		ZeroAmount,
		/// The channel has ended.
		Ended,
		/// The channel's life is over, so no voucher is paid any more.
		Expired,
		/// The time to show a newer voucher is over.
		TooLate,
		/// The payer has asked for the end before.
		AlreadyClosing,
		/// This voucher, or a newer one, was paid before: its amount is no more than what was paid.
		NotNewer,
		/// The amount is more than was ever put into the channel. Have it topped up first.
		OverDeposit,
		/// The channel cannot end with less than was paid.
		LessThanPaid,
		/// It is not signed by the channel's key, for this channel of this chain, with these words.
		BadSignature,
		/// There is no voucher in the batch.
		EmptyBatch,
		/// The deadline has not passed yet.
		NotExpired,
		/// The channel has not ended yet.
		NotSettled,
		/// The channel was rated before.
		AlreadyRated,
		/// Channels have no disputes: a newer voucher is all that can be said.
		NoDisputes,
	}
}
