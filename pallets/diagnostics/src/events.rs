//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A machine is looked after from now on, or has another room.
		Enrolled {
			/// The machine.
			machine: MachineId,
			/// Whose deposit is on hold.
			depositor: T::AccountId,
			/// How many tickets there may be.
			room: u32,
		},
		/// A machine is not looked after any more.
		Discharged {
			/// The machine.
			machine: MachineId,
			/// Who has his deposit back.
			depositor: T::AccountId,
		},
		/// Somebody may set rules by contract, or nobody any more.
		MaintainerAppointed {
			/// The machine.
			machine: MachineId,
			/// Who.
			maintainer: Option<T::AccountId>,
		},
		/// A machine's wear counters have other limits.
		WearSet {
			/// The machine.
			machine: MachineId,
			/// How many counters there are.
			counters: u32,
		},
		/// A rule was set.
		RuleSet {
			/// The machine.
			machine: MachineId,
			/// The new rule.
			rule: RuleId,
			/// What it looks at.
			metric: MetricId,
			/// Who has set it.
			by: T::AccountId,
		},
		/// A rule was removed.
		RuleRemoved {
			/// The machine.
			machine: MachineId,
			/// The rule.
			rule: RuleId,
		},
		/// A machine has reported.
		Reported {
			/// The machine.
			machine: MachineId,
			/// When it was measured.
			at: UnixMillis,
			/// The condition.
			level: Level,
		},
		/// A rule has fired. It will not again until the metric has come back to its clear bound.
		RuleFired {
			/// The machine.
			machine: MachineId,
			/// The rule.
			rule: RuleId,
			/// What it looks at.
			metric: MetricId,
			/// The value.
			value: i64,
		},
		/// A ticket was opened.
		TicketOpened {
			/// The new ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// The fault.
			fault: FaultCode,
			/// How grave it is.
			severity: Severity,
			/// The rule that has opened it; none if somebody has.
			rule: Option<RuleId>,
		},
		/// A fault was seen that has a ticket.
		FaultSeen {
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// How often it was seen in all.
			seen: u32,
		},
		/// A rule has fired, and there is no room for its ticket: all are open.
		TicketRefused {
			/// The machine.
			machine: MachineId,
			/// The rule.
			rule: RuleId,
			/// The fault.
			fault: FaultCode,
		},
		/// Nobody has the ticket in hand any more, and the fault is there.
		TicketReopened {
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// The order that it was assigned by.
			order: ServiceOrderId,
		},
		/// The fault is gone.
		TicketClosed {
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// The order that has mended it; none if the owner says so.
			order: Option<ServiceOrderId>,
		},
		/// A closed ticket's record was removed: by the owner, or to make room.
		TicketRemoved {
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
		},
		/// Maintainers are asked for quotes.
		QuotesAsked {
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// The request.
			request: RequestId,
		},
		/// A rule would have asked for quotes, and could not.
		QuotesNotAsked {
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// Why.
			error: DispatchError,
		},
		/// A maintainer offers.
		Offered {
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// The new offer.
			offer: OfferId,
			/// Who offers.
			maintainer: T::AccountId,
			/// The asset of the price.
			asset: AssetKind,
			/// The price.
			price: Balance,
		},
		/// An offer is gone: it was withdrawn, a cheaper one has taken its place, or the ticket was removed.
		OfferGone {
			/// The ticket.
			ticket: TicketId,
			/// The offer.
			offer: OfferId,
			/// Who has his deposit back.
			maintainer: T::AccountId,
		},
		/// A ticket was assigned; the price is on hold, and if the maintainer has agreed before, his bond.
		Assigned {
			/// The new order.
			order: ServiceOrderId,
			/// The ticket.
			ticket: TicketId,
			/// The machine, which pays.
			machine: MachineId,
			/// Who is paid.
			maintainer: T::AccountId,
			/// What it came of.
			source: Source,
			/// The asset of the price.
			asset: AssetKind,
			/// The price.
			price: Balance,
			/// What comes on top of it for work in time.
			bonus: Balance,
			/// The end of the response time, on the agreement clock.
			response_by: AgreementMillis,
			/// The end of the work, on the agreement clock.
			due_until: AgreementMillis,
		},
		/// The maintainer is on his way; if the owner had named him, he has agreed by it, and his bond is on hold.
		Acknowledged {
			/// The order.
			order: ServiceOrderId,
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// Who maintains it.
			maintainer: T::AccountId,
		},
		/// Work has begun.
		WorkStarted {
			/// The order.
			order: ServiceOrderId,
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// Who maintains it.
			maintainer: T::AccountId,
			/// Whether that is within the response time.
			in_time: bool,
		},
		/// The maintainer says that it is done. Readings decide, or silence.
		DeclaredDone {
			/// The order.
			order: ServiceOrderId,
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// Who maintains it.
			maintainer: T::AccountId,
			/// Hash of his report.
			report: H256,
			/// Whether that is in time for the bonus.
			bonus: bool,
			/// Readings are too late after this moment, on the agreement clock.
			verify_until: AgreementMillis,
		},
		/// A reading has become evidence.
		ReadingTaken {
			/// The order.
			order: ServiceOrderId,
			/// The machine.
			machine: MachineId,
			/// What was measured.
			metric: MetricId,
			/// The value.
			value: i64,
			/// When it was measured.
			at: UnixMillis,
			/// Whether it is in bounds.
			good: bool,
			/// How many such there are in a row.
			row: u8,
		},
		/// The machine works again, by its readings or by its silence; the maintainer is paid but for what is retained.
		Verified {
			/// The order.
			order: ServiceOrderId,
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// Who maintained it.
			maintainer: T::AccountId,
			/// Whether readings say so, and not silence.
			proven: bool,
			/// What was paid.
			paid: Balance,
			/// What stays on hold.
			retained: Balance,
			/// The end of the guarantee, on the agreement clock.
			guarantee_until: AgreementMillis,
		},
		/// Readings have decided against the maintainer, who may dispute it.
		Challengeable {
			/// The order.
			order: ServiceOrderId,
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// Who maintained it.
			maintainer: T::AccountId,
			/// How it ends otherwise.
			outcome: Outcome,
			/// What is still on hold.
			at_stake: Balance,
			/// A dispute is too late after this moment, on the agreement clock.
			challenge_until: AgreementMillis,
		},
		/// An order is disputed. The arbiter's name and deadlines are in escrow's `DisputeOpened`.
		Disputed {
			/// The order.
			order: ServiceOrderId,
			/// The machine.
			machine: MachineId,
			/// Who maintained it.
			maintainer: T::AccountId,
			/// Which side disputes.
			by: Side,
			/// What the arbiter splits.
			at_stake: Balance,
		},
		/// An order ended; nothing is on hold for it any more but its record's deposit.
		Settled {
			/// The order.
			order: ServiceOrderId,
			/// The ticket.
			ticket: TicketId,
			/// The machine.
			machine: MachineId,
			/// Who maintained it.
			maintainer: T::AccountId,
			/// How it ended.
			outcome: Outcome,
			/// The reason that was given; zero if none was.
			reason: H256,
		},
		/// A settled order's record was removed.
		OrderRemoved {
			/// The order.
			order: ServiceOrderId,
			/// The machine, which got the deposit back.
			machine: MachineId,
		},
		/// Somebody may register certificates.
		IssuerAccredited {
			/// Who.
			issuer: T::AccountId,
			/// Hash of what he is accredited for.
			profile: H256,
		},
		/// Somebody may register no more certificates. Those that he has registered hold.
		IssuerRemoved {
			/// Who.
			issuer: T::AccountId,
		},
		/// A sensor was calibrated.
		CertificateRegistered {
			/// The new certificate.
			certificate: CertificateId,
			/// The machine.
			machine: MachineId,
			/// What the sensor measures.
			metric: MetricId,
			/// Who says so.
			issuer: T::AccountId,
			/// Hash of the document.
			document: H256,
			/// Hash of the table of channels by which the sensor has its number.
			table: H256,
			/// The last moment that it holds for.
			valid_until: UnixMillis,
		},
		/// A certificate counts for nothing that is anchored from now on.
		CertificateRevoked {
			/// The certificate.
			certificate: CertificateId,
			/// The machine.
			machine: MachineId,
			/// What the sensor measures.
			metric: MetricId,
			/// Who had registered it.
			issuer: T::AccountId,
		},
		/// A certificate that counts for nothing any more was removed.
		CertificatePruned {
			/// The certificate.
			certificate: CertificateId,
			/// The machine.
			machine: MachineId,
			/// What the sensor measures.
			metric: MetricId,
			/// Who has his deposit back.
			issuer: T::AccountId,
		},
	}
}
