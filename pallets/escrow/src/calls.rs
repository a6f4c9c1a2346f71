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

		/// Offer oneself as an arbiter, or change what one asks for it.
		///
		/// `ArbiterDeposit` is put on hold until `retire_arbiter`, once. An agreement that names the arbiter keeps the fee of
		/// the moment at which it was made.
		///
		/// ## Dispatch Origin
		/// Signed by a plain account; a machine's key is refused.
		///
		/// ## Parameters
		/// - `fee`: what a verdict costs, as a share of what is at stake, in parts per million. `MaxArbiterFee` at most.
		/// - `profile`: hash of what he says of himself.
		///
		/// ## Errors
		/// `MachineNoArbiter`, `FeeTooHigh`; the currency's, when he cannot afford the deposit.
		///
		/// ## Events
		/// `ArbiterRegistered`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::register_arbiter())]
		pub fn register_arbiter(origin: OriginFor<T>, fee: Permill, profile: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_register_arbiter(actor, fee, profile)
		}

		/// Be named in no new agreement, and get the deposit back.
		///
		/// Agreements that name him go on: he may still accept their cases, and those that he has accepted he must rule.
		///
		/// ## Dispatch Origin
		/// Signed by the arbiter.
		///
		/// ## Errors
		/// `UnknownArbiter`.
		///
		/// ## Events
		/// `ArbiterRetired`
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::retire_arbiter())]
		pub fn retire_arbiter(origin: OriginFor<T>) -> DispatchResult {
			let arbiter = ensure_signed(origin)?;
			Self::do_retire_arbiter(arbiter)
		}

		/// Take a case, and be bound to rule.
		///
		/// `CaseBond` is put on hold until the verdict. Without one in time it goes to the chain. The time to rule begins now.
		///
		/// ## Dispatch Origin
		/// Signed by the arbiter whom the agreement names, a plain account.
		///
		/// ## Parameters
		/// - `agreement`: which agreement is in dispute.
		///
		/// ## Errors
		/// `NotDisputed`, `NotArbiter`, `AlreadyAccepted`, `TooLate`; `ArbiterIsParty`, when a machine of the agreement has
		/// become his since; the currency's, when he cannot afford the bond.
		///
		/// ## Events
		/// `CaseAccepted`
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::accept_case())]
		pub fn accept_case(origin: OriginFor<T>, agreement: AgreementRef) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_accept_case(actor, agreement)
		}

		/// Bring something forward in a dispute: 4 documents a side at most, the one that opened it counted.
		///
		/// ## Dispatch Origin
		/// Signed by a party of the agreement, a plain account or a machine's key, or by the owner of a machine that is one.
		///
		/// ## Parameters
		/// - `agreement`: which agreement is in dispute.
		/// - `evidence`: the document's hash. Where it is read is for the parties and the arbiter to agree.
		///
		/// ## Errors
		/// `NotDisputed`, `NotParty`, `EvidenceKnown`, `TooMuchEvidence`.
		///
		/// ## Events
		/// `EvidenceSubmitted`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::submit_evidence())]
		pub fn submit_evidence(origin: OriginFor<T>, agreement: AgreementRef, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_submit_evidence(actor, agreement, evidence)
		}

		/// Decide a dispute, and with it end the agreement.
		///
		/// The arbiter gets his fee, whatever he says, and his bond back.
		///
		/// ## Dispatch Origin
		/// Signed by the arbiter who has accepted the case.
		///
		/// ## Parameters
		/// - `agreement`: which agreement is in dispute.
		/// - `to_payee`: the payee's share of what is at stake, in parts per million; the rest goes back to the payer.
		/// - `bond_to`: which side gets the bond of who opened the dispute. If it is his own side, he himself does.
		/// - `ruling`: hash of the reasons.
		///
		/// ## Errors
		/// `NotDisputed`, `NotArbiter`, `NotAccepted`, `TooLate`; `ArbiterIsParty`, when a machine of the agreement has become
		/// his since; those of the agreement's pallet.
		///
		/// ## Events
		/// `Ruled`, and those of the agreement's end.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::rule().saturating_add(T::Agreements::resolve_weight()))]
		pub fn rule(
			origin: OriginFor<T>,
			agreement: AgreementRef,
			to_payee: Permill,
			bond_to: Side,
			ruling: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_rule(actor, agreement, to_payee, bond_to, ruling)
		}

		/// End a dispute whose arbiter has let his time pass, without waiting for the sweep.
		///
		/// What is at stake is split by `FallbackSplit`, bond and fee go back to who opened the dispute, and an arbiter who had
		/// accepted forfeits his bond.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Parameters
		/// - `agreement`: which agreement is in dispute.
		///
		/// ## Errors
		/// `NotDisputed`, `AgreementsPaused`, `NotExpired`; those of the agreement's pallet.
		///
		/// ## Events
		/// `DisputeLapsed`, and those of the agreement's end.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::end_dispute().saturating_add(T::Agreements::resolve_weight()))]
		pub fn end_dispute(origin: OriginFor<T>, agreement: AgreementRef) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_end_dispute(agreement)
		}
	}
}
