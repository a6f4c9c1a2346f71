//! What the maintainer says of his work, and how either side gets out of it.

use crate::{
	Caller, Config, Error, EscrowOf, Event, OrderOf, OrderPlace, OrderState, Orders, OrdersOf, Outcome, Pallet,
	Quarrel, ServiceOrderId,
};
use bpiiot_primitives::{AgreementClock, AgreementRef, Case, DeadlineIndex, Escrow, EscrowView, Side};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
};
use sp_core::H256;

/// Steps of the work.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_acknowledge(actor: Caller<T>, id: ServiceOrderId) -> DispatchResult {
		let mut order = Self::maintained_by(&actor, id)?;
		let waits = matches!(order.state, OrderState::Proposed | OrderState::Assigned);
		ensure!(waits && order.acknowledged_at.is_none(), Error::<T>::WrongState);
		let now = T::Clock::now();
		ensure!(now <= order.response_by, Error::<T>::TooLate);
		if !order.agreed {
			Self::post_bond(id, &mut order)?;
			order.agreed = true;
			OrdersOf::<T>::remove(order.maintainer(), OrderPlace::new(id, false));
			OrdersOf::<T>::insert(order.maintainer(), OrderPlace::new(id, true), ());
		}
		order.state = OrderState::Assigned;
		order.acknowledged_at = Some(now);
		Self::deposit_event(Event::Acknowledged {
			order: id,
			ticket: order.ticket,
			machine: order.machine,
			maintainer: order.maintainer().clone(),
		});
		Orders::<T>::insert(id, order);
		Ok(())
	}

	pub(crate) fn do_start_work(actor: Caller<T>, id: ServiceOrderId) -> DispatchResult {
		let mut order = Self::maintained_by(&actor, id)?;
		ensure!(order.state == OrderState::Assigned, Error::<T>::WrongState);
		let now = T::Clock::now();
		let latest = order.deadline().unwrap_or_default();
		ensure!(now <= latest, Error::<T>::TooLate);
		order.acknowledged_at = order.acknowledged_at.or(Some(now));
		order.started_at = Some(now);
		order.state = OrderState::InWork;
		Self::deposit_event(Event::WorkStarted {
			order: id,
			ticket: order.ticket,
			machine: order.machine,
			maintainer: order.maintainer().clone(),
			in_time: order.has_responded(),
		});
		Orders::<T>::insert(id, order);
		Ok(())
	}

	pub(crate) fn do_declare_done(actor: Caller<T>, id: ServiceOrderId, report: H256) -> DispatchResult {
		let mut order = Self::maintained_by(&actor, id)?;
		ensure!(order.state == OrderState::InWork, Error::<T>::WrongState);
		let now = T::Clock::now();
		ensure!(now <= order.due_until, Error::<T>::TooLate);
		order.declared_at = Some(now);
		order.report = report;
		order.readings_after = T::Clock::unix_now();
		order.verify_until = now.saturating_add(order.conditions.verify_window);
		order.state = OrderState::DeclaredDone;
		Self::keep_indexed(id, &mut order);
		Self::deposit_event(Event::DeclaredDone {
			order: id,
			ticket: order.ticket,
			machine: order.machine,
			maintainer: order.maintainer().clone(),
			report,
			bonus: order.has_earned_bonus(),
			verify_until: order.verify_until,
		});
		Orders::<T>::insert(id, order);
		Ok(())
	}

	/// The order, if `actor` is its maintainer.
	fn maintained_by(actor: &Caller<T>, id: ServiceOrderId) -> Result<OrderOf<T>, DispatchError> {
		let order = Self::order(id)?;
		ensure!(Self::maintains(actor, &order), Error::<T>::NotTheMaintainer);
		Ok(order)
	}
}

/// Ways out.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_give_up(actor: Caller<T>, id: ServiceOrderId, reason: H256) -> DispatchResult {
		let mut order = Self::maintained_by(&actor, id)?;
		let outcome = match order.state {
			OrderState::Proposed => Outcome::Declined,
			OrderState::Assigned | OrderState::InWork => Outcome::GivenUp,
			_ => return Err(Error::<T>::WrongState.into()),
		};
		order.reason = reason;
		Self::settle(id, order, outcome, 0)
	}

	pub(crate) fn do_cancel(actor: Caller<T>, id: ServiceOrderId, reason: H256) -> DispatchResult {
		let mut order = Self::order(id)?;
		Self::ensure_speaks_for(&actor, &order.machine)?;
		let fee = match order.state {
			OrderState::Proposed => 0,
			OrderState::Assigned => order.conditions.cancellation_fee.mul_floor(order.price),
			_ => return Err(Error::<T>::WrongState.into()),
		};
		ensure!(T::Clock::now() <= order.response_by, Error::<T>::TooLate);
		order.reason = reason;
		Self::settle(id, order, Outcome::Cancelled, fee)
	}

	pub(crate) fn do_concede(actor: Caller<T>, id: ServiceOrderId) -> DispatchResult {
		let order = Self::maintained_by(&actor, id)?;
		match order.state {
			OrderState::Failed => Self::let_stand(id, order, Outcome::Failed),
			OrderState::Returned => Self::let_stand(id, order, Outcome::Returned),
			_ => Err(Error::<T>::WrongState.into()),
		}
	}

	pub(crate) fn do_dispute(actor: Caller<T>, id: ServiceOrderId, evidence: H256) -> DispatchResult {
		let mut order = Self::order(id)?;
		let by_owner = Self::speaks_for(&actor, &order.machine);
		let by_maintainer = Self::maintains(&actor, &order);
		ensure!(by_owner || by_maintainer, Error::<T>::NotAParty);
		let (side, quarrel) = match order.state {
			OrderState::DeclaredDone if by_owner => (Side::Payer, Quarrel::Work),
			OrderState::Failed if by_maintainer => (Side::Payee, Quarrel::Work),
			OrderState::Returned if by_maintainer => (Side::Payee, Quarrel::Guarantee),
			_ => return Err(Error::<T>::WrongState.into()),
		};
		let latest = order.deadline().unwrap_or_default();
		ensure!(T::Clock::now() <= latest, Error::<T>::TooLate);
		ensure!(order.escrow.arbiter().is_some(), Error::<T>::NoArbiter);
		let at_stake = Self::set_aside(id, &mut order)?;
		let agreement = AgreementRef::Ticket(id);
		T::Deadlines::remove(order.indexed_at, agreement);
		let case = Case {
			opener: actor,
			side,
			at_stake,
			evidence,
		};
		EscrowOf::<T>::dispute(agreement, &order.escrow, case)?;
		order.state = OrderState::Disputed(quarrel);
		Self::deposit_event(Event::Disputed {
			order: id,
			machine: order.machine,
			maintainer: order.maintainer().clone(),
			by: side,
			at_stake,
		});
		Orders::<T>::insert(id, order);
		Ok(())
	}

	pub(crate) fn do_remove_order(actor: Caller<T>, id: ServiceOrderId) -> DispatchResult {
		let mut order = Self::order(id)?;
		Self::ensure_speaks_for(&actor, &order.machine)?;
		ensure!(order.is_settled(), Error::<T>::NotSettled);
		Orders::<T>::remove(id);
		EscrowOf::<T>::release_deposit(AgreementRef::Ticket(id), &mut order.escrow)?;
		Self::deposit_event(Event::OrderRemoved {
			order: id,
			machine: order.machine,
		});
		Ok(())
	}
}
