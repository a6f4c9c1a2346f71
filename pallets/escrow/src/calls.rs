//! What may be called. What the calls do is beside, by topic.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Let agreements be made in an asset. They can be once it has a rate, too.
		///
		/// The account that fees go to must have an account in the asset. And the asset must be a sufficient one
		/// (`is_sufficient` in `pallet-assets`): it keeps an account alive by itself, so that machines and customers without
		/// the native token can be paid in it. Nothing here watches whether it stays so.
		///
		/// ## Dispatch Origin
		/// `ListOrigin`.
		///
		/// ## Errors
		/// `AlreadyListed`, `UnknownAsset`, `NotSufficient`, `NoFeeAccount`.
		///
		/// ## Events
		/// `AssetListed`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::list_asset())]
		pub fn list_asset(origin: OriginFor<T>, asset: AssetKind) -> DispatchResult {
			T::ListOrigin::ensure_origin(origin)?;
			Self::do_list_asset(asset)
		}

		/// Let no new agreement be made in an asset. Running ones go on as if it were listed.
		///
		/// ## Dispatch Origin
		/// `ListOrigin`.
		///
		/// ## Errors
		/// `NativeStaysListed`, `AssetNotListed`.
		///
		/// ## Events
		/// `AssetDelisted`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::delist_asset())]
		pub fn delist_asset(origin: OriginFor<T>, asset: AssetKind) -> DispatchResult {
			T::ListOrigin::ensure_origin(origin)?;
			Self::do_delist_asset(asset)
		}

		/// Pay a credit to whom it belongs, now that it is possible.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Parameters
		/// - `holder`: in whose account it is on hold.
		/// - `asset`: the asset.
		/// - `payee`: whose money it is.
		///
		/// ## Errors
		/// `NoCredit`; why it still cannot be paid.
		///
		/// ## Events
		/// `CreditClaimed`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::claim_credit())]
		pub fn claim_credit(
			origin: OriginFor<T>,
			holder: T::AccountId,
			asset: AssetKind,
			payee: T::AccountId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim_credit(holder, asset, payee)
		}

		/// Stop the agreement clock. Until it is resumed no deadline passes and none is enforced; all other calls work.
		///
		/// ## Dispatch Origin
		/// `PauseOrigin`.
		///
		/// ## Errors
		/// `AlreadyPaused`.
		///
		/// ## Events
		/// `Paused`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::pause())]
		pub fn pause(origin: OriginFor<T>) -> DispatchResult {
			T::PauseOrigin::ensure_origin(origin)?;
			Self::do_pause()
		}

		/// Let the agreement clock go on from where it stopped.
		///
		/// ## Dispatch Origin
		/// `PauseOrigin`.
		///
		/// ## Errors
		/// `NotPaused`.
		///
		/// ## Events
		/// `Resumed`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::resume())]
		pub fn resume(origin: OriginFor<T>) -> DispatchResult {
			T::PauseOrigin::ensure_origin(origin)?;
			Self::do_resume()
		}
	}
}
