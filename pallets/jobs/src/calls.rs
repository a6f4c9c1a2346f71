//! What may be called. What the calls do is in `offers`, `ordering`, `work` and `review`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Publish an offer of a machine's work.
		///
		/// ## Dispatch Origin
		/// The machine's owner or the machine's key. Whoever it is pays the deposit.
		///
		/// ## Parameters
		/// - `machine`: the machine that will do the work.
		/// - `terms`: price, limits, windows; see [`OfferTerms`](crate::OfferTerms).
		///
		/// ## Errors
		/// `NotTheMachinesOwner`, `TooManyOffers`, `ZeroPrice`, `ZeroUnits`, `TiersOutOfOrder`, `WindowOutOfRange`,
		/// `BadCalendar`, `BadRegion`, `ZeroRounds`, `BadArbiters`; the machine's state.
		///
		/// ## Events
		/// `OfferPublished`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::publish_offer())]
		pub fn publish_offer(origin: OriginFor<T>, machine: MachineId, terms: OfferTermsOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_publish_offer(actor, machine, terms)
		}

		/// Change an offer's terms. Its version grows by one; jobs ordered before keep the terms that they named.
		///
		/// ## Dispatch Origin
		/// The machine's owner or the machine's key.
		///
		/// ## Errors
		/// `UnknownOffer`, `NotTheMachinesOwner`, `ZeroPrice`, `ZeroUnits`, `TiersOutOfOrder`, `WindowOutOfRange`,
		/// `BadCalendar`, `BadRegion`, `ZeroRounds`, `BadArbiters`.
		///
		/// ## Events
		/// `OfferUpdated`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update_offer())]
		pub fn update_offer(origin: OriginFor<T>, offer: OfferId, terms: OfferTermsOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_update_offer(actor, offer, terms)
		}

		/// Withdraw an offer and give its deposit back. Running jobs go on under their terms.
		///
		/// ## Dispatch Origin
		/// Who paid the deposit, the machine's owner, or the machine's key.
		///
		/// ## Errors
		/// `UnknownOffer`, `NotTheMachinesOwner`.
		///
		/// ## Events
		/// `OfferWithdrawn`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::withdraw_offer())]
		pub fn withdraw_offer(origin: OriginFor<T>, offer: OfferId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_withdraw_offer(actor, offer)
		}

		/// Order units of an offer. Their price goes on hold in the customer's account, with a deposit for the record,
		/// which comes back when the record is removed, and a fee, which does not. All are in the offer's asset.
		///
		/// ## Dispatch Origin
		/// Signed; the customer, who may be another machine: its key signs, its account pays, and price, deposit and fee
		/// count against its spending policy. Not the machine itself nor its owner.
		///
		/// ## Parameters
		/// - `offer`, `version`: what was read. When the offer has changed since, the order is refused.
		/// - `units`: at least 1, at most the offer's `max_units`.
		/// - `max_price`: the most that all units together may cost, in the asset's smallest unit; deposit and fee come on
		///   top of it.
		/// - `recipe`: `blake2_256` of the recipe file.
		/// - `recipe_reference`: where the machine can fetch the recipe, in clear or encrypted to the machine's key.
		/// - `deliver_by`: delivery deadline, in unix milliseconds of the chain's timestamp.
		/// - `arbiter`: who decides disputes over rejected units: one of the offer's arbiters, or nobody.
		///
		/// ## Errors
		/// `UnknownOffer`, `OfferChanged`, `OwnMachine`, `ZeroUnits`, `TooManyUnits`, `PriceOverflow`,
		/// `MaxPriceTooLow`, `DeadlineTooSoon`, `DeadlineTooFar`, `ArbiterNotOffered`, `TooManyOpenJobs`,
		/// `TooManyOpenJobsOfCustomer`; the machine's state; an arbiter who is not registered or stands behind a party; an asset that is not listed or has no rate; the spending policy of a machine that orders; too
		/// little money.
		///
		/// ## Events
		/// `Ordered`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::order())]
		pub fn order(
			origin: OriginFor<T>,
			offer: OfferId,
			version: u32,
			units: u32,
			#[pallet::compact] max_price: BalanceOf<T>,
			recipe: H256,
			recipe_reference: RecipeReference,
			deliver_by: UnixMillis,
			arbiter: Option<T::AccountId>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			let line = OrderLine {
				offer,
				version,
				units,
				max_price,
				recipe,
				recipe_reference,
				deliver_by,
				arbiter,
			};
			Self::do_order(&actor, line)
		}

		/// Promise to deliver by the deadline. The bond goes on hold in the machine's account.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`, `TooLate`; the machine's spending policy; too little money for the
		/// bond.
		///
		/// ## Events
		/// `Accepted`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::accept())]
		pub fn accept(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_accept(actor, job)
		}

		/// Decline an order. The customer gets everything back.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason, for the customer.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`.
		///
		/// ## Events
		/// `Settled` with `Declined`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::decline().saturating_add(T::Materials::release_weight()))]
		pub fn decline(origin: OriginFor<T>, job: JobId, reason: H256) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let with_materials = Self::do_decline(actor, job, reason)?;
			Ok(Self::spent(T::WeightInfo::decline(), with_materials))
		}

		/// Begin to work.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`, `TooLate`.
		///
		/// ## Events
		/// `Started`
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::start())]
		pub fn start(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_start(actor, job)
		}

		/// Report how many units are done. For the customer's eyes; nothing is paid by it.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`, `NoProgress`, `TooManyUnits`.
		///
		/// ## Events
		/// `Progressed`
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::progress())]
		pub fn progress(origin: OriginFor<T>, job: JobId, units_done: u32) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_progress(actor, job, units_done)
		}

		/// Deliver units. The customer's review begins.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Parameters
		/// - `units`: at least 1, at most as ordered and not yet reviewed. The price of the others goes back, and the bond with it.
		/// - `result`: hash of the evidence (the readings taken while working).
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`, `TooLate`, `ZeroUnits`, `TooManyUnits`.
		///
		/// ## Events
		/// `Delivered`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::deliver().saturating_add(T::Materials::consume_weight()))]
		pub fn deliver(origin: OriginFor<T>, job: JobId, units: u32, result: H256) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let with_materials = Self::do_deliver(actor, job, units, result)?;
			Ok(Self::spent(T::WeightInfo::deliver(), with_materials))
		}

		/// Approve delivered units. The machine is paid for them at once.
		///
		/// ## Dispatch Origin
		/// The job's customer; if that is a machine, its owner too.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheCustomer`, `WrongState`, `ZeroUnits`, `TooManyUnits`.
		///
		/// ## Events
		/// `Approved`; `Settled` with `Completed` or `Challengeable` when no unit is left in review
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::approve().saturating_add(T::Materials::release_weight()))]
		pub fn approve(origin: OriginFor<T>, job: JobId, units: u32) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let with_materials = Self::do_approve(actor, job, units)?;
			Ok(Self::spent(T::WeightInfo::approve(), with_materials))
		}

		/// Reject delivered units. The machine keeps the offer's `rejection_fee` of their price, the rest goes back: at once if
		/// the order names no arbiter, otherwise when the machine's side has conceded or let its time to dispute pass.
		///
		/// ## Dispatch Origin
		/// The job's customer; if that is a machine, its owner too.
		///
		/// ## Parameters
		/// - `units`: how many.
		/// - `reason`: hash of the reason, for the machine's owner.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheCustomer`, `WrongState`, `TooLate`, `ZeroUnits`, `TooManyUnits`.
		///
		/// ## Events
		/// `Rejected`; `Settled` with `Completed` or `Challengeable` when no unit is left in review
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::reject().saturating_add(T::Materials::release_weight()))]
		pub fn reject(origin: OriginFor<T>, job: JobId, units: u32, reason: H256) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let with_materials = Self::do_reject(actor, job, units, reason)?;
			Ok(Self::spent(T::WeightInfo::reject(), with_materials))
		}

		/// Call a job off. The customer may before the first delivery, and pays the offer's cancellation fee of the stage:
		/// nothing before the machine has accepted. The machine may once it has accepted, also while it mends what came back:
		/// it gives the job up, and its bond goes to the customer. What is not paid by this goes back.
		///
		/// ## Dispatch Origin
		/// The job's customer; if that is a machine, its owner too. Or the key of the job's machine.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason.
		///
		/// ## Errors
		/// `UnknownJob`, `NotAParty`, `WrongState`; for the customer `AlreadyDelivered` when he has sent units back, and `TooLate`
		/// when the delivery deadline has passed: then `expire` gives him all that is unpaid, and the bond.
		///
		/// ## Events
		/// `Settled` with `Cancelled` or `GivenUp`
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::cancel().saturating_add(T::Materials::release_weight()))]
		pub fn cancel(origin: OriginFor<T>, job: JobId, reason: H256) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let with_materials = Self::do_cancel(actor, job, reason)?;
			Ok(Self::spent(T::WeightInfo::cancel(), with_materials))
		}

		/// End a job's state whose deadline has passed: not accepted or not delivered in time, everything goes back to the
		/// customer, with the bond if there is one; not reviewed in time, the machine is paid; a rejection not disputed in
		/// time stands. A dispute is ended by `escrow.end_dispute`. The chain does the same by
		/// itself when blocks have room; who calls this need not wait for that.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownJob`, `WrongState`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// `Settled` with `NotAccepted`, `NotDelivered` or `Completed`; `Challengeable`
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::expire().saturating_add(T::Materials::release_weight()))]
		pub fn expire(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let with_materials = Self::do_expire(job)?;
			Ok(Self::spent(T::WeightInfo::expire(), with_materials))
		}

		/// Remove a settled job's record and give its deposit back.
		///
		/// ## Dispatch Origin
		/// The job's customer; if that is a machine, its owner too.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheCustomer`, `NotSettled`.
		///
		/// ## Events
		/// `Removed`
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove(actor, job)
		}

		/// Order several things at once, also from different machines: all of them or nothing.
		///
		/// ## Dispatch Origin
		/// As for `order`.
		///
		/// ## Parameters
		/// - `lines`: each is an order of its own, with its own escrow, deposit and fee; see [`OrderLine`].
		///
		/// ## Errors
		/// `EmptyBatch`; as for `order`.
		///
		/// ## Events
		/// `Ordered` for each
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::order().saturating_mul(lines.len().max(1) as u64))]
		pub fn order_batch(
			origin: OriginFor<T>,
			lines: BoundedVec<OrderLine<T::AccountId, BalanceOf<T>>, T::MaxBatch>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_order_batch(&actor, lines.into_inner())
		}

		/// Answer an order with other terms. The customer may agree to them until acceptance would be too late; a later
		/// counter-offer takes the place of this one.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine, or its owner.
		///
		/// ## Parameters
		/// - `unit_price`: the price of one unit that the machine wants, in the asset's smallest unit.
		/// - `deliver_by`: the delivery deadline that it wants, in unix milliseconds.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachinesOwner`, `WrongState`, `TooLate`, `ZeroPrice`, `PriceOverflow`, `DeadlineTooSoon`,
		/// `DeadlineTooFar`; a smallest payment below the asset's minimum balance.
		///
		/// ## Events
		/// `Countered`
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::counter_offer())]
		pub fn counter_offer(
			origin: OriginFor<T>,
			job: JobId,
			#[pallet::compact] unit_price: BalanceOf<T>,
			deliver_by: UnixMillis,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_counter_offer(actor, job, unit_price, deliver_by)
		}

		/// Agree to a counter-offer. What the price is higher goes on hold, what it is lower goes back. The machine must
		/// still accept.
		///
		/// ## Dispatch Origin
		/// The job's customer.
		///
		/// ## Parameters
		/// - `unit_price`, `deliver_by`: the counter-offer as it was read.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheCustomer`, `WrongState`, `TooLate`, `NoCounterOffer`, `CounterOfferChanged`,
		/// `DeadlineTooSoon`; the spending policy of a machine that orders; too little money.
		///
		/// ## Events
		/// `CounterOfferAccepted`
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::accept_counter_offer())]
		pub fn accept_counter_offer(
			origin: OriginFor<T>,
			job: JobId,
			#[pallet::compact] unit_price: BalanceOf<T>,
			deliver_by: UnixMillis,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			let counter = CounterOffer { unit_price, deliver_by };
			Self::do_accept_counter_offer(actor, job, counter)
		}

		/// Send all units that are still in review back to be mended. The machine has the time that the offer gives for it,
		/// and delivers again.
		///
		/// ## Dispatch Origin
		/// The job's customer; if that is a machine, its owner too.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheCustomer`, `WrongState`, `TooLate`, `NoRework`, `AlreadyContested`.
		///
		/// ## Events
		/// `ReworkRequested`
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::request_rework())]
		pub fn request_rework(origin: OriginFor<T>, job: JobId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_request_rework(actor, job, reason)
		}

		/// Let a rejection stand, without waiting for the time to dispute it to pass.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine, or its owner.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachinesOwner`, `WrongState`.
		///
		/// ## Events
		/// `Settled` with `Completed`
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::concede().saturating_add(T::Materials::release_weight()))]
		pub fn concede(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let with_materials = Self::do_concede(actor, job)?;
			Ok(Self::spent(T::WeightInfo::concede(), with_materials))
		}

		/// Dispute a rejection before the arbiter that the order names. The caller puts up a bond, which the verdict assigns,
		/// and the arbiter's fee.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine, or its owner; whoever it is puts up bond and fee.
		///
		/// ## Parameters
		/// - `evidence`: hash of what speaks for the machine. More can be added with `escrow.submit_evidence`.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachinesOwner`, `WrongState`, `TooLate`; escrow's `ArbiterIsParty`, when the machine has become
		/// the arbiter's; the machine's spending policy; too little money.
		///
		/// ## Events
		/// `Disputed`
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::dispute())]
		pub fn dispute(origin: OriginFor<T>, job: JobId, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_dispute(actor, job, evidence)
		}

		/// Promise to deliver by the deadline, as `accept` does, and put aside what the job needs. It is used up as units are
		/// delivered; what is left is free when the job ends.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Parameters
		/// - `site`: where the machine works. The machine owns it, or is one of its keepers who may reserve.
		/// - `needs`: what all units together need; at least one thing.
		///
		/// ## Errors
		/// As for `accept`; `NothingNeeded`; those of the inventory: no such site or item, not allowed, too little that is free,
		/// too many lots, no room.
		///
		/// ## Events
		/// `Accepted`; the inventory's `Reserved` for each lot
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::accept().saturating_add(T::Materials::reserve_weight(needs.len() as u32)))]
		pub fn accept_with(origin: OriginFor<T>, job: JobId, site: SiteId, needs: Needs) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_accept_with(actor, job, site, needs)
		}

		/// Deliver units, as `deliver` does, and record how they were made: what was used up, what has come of it, when and
		/// how. All of it or nothing.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine, which issues what it has made.
		///
		/// ## Parameters
		/// - `units`, `result`: as for `deliver`.
		/// - `report`: what was made, of what and how; see [`Production`](bpiiot_primitives::Production).
		///
		/// ## Errors
		/// As for `deliver`; those of the products: what is used or made is not the machine's, is gone, was made before, or the
		/// time is not over.
		///
		/// ## Events
		/// `Delivered`; the products' `Made`
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::deliver()
			.saturating_add(T::Materials::consume_weight())
			.saturating_add(T::Production::record_weight(report)))]
		pub fn deliver_with(
			origin: OriginFor<T>,
			job: JobId,
			units: u32,
			result: H256,
			report: ReportOf<T>,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let with_materials = Self::do_deliver(actor.clone(), job, units, result)?;
			let recorded = T::Production::record(&actor, job, report)?;
			let materials = if with_materials {
				T::Materials::consume_weight()
			} else {
				Weight::zero()
			};
			let spent = T::WeightInfo::deliver().saturating_add(materials);
			Ok(Some(spent.saturating_add(recorded)).into())
		}
	}
}
