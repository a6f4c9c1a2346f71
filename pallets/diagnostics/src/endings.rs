//! How orders end, who gets what, and what is told of it.

use crate::{
	Balance, Config, Error, EscrowAccountOf, EscrowOf, Event, OrderOf, OrderPlace, OrderState, Orders, OrdersOf,
	Outcome, Pallet, Quarrel, ServiceOrderId, Source, WeightInfo,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	Actor, AgreementClock, AgreementMillis, AgreementRef, Agreements, AssetKind, BondOutcome, DeadlineIndex, Escrow,
	EscrowView, Expiry, Facts, MachineId, Mistake, OpenEscrows, OpenWork, RateableAgreements, Rated, Reputation,
	ServiceRequests, Settlement,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
	weights::Weight,
};
use sp_runtime::Permill;

/// Paying.
impl<T: Config> Pallet<T> {
	/// The work is good, by readings or by silence: the maintainer is paid but for what is retained, and the guarantee
	/// begins.
	pub(crate) fn pass(id: ServiceOrderId, mut order: OrderOf<T>, proven: bool) -> DispatchResult {
		let (due, retained) = (order.due(), order.retention());
		let paid = due.saturating_sub(retained);
		let window = order.conditions.guarantee_window;
		order.proven = proven;
		order.guarantee_until = T::Clock::now().saturating_add(window);
		Self::deposit_event(Event::Verified {
			order: id,
			ticket: order.ticket,
			machine: order.machine,
			maintainer: order.maintainer().clone(),
			proven,
			paid,
			retained,
			guarantee_until: order.guarantee_until,
		});
		if window == 0 {
			return Self::settle(id, order, Outcome::Completed, due);
		}
		let unearned = order.escrow.held().saturating_sub(due);
		let agreement = AgreementRef::Ticket(id);
		if paid > 0 {
			EscrowOf::<T>::release(agreement, &mut order.escrow, paid)?;
		}
		if unearned > 0 {
			EscrowOf::<T>::refund(agreement, &mut order.escrow, unearned)?;
		}
		order.state = OrderState::Verified;
		order.readings_after = T::Clock::unix_now();
		(order.good, order.bad) = (0, 0);
		Self::keep_indexed(id, &mut order);
		Orders::<T>::insert(id, order);
		Ok(())
	}

	/// Readings say that the work is not good, or not any more. The ticket is open for others at once; the maintainer may
	/// dispute it if there is an arbiter.
	pub(crate) fn decide_against(id: ServiceOrderId, mut order: OrderOf<T>, outcome: Outcome) -> DispatchResult {
		Self::let_go(order.ticket, id, false);
		if order.escrow.arbiter().is_none() {
			return Self::let_stand(id, order, outcome);
		}
		let at_stake = Self::set_aside(id, &mut order)?;
		order.state = match outcome {
			Outcome::Returned => OrderState::Returned,
			_ => OrderState::Failed,
		};
		order.challenge_until = T::Clock::now().saturating_add(order.conditions.challenge_window);
		Self::keep_indexed(id, &mut order);
		Self::deposit_event(Event::Challengeable {
			order: id,
			ticket: order.ticket,
			machine: order.machine,
			maintainer: order.maintainer().clone(),
			outcome,
			at_stake,
			challenge_until: order.challenge_until,
		});
		Orders::<T>::insert(id, order);
		Ok(())
	}

	/// Gives back what the maintainer would not get in any case, and tells what is left.
	pub(crate) fn set_aside(id: ServiceOrderId, order: &mut OrderOf<T>) -> Result<Balance, DispatchError> {
		let most = match order.state {
			OrderState::Verified | OrderState::Returned => order.retention(),
			_ => order.due(),
		};
		let rest = order.escrow.held().saturating_sub(most);
		if rest > 0 {
			EscrowOf::<T>::refund(AgreementRef::Ticket(id), &mut order.escrow, rest)?;
		}
		Ok(order.escrow.held())
	}

	/// Ends an order by what readings have decided and nobody disputes.
	pub(crate) fn let_stand(id: ServiceOrderId, order: OrderOf<T>, outcome: Outcome) -> DispatchResult {
		let fee = match outcome {
			Outcome::Failed => order.conditions.failure_fee.mul_floor(order.net_price()),
			_ => 0,
		};
		let fee = fee.min(order.escrow.held());
		Self::settle(id, order, outcome, fee)
	}

	/// Ends an order by what its dispute came to.
	pub(crate) fn do_resolve(id: ServiceOrderId, to_payee: Permill) -> DispatchResult {
		let mut order = Self::order(id)?;
		let OrderState::Disputed(quarrel) = order.state else {
			return Err(Error::<T>::WrongState.into());
		};
		order.verdict = Some(to_payee);
		// A dispute that nobody decided is lost by nobody.
		let is_lost = to_payee != T::FallbackSplit::get() && to_payee < Permill::from_percent(50);
		let outcome = match (is_lost, quarrel) {
			(false, _) => Outcome::Completed,
			(true, Quarrel::Work) => Outcome::Failed,
			(true, Quarrel::Guarantee) => Outcome::Returned,
		};
		let pay = to_payee.mul_floor(order.escrow.held());
		Self::settle(id, order, outcome, pay)
	}

	/// The end: what is still on hold is split, the name hears of it, and the ticket is closed or open again.
	pub(crate) fn settle(
		id: ServiceOrderId,
		mut order: OrderOf<T>,
		outcome: Outcome,
		to_payee: Balance,
	) -> DispatchResult {
		let agreement = AgreementRef::Ticket(id);
		let facts = Self::facts(agreement, &order, outcome);
		let bond = match outcome.is_broken() {
			true => BondOutcome::Slashed,
			false => BondOutcome::Returned,
		};
		EscrowOf::<T>::settle(agreement, &mut order.escrow, Settlement { to_payee, bond })?;
		T::Deadlines::remove(order.indexed_at, agreement);
		OrdersOf::<T>::remove(order.maintainer(), OrderPlace::new(id, order.agreed));
		order.state = OrderState::Settled(outcome);
		order.counted = T::Reputation::settled(&facts);
		Self::deposit_event(Event::Settled {
			order: id,
			ticket: order.ticket,
			machine: order.machine,
			maintainer: order.maintainer().clone(),
			outcome,
			reason: order.reason,
		});
		Self::let_go(order.ticket, id, outcome == Outcome::Completed);
		if let (Outcome::GivenUp, Source::Request(request)) = (outcome, order.source) {
			T::Requests::reopen(request, id);
		}
		Orders::<T>::insert(id, order);
		Ok(())
	}

	/// What has become of what the maintainer had promised and was not let off.
	pub(crate) fn facts(
		agreement: AgreementRef,
		order: &OrderOf<T>,
		outcome: Outcome,
	) -> Facts<T::AccountId, AssetKind, Balance> {
		let whole = |yes: bool| if yes { Permill::one() } else { Permill::zero() };
		let was_let_off = matches!(outcome, Outcome::Cancelled | Outcome::Declined);
		let lost = order.verdict.filter(|to_payee| *to_payee != T::FallbackSplit::get());
		Facts {
			agreement,
			payer: order.payer().clone(),
			payee: order.maintainer().clone(),
			asset: order.asset(),
			value: if was_let_off { 0 } else { order.price },
			fee: order.escrow.fee(),
			punctual: whole(order.has_responded() && order.declared_at.is_some()),
			failed: whole(outcome.is_broken() && order.verdict.is_none()),
			lost: lost.map_or(Permill::zero(), |to_payee| Permill::one() - to_payee),
		}
	}
}

/// Silence.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_expire(id: ServiceOrderId) -> DispatchResult {
		let order = Self::order(id)?;
		T::Clock::ensure_running()?;
		let deadline = order.deadline().ok_or(Error::<T>::WrongState)?;
		ensure!(T::Clock::now() > deadline, Error::<T>::NotExpired);
		Self::end_by_silence(id, order)
	}

	/// Ends the order's state in favour of the one who waited. Nobody waits for readings but the maintainer: they are in the
	/// hands of the machine's owner.
	fn end_by_silence(id: ServiceOrderId, order: OrderOf<T>) -> DispatchResult {
		match order.state {
			OrderState::Proposed => Self::settle(id, order, Outcome::Declined, 0),
			OrderState::Assigned | OrderState::InWork => Self::settle(id, order, Outcome::NotDone, 0),
			OrderState::DeclaredDone if Mistake::SilenceFails.is_made() => Self::let_stand(id, order, Outcome::Failed),
			OrderState::DeclaredDone => Self::pass(id, order, false),
			OrderState::Failed => Self::let_stand(id, order, Outcome::Failed),
			OrderState::Returned => Self::let_stand(id, order, Outcome::Returned),
			OrderState::Verified => {
				let rest = order.escrow.held();
				Self::settle(id, order, Outcome::Completed, rest)
			}
			OrderState::Disputed(_) | OrderState::Settled(_) => Err(Error::<T>::WrongState.into()),
		}
	}

	/// The sweep's look at an order. One that stands under several moments is looked at under the earliest.
	fn sweep(id: ServiceOrderId, order: OrderOf<T>) -> Result<Expiry, DispatchError> {
		let Some(deadline) = order.deadline() else {
			return Ok(Expiry::Stale);
		};
		if T::Clock::now() <= deadline {
			return Ok(Self::look_again(id, order, deadline));
		}
		Self::end_by_silence(id, order)?;
		// Silence may only have verified the work.
		let next = Orders::<T>::get(id).and_then(|order| order.deadline().map(|deadline| (deadline, order)));
		Ok(match next {
			Some((deadline, order)) => Self::look_again(id, order, deadline),
			None => Expiry::Ended,
		})
	}

	fn look_again(id: ServiceOrderId, mut order: OrderOf<T>, at: AgreementMillis) -> Expiry {
		order.indexed_at = at;
		Orders::<T>::insert(id, order);
		Expiry::Until(at)
	}
}

impl<T: Config> Pallet<T> {
	/// The order that an agreement is.
	fn order_of(agreement: AgreementRef) -> Result<ServiceOrderId, DispatchError> {
		match agreement {
			AgreementRef::Ticket(id) => Ok(id),
			_ => Err(Error::<T>::UnknownOrder.into()),
		}
	}
}

impl<T: Config> Agreements for Pallet<T> {
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		let AgreementRef::Ticket(id) = agreement else {
			return Ok(Expiry::Stale);
		};
		match Orders::<T>::get(id).filter(|order| order.indexed_at == indexed_at) {
			Some(order) => Self::sweep(id, order),
			None => Ok(Expiry::Stale),
		}
	}

	fn expire_weight() -> Weight {
		T::WeightInfo::expire()
	}

	fn resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult {
		Self::do_resolve(Self::order_of(agreement)?, to_payee)
	}

	fn resolve_weight() -> Weight {
		T::WeightInfo::resolve()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef {
		crate::benchmarking::disputed_agreement::<T>()
	}
}

impl<T: Config> OpenWork for Pallet<T> {
	/// A machine that maintains others owes them work. What is done to a machine is no such thing: its owner answers for it.
	fn has_open_work(machine: &MachineId) -> bool {
		let mut places = OrdersOf::<T>::iter_key_prefix(machine.account::<T::AccountId>());
		places.next().is_some_and(|first| first.is_agreed())
	}
}

impl<T: Config> OpenEscrows<EscrowAccountOf<T>> for Pallet<T> {
	fn all() -> Vec<EscrowAccountOf<T>> {
		Orders::<T>::iter_values().map(|order| order.escrow).collect()
	}
}

impl<T: Config> RateableAgreements<T::AccountId> for Pallet<T> {
	fn rate(agreement: AgreementRef, by: &Actor<T::AccountId>) -> Result<Rated<T::AccountId>, DispatchError> {
		let id = Self::order_of(agreement)?;
		let mut order = Self::order(id)?;
		ensure!(Self::speaks_for(by, &order.machine), Error::<T>::NotTheOwner);
		ensure!(order.is_settled(), Error::<T>::NotSettled);
		ensure!(!order.rated, Error::<T>::AlreadyRated);
		order.rated = true;
		let rated = Rated {
			payee: order.maintainer().clone(),
			counted: order.counted,
		};
		Orders::<T>::insert(id, order);
		Ok(rated)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_rateable() -> (AgreementRef, T::AccountId) {
		crate::benchmarking::rateable_agreement::<T>()
	}
}
