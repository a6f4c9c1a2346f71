//! Making an order: the one way by which money goes on hold, for an offer, an award or by the owner's choice.

use crate::{
	Balance, Config, Error, EscrowOf, Event, OrderOf, OrderPlace, OrderState, Orders, OrdersOf, Pallet, Refused,
	ServiceOrder, ServiceOrderId, ServiceTermsOf, Source, TicketId, TicketOf, TicketState, Tickets,
};
use bpiiot_primitives::{
	fresh_id, in_planck, Actors, AgreementClock, AgreementRef, Arbitration, AssetKind, Counted, DeadlineIndex, Escrow,
	EscrowTerms, MachineId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
};
use sp_core::H256;
use sp_runtime::{
	traits::{Convert, One},
	FixedU128,
};

/// What both sides have agreed to, or one has if the owner names somebody.
pub(crate) struct Deal<AccountId> {
	pub(crate) maintainer: AccountId,
	pub(crate) source: Source,
	pub(crate) terms: crate::ServiceTerms<AccountId>,
}

impl<T: Config> Pallet<T> {
	/// Makes an order: price and bonus go on hold at the machine, under its policy, and the bond at the maintainer if he has
	/// agreed before. Whoever calls this must undo what was stored when it fails.
	pub(crate) fn place(
		ticket_id: TicketId,
		mut ticket: TicketOf<T>,
		deal: Deal<T::AccountId>,
	) -> Result<ServiceOrderId, Refused> {
		let Deal {
			maintainer,
			source,
			terms,
		} = deal;
		let machine = ticket.machine;
		Self::ensure_may_maintain(&machine, &maintainer, &terms).map_err(Refused::Payee)?;
		Self::ensure_did_not_calibrate(&machine, &maintainer, terms.conditions.check.metric).map_err(Refused::Payee)?;
		// Taken before the first event, which is the next one's guarantee of another id.
		let id = ServiceOrderId(fresh_id::<T>());
		let mut order = Self::opened(id, ticket_id, machine, &maintainer, source, terms).map_err(Refused::Payer)?;
		if order.agreed {
			Self::post_bond(id, &mut order).map_err(|_| Refused::Payee(Error::<T>::NoBond.into()))?;
		}
		ticket.state = TicketState::Ordered(id);
		// What was asked for is answered, unless the request goes on: if its winner gives up, it may be awarded to the next.
		ticket.asked = ticket.asked.filter(|asked| source == Source::Request(asked.request));
		Tickets::<T>::insert(ticket_id, ticket);
		T::Deadlines::insert(order.indexed_at, AgreementRef::Ticket(id));
		OrdersOf::<T>::insert(&maintainer, OrderPlace::new(id, order.agreed), ());
		Self::deposit_event(Event::Assigned {
			order: id,
			ticket: ticket_id,
			machine,
			maintainer,
			source,
			asset: order.asset(),
			price: order.price,
			bonus: order.bonus(),
			response_by: order.response_by,
			due_until: order.due_until,
		});
		Orders::<T>::insert(id, order);
		Ok(id)
	}

	fn opened(
		id: ServiceOrderId,
		ticket: TicketId,
		machine: MachineId,
		maintainer: &T::AccountId,
		source: Source,
		terms: ServiceTermsOf<T>,
	) -> Result<OrderOf<T>, DispatchError> {
		let conditions = terms.conditions;
		let bonus = conditions.bonus.mul_floor(terms.price);
		let arbitration = terms.arbiter.map(|arbiter| Arbitration {
			arbiter,
			case_window: conditions.case_window,
			ruling_window: conditions.ruling_window,
		});
		let escrow_terms = EscrowTerms {
			payee: maintainer.clone(),
			asset: terms.asset,
			amount: terms.price.saturating_add(bonus),
			// What is retained, or a part that a verdict gives, may come to less: it is a credit then.
			smallest_release: terms.price,
			deposit: T::OrderDeposit::get(),
			fee: Self::order_fee(terms.asset, terms.price),
			arbitration,
		};
		let escrow = EscrowOf::<T>::open(AgreementRef::Ticket(id), &Self::payer(machine), escrow_terms)?;
		let now = T::Clock::now();
		let after = |window: u64| now.saturating_add(window);
		let agreed = source != Source::Owner;
		Ok(ServiceOrder {
			escrow,
			machine,
			ticket,
			source,
			price: terms.price,
			conditions,
			state: if agreed {
				OrderState::Assigned
			} else {
				OrderState::Proposed
			},
			agreed,
			assigned_at: now,
			acknowledged_at: None,
			started_at: None,
			declared_at: None,
			response_by: after(conditions.response_window),
			bonus_by: after(conditions.bonus_window),
			due_until: after(conditions.work_window),
			verify_until: 0,
			guarantee_until: 0,
			challenge_until: 0,
			indexed_at: after(conditions.response_window),
			readings_after: 0,
			good: 0,
			bad: 0,
			proven: false,
			report: H256::zero(),
			reason: H256::zero(),
			verdict: None,
			counted: Counted::default(),
			rated: false,
		})
	}

	/// Puts the maintainer's bond on hold, if the terms ask for one.
	pub(crate) fn post_bond(id: ServiceOrderId, order: &mut OrderOf<T>) -> DispatchResult {
		let bond = order.bond();
		if bond == 0 {
			return Ok(());
		}
		let maintainer = Self::payee(order.maintainer());
		EscrowOf::<T>::post_bond(AgreementRef::Ticket(id), &mut order.escrow, &maintainer, bond)
	}

	/// That the maintainer is nobody who could pay himself, or judge himself.
	pub(crate) fn ensure_may_maintain(
		machine: &MachineId,
		maintainer: &T::AccountId,
		terms: &ServiceTermsOf<T>,
	) -> DispatchResult {
		ensure!(
			!Self::share_an_owner(maintainer, &machine.account()),
			Error::<T>::OwnMachine
		);
		let behind = T::Actors::controller(maintainer);
		let judges = terms.arbiter.as_ref().is_some_and(|arbiter| *arbiter == behind);
		ensure!(!judges, Error::<T>::ArbiterMaintains);
		Ok(())
	}

	/// What an order costs besides its price, in planck. It grows with the price, so that all of the price counts for the
	/// maintainer's name.
	pub(crate) fn order_fee(asset: AssetKind, price: Balance) -> Balance {
		let rate = match asset {
			AssetKind::Native => Some(FixedU128::one()),
			asset => T::Rates::convert(asset),
		};
		let share = rate.map_or(0, |rate| T::OrderFeeShare::get().mul_ceil(in_planck(price, rate)));
		share.max(T::OrderFee::get())
	}

	/// Has the order looked at no later than the deadline of its state. When that has moved away, whoever looks at the old
	/// one finds the new one.
	pub(crate) fn keep_indexed(id: ServiceOrderId, order: &mut OrderOf<T>) {
		if let Some(deadline) = order.deadline().filter(|deadline| *deadline < order.indexed_at) {
			order.indexed_at = deadline;
			T::Deadlines::insert(deadline, AgreementRef::Ticket(id));
		}
	}

	pub(crate) fn order(id: ServiceOrderId) -> Result<OrderOf<T>, DispatchError> {
		Ok(Orders::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?)
	}
}
