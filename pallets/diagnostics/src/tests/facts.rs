//! What is told of an order that has ended: to names, and to who rates.

use crate::{
	mock::*,
	tests::disputes::{disputed_by_the_owner, failed, returned},
	Call, Error, Outcome, Pallet, ServiceOrderId,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use pallet_suppliers::{Names, Stars};
use sp_runtime::Permill;

/// Of the maintainer's name: settled, punctual, failed, lost.
fn name() -> [u128; 4] {
	let sums = Names::<Test>::get(maintainer()).unwrap_or_default().sums;
	[sums.settled, sums.punctual, sums.failed, sums.lost]
}

fn rate(who: &AccountId, order: ServiceOrderId) -> DispatchResult {
	Suppliers::rate(RuntimeOrigin::signed(who.clone()), agreement(order), Stars::Five)
}

fn ended(order: ServiceOrderId) -> ServiceOrderId {
	while record(order).deadline().is_some() {
		deadline_passes(order);
		assert_ok!(expire(order));
	}
	order
}

#[test]
fn work_that_lasts_counts_with_all_of_its_price() {
	build_and_execute(|| {
		let order = verified();
		assert_eq!(name(), [0; 4]);
		ended(order);
		// By what of the weight fades in ten days: nothing yet.
		assert_eq!(name(), [PRICE, PRICE, 0, 0]);
		assert_eq!(record(order).counted.weight, PRICE);
	});
}

#[test]
fn work_that_begins_late_is_not_punctual() {
	build_and_execute(|| {
		let order = assigned();
		assert_ok!(signed(&maintainer(), Call::acknowledge { order }));
		passes(RESPONSE + 1);
		assert_ok!(signed(&maintainer(), Call::start_work { order }));
		assert_ok!(signed(&maintainer(), Call::declare_done { order, report: HASH }));
		ended(order);
		assert_eq!(name(), [PRICE, 0, 0, 0]);
	});
}

#[test]
fn what_was_not_done_or_did_not_last_has_failed() {
	type Make = fn() -> ServiceOrderId;
	let cases: [(Make, u128); 4] = [(assigned, 0), (in_work, 0), (failed, PRICE), (returned, PRICE)];
	for (make, punctual) in cases {
		build_and_execute(|| {
			ended(make());
			assert_eq!(name(), [PRICE, punctual, PRICE, 0]);
		});
	}
}

#[test]
fn what_the_owner_calls_off_was_not_promised_any_more() {
	build_and_execute(|| {
		let order = assigned();
		assert_ok!(owner_calls(Call::cancel { order, reason: HASH }));
		assert_eq!((name(), record(order).counted.weight), ([0; 4], 0));
	});
}

#[test]
fn what_was_judged_is_lost_as_far_as_the_verdict_says() {
	build_and_execute(|| {
		let order = disputed_by_the_owner();
		ruled(order, 30);
		assert_eq!(name(), [PRICE, PRICE, 0, 7_000]);
	});
	build_and_execute(|| {
		disputed_by_the_owner();
		passes(CASE_WINDOW + 1);
		idle();
		assert_eq!(name(), [PRICE, PRICE, 0, 0]);
	});
}

#[test]
fn an_order_is_rated_once_by_its_owner_when_it_has_ended() {
	build_and_execute(|| {
		let order = verified();
		assert_noop!(rate(&owner(), order), Error::<Test>::NotSettled);
		ended(order);
		for who in [stranger(), maintainer(), rival()] {
			assert_noop!(rate(&who, order), Error::<Test>::NotTheOwner);
		}
		assert_ok!(rate(&key(PRESS), order));
		assert_noop!(rate(&owner(), order), Error::<Test>::AlreadyRated);
		let stars = Names::<Test>::get(maintainer()).expect("he has one").sums.stars;
		assert_eq!(stars, [0, 0, 0, 0, PRICE]);
		assert_noop!(rate(&owner(), ServiceOrderId(1)), Error::<Test>::UnknownOrder);
	});
}

#[test]
fn shares_of_facts_are_never_more_than_one() {
	use Outcome::*;
	build_and_execute(|| {
		let mut order = record(declared());
		for verdict in [
			None,
			Some(Permill::zero()),
			Some(Permill::from_percent(30)),
			Some(Permill::one()),
		] {
			order.verdict = verdict;
			for outcome in [Completed, Failed, Returned, NotDone, GivenUp, Cancelled, Declined] {
				let facts = Pallet::<Test>::facts(agreement(ServiceOrderId(9)), &order, outcome);
				let gone = facts.failed.deconstruct() + facts.lost.deconstruct();
				assert!(gone <= 1_000_000 && facts.value <= PRICE, "{facts:?}");
			}
		}
	});
}
