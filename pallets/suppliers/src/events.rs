//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A supplier's profile was published.
		ProfilePublished {
			/// The supplier.
			supplier: T::AccountId,
			/// Who paid the deposit.
			depositor: T::AccountId,
		},
		/// A supplier's profile changed.
		ProfileUpdated {
			/// The supplier.
			supplier: T::AccountId,
			/// The version of the new profile.
			version: u32,
		},
		/// A supplier's profile was removed.
		ProfileRemoved {
			/// The supplier.
			supplier: T::AccountId,
			/// Who has the deposit back.
			depositor: T::AccountId,
		},
		/// An agreement has ended and counted for a name.
		Counted {
			/// The agreement.
			agreement: AgreementRef,
			/// The name: who was paid.
			supplier: T::AccountId,
			/// Who controls the payer.
			customer: T::AccountId,
			/// With how much weight, in planck.
			weight: u128,
			/// What came in time.
			punctual: Permill,
			/// What never came or was sent back.
			failed: Permill,
			/// What a dispute was lost about.
			lost: Permill,
		},
		/// An agreement was rated.
		Rated {
			/// The agreement.
			agreement: AgreementRef,
			/// The name that is rated.
			supplier: T::AccountId,
			/// Who rated: the payer, or who controls him.
			customer: T::AccountId,
			/// How content he is.
			stars: Stars,
			/// With how much weight, in planck.
			weight: u128,
		},
		/// What a customer has given to a name is too long ago and was forgotten.
		PairForgotten {
			/// The name.
			supplier: T::AccountId,
			/// Who controlled the customer.
			customer: T::AccountId,
		},
		/// A name that said nothing any more was forgotten.
		NameForgotten {
			/// The name.
			supplier: T::AccountId,
		},
	}
}
