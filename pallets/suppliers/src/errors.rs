//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// This supplier has no profile.
		UnknownSupplier,
		/// Only the supplier, or the owner of the machine that is the supplier, may do this.
		NotTheSupplier,
		/// This supplier has a profile. Update it instead.
		AlreadyPublished,
		/// No category is named, or an empty one.
		BadCategories,
		/// An area is empty or not of the form of ISO 3166: two capital letters, and if any a dash and one to three capital
		/// letters or digits.
		BadAreas,
		/// The agreement has counted nothing for the name (no value, no fee, a worn pair, parties under one control), or too
		/// long ago, so a rating would not either.
		CountsNothing,
		/// The customer has given nothing to this name, or that was forgotten.
		UnknownPair,
		/// There is no such name, or it was forgotten.
		UnknownName,
		/// There are records of what customers have given to this name. Forget those first.
		HasPairs,
		/// It is too early to forget this.
		TooEarly,
	}
}
