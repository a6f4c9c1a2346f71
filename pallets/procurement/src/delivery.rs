//! What comes, what the buyer says of it, and how either side calls it off.

use crate::{
	Balance, Caller, Config, Error, EscrowOf, Event, Lot, OrderOf, OrderState, Orders, Outcome, Pallet, PurchaseOrderId,
};
use bpiiot_primitives::{
	Actors, AgreementClock, AgreementRef, Case, DeadlineIndex, Escrow, MachineId, Mistake, Receiving, Side,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
};
use sp_core::H256;

/// The supplier's word.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_deliver(
		actor: Caller<T>,
		id: PurchaseOrderId,
		quantity: u64,
		lot: Option<Lot>,
		note: H256,
	) -> DispatchResult {
		let mut order = Self::sold_by(&actor, id)?;
		ensure!(order.state == OrderState::Awaiting, Error::<T>::WrongState);
		let now = T::Clock::now();
		ensure!(now <= order.due_until, Error::<T>::TooLate);
		ensure!(quantity > 0, Error::<T>::ZeroQuantity);
		ensure!(quantity <= order.outstanding(), Error::<T>::TooMuch);
		order.parts = order.parts.saturating_add(1);
		// Or a supplier could send one unit at a time, and have the buyer look at each.
		let fits = order.parts < order.conditions.parts || quantity == order.outstanding();
		ensure!(fits, Error::<T>::LastPart);
		order.delivered = order.delivered.saturating_add(quantity);
		order.late_days = order.days_late(now);
		if order.late_days == 0 {
			order.punctual = order.punctual.saturating_add(quantity);
		}
		order.state = OrderState::Delivered;
		order.review_until = now.saturating_add(order.conditions.review_window);
		order.lot = lot.clone();
		order.note = note;
		Self::keep_indexed(id, &mut order);
		Self::deposit_event(Event::Delivered {
			order: id,
			buyer: order.buyer().clone(),
			supplier: order.supplier().clone(),
			quantity,
			lot,
			note,
			late_days: order.late_days,
			review_until: order.review_until,
		});
		Orders::<T>::insert(id, order);
		Ok(())
	}

	pub(crate) fn do_concede(actor: Caller<T>, id: PurchaseOrderId) -> DispatchResult {
		let order = Self::sold_by(&actor, id)?;
		let OrderState::Rejected(outcome) = order.state else {
			return Err(Error::<T>::WrongState.into());
		};
		Self::let_rejection_stand(id, order, outcome)
	}

	pub(crate) fn do_dispute(actor: Caller<T>, id: PurchaseOrderId, evidence: H256) -> DispatchResult {
		let mut order = Self::sold_by(&actor, id)?;
		let OrderState::Rejected(outcome) = order.state else {
			return Err(Error::<T>::WrongState.into());
		};
		ensure!(T::Clock::now() <= order.challenge_until, Error::<T>::TooLate);
		let agreement = AgreementRef::Order(id);
		T::Deadlines::remove(order.indexed_at, agreement);
		let case = Case {
			opener: actor,
			side: Side::Payee,
			at_stake: order.at_stake,
			evidence,
		};
		EscrowOf::<T>::dispute(agreement, &order.escrow, case)?;
		order.state = OrderState::Disputed(outcome);
		Self::deposit_event(Event::Disputed {
			order: id,
			buyer: order.buyer().clone(),
			supplier: order.supplier().clone(),
			quantity: order.contested,
			at_stake: order.at_stake,
		});
		Orders::<T>::insert(id, order);
		Ok(())
	}

	fn sold_by(actor: &Caller<T>, id: PurchaseOrderId) -> Result<OrderOf<T>, DispatchError> {
		let order = Self::order(id)?;
		ensure!(Self::is(actor, order.supplier()), Error::<T>::NotTheSupplier);
		Ok(order)
	}
}

/// The buyer's word.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_confirm(
		actor: Caller<T>,
		id: PurchaseOrderId,
		quantity: u64,
		reading: Option<H256>,
	) -> DispatchResult {
		let mut order = Self::reviewed_by(&actor, id, quantity)?;
		if let Some(reading) = reading {
			// A reading is the word of the machine that reads, and of nobody who speaks for it.
			let itself = actor
				.machine
				.is_some_and(|machine: MachineId| machine.account::<T::AccountId>() == *order.buyer());
			ensure!(itself, Error::<T>::NotTheMachine);
			order.reading = reading;
		}
		Self::ensure_part_is_payable(&order, quantity)?;
		Self::accept(id, order, quantity, reading)
	}

	/// Pays for goods in review, and tells of them.
	pub(crate) fn accept(
		id: PurchaseOrderId,
		mut order: OrderOf<T>,
		quantity: u64,
		reading: Option<H256>,
	) -> DispatchResult {
		let price = Self::price_of_next(&order, quantity);
		order.accepted = order.accepted.saturating_add(quantity);
		let penalty = order.penalty(price);
		let (buyer, lot) = (order.buyer().clone(), order.lot.clone());
		T::Receiving::received(&buyer, order.site, &order.item, lot, quantity, id);
		Self::deposit_event(Event::Accepted {
			order: id,
			buyer,
			supplier: order.supplier().clone(),
			quantity,
			penalty,
			reading,
		});
		Self::pay_reviewed(id, order, price.saturating_sub(penalty), penalty)
	}

	pub(crate) fn do_reject(actor: Caller<T>, id: PurchaseOrderId, quantity: u64, reason: H256) -> DispatchResult {
		let mut order = Self::reviewed_by(&actor, id, quantity)?;
		ensure!(T::Clock::now() <= order.review_until, Error::<T>::TooLate);
		Self::ensure_part_is_payable(&order, quantity)?;
		let price = Self::price_of_next(&order, quantity);
		order.rejected = order.rejected.saturating_add(quantity);
		order.reason = reason;
		let penalty = order.penalty(price);
		let price = price.saturating_sub(penalty);
		Self::deposit_event(Event::Rejected {
			order: id,
			buyer: order.buyer().clone(),
			supplier: order.supplier().clone(),
			quantity,
			reason,
		});
		// What has become worth nothing is not worth a dispute.
		if Self::may_be_disputed(&order) && price > 0 {
			order.contested = order.contested.saturating_add(quantity);
			order.at_stake = order.at_stake.saturating_add(price);
			return Self::pay_reviewed(id, order, 0, penalty);
		}
		let fee = order.conditions.rejection_fee.mul_floor(price);
		Self::pay_reviewed(id, order, fee, price.saturating_sub(fee).saturating_add(penalty))
	}

	/// The delivered order, if `actor` is its buyer and so much is in review.
	fn reviewed_by(actor: &Caller<T>, id: PurchaseOrderId, quantity: u64) -> Result<OrderOf<T>, DispatchError> {
		let order = Self::order(id)?;
		let is_buyer = Self::is(actor, order.buyer()) || Mistake::UncheckedBuyer.is_made();
		ensure!(is_buyer, Error::<T>::NotTheBuyer);
		ensure!(order.state == OrderState::Delivered, Error::<T>::WrongState);
		ensure!(quantity > 0, Error::<T>::ZeroQuantity);
		ensure!(quantity <= order.in_review(), Error::<T>::TooMuch);
		Ok(order)
	}

	/// The price of the next so many units that leave review. The last ones take what rounding has left.
	pub(crate) fn price_of_next(order: &OrderOf<T>, quantity: u64) -> Balance {
		let before = order.reviewed();
		order
			.price_of(before.saturating_add(quantity))
			.saturating_sub(order.price_of(before))
	}

	/// That a part of a delivery, and what is left of it, are worth enough to be paid.
	fn ensure_part_is_payable(order: &OrderOf<T>, quantity: u64) -> DispatchResult {
		if quantity == order.in_review() {
			return Ok(());
		}
		let all = Self::price_of_next(order, order.in_review());
		let part = Self::price_of_next(order, quantity);
		Self::ensure_payable(order.asset(), part.min(all.saturating_sub(part)))
	}
}

/// Ways out, and the record's end.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_cancel(actor: Caller<T>, id: PurchaseOrderId, reason: H256) -> DispatchResult {
		let mut order = Self::order(id)?;
		let by_supplier = Self::is(&actor, order.supplier());
		ensure!(by_supplier || Self::is(&actor, order.buyer()), Error::<T>::NotAParty);
		ensure!(order.state == OrderState::Awaiting, Error::<T>::WrongState);
		let now = T::Clock::now();
		// Whoever lets it come to that has no say any more: everything is the buyer's.
		ensure!(now <= order.due_until, Error::<T>::TooLate);
		order.reason = reason;
		if by_supplier {
			return Self::wind_up(id, order, Outcome::GivenUp, 0);
		}
		// The buyer has agreed to wait that much longer, for a lower price.
		ensure!(now <= order.deliver_by, Error::<T>::TooLate);
		let outstanding = order.price.saturating_sub(order.price_of(order.delivered));
		let fee = order.conditions.cancellation_fee.mul_floor(outstanding);
		Self::wind_up(id, order, Outcome::Cancelled, fee)
	}

	pub(crate) fn do_remove(actor: Caller<T>, id: PurchaseOrderId) -> DispatchResult {
		let mut order = Self::order(id)?;
		ensure!(Self::is(&actor, order.buyer()), Error::<T>::NotTheBuyer);
		ensure!(order.is_settled(), Error::<T>::NotSettled);
		Orders::<T>::remove(id);
		EscrowOf::<T>::release_deposit(AgreementRef::Order(id), &mut order.escrow)?;
		Self::deposit_event(Event::OrderRemoved {
			order: id,
			buyer: order.buyer().clone(),
		});
		Ok(())
	}

	pub(crate) fn order(id: PurchaseOrderId) -> Result<OrderOf<T>, DispatchError> {
		Ok(Orders::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?)
	}

	/// Whether the supplier may dispute a rejection: before an arbiter, if the order names one.
	fn may_be_disputed(order: &OrderOf<T>) -> bool {
		use bpiiot_primitives::EscrowView;
		order.escrow.arbiter().is_some()
	}

	/// Whether the controller of a party is this account.
	pub(crate) fn stands_behind(who: &T::AccountId, party: &T::AccountId) -> bool {
		T::Actors::controller(party) == *who
	}
}
