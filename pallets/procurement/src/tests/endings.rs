//! Ways out, silence, and the record's end.

use crate::{mock::*, Books, Call, Error, OrderState, Orders, Outcome};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_buyer_calls_off_for_a_share_and_the_goods_are_for_sale_again() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let order = ordered(buying(quote, 10));
		at(LEAD_TIME);
		assert_ok!(cancel(&buyer(), order));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Cancelled));
		assert_eq!((gain(&supplier()), gain(&buyer())), (1_600, -1_600 - ORDER_FEE as i128));
		assert_eq!(money(&supplier()).1, QUOTE_DEPOSIT);
		assert_eq!(quote_record(quote).stock, STOCK);
	});
}

#[test]
fn what_has_come_is_not_called_off() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let order = ordered(buying(quote, 10));
		assert_ok!(deliver(order, 5));
		assert_noop!(cancel(&buyer(), order), Error::<Test>::WrongState);
		assert_noop!(cancel(&supplier(), order), Error::<Test>::WrongState);
		assert_ok!(confirm(order, 5));
		assert_ok!(cancel(&buyer(), order));
		assert_eq!(gain(&supplier()), 4_000 + 800);
		assert_eq!(quote_record(quote).stock, STOCK - 5);
	});
}

#[test]
fn a_buyer_waits_for_late_goods_as_he_has_agreed() {
	build_and_execute(|| {
		let order = ten_ordered();
		at(LEAD_TIME + 1);
		assert_noop!(cancel(&buyer(), order), Error::<Test>::TooLate);
		assert_noop!(expire(order), Error::<Test>::NotExpired);
		at(LEAD_TIME + LATE_WINDOW);
		assert_noop!(expire(order), Error::<Test>::NotExpired);
		at(LEAD_TIME + LATE_WINDOW + 1);
		// Giving up now would be no better.
		assert_noop!(cancel(&supplier(), order), Error::<Test>::TooLate);
		assert_ok!(expire(order));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::NotDelivered));
		assert_eq!((gain(&supplier()), gain(&buyer())), (-800, 800 - ORDER_FEE as i128));
	});
}

#[test]
fn a_supplier_who_gives_up_loses_his_bond_and_nothing_else() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let order = ordered(buying(quote, 10));
		assert_ok!(deliver(order, 5));
		assert_ok!(confirm(order, 5));
		at(LEAD_TIME + DAY);
		assert_ok!(cancel(&supplier(), order));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::GivenUp));
		assert_eq!(
			(gain(&supplier()), gain(&buyer())),
			(4_000 - 800, 800 - 4_000 - ORDER_FEE as i128)
		);
		// He has said that he cannot: the goods are not for sale again by that.
		assert_eq!(quote_record(quote).stock, STOCK - 10);
	});
}

#[test]
fn silence_accepts() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 4));
		at(REVIEW_WINDOW);
		assert_noop!(expire(order), Error::<Test>::NotExpired);
		at(REVIEW_WINDOW + 1);
		assert_ok!(expire(order));
		assert_eq!((record(order).state, gain(&supplier())), (OrderState::Awaiting, 3_200));
		assert_noop!(expire(order), Error::<Test>::NotExpired);
		assert_ok!(deliver(order, 6));
		at(2 * REVIEW_WINDOW + 2);
		assert_ok!(expire(order));
		assert_eq!(gain(&supplier()), 8_000);
		assert_noop!(expire(order), Error::<Test>::WrongState);
	});
}

#[test]
fn nothing_ends_by_a_deadline_while_agreements_are_paused() {
	build_and_execute(|| {
		let order = ten_ordered();
		at(LEAD_TIME + LATE_WINDOW + 1);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		assert_noop!(expire(order), pallet_escrow::Error::<Test>::AgreementsPaused);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		assert_ok!(expire(order));
	});
}

#[test]
fn an_order_ends_once() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 10));
		let before = (gain(&supplier()), gain(&buyer()));
		for refused in [
			deliver(order, 1),
			confirm(order, 1),
			reject(order, 1),
			cancel(&buyer(), order),
			cancel(&supplier(), order),
			expire(order),
			signed(&supplier(), Call::concede { order }),
		] {
			assert_eq!(refused, Err(Error::<Test>::WrongState.into()));
		}
		assert_eq!((gain(&supplier()), gain(&buyer())), before);
	});
}

#[test]
fn a_record_is_removed_when_it_has_ended_by_whose_deposit_it_is() {
	build_and_execute(|| {
		let order = ten_ordered();
		let remove = Call::remove { order };
		assert_noop!(signed(&buyer(), remove.clone()), Error::<Test>::NotSettled);
		assert_ok!(cancel(&buyer(), order));
		assert_noop!(signed(&supplier(), remove.clone()), Error::<Test>::NotTheBuyer);
		assert_ok!(signed(&buyer(), remove.clone()));
		assert_eq!(money(&buyer()).1, 0);
		assert!(!Orders::<Test>::contains_key(order));
		assert_eq!(Books::<Test>::iter().count(), 0);
		assert_noop!(signed(&buyer(), remove), Error::<Test>::UnknownOrder);
	});
}

#[test]
fn an_order_goes_on_when_its_quote_changes_or_is_gone() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let order = ordered(buying(quote, 10));
		let mut terms = quote_terms();
		terms.conditions.rejection_fee = sp_runtime::Permill::one();
		assert_ok!(signed(&supplier(), Call::update_quote { quote, terms }));
		assert_ok!(signed(&supplier(), Call::withdraw_quote { quote }));
		assert_ok!(deliver(order, 10));
		assert_ok!(reject(order, 10));
		assert_eq!(gain(&supplier()), 800);
	});
}
