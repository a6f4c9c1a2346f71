//! Machines that buy, sell and look for themselves, and their owners.

use crate::{mock::*, Call, Error, OrderState, Outcome, Wanted};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

fn confirming(order: crate::PurchaseOrderId, reading: Option<H256>) -> Call<Test> {
	Call::confirm {
		order,
		quantity: 10,
		reading,
	}
}

#[test]
fn a_machine_buys_from_its_budget_and_its_sensor_confirms() {
	build_and_execute(|| {
		let robot = registered(1);
		let order = ordered_by(&key(1), buying(published(quote_terms()), 10));
		assert_eq!(record(order).buyer(), &robot);
		assert_eq!(money(&robot), (100_000, 8_000 + ORDER_FEE + ORDER_DEPOSIT));
		assert_ok!(deliver(order, 10));
		// Its owner may accept, but not in the machine's name.
		assert_noop!(
			signed(&owner(), confirming(order, Some(HASH))),
			Error::<Test>::NotTheMachine
		);
		assert_noop!(
			signed(&stranger(), confirming(order, Some(HASH))),
			Error::<Test>::NotTheBuyer
		);
		assert_ok!(signed(&key(1), confirming(order, Some(HASH))));
		assert_eq!(record(order).reading, HASH);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_ok!(signed(&owner(), Call::remove { order }));
	});
}

#[test]
fn a_person_has_no_sensor() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 10));
		assert_noop!(
			signed(&buyer(), confirming(order, Some(HASH))),
			Error::<Test>::NotTheMachine
		);
		assert_ok!(signed(&buyer(), confirming(order, None)));
		assert_eq!(record(order).reading, H256::zero());
	});
}

#[test]
fn nothing_is_bought_above_the_budget() {
	build_and_execute(|| {
		let robot = registered(1);
		let quote = published(quote_terms());
		may_spend(&owner(), 1, 8_000 + ORDER_FEE + ORDER_DEPOSIT - 1);
		let over = || pallet_machines::Error::<Test>::OverSpendingCap;
		assert_noop!(signed(&key(1), buying(quote, 10)), over());
		assert_eq!((money(&robot).1, quote_record(quote).stock), (0, STOCK));
		may_spend(&owner(), 1, 8_000 + ORDER_FEE + ORDER_DEPOSIT);
		assert_ok!(signed(&key(1), buying(quote, 10)));
		assert_noop!(signed(&key(1), buying(quote, 1)), over());
		// Not even asking is free.
		let wanted = wanted();
		assert_noop!(signed(&key(1), Call::raise_request { wanted }), over());
	});
}

#[test]
fn an_award_asks_the_budget_whoever_calls_it() {
	build_and_execute(|| {
		let robot = registered(1);
		let request = raised_by(&key(1), wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		may_spend(&owner(), 1, 10_000);
		at(BID_WINDOW + 1);
		assert_noop!(award(request), pallet_machines::Error::<Test>::OverSpendingCap);
		may_spend(&owner(), 1, 20_000);
		assert_ok!(award(request));
		assert_eq!(record(last_order()).buyer(), &robot);
		assert_eq!(money(&robot).1, REQUEST_DEPOSIT + 10_000 + ORDER_FEE + ORDER_DEPOSIT);
	});
}

#[test]
fn for_a_machine_that_is_out_of_service_only_its_own_key_awards() {
	build_and_execute(|| {
		registered(1);
		let request = raised_by(&key(1), wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		at(BID_WINDOW + 1);
		let by = || RuntimeOrigin::signed(owner());
		assert_ok!(Machines::set_service(by(), machine(1), false));
		assert_noop!(award(request), pallet_machines::Error::<Test>::OutOfService);
		idle();
		assert!(request_record(request).is_open());
		assert_ok!(signed(&key(1), Call::award { request }));

		let request = raised_by(&key(1), wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		at(2 * BID_WINDOW + 2);
		assert_ok!(Machines::freeze(by(), machine(1)));
		for who in [stranger(), key(1)] {
			let refused = signed(&who, Call::award { request });
			assert_eq!(refused, Err(pallet_machines::Error::<Test>::MachineFrozen.into()));
		}
	});
}

#[test]
fn nobody_buys_from_or_bids_to_a_machine_of_the_same_owner() {
	build_and_execute(|| {
		let (first, second) = (registered(1), registered(2));
		let quote = published_by(&key(1), &first, quote_terms());
		for who in [key(1), key(2), owner()] {
			assert_noop!(signed(&who, buying(quote, 1)), Error::<Test>::OwnQuote);
		}
		for raiser in [key(1), owner()] {
			let request = raised_by(&raiser, wanted());
			for bidder in [key(1), key(2), owner()] {
				assert_noop!(bid(&bidder, request, 10_000, DAY), Error::<Test>::OwnRequest);
			}
			assert_ok!(bid(&supplier(), request, 10_000, DAY));
		}
		assert_eq!(money(&second).1, 0);
	});
}

#[test]
fn a_machine_sells_with_a_bond_that_its_policy_allows() {
	build_and_execute(|| {
		let robot = registered(1);
		let quote = published_by(&owner(), &robot, quote_terms());
		may_spend(&owner(), 1, 799);
		assert_noop!(signed(&buyer(), buying(quote, 10)), Error::<Test>::NoBond);
		may_spend(&owner(), 1, 800);
		let order = ordered(buying(quote, 10));
		assert_eq!(money(&robot).1, 800);
		assert_ok!(signed(&key(1), delivering(order, 5)));
		assert_ok!(confirm(order, 5));
		// Its owner may speak for it.
		assert_ok!(signed(&owner(), delivering(order, 5)));
		assert_ok!(confirm(order, 5));
		assert_eq!(money(&robot), (108_000, 0));
	});
}

#[test]
fn a_machine_out_of_service_neither_sells_nor_wins() {
	build_and_execute(|| {
		let robot = registered(1);
		let quote = published_by(&owner(), &robot, quote_terms());
		let request = raised(wanted());
		assert_ok!(bid(&key(1), request, 5_000, DAY));
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		assert_ok!(Machines::set_service(RuntimeOrigin::signed(owner()), machine(1), false));
		let out = pallet_machines::Error::<Test>::OutOfService;
		assert_noop!(signed(&buyer(), buying(quote, 1)), out);
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert_eq!(bids(request), [(supplier(), 10_000)]);
	});
}

#[test]
fn a_sealed_bids_deposit_counts_as_a_bond_of_the_machine() {
	build_and_execute(|| {
		registered(1);
		let request = raised(Wanted {
			bidding: crate::Bidding::Sealed {
				reveal_window: REVEAL_WINDOW,
			},
			..wanted()
		});
		let call = Call::seal_bid {
			request,
			commitment: HASH,
			text: None,
		};
		may_spend(&owner(), 1, BID_FEE + BID_DEPOSIT - 1);
		let over = pallet_machines::Error::<Test>::OverSpendingCap;
		assert_noop!(signed(&key(1), call.clone()), over);
		may_spend(&owner(), 1, BID_FEE + BID_DEPOSIT);
		assert_ok!(signed(&key(1), call));
		at(BID_WINDOW + REVEAL_WINDOW + 1);
		let bidder = of_machine(1);
		assert_ok!(signed(&stranger(), Call::forfeit_bid { request, bidder }));
		// What it has lost is spent.
		let request = raised(wanted());
		let over = pallet_machines::Error::<Test>::OverSpendingCap;
		assert_noop!(bid(&key(1), request, 10_000, DAY), over);
	});
}

#[test]
fn what_a_machine_has_bought_outlives_its_key() {
	build_and_execute(|| {
		registered(1);
		let order = ordered_by(&key(1), buying(published(quote_terms()), 10));
		assert_ok!(Machines::freeze(RuntimeOrigin::signed(owner()), machine(1)));
		assert_ok!(deliver(order, 10));
		let frozen = pallet_machines::Error::<Test>::MachineFrozen;
		assert_noop!(signed(&key(1), confirming(order, None)), frozen);
		assert_ok!(signed(&owner(), confirming(order, None)));
		assert_eq!(gain(&supplier()), 8_000);
	});
}

#[test]
fn a_machine_that_owes_goods_is_not_decommissioned() {
	build_and_execute(|| {
		let robot = registered(1);
		let order = ordered(buying(published_by(&owner(), &robot, quote_terms()), 10));
		let decommission = || Machines::decommission(RuntimeOrigin::signed(owner()), machine(1));
		assert_noop!(decommission(), pallet_machines::Error::<Test>::WorkOpen);
		assert_ok!(deliver_by_key(order));
		assert_ok!(confirm(order, 10));
		assert_ok!(decommission());
	});
}

fn deliver_by_key(order: crate::PurchaseOrderId) -> frame_support::dispatch::DispatchResult {
	signed(&key(1), delivering(order, 10))
}
