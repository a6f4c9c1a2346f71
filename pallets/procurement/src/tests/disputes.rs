//! Rejections that the supplier does not let stand.

use crate::{mock::*, Call, Error, OrderState, Outcome, PurchaseOrderId};
use bpiiot_primitives::{AgreementRef, Side};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Permill;

/// An order of 10 before an arbiter, of which 6 were accepted and 4 rejected.
pub(super) fn rejected() -> PurchaseOrderId {
	let order = ten_ordered_before();
	assert_ok!(deliver(order, 10));
	assert_ok!(confirm(order, 6));
	assert_ok!(reject(order, 4));
	order
}

fn dispute(order: PurchaseOrderId) -> frame_support::dispatch::DispatchResult {
	signed(&supplier(), Call::dispute { order, evidence: HASH })
}

pub(super) fn agreement(order: PurchaseOrderId) -> AgreementRef {
	AgreementRef::Order(order)
}

pub(super) fn disputed() -> PurchaseOrderId {
	let order = rejected();
	assert_ok!(dispute(order));
	order
}

#[test]
fn a_rejection_that_may_be_disputed_keeps_the_price_on_hold() {
	build_and_execute(|| {
		let order = rejected();
		let waiting = record(order);
		assert_eq!(waiting.state, OrderState::Rejected(Outcome::Completed));
		assert_eq!((waiting.contested, waiting.at_stake), (4, 3_200));
		assert_eq!(gain(&supplier()), 4_800);
		at(CHALLENGE_WINDOW);
		assert_noop!(expire(order), Error::<Test>::NotExpired);
		at(CHALLENGE_WINDOW + 1);
		assert_noop!(dispute(order), Error::<Test>::TooLate);
		assert_ok!(expire(order));
		assert_eq!(gain(&supplier()), 4_800 + 320);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
	});
}

#[test]
fn a_supplier_may_concede_at_once() {
	build_and_execute(|| {
		let order = rejected();
		assert_noop!(signed(&buyer(), Call::concede { order }), Error::<Test>::NotTheSupplier);
		assert_ok!(signed(&supplier(), Call::concede { order }));
		assert_eq!(gain(&supplier()), 4_800 + 320);
	});
}

#[test]
fn a_verdict_splits_what_is_at_stake() {
	build_and_execute(|| {
		let order = disputed();
		assert_eq!(record(order).state, OrderState::Disputed(Outcome::Completed));
		assert_noop!(expire(order), Error::<Test>::WrongState);
		let by = || RuntimeOrigin::signed(arbiter());
		assert_ok!(Escrow::accept_case(by(), agreement(order)));
		let share = Permill::from_percent(75);
		assert_ok!(Escrow::rule(by(), agreement(order), share, Side::Payee, HASH));
		let ended = record(order);
		assert_eq!(ended.state, OrderState::Settled(Outcome::Completed));
		assert_eq!(ended.verdict, Some(share));
		// The arbiter has a tenth of 3,200, from who has asked him.
		assert_eq!(gain(&supplier()), 4_800 + 2_400 - 320);
	});
}

#[test]
fn an_arbiters_silence_ends_it_too() {
	build_and_execute(|| {
		let order = disputed();
		at(CASE_WINDOW + 1);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(gain(&supplier()), 4_800 + 1_600);
	});
}

#[test]
fn what_was_rejected_early_is_decided_at_the_end_and_the_rest_is_paid_back_before() {
	build_and_execute(|| {
		let order = ten_ordered_before();
		assert_ok!(deliver(order, 4));
		assert_ok!(reject(order, 4));
		// The next part can come all the same.
		assert_eq!(record(order).state, OrderState::Awaiting);
		assert_ok!(deliver(order, 3));
		assert_ok!(confirm(order, 3));
		at(LEAD_TIME + LATE_WINDOW + 1);
		assert_ok!(expire(order));
		let waiting = record(order);
		assert_eq!(waiting.state, OrderState::Rejected(Outcome::NotDelivered));
		assert_eq!(money(&buyer()).1, 3_200 + ORDER_FEE + ORDER_DEPOSIT);
		// He has not kept the rest of what he promised, so the bond is the buyer's in the end.
		assert_ok!(signed(&supplier(), Call::concede { order }));
		assert_eq!(gain(&supplier()), 2_400 + 320 - 800);
	});
}

#[test]
fn a_late_part_that_is_rejected_is_at_stake_for_what_it_is_worth() {
	build_and_execute(|| {
		let order = ten_ordered_before();
		at(LEAD_TIME + 1);
		assert_ok!(deliver(order, 10));
		assert_ok!(reject(order, 10));
		assert_eq!(record(order).at_stake, 6_400);
		assert_eq!(money(&buyer()).1, 6_400 + ORDER_FEE + ORDER_DEPOSIT);
		assert_ok!(signed(&supplier(), Call::concede { order }));
		assert_eq!(gain(&supplier()), 640);
	});
}

#[test]
fn without_an_arbiter_nothing_is_disputed() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 10));
		assert_noop!(dispute(order), Error::<Test>::WrongState);
		assert_ok!(reject(order, 10));
		assert_noop!(dispute(order), Error::<Test>::WrongState);
	});
}
