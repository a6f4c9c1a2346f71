//! How orders end, who gets what, and what is told of it.

use crate::{
	Balance, Books, Config, Error, EscrowAccountOf, EscrowOf, Event, OrderOf, OrderState, Orders, Outcome, Pallet,
	Purchase, PurchaseOrderId, Source, WeightInfo,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	Actor, AgreementClock, AgreementMillis, AgreementRef, Agreements, AssetKind, BondOutcome, DeadlineIndex, Escrow,
	EscrowView, Expiry, Facts, MachineId, Mistake, OpenEscrows, OpenWork, RateableAgreements, Rated, Receiving,
	Reputation, ServiceAwards, Settlement,
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
	/// Pays for units that have left review. With the last of them the order ends, or the next part is awaited.
	pub(crate) fn pay_reviewed(
		id: PurchaseOrderId,
		mut order: OrderOf<T>,
		to_supplier: Balance,
		to_buyer: Balance,
	) -> DispatchResult {
		if order.reviewed() == order.quantity {
			return Self::wind_up(id, order, Outcome::Completed, to_supplier);
		}
		Self::pay(id, &mut order, to_supplier, to_buyer)?;
		if order.in_review() == 0 {
			order.state = OrderState::Awaiting;
		}
		Self::keep_indexed(id, &mut order);
		Orders::<T>::insert(id, order);
		Ok(())
	}

	/// Ends an order of which nothing comes any more: this much to the supplier, and back what is not at stake. If something
	/// is, the supplier may dispute that first.
	pub(crate) fn wind_up(
		id: PurchaseOrderId,
		mut order: OrderOf<T>,
		outcome: Outcome,
		to_supplier: Balance,
	) -> DispatchResult {
		if order.contested == 0 {
			return Self::settle(id, order, outcome, to_supplier);
		}
		let due = order.escrow.held().saturating_sub(order.at_stake);
		Self::pay(id, &mut order, to_supplier, due.saturating_sub(to_supplier))?;
		order.state = OrderState::Rejected(outcome);
		order.challenge_until = T::Clock::now().saturating_add(order.conditions.challenge_window);
		Self::keep_indexed(id, &mut order);
		Self::deposit_event(Event::Challengeable {
			order: id,
			buyer: order.buyer().clone(),
			supplier: order.supplier().clone(),
			quantity: order.contested,
			at_stake: order.at_stake,
			challenge_until: order.challenge_until,
		});
		Orders::<T>::insert(id, order);
		Ok(())
	}

	fn pay(id: PurchaseOrderId, order: &mut OrderOf<T>, to_supplier: Balance, to_buyer: Balance) -> DispatchResult {
		let agreement = AgreementRef::Order(id);
		if to_supplier > 0 {
			EscrowOf::<T>::release(agreement, &mut order.escrow, to_supplier)?;
		}
		if to_buyer > 0 {
			EscrowOf::<T>::refund(agreement, &mut order.escrow, to_buyer)?;
		}
		Ok(())
	}

	/// Ends an order whose rejection nobody disputes any more.
	pub(crate) fn let_rejection_stand(id: PurchaseOrderId, order: OrderOf<T>, outcome: Outcome) -> DispatchResult {
		let fee = order.conditions.rejection_fee.mul_floor(order.at_stake);
		Self::settle(id, order, outcome, fee)
	}

	/// Ends an order by what its dispute came to.
	pub(crate) fn do_resolve(id: PurchaseOrderId, to_payee: Permill) -> DispatchResult {
		let mut order = Self::order(id)?;
		let OrderState::Disputed(outcome) = order.state else {
			return Err(Error::<T>::WrongState.into());
		};
		order.verdict = Some(to_payee);
		let pay = to_payee.mul_floor(order.at_stake);
		Self::settle(id, order, outcome, pay)
	}

	/// The end: what is still on hold is split, the name hears of it, and both have room for another order.
	fn settle(id: PurchaseOrderId, mut order: OrderOf<T>, outcome: Outcome, to_payee: Balance) -> DispatchResult {
		let agreement = AgreementRef::Order(id);
		let facts = Self::facts(agreement, &order, outcome);
		let bond = match outcome.is_broken() && !Mistake::UnforfeitedBond.is_made() {
			true => BondOutcome::Slashed,
			false => BondOutcome::Returned,
		};
		EscrowOf::<T>::settle(agreement, &mut order.escrow, Settlement { to_payee, bond })?;
		T::Deadlines::remove(order.indexed_at, agreement);
		order.state = OrderState::Settled(outcome);
		order.counted = T::Reputation::settled(&facts);
		let (buyer, supplier) = (order.buyer().clone(), order.supplier().clone());
		Self::deposit_event(Event::Settled {
			order: id,
			buyer: buyer.clone(),
			supplier: supplier.clone(),
			outcome,
			accepted: order.accepted,
			rejected: order.rejected,
			outstanding: order.outstanding(),
			reason: order.reason,
		});
		Self::close_sale(&supplier, id);
		match order.source {
			Source::Quote(quote, _) => {
				Self::close_purchase(&buyer, Purchase::Order(id));
				if outcome == Outcome::Cancelled {
					Self::restock(quote, order.outstanding());
				}
			}
			Source::Request(request) => {
				let may_be_awarded_anew = outcome == Outcome::GivenUp && order.delivered == 0;
				if !(may_be_awarded_anew && Self::reopen(request, id)) {
					Self::close_purchase(&buyer, Purchase::Request(request));
				}
			}
		}
		Orders::<T>::insert(id, order);
		Ok(())
	}

	/// What has become of what the supplier had promised and was not let off.
	pub(crate) fn facts(
		agreement: AgreementRef,
		order: &OrderOf<T>,
		outcome: Outcome,
	) -> Facts<T::AccountId, AssetKind, Balance> {
		let promised = match outcome {
			Outcome::Cancelled => order.delivered,
			_ => order.quantity,
		};
		let share = |units: u64| match promised {
			0 => Permill::zero(),
			_ => Permill::from_rational(units.min(promised), promised),
		};
		// A rejection that nobody disputed stands.
		let judged = order.verdict.map_or(0, |_| order.contested);
		let lost = order
			.verdict
			.filter(|to_payee| *to_payee != T::FallbackSplit::get())
			.map_or(Permill::zero(), |to_payee| Permill::one() - to_payee);
		Facts {
			agreement,
			payer: order.buyer().clone(),
			payee: order.supplier().clone(),
			asset: order.asset(),
			value: order.price_of(promised),
			fee: order.escrow.fee(),
			punctual: share(order.punctual),
			failed: share(promised.saturating_sub(order.accepted).saturating_sub(judged)),
			lost: share(judged) * lost,
		}
	}
}

/// Silence.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_expire(id: PurchaseOrderId) -> DispatchResult {
		let order = Self::order(id)?;
		T::Clock::ensure_running()?;
		let deadline = order.deadline().ok_or(Error::<T>::WrongState)?;
		ensure!(T::Clock::now() > deadline, Error::<T>::NotExpired);
		Self::end_by_silence(id, order)
	}

	/// Ends the order's state in favour of the one who waited.
	fn end_by_silence(id: PurchaseOrderId, order: OrderOf<T>) -> DispatchResult {
		match order.state {
			OrderState::Awaiting => Self::wind_up(id, order, Outcome::NotDelivered, 0),
			OrderState::Delivered => {
				let silent = order.in_review();
				Self::accept(id, order, silent, None)
			}
			OrderState::Rejected(outcome) => Self::let_rejection_stand(id, order, outcome),
			OrderState::Disputed(_) | OrderState::Settled(_) => Err(Error::<T>::WrongState.into()),
		}
	}

	/// The sweep's look at an order. One that stands under several moments is looked at under the earliest.
	fn sweep_order(id: PurchaseOrderId, order: OrderOf<T>) -> Result<Expiry, DispatchError> {
		let Some(deadline) = order.deadline() else {
			return Ok(Expiry::Stale);
		};
		if T::Clock::now() <= deadline {
			return Ok(Self::look_again(id, order, deadline));
		}
		Self::end_by_silence(id, order)?;
		// Silence may only have ended a part, or the review.
		let next = Orders::<T>::get(id).and_then(|order| order.deadline().map(|deadline| (deadline, order)));
		Ok(match next {
			Some((deadline, order)) => Self::look_again(id, order, deadline),
			None => Expiry::Ended,
		})
	}

	fn look_again(id: PurchaseOrderId, mut order: OrderOf<T>, at: AgreementMillis) -> Expiry {
		order.indexed_at = at;
		Orders::<T>::insert(id, order);
		Expiry::Until(at)
	}
}

impl<T: Config> Pallet<T> {
	/// The order that an agreement is.
	fn order_of(agreement: AgreementRef) -> Result<PurchaseOrderId, DispatchError> {
		match agreement {
			AgreementRef::Order(id) => Ok(id),
			_ => Err(Error::<T>::UnknownOrder.into()),
		}
	}
}

impl<T: Config> Agreements for Pallet<T> {
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		match agreement {
			AgreementRef::Order(id) => match Orders::<T>::get(id) {
				Some(order) if order.indexed_at == indexed_at => Self::sweep_order(id, order),
				_ => Ok(Expiry::Stale),
			},
			AgreementRef::Request(id) => Self::sweep_request(id, indexed_at),
			_ => Ok(Expiry::Stale),
		}
	}

	fn expire_weight() -> Weight {
		let award = T::WeightInfo::award().saturating_add(T::Services::award_weight());
		let of_request = award.max(T::WeightInfo::expire_request());
		let of_order = T::WeightInfo::expire().saturating_add(T::Receiving::received_weight());
		of_order.max(of_request)
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
	fn has_open_work(machine: &MachineId) -> bool {
		!Books::<T>::get(machine.account::<T::AccountId>()).sales.is_empty()
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
		ensure!(Self::is(by, order.buyer()), Error::<T>::NotTheBuyer);
		ensure!(order.is_settled(), Error::<T>::NotSettled);
		ensure!(!order.rated || Mistake::RatedTwice.is_made(), Error::<T>::AlreadyRated);
		order.rated = true;
		let rated = Rated {
			payee: order.supplier().clone(),
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
