//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A channel is open; the payee looks at its terms before it supplies anything.
		Opened {
			/// The new channel.
			channel: ChannelId,
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			payee: T::AccountId,
			/// The asset of all amounts.
			asset: AssetKind,
			/// What is in it.
			amount: Balance,
			/// The key of vouchers.
			payer_key: Public,
			/// The key of statements.
			payee_key: Public,
			/// When its life is over, on the agreement clock.
			expires_at: AgreementMillis,
		},
		/// The payer has put more into a channel.
		ToppedUp {
			/// The channel.
			channel: ChannelId,
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			payee: T::AccountId,
			/// What was added.
			amount: Balance,
			/// What was put in, in all.
			deposited: Balance,
		},
		/// A voucher was paid.
		Redeemed {
			/// The channel.
			channel: ChannelId,
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			payee: T::AccountId,
			/// The asset of both amounts.
			asset: AssetKind,
			/// What this has added to what was paid before.
			amount: Balance,
			/// All that was paid, and for which reading.
			paid: Tally,
		},
		/// A voucher of a batch was not paid. The others were.
		NotRedeemed {
			/// The channel that it names.
			channel: ChannelId,
			/// Why not.
			error: DispatchError,
		},
		/// The payer asks for the end. Whoever has a newer voucher shows it now.
		CloseRequested {
			/// The channel.
			channel: ChannelId,
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			payee: T::AccountId,
			/// What was paid so far.
			paid: Tally,
			/// Vouchers are too late after this moment, on the agreement clock.
			until: AgreementMillis,
		},
		/// A channel has ended. What was not paid is the payer's again.
		Settled {
			/// The channel.
			channel: ChannelId,
			/// Who paid.
			payer: T::AccountId,
			/// Who was paid.
			payee: T::AccountId,
			/// The asset of all amounts.
			asset: AssetKind,
			/// How it ended.
			outcome: Outcome,
			/// All that was paid, and for which reading.
			paid: Tally,
			/// What went back to the payer.
			returned: Balance,
		},
		/// The record of a channel is gone, and its deposit is the payer's again.
		ChannelRemoved {
			/// The channel that is gone.
			channel: ChannelId,
			/// Who paid.
			payer: T::AccountId,
		},
	}
}
