//! Tickets: how faults get one, and how it ends.

use crate::{
	Action, Asked, Balance, Caller, CareOf, Cares, Config, Error, Event, FaultCode, OrderState, Orders, Pallet, Rule,
	RuleId, ServiceOrderId, Severity, TenderOf, Ticket, TicketId, TicketOf, TicketState, Tickets,
};
use bpiiot_primitives::{fresh_id, AgreementClock, MachineId, ScoreWeights, ServiceRequests, ServiceRequisition};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	storage::with_storage_layer,
	BoundedVec,
};

/// By rules.
impl<T: Config> Pallet<T> {
	/// What a rule does that fires. Whatever comes of it, the report stands.
	pub(crate) fn act(machine: MachineId, care: &mut CareOf<T>, rule: &Rule<T::AccountId>) {
		let terms = &rule.terms;
		let ticket = match Self::unclosed(care, &terms.fault) {
			Some((id, ticket)) => {
				Self::see_again(id, ticket);
				Some(id)
			}
			None => Self::open(machine, care, terms.fault.clone(), terms.severity, Some(rule.id)),
		};
		let Some(ticket) = ticket else {
			return Self::deposit_event(Event::TicketRefused {
				machine,
				rule: rule.id,
				fault: terms.fault.clone(),
			});
		};
		let Action::Quotes(tender) = &terms.action else {
			return;
		};
		if let Err(error) = Self::ask_by_rule(ticket, rule, tender) {
			Self::deposit_event(Event::QuotesNotAsked { ticket, machine, error });
		}
	}

	fn ask_by_rule(id: TicketId, rule: &Rule<T::AccountId>, tender: &TenderOf<T>) -> DispatchResult {
		let ticket = Self::ticket(id)?;
		if ticket.state != TicketState::Open || Self::ensure_no_request(&ticket).is_err() {
			// Somebody comes, or was asked to.
			return Ok(());
		}
		// A rule that a former owner has left spends nothing of the new one's.
		ensure!(rule.owner == Self::owner_of(&ticket.machine), Error::<T>::NotTheOwner);
		Self::ask(id, ticket, tender)
	}

	/// The ticket about a fault that is not closed.
	fn unclosed(care: &CareOf<T>, fault: &FaultCode) -> Option<(TicketId, TicketOf<T>)> {
		let mut tickets = care.tickets.iter().filter_map(|id| Some((*id, Tickets::<T>::get(id)?)));
		tickets.find(|(_, ticket)| ticket.fault == *fault && ticket.state != TicketState::Closed)
	}

	/// A fault that has a ticket. If that was mended, and is under guarantee, it is open again; whether the guarantee is
	/// broken is for readings to say.
	fn see_again(id: TicketId, mut ticket: TicketOf<T>) {
		ticket.seen = ticket.seen.saturating_add(1);
		let (machine, seen) = (ticket.machine, ticket.seen);
		let mended_by = match ticket.state {
			TicketState::Ordered(order) => {
				let record = Orders::<T>::get(order);
				record
					.filter(|record| record.state == OrderState::Verified)
					.map(|_| order)
			}
			_ => None,
		};
		match mended_by {
			Some(order) => Self::reopen(id, ticket, order),
			None => {
				Tickets::<T>::insert(id, ticket);
				Self::deposit_event(Event::FaultSeen {
					ticket: id,
					machine,
					seen,
				});
			}
		}
	}

	/// Nobody has the ticket in hand any more.
	fn reopen(id: TicketId, mut ticket: TicketOf<T>, order: ServiceOrderId) {
		ticket.state = TicketState::Open;
		ticket.reopened = ticket.reopened.saturating_add(1);
		Self::deposit_event(Event::TicketReopened {
			ticket: id,
			machine: ticket.machine,
			order,
		});
		Tickets::<T>::insert(id, ticket);
	}

	/// Takes a ticket out of the hands of an order, if it is in them: it is closed, or open again.
	pub(crate) fn let_go(id: TicketId, order: ServiceOrderId, is_mended: bool) {
		let Some(mut ticket) = Tickets::<T>::get(id).filter(|ticket| ticket.state == TicketState::Ordered(order))
		else {
			return;
		};
		if !is_mended {
			return Self::reopen(id, ticket, order);
		}
		ticket.state = TicketState::Closed;
		Self::deposit_event(Event::TicketClosed {
			ticket: id,
			machine: ticket.machine,
			order: Some(order),
		});
		Tickets::<T>::insert(id, ticket);
	}

	/// Opens a ticket. The oldest closed one makes room; if there is none, there is no room.
	fn open(
		machine: MachineId,
		care: &mut CareOf<T>,
		fault: FaultCode,
		severity: Severity,
		rule: Option<RuleId>,
	) -> Option<TicketId> {
		if care.tickets.len() as u32 >= care.room {
			let mut known = care.tickets.iter().filter_map(|id| Some((*id, Tickets::<T>::get(id)?)));
			let (closed, record) = known.find(|(_, ticket)| ticket.state == TicketState::Closed)?;
			Self::forget(care, closed, record);
		}
		let ticket = TicketId(fresh_id::<T>());
		care.tickets.try_push(ticket).ok()?;
		Self::deposit_event(Event::TicketOpened {
			ticket,
			machine,
			fault: fault.clone(),
			severity,
			rule,
		});
		Tickets::<T>::insert(
			ticket,
			Ticket {
				machine,
				fault,
				severity,
				rule,
				state: TicketState::Open,
				opened_at: T::Clock::now(),
				seen: 1,
				reopened: 0,
				asked: None,
				offers: BoundedVec::new(),
			},
		);
		Some(ticket)
	}

	/// Removes a ticket's record with its offers.
	fn forget(care: &mut CareOf<T>, id: TicketId, ticket: TicketOf<T>) {
		care.tickets.retain(|other| *other != id);
		Tickets::<T>::remove(id);
		for offer in ticket.offers {
			Self::let_offer_go(id, offer);
		}
		Self::deposit_event(Event::TicketRemoved {
			ticket: id,
			machine: ticket.machine,
		});
	}
}

/// By hand.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_open_ticket(
		actor: Caller<T>,
		machine: MachineId,
		fault: FaultCode,
		severity: Severity,
	) -> DispatchResult {
		let mut care = Self::care(&machine)?;
		if !Self::has_contract(&actor, &machine, &care) {
			Self::ensure_speaks_for(&actor, &machine)?;
		}
		ensure!(!fault.is_empty(), Error::<T>::NoFaultCode);
		ensure!(Self::unclosed(&care, &fault).is_none(), Error::<T>::AlreadyOpen);
		Self::open(machine, &mut care, fault, severity, None).ok_or(Error::<T>::TooManyTickets)?;
		Cares::<T>::insert(machine, care);
		Ok(())
	}

	pub(crate) fn do_close_ticket(actor: Caller<T>, id: TicketId) -> DispatchResult {
		let mut ticket = Self::open_ticket_of(&actor, id)?;
		Self::ensure_no_request(&ticket)?;
		ticket.state = TicketState::Closed;
		Self::deposit_event(Event::TicketClosed {
			ticket: id,
			machine: ticket.machine,
			order: None,
		});
		Tickets::<T>::insert(id, ticket);
		Ok(())
	}

	pub(crate) fn do_remove_ticket(actor: Caller<T>, id: TicketId) -> DispatchResult {
		let ticket = Self::ticket(id)?;
		Self::ensure_speaks_for(&actor, &ticket.machine)?;
		ensure!(ticket.state == TicketState::Closed, Error::<T>::StillOpen);
		let machine = ticket.machine;
		let mut care = Self::care(&machine)?;
		Self::forget(&mut care, id, ticket);
		Cares::<T>::insert(machine, care);
		Ok(())
	}

	pub(crate) fn do_request_quotes(actor: Caller<T>, id: TicketId, tender: TenderOf<T>) -> DispatchResult {
		let ticket = Self::open_ticket_of(&actor, id)?;
		Self::check_tender(&tender)?;
		Self::ask(id, ticket, &tender)
	}

	/// Asks for quotes, in the machine's name.
	fn ask(id: TicketId, mut ticket: TicketOf<T>, tender: &TenderOf<T>) -> DispatchResult {
		ensure!(ticket.state == TicketState::Open, Error::<T>::NotOpen);
		Self::ensure_no_request(&ticket)?;
		let machine = ticket.machine;
		let wanted = Self::requisition(id, &ticket, tender);
		let request = with_storage_layer(|| T::Requests::raise(&Self::payer(machine), &wanted))?;
		ticket.asked = Some(Asked {
			request,
			terms: tender.service.clone(),
			owner: Self::owner_of(&machine),
		});
		Tickets::<T>::insert(id, ticket);
		Self::deposit_event(Event::QuotesAsked {
			ticket: id,
			machine,
			request,
		});
		Ok(())
	}

	fn requisition(
		id: TicketId,
		ticket: &TicketOf<T>,
		tender: &TenderOf<T>,
	) -> ServiceRequisition<T::AccountId, Balance> {
		let (weights, service) = (tender.weights, &tender.service);
		ServiceRequisition {
			ticket: id,
			category: tender.category.clone(),
			// A fault's code is the shorter one.
			fault: BoundedVec::truncate_from(ticket.fault.to_vec()),
			area: tender.area.clone(),
			asset: service.asset,
			highest_price: service.price,
			longest_response: service.conditions.response_window,
			weights: ScoreWeights {
				price: weights.price,
				lead_time: weights.response,
				standing: weights.standing,
			},
			bid_window: tender.bid_window,
			award_window: tender.award_window,
			arbiter: service.arbiter.clone(),
		}
	}

	pub(crate) fn ticket(id: TicketId) -> Result<TicketOf<T>, DispatchError> {
		Ok(Tickets::<T>::get(id).ok_or(Error::<T>::UnknownTicket)?)
	}

	/// The ticket, if nobody has it in hand, and `actor` speaks for the machine.
	pub(crate) fn open_ticket_of(actor: &Caller<T>, id: TicketId) -> Result<TicketOf<T>, DispatchError> {
		let ticket = Self::ticket(id)?;
		Self::ensure_speaks_for(actor, &ticket.machine)?;
		ensure!(ticket.state == TicketState::Open, Error::<T>::NotOpen);
		Ok(ticket)
	}

	/// That nobody may be awarded the ticket while it goes to somebody else.
	pub(crate) fn ensure_no_request(ticket: &TicketOf<T>) -> DispatchResult {
		let is_open = ticket
			.asked
			.as_ref()
			.is_some_and(|asked| T::Requests::is_open(asked.request));
		ensure!(!is_open, Error::<T>::RequestOpen);
		Ok(())
	}
}
