//! What may be called. What the calls do is in the files by topic: `care`, `rules`, `reports`, `tickets`, `offers`,
//! `assigning`, `work`, `verification`, `endings` and `calibration`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls. Windows are in milliseconds of the agreement clock, moments of reports, readings and certificates in unix
	/// milliseconds.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Look after a machine: reports, rules and tickets have a place from now on. Or change the room for tickets. The
		/// deposit is for the record and for all that there is room for, so that nothing that happens to the machine later
		/// takes any; if the machine has been sold, the former owner has his back.
		///
		/// ## Dispatch Origin
		/// The machine's owner.
		///
		/// ## Parameters
		/// - `room`: how many tickets there may be at a time, closed ones that were not removed among them: 1 to 16.
		///
		/// ## Errors
		/// `NotTheOwner`, `RoomOutOfRange`; too little money.
		///
		/// ## Events
		/// `Enrolled`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::enrol())]
		pub fn enrol(origin: OriginFor<T>, machine: MachineId, room: u32) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_enrol(actor, machine, room)
		}

		/// Look after a machine no more. It has no rule and no ticket any more, and its reports are forgotten.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or whoever has the deposit on hold.
		///
		/// ## Errors
		/// `NotEnrolled`, `NotTheOwner`, `InUse`.
		///
		/// ## Events
		/// `Discharged`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::discharge())]
		pub fn discharge(origin: OriginFor<T>, machine: MachineId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_discharge(actor, machine)
		}

		/// Say who may set rules for a machine beside its owner, or that nobody may. Such a rule opens tickets and spends
		/// nothing. The appointment ends when the machine is sold.
		///
		/// ## Dispatch Origin
		/// The machine's owner.
		///
		/// ## Errors
		/// `NotEnrolled`, `NotTheOwner`.
		///
		/// ## Events
		/// `MaintainerAppointed`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::appoint_maintainer())]
		pub fn appoint_maintainer(
			origin: OriginFor<T>,
			machine: MachineId,
			maintainer: Option<T::AccountId>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_appoint(actor, machine, maintainer)
		}

		/// Say which metrics are counters of wear, and how far they may go. Their baselines begin with the next report.
		///
		/// ## Dispatch Origin
		/// The machine's owner.
		///
		/// ## Parameters
		/// - `limits`: at most four.
		///
		/// ## Errors
		/// `NotEnrolled`, `NotTheOwner`, `BadWearLimit`.
		///
		/// ## Events
		/// `WearSet`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_wear())]
		pub fn set_wear(origin: OriginFor<T>, machine: MachineId, limits: WearLimits) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_set_wear(actor, machine, limits)
		}

		/// Set a rule over a machine's reports. It fires once, when its metric was bad in as many reports in a row as it
		/// says, and again only after the metric has come back to its clear bound.
		///
		/// ## Dispatch Origin
		/// The machine's owner; for a rule that only opens tickets also its maintainer by contract. Whoever it is pays the
		/// deposit.
		///
		/// ## Parameters
		/// - `terms`: metric, comparison, bounds, count, fault and action; see [`RuleTerms`](crate::RuleTerms).
		///
		/// ## Errors
		/// `NotEnrolled`, `NotTheOwner`, `TooManyRules`, `CountOutOfRange`, `ContradictoryBounds`, `SameRule`, `NoFaultCode`;
		/// as for `request_quotes`; too little money.
		///
		/// ## Events
		/// `RuleSet`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::set_rule())]
		pub fn set_rule(origin: OriginFor<T>, machine: MachineId, terms: RuleTermsOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_set_rule(actor, machine, terms)
		}

		/// Remove a rule and give its deposit back. What it has opened stays.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or who has set it.
		///
		/// ## Errors
		/// `NotEnrolled`, `UnknownRule`, `NotTheOwner`.
		///
		/// ## Events
		/// `RuleRemoved`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::remove_rule())]
		pub fn remove_rule(origin: OriginFor<T>, machine: MachineId, rule: RuleId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove_rule(actor, machine, rule)
		}

		/// Report a machine's condition. Its rules are looked at together, and each that fires has its action done.
		///
		/// ## Dispatch Origin
		/// A machine, by its current key. What it costs is charged to its fee allowance, like all that it signs.
		///
		/// ## Parameters
		/// - `at`: when it was measured: after the report before, and not after now.
		/// - `level`: the condition as a whole.
		/// - `metrics`: at most sixteen values, by rising id.
		///
		/// ## Errors
		/// `NotAMachine`, `NotEnrolled`, `MetricsOutOfOrder`, `FromTheFuture`, `NotNewer`, `TooManyReports`.
		///
		/// ## Events
		/// `Reported`; for each rule that fires `RuleFired`, then `TicketOpened`, `FaultSeen`, `TicketReopened` or
		/// `TicketRefused`, and `QuotesAsked` or `QuotesNotAsked`
		#[pallet::call_index(6)]
		#[pallet::weight(Pallet::<T>::report_weight(metrics.len(), RULES as usize))]
		pub fn report(
			origin: OriginFor<T>,
			#[pallet::compact] at: UnixMillis,
			level: Level,
			metrics: Metrics,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let values = metrics.len();
			let fired = Self::do_report(actor, at, level, metrics)?;
			Ok(Some(Self::report_weight(values, fired)).into())
		}

		/// Open a ticket for a fault that no rule sees.
		///
		/// ## Dispatch Origin
		/// The machine's owner, its maintainer by contract, or the machine itself.
		///
		/// ## Parameters
		/// - `fault`: its code.
		/// - `severity`: how grave it is.
		///
		/// ## Errors
		/// `NotEnrolled`, `NotTheOwner`, `NoFaultCode`, `AlreadyOpen`, `TooManyTickets`.
		///
		/// ## Events
		/// `TicketOpened`; `TicketRemoved` when an old one makes room
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::open_ticket())]
		pub fn open_ticket(
			origin: OriginFor<T>,
			machine: MachineId,
			fault: FaultCode,
			severity: Severity,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_open_ticket(actor, machine, fault, severity)
		}

		/// Close a ticket that nobody has in hand: the fault is gone.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine itself.
		///
		/// ## Errors
		/// `UnknownTicket`, `NotTheOwner`, `NotOpen`, `RequestOpen`.
		///
		/// ## Events
		/// `TicketClosed`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::close_ticket())]
		pub fn close_ticket(origin: OriginFor<T>, ticket: TicketId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_close_ticket(actor, ticket)
		}

		/// Remove a closed ticket's record. Its offers go, and their deposits back.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine itself.
		///
		/// ## Errors
		/// `UnknownTicket`, `NotTheOwner`, `StillOpen`.
		///
		/// ## Events
		/// `TicketRemoved`, `OfferGone`
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::remove_ticket())]
		pub fn remove_ticket(origin: OriginFor<T>, ticket: TicketId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove_ticket(actor, ticket)
		}

		/// Ask maintainers for quotes about a ticket. Whoever is awarded it gets an order on these terms, at the price of his
		/// bid, under the machine's spending policy.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine itself.
		///
		/// ## Parameters
		/// - `tender`: who is asked, how long, how bids are compared, and the terms; see [`Tender`](crate::Tender).
		///
		/// ## Errors
		/// `UnknownTicket`, `NotTheOwner`, `NotOpen`, `RequestOpen`, `BadTender`, `BadWeights`; terms that are not well
		/// formed, as for `offer_service`; whatever the requests' pallet refuses.
		///
		/// ## Events
		/// `QuotesAsked`
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::request_quotes().saturating_add(T::Requests::raise_weight()))]
		pub fn request_quotes(origin: OriginFor<T>, ticket: TicketId, tender: TenderOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_request_quotes(actor, ticket, tender)
		}

		/// Offer to mend a fault. It binds until it lapses or is withdrawn: who is chosen has his bond put on hold. A deposit
		/// goes on hold, and a fee to the chain, both in the native token.
		///
		/// ## Dispatch Origin
		/// Signed; the maintainer, who may be a machine. Nobody who shares an owner with the machine.
		///
		/// ## Parameters
		/// - `terms`: price and conditions; see [`ServiceTerms`](crate::ServiceTerms).
		/// - `valid_for`: how long it binds, in milliseconds.
		///
		/// ## Errors
		/// `UnknownTicket`, `NotOpen`, `OwnMachine`, `ArbiterMaintains`, `ListFull`; terms that are not well formed
		/// (`ZeroPrice`, `WindowOutOfRange`, `BadShares`, `ContradictoryBounds`, `CountOutOfRange`); an asset that is not
		/// listed; the spending policy; too little money.
		///
		/// ## Events
		/// `Offered`; `OfferGone` when it takes the place of a dearer or a lapsed one
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::offer_service())]
		pub fn offer_service(
			origin: OriginFor<T>,
			ticket: TicketId,
			terms: ServiceTermsOf<T>,
			#[pallet::compact] valid_for: u64,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_offer(actor, ticket, terms, valid_for)
		}

		/// Withdraw an offer and get its deposit back.
		///
		/// ## Dispatch Origin
		/// Who has made it.
		///
		/// ## Errors
		/// `UnknownTicket`, `UnknownOffer`, `NotYours`.
		///
		/// ## Events
		/// `OfferGone`
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::withdraw_offer())]
		pub fn withdraw_offer(origin: OriginFor<T>, ticket: TicketId, offer: OfferId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_withdraw_offer(actor, ticket, offer)
		}

		/// Accept an offer: the ticket is assigned. Price and bonus go on hold in the machine's account under its spending
		/// policy, with a deposit for the record and a fee, and the bond in the maintainer's.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine itself.
		///
		/// ## Errors
		/// `UnknownTicket`, `NotTheOwner`, `NotOpen`, `RequestOpen`, `UnknownOffer`, `OfferLapsed`, `OwnMachine`,
		/// `ArbiterMaintains`, `MaintainerCalibrates`, `NoBond`; an arbiter who is not registered or stands behind a party;
		/// an asset that is not listed or has no rate; the machine's spending policy; too little money.
		///
		/// ## Events
		/// `Assigned`
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::accept_offer())]
		pub fn accept_offer(origin: OriginFor<T>, ticket: TicketId, offer: OfferId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_accept_offer(actor, ticket, offer)
		}

		/// Name a maintainer. Price and bonus go on hold in the machine's account under its spending policy, with a deposit
		/// for the record and a fee. He agrees by acknowledging it within the response time; otherwise all comes back but the
		/// fee.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine itself.
		///
		/// ## Parameters
		/// - `maintainer`: who shall mend it.
		/// - `terms`: price and conditions.
		///
		/// ## Errors
		/// `UnknownTicket`, `NotTheOwner`, `NotOpen`, `RequestOpen`; as for `offer_service` and `accept_offer`.
		///
		/// ## Events
		/// `Assigned`
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::assign())]
		pub fn assign(
			origin: OriginFor<T>,
			ticket: TicketId,
			maintainer: T::AccountId,
			terms: ServiceTermsOf<T>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_assign(actor, ticket, maintainer, terms)
		}

		/// Say that one comes. Who was named by the owner agrees by it, and his bond goes on hold.
		///
		/// ## Dispatch Origin
		/// The order's maintainer, or the owner of the machine that is.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheMaintainer`, `WrongState`, `TooLate`; the bond: spending policy, too little money.
		///
		/// ## Events
		/// `Acknowledged`
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::acknowledge())]
		pub fn acknowledge(origin: OriginFor<T>, order: ServiceOrderId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_acknowledge(actor, order)
		}

		/// Begin. After the response time that costs the penalty, and the bonus is lost.
		///
		/// ## Dispatch Origin
		/// The order's maintainer, or the owner of the machine that is.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheMaintainer`, `WrongState`; `TooLate` without an acknowledgement after the response time,
		/// and with one after `due_until`.
		///
		/// ## Events
		/// `WorkStarted`
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::start_work())]
		pub fn start_work(origin: OriginFor<T>, order: ServiceOrderId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_start_work(actor, order)
		}

		/// Say that the machine works again. From now on readings decide, and at the end of the verification their absence
		/// does.
		///
		/// ## Dispatch Origin
		/// The order's maintainer, or the owner of the machine that is.
		///
		/// ## Parameters
		/// - `report`: hash of what was done.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheMaintainer`, `WrongState`, `TooLate`.
		///
		/// ## Events
		/// `DeclaredDone`
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::declare_done())]
		pub fn declare_done(origin: OriginFor<T>, order: ServiceOrderId, report: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_declare_done(actor, order, report)
		}

		/// Bring a reading forward. After the declaration, so many in bounds in a row verify the work, and so many out of
		/// bounds say that it has failed; within the guarantee, so many out of bounds say that the fault has come back.
		/// Readings are brought forward in the order of time, each once.
		///
		/// ## Dispatch Origin
		/// The machine itself, its owner, the order's maintainer, or the owner of the machine that is.
		///
		/// ## Parameters
		/// - `proof`: what shows that the machine has anchored it.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotAParty`, `WrongState`, `TooLate`, `NotUnderGuarantee`, `NotNeeded`; `MalformedProof`,
		/// `ReadingOfAnotherMachine`, `UnknownBatch`, `ForgedProof`, `ReadingTooOld`, `BatchChallenged`; `OtherMetric`,
		/// `FromTheFuture`, `ReadingTooEarly`, `OtherTable`, `MachineStands`, `ReadingUsed`, `ReadingsTooClose`,
		/// `NotCalibrated`.
		///
		/// ## Events
		/// `ReadingTaken`; `Verified`, `Challengeable`, `Settled`, `TicketReopened` or `TicketClosed` by the last of a row
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::submit_reading().saturating_add(T::Evidence::weight()))]
		pub fn submit_reading(origin: OriginFor<T>, order: ServiceOrderId, proof: Proof) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_submit_reading(actor, order, proof)
		}

		/// Give up: all comes back to the machine, and the bond goes to it; the next bid of the request that it came of is the
		/// best now. Who was named by the owner and has not agreed declines, and loses nothing.
		///
		/// ## Dispatch Origin
		/// The order's maintainer, or the owner of the machine that is; before the declaration.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheMaintainer`, `WrongState`.
		///
		/// ## Events
		/// `Settled`, `TicketReopened`
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::give_up().saturating_add(T::Requests::reopen_weight()))]
		pub fn give_up(origin: OriginFor<T>, order: ServiceOrderId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_give_up(actor, order, reason)
		}

		/// Call an order off before work has begun. Who has agreed gets the `cancellation_fee` of the price, and his bond
		/// back.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine itself.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheOwner`, `WrongState`; `TooLate` after the response time: who has acknowledged may come for
		/// a lower price, and from who has not `expire` gives all back, and the bond.
		///
		/// ## Events
		/// `Settled`, `TicketReopened`
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, order: ServiceOrderId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_cancel(actor, order, reason)
		}

		/// Let stand what readings have decided, without waiting for the time to dispute it to pass.
		///
		/// ## Dispatch Origin
		/// The order's maintainer, or the owner of the machine that is.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheMaintainer`, `WrongState`.
		///
		/// ## Events
		/// `Settled`
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::concede())]
		pub fn concede(origin: OriginFor<T>, order: ServiceOrderId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_concede(actor, order)
		}

		/// Dispute an order before the arbiter that it names: the owner that the work was done, before readings or their
		/// absence have decided it; the maintainer that it was not, or that the fault has come back, when readings say so.
		/// The caller puts up a bond, which the verdict assigns, and the arbiter's fee.
		///
		/// ## Dispatch Origin
		/// The machine's owner or the machine itself; the order's maintainer, or the owner of the machine that is.
		///
		/// ## Parameters
		/// - `evidence`: hash of what speaks for him. More can be added with `escrow.submit_evidence`.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotAParty`, `WrongState`, `TooLate`, `NoArbiter`; escrow's `ArbiterIsParty`; the spending policy;
		/// too little money.
		///
		/// ## Events
		/// `Disputed`
		#[pallet::call_index(22)]
		#[pallet::weight(T::WeightInfo::dispute())]
		pub fn dispute(origin: OriginFor<T>, order: ServiceOrderId, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_dispute(actor, order, evidence)
		}

		/// End an order's state whose deadline has passed: who did not agree has declined; who did not come or did not
		/// declare has his bond forfeited, and all else comes back; work about which readings have not decided is good; what
		/// readings have decided and nobody has disputed stands; a guarantee without a returned fault is over. A dispute is
		/// ended by `escrow.end_dispute`. The chain does the same by itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownOrder`, `WrongState`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// `Verified`, `Settled`, `TicketClosed`, `TicketReopened`
		#[pallet::call_index(23)]
		#[pallet::weight(T::WeightInfo::expire())]
		pub fn expire(origin: OriginFor<T>, order: ServiceOrderId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(order)
		}

		/// Remove a settled order's record and give its deposit back. It cannot be rated afterwards.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or the machine itself.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheOwner`, `NotSettled`.
		///
		/// ## Events
		/// `OrderRemoved`
		#[pallet::call_index(24)]
		#[pallet::weight(T::WeightInfo::remove_order())]
		pub fn remove_order(origin: OriginFor<T>, order: ServiceOrderId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove_order(actor, order)
		}

		/// Let somebody register certificates.
		///
		/// ## Dispatch Origin
		/// `AccreditOrigin`.
		///
		/// ## Parameters
		/// - `profile`: hash of what he is accredited for, and by whom.
		///
		/// ## Errors
		/// `AlreadyIssuer`.
		///
		/// ## Events
		/// `IssuerAccredited`
		#[pallet::call_index(25)]
		#[pallet::weight(T::WeightInfo::accredit_issuer())]
		pub fn accredit_issuer(origin: OriginFor<T>, issuer: T::AccountId, profile: H256) -> DispatchResult {
			T::AccreditOrigin::ensure_origin(origin)?;
			Self::do_accredit(issuer, profile)
		}

		/// Let an issuer register no more certificates. Those that he has registered hold: each can be revoked by itself.
		///
		/// ## Dispatch Origin
		/// `AccreditOrigin`.
		///
		/// ## Errors
		/// `UnknownIssuer`.
		///
		/// ## Events
		/// `IssuerRemoved`
		#[pallet::call_index(26)]
		#[pallet::weight(T::WeightInfo::remove_issuer())]
		pub fn remove_issuer(origin: OriginFor<T>, issuer: T::AccountId) -> DispatchResult {
			T::AccreditOrigin::ensure_origin(origin)?;
			Self::do_remove_issuer(issuer)
		}

		/// Say that a sensor measures rightly. It counts for readings that are taken within its time and anchored after now.
		/// A deposit goes on hold until the certificate is pruned.
		///
		/// ## Dispatch Origin
		/// An accredited issuer, who is neither the machine nor its owner, nor has the same one.
		///
		/// ## Parameters
		/// - `metric`: what the sensor measures.
		/// - `document`: hash of the certificate.
		/// - `table`: hash of the machine's table of channels, by which the sensor has its number, its unit and its scale.
		/// - `valid_from`: the first moment that it holds for, in unix milliseconds: not after now.
		/// - `valid_until`: the last one: not before now.
		///
		/// ## Errors
		/// `UnknownIssuer`, `UnknownMachine`, `RelatedIssuer`, `FromTheFuture`, `BadValidity`, `DocumentKnown`,
		/// `TooManyCertificates`; too little money.
		///
		/// ## Events
		/// `CertificateRegistered`; `CertificatePruned` when an old one makes room
		#[pallet::call_index(27)]
		#[pallet::weight(T::WeightInfo::register_certificate())]
		pub fn register_certificate(
			origin: OriginFor<T>,
			machine: MachineId,
			metric: MetricId,
			document: H256,
			table: H256,
			#[pallet::compact] valid_from: UnixMillis,
			#[pallet::compact] valid_until: UnixMillis,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			let validity = (valid_from, valid_until);
			Self::do_register(actor, machine, metric, document, table, validity)
		}

		/// Revoke a certificate: it counts for nothing that is anchored from now on, and for what was anchored before as it
		/// did.
		///
		/// ## Dispatch Origin
		/// Who has registered it, or `AccreditOrigin`.
		///
		/// ## Errors
		/// `UnknownCertificate`, `NotYours`, `AlreadyRevoked`.
		///
		/// ## Events
		/// `CertificateRevoked`
		#[pallet::call_index(28)]
		#[pallet::weight(T::WeightInfo::revoke_certificate())]
		pub fn revoke_certificate(
			origin: OriginFor<T>,
			machine: MachineId,
			metric: MetricId,
			certificate: CertificateId,
		) -> DispatchResult {
			let by = match T::AccreditOrigin::try_origin(origin) {
				Ok(_) => None,
				Err(origin) => Some(T::Actors::ensure_actor(origin)?),
			};
			Self::do_revoke(by, machine, metric, certificate)
		}

		/// Remove a certificate that counts for nothing any more and give its deposit back.
		///
		/// ## Dispatch Origin
		/// Anybody, signed. The deposit goes to the issuer.
		///
		/// ## Errors
		/// `UnknownCertificate`, `StillNeeded`.
		///
		/// ## Events
		/// `CertificatePruned`
		#[pallet::call_index(29)]
		#[pallet::weight(T::WeightInfo::prune_certificate())]
		pub fn prune_certificate(
			origin: OriginFor<T>,
			machine: MachineId,
			metric: MetricId,
			certificate: CertificateId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune(machine, metric, certificate)
		}
	}
}
