//! What may be called. What the calls do is in `profiles` and `reputation`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Publish a supplier's profile, so that he is found.
		///
		/// ## Dispatch Origin
		/// The supplier, or the owner of the machine that is the supplier. Whoever it is pays the deposit.
		///
		/// ## Parameters
		/// - `supplier`: the account that is paid.
		/// - `profile`: categories, areas, certificates; see [`Profile`](crate::Profile).
		///
		/// ## Errors
		/// `NotTheSupplier`, `AlreadyPublished`, `BadCategories`, `BadAreas`; too little money for the deposit.
		///
		/// ## Events
		/// `ProfilePublished`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::publish_profile())]
		pub fn publish_profile(origin: OriginFor<T>, supplier: T::AccountId, profile: Profile) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_publish_profile(actor, supplier, profile)
		}

		/// Change a supplier's profile. Its version grows by one; his place on the shelves stays what it is.
		///
		/// ## Dispatch Origin
		/// The supplier, or the owner of the machine that is the supplier.
		///
		/// ## Errors
		/// `UnknownSupplier`, `NotTheSupplier`, `BadCategories`, `BadAreas`.
		///
		/// ## Events
		/// `ProfileUpdated`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update_profile())]
		pub fn update_profile(origin: OriginFor<T>, supplier: T::AccountId, profile: Profile) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_update_profile(actor, supplier, profile)
		}

		/// Remove a supplier's profile and give its deposit back. His name stays what it is.
		///
		/// ## Dispatch Origin
		/// Who paid the deposit, the supplier, or the owner of the machine that is the supplier.
		///
		/// ## Errors
		/// `UnknownSupplier`, `NotTheSupplier`.
		///
		/// ## Events
		/// `ProfileRemoved`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::remove_profile())]
		pub fn remove_profile(origin: OriginFor<T>, supplier: T::AccountId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove_profile(actor, supplier)
		}

		/// Rate the one who was paid by an agreement that has ended, once. The rating weighs what the agreement has counted,
		/// less what that has lost by age.
		///
		/// ## Dispatch Origin
		/// The agreement's payer, or the owner of the machine that is the payer.
		///
		/// ## Parameters
		/// - `agreement`: the agreement, whose record must still be there.
		/// - `stars`: one to five.
		///
		/// ## Errors
		/// `CountsNothing`; those of the agreement's pallet: unknown, not ended, not its payer, rated before.
		///
		/// ## Events
		/// `Rated`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::rate())]
		pub fn rate(origin: OriginFor<T>, agreement: AgreementRef, stars: Stars) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_rate(actor, agreement, stars)
		}

		/// Remove the record of what a customer has given to a name, 1,800 days after the last time: less than a thousandth of
		/// it is left. The name keeps that.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Parameters
		/// - `supplier`: the name.
		/// - `customer`: who controlled the customer.
		///
		/// ## Errors
		/// `UnknownPair`, `TooEarly`.
		///
		/// ## Events
		/// `PairForgotten`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::forget_pair())]
		pub fn forget_pair(origin: OriginFor<T>, supplier: T::AccountId, customer: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forget_pair(supplier, customer)
		}

		/// Remove a name that nobody has a pair with any more, and that weighs a thousandth of the doubt at most, so that it
		/// says no more than a new one.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownName`, `HasPairs`, `TooEarly`.
		///
		/// ## Events
		/// `NameForgotten`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::forget_name())]
		pub fn forget_name(origin: OriginFor<T>, supplier: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forget_name(supplier)
		}
	}
}
