//! What may be called. What the calls do is in the files by topic: `listings`, `renting`, `users`, `returning`, `damage` and
//! `settlement`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// List a machine, lock or room that is to be rented. A deposit for the record goes on hold, in the native token.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine. Whoever it is pays the deposit.
		///
		/// ## Parameters
		/// - `machine`: what is rented. All listings of a machine share its time.
		/// - `terms`: prices, times, calendar, who may; see [`ListingTerms`](crate::ListingTerms).
		///
		/// ## Errors
		/// `NotTheMachinesOwner`, `TooManyListings`, `BadCategory`, `BadArea`, `NoActions`, `BadCalendar`, `ZeroPrice`,
		/// `ZeroPeriod`, `PeriodOutOfRange`, `PeriodsOutOfRange`, `PriceOverflow`, `OverdueTooSlow`, `WindowOutOfRange`,
		/// `StagesOutOfOrder`, `BadArbiters`; the machine's state; an asset that is not listed, or an amount below its minimum
		/// balance; too little money.
		///
		/// ## Events
		/// `ListingPublished`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::publish_listing())]
		pub fn publish_listing(origin: OriginFor<T>, machine: MachineId, terms: ListingTermsOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_publish_listing(actor, machine, terms)
		}

		/// Change a listing's terms. Its version grows by one; rentals made before keep the terms that they named, and cannot be
		/// extended any more.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine.
		///
		/// ## Errors
		/// `UnknownListing`, `NotTheMachinesOwner`; as for `publish_listing`.
		///
		/// ## Events
		/// `ListingUpdated`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update_listing())]
		pub fn update_listing(origin: OriginFor<T>, listing: ListingId, terms: ListingTermsOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_update_listing(actor, listing, terms)
		}

		/// Withdraw a listing and give its deposit back. Rentals go on under their terms.
		///
		/// ## Dispatch Origin
		/// Who paid the deposit, the machine's owner, or the machine.
		///
		/// ## Errors
		/// `UnknownListing`, `NotTheMachinesOwner`.
		///
		/// ## Events
		/// `ListingWithdrawn`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::withdraw_listing())]
		pub fn withdraw_listing(origin: OriginFor<T>, listing: ListingId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_withdraw_listing(actor, listing)
		}

		/// Rent. The time is taken; rent and deposit go on hold in the renter's account, with what the record and the rental
		/// cost, all in the listing's asset. Where booking is instant it is agreed on at once; otherwise the owner approves it
		/// in time, or it ends and everything but the fee comes back.
		///
		/// ## Dispatch Origin
		/// Signed; the renter, who may be a machine: its key signs, its account pays, and its spending policy is asked for all
		/// that goes on hold. Nobody who shares an owner with the machine.
		///
		/// ## Parameters
		/// - `listing`, `version`: what was read. When the listing has changed since, the rental is refused.
		/// - `start`: in unix milliseconds; none for now, the timestamp of the block.
		/// - `periods`: how many of the listing's periods.
		/// - `max_price`: the most that the rent may be, in the asset's smallest unit; deposit and fee come on top of it.
		/// - `arbiter`: who decides about claims that are disputed: one of the listing's arbiters, or nobody. Without one, what
		///   is disputed is split as the runtime says.
		///
		/// ## Errors
		/// `UnknownListing`, `ListingChanged`, `OwnMachine`, `RenterDenied`, `ZeroPeriod`, `PeriodsOutOfRange`, `PriceOverflow`,
		/// `MaxPriceTooLow`, `StartPassed`, `NoTimeToApprove`, `TooFarAhead`, `CalendarGap`, `AlreadyBooked`,
		/// `ArbiterNotOffered`; the machine's state; an arbiter who is not registered or stands behind a party; an asset that is
		/// not listed or has no rate; the spending policy of a machine that rents; too little money.
		///
		/// ## Events
		/// `Rented`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::rent())]
		pub fn rent(
			origin: OriginFor<T>,
			listing: ListingId,
			version: u32,
			start: Option<UnixMillis>,
			periods: u32,
			#[pallet::compact] max_price: Balance,
			arbiter: Option<T::AccountId>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			let wish = Wish {
				listing,
				version,
				start,
				periods,
				max_price,
				arbiter,
			};
			Self::do_rent(actor, wish)
		}

		/// Approve a rental. The owner's bond goes on hold in the machine's account.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheMachinesOwner`, `WrongStage`, `TooLate`, `NoBond`.
		///
		/// ## Events
		/// `Approved`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::approve())]
		pub fn approve(origin: OriginFor<T>, rental: RentalId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_approve(actor, rental)
		}

		/// Decline a rental that waits to be approved. Rent and deposit go back.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason; zero for none.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheMachinesOwner`, `WrongStage`.
		///
		/// ## Events
		/// `Settled` with `Declined`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::decline())]
		pub fn decline(origin: OriginFor<T>, rental: RentalId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_decline(actor, rental, reason)
		}

		/// Start a rental: from now on, within its time, it opens doors. The owner's bond goes on hold, if it is not yet; if it
		/// cannot be put up, or the machine is out of service, the rental ends and everything but the fee comes back.
		///
		/// ## Dispatch Origin
		/// The renter, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `WrongStage`, `TooEarly`, `TooLate`, `NotFreeYet`.
		///
		/// ## Events
		/// `Started`, or `Settled` with `NotProvided`
		#[pallet::call_index(6)]
		// It may end the rental, as a stop does.
		#[pallet::weight(T::WeightInfo::start().max(T::WeightInfo::stop()))]
		pub fn start(origin: OriginFor<T>, rental: RentalId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_start(actor, rental)
		}

		/// Add periods to a rental before its end, at its own price. The listing must still be as it was rented by, and the time
		/// free.
		///
		/// ## Dispatch Origin
		/// The renter.
		///
		/// ## Parameters
		/// - `periods`: how many more.
		/// - `max_price`: the most that they may cost, in the asset's smallest unit.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `WrongStage`, `ZeroPeriod`, `TooLate`, `ReportedBack`, `UnknownListing`,
		/// `ListingChanged`, `PeriodsOutOfRange`, `MaxPriceTooLow`, `TooFarAhead`, `CalendarGap`, `AlreadyBooked`; the machine's
		/// state; the spending policy of a machine that rents; too little money.
		///
		/// ## Events
		/// `Extended`
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::extend())]
		pub fn extend(
			origin: OriginFor<T>,
			rental: RentalId,
			periods: u32,
			#[pallet::compact] max_price: Balance,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_extend(actor, rental, periods, max_price)
		}

		/// Let somebody use it, within the rental's time; or change what he may. What he had before is taken back by that.
		///
		/// ## Dispatch Origin
		/// The renter, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `user`: who. A key that signs tokens for an account that cannot is named here too.
		/// - `from`, `until`: in unix milliseconds, within the rental.
		/// - `actions`: for what; some of those that are rented.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `WrongStage`, `OwnRental`, `EmptyWindow`, `OutlivesRental`, `ActionNotRented`,
		/// `TooManyUsers`.
		///
		/// ## Events
		/// `UserSet`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::set_user())]
		pub fn set_user(
			origin: OriginFor<T>,
			rental: RentalId,
			user: T::AccountId,
			from: UnixMillis,
			until: UnixMillis,
			actions: Actions,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_set_user(actor, rental, user, from, until, actions)
		}

		/// Let somebody use it no more. All tokens that were signed before are void at every door that hears of it.
		///
		/// ## Dispatch Origin
		/// The renter, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `WrongStage`, `UnknownUser`.
		///
		/// ## Events
		/// `UserRemoved`
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::remove_user())]
		pub fn remove_user(origin: OriginFor<T>, rental: RentalId, user: T::AccountId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove_user(actor, rental, user)
		}

		/// Give it back, early, in time or late. It opens no doors any more, and its time is free. If the machine's side has
		/// reported it back, used and unused time are paid at once; otherwise when that confirms it, or when the time to claim is
		/// over. The rest of the deposit waits for that.
		///
		/// ## Dispatch Origin
		/// The renter, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `WrongStage`.
		///
		/// ## Events
		/// `Returned`
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::give_back())]
		pub fn give_back(origin: OriginFor<T>, rental: RentalId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_give_back(actor, rental)
		}

		/// Say that it came back, and when: the lock's report. After the renter has given it back, or after the rental's end, used
		/// and unused time are paid by that. Before, it is only noted: nobody is put out by it.
		///
		/// ## Dispatch Origin
		/// The machine, or its owner.
		///
		/// ## Parameters
		/// - `at`: when, in unix milliseconds, so that a lock without a network can report later. The earlier of this and what the
		///   renter has said counts.
		/// - `evidence`: hash of the lock's report.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheMachinesOwner`, `BadMoment`, `WrongStage`.
		///
		/// ## Events
		/// `ReportedBack`, `Returned` or `ReturnConfirmed`
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::confirm_return())]
		pub fn confirm_return(
			origin: OriginFor<T>,
			rental: RentalId,
			at: UnixMillis,
			evidence: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_confirm_return(actor, rental, at, evidence)
		}

		/// Claim a part of the deposit for damage, once.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine.
		///
		/// ## Parameters
		/// - `amount`: in the asset's smallest unit; at most what overdue periods have left of the deposit.
		/// - `evidence`: hash of what speaks for it.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheMachinesOwner`, `WrongStage`, `TooLate`, `ZeroClaim`, `ClaimAboveDeposit`; an amount below the
		/// asset's minimum balance.
		///
		/// ## Events
		/// `Claimed`
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::claim())]
		pub fn claim(
			origin: OriginFor<T>,
			rental: RentalId,
			#[pallet::compact] amount: Balance,
			evidence: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_claim(actor, rental, amount, evidence)
		}

		/// Claim nothing, or no more: the rental ends without waiting for the time to pass.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheMachinesOwner`, `WrongStage`.
		///
		/// ## Events
		/// `Settled`
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::waive())]
		pub fn waive(origin: OriginFor<T>, rental: RentalId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_waive(actor, rental)
		}

		/// Accept a claim, without waiting for the time to dispute it to pass.
		///
		/// ## Dispatch Origin
		/// The renter, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `WrongStage`.
		///
		/// ## Events
		/// `Settled`
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::concede())]
		pub fn concede(origin: OriginFor<T>, rental: RentalId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_concede(actor, rental)
		}

		/// Dispute a claim. Before the arbiter that the rental names: the caller puts up a bond, which the verdict assigns, and
		/// the arbiter's fee. If it names nobody, the claim is split at once as the runtime says.
		///
		/// ## Dispatch Origin
		/// The renter, or the owner of the machine that is one; whoever it is puts up bond and fee.
		///
		/// ## Parameters
		/// - `evidence`: hash of what speaks for the renter. More can be added with `escrow.submit_evidence`.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `WrongStage`, `TooLate`; escrow's `ArbiterIsParty`; the renter's spending policy; too
		/// little money.
		///
		/// ## Events
		/// `Disputed` or `Settled`
		#[pallet::call_index(15)]
		// Without an arbiter it ends the rental, as conceding does.
		#[pallet::weight(T::WeightInfo::dispute().max(T::WeightInfo::concede()))]
		pub fn dispute(origin: OriginFor<T>, rental: RentalId, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_dispute(actor, rental, evidence)
		}

		/// Call off a rental that was not started: free until it is approved, then for the fee of its stage. It is free again when
		/// it should have begun and who was there before has not given it back.
		///
		/// ## Dispatch Origin
		/// The renter, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason; zero for none.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `WrongStage`.
		///
		/// ## Events
		/// `Settled` with `Cancelled` or `Blocked`
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, rental: RentalId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_cancel(actor, rental, reason)
		}

		/// Stop a rental that is agreed on: an emergency, or a better renter. Whole periods that were used are paid, all other
		/// rent goes back, and the owner's bond goes to the renter: it is put up by this if it was not before. What was used can
		/// be claimed for.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason; zero for none.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheMachinesOwner`, `WrongStage`, `TooLate`, `NoBond`.
		///
		/// ## Events
		/// `Returned` or `Settled`, with `Stopped`
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::stop())]
		pub fn stop(origin: OriginFor<T>, rental: RentalId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_stop(actor, rental, reason)
		}

		/// End a rental's stage whose deadline has passed: what was not approved is off; who has not come pays for that; who has
		/// not given it back loses his deposit; what was not claimed is not owed; what was not disputed is. A dispute is ended by
		/// `escrow.end_dispute`. The chain does the same by itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownRental`, `WrongStage`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// `Returned`, `Settled`
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::expire())]
		pub fn expire(origin: OriginFor<T>, rental: RentalId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(rental)
		}

		/// Remove a settled rental's record and give its deposit back. It cannot be rated afterwards.
		///
		/// ## Dispatch Origin
		/// The renter, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownRental`, `NotTheRenter`, `NotSettled`.
		///
		/// ## Events
		/// `RentalRemoved`
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, rental: RentalId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove(actor, rental)
		}
	}
}
