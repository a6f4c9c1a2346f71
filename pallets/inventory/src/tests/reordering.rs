//! More is asked for by itself, once.

use crate::{mock::*, Call, CountReason, Error, Event, Reorder, RequestId, ScoreWeights, SiteId};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{GetDispatchInfo, Pays},
};
use sp_runtime::{traits::Dispatchable, DispatchError, Permill};

/// A shop with six litres that asks for more below five, for its owner or a machine of his.
fn ruled(buyer: Option<bpiiot_primitives::MachineId>) -> SiteId {
	let site = shop(&OWNER);
	assert_ok!(receive(&OWNER, site, "A", 6_000));
	assert_ok!(set_rule(&OWNER, site, Some(rule(buyer))));
	assert_eq!(requests(), []);
	site
}

#[test]
fn more_is_asked_for_once_when_it_falls_below_the_point() {
	build_and_execute(|| {
		let site = ruled(None);
		assert_ok!(consume(&OWNER, site, None, 1_000));
		assert_eq!(requests(), [], "not below yet");
		assert_ok!(consume(&OWNER, site, None, 1));
		System::assert_last_event(
			Event::<Test>::Reordered {
				site,
				item: oil(),
				buyer: OWNER,
				request: RequestId(1),
				quantity: 10_000,
			}
			.into(),
		);
		let request = Request {
			buyer: OWNER,
			machine: None,
			site,
			item: oil(),
			quantity: 10_000,
			highest_price: 900,
			open: true,
		};
		assert_eq!(requests(), [request]);
		// Not per use, not per block, not after the pause, and not because somebody says so.
		for _ in 0..3 {
			time_passes(2 * PAUSE);
			assert_ok!(consume(&OWNER, site, None, 1));
			assert_noop!(reorder(&STRANGER, site), Error::<Test>::RequestOpen);
		}
		assert_eq!(requests().len(), 1);
	});
}

#[test]
fn when_the_request_has_ended_the_next_change_below_the_point_asks_again_after_a_pause() {
	build_and_execute(|| {
		let site = ruled(None);
		assert_ok!(consume(&OWNER, site, None, 2_000));
		requests_end();
		assert_ok!(consume(&OWNER, site, None, 1));
		assert_noop!(reorder(&STRANGER, site), Error::<Test>::TooEarly);
		time_passes(PAUSE - 1);
		assert_ok!(consume(&OWNER, site, None, 1));
		assert_eq!(requests().len(), 1);
		time_passes(1);
		assert_ok!(consume(&OWNER, site, None, 1));
		assert_eq!(requests().len(), 2);
		// Delivered, and used up again.
		requests_end();
		time_passes(PAUSE);
		assert_ok!(receive(&OWNER, site, "A", 10_000));
		assert_noop!(reorder(&STRANGER, site), Error::<Test>::NotBelowPoint);
		assert_eq!(requests().len(), 2);
		assert_ok!(consume(&OWNER, site, None, 10_000));
		assert_eq!(requests().len(), 3);
	});
}

#[test]
fn a_request_that_fails_stops_nothing_and_is_tried_again_after_a_pause() {
	build_and_execute(|| {
		let site = ruled(None);
		Refuses::set(&true);
		assert_ok!(consume(&OWNER, site, None, 2_000));
		let error = DispatchError::Unavailable;
		let item = oil();
		System::assert_last_event(Event::<Test>::ReorderFailed { site, item, error }.into());
		assert_eq!(levels(site, "A"), (4_000, 0));
		assert_eq!(requests(), [], "what was begun is rolled back");
		Refuses::set(&false);
		assert_ok!(consume(&OWNER, site, None, 1));
		assert_noop!(reorder(&STRANGER, site), Error::<Test>::TooEarly);
		assert_eq!(requests(), []);
		time_passes(PAUSE);
		assert_ok!(reorder(&STRANGER, site));
		assert_eq!(requests().len(), 1);
		assert_eq!(stock(site).raised.and_then(|raised| raised.request), Some(RequestId(1)));
	});
}

/// What is done, and how.
type Way = (&'static str, fn(SiteId));

/// Whatever makes less of it.
#[test]
fn each_way_below_the_point_asks() {
	let ways: [Way; 7] = [
		("used", |site| consume(&OWNER, site, Some("A"), 2_000).expect("allowed")),
		("put aside", |site| {
			assert_ok!(reserve(&OWNER, job(1, PRESS), site, None, 2_000));
		}),
		("moved", |site| {
			let to = shop(&OWNER);
			assert_ok!(move_stock(&OWNER, site, to, "A", 2_000));
		}),
		("counted", |site| {
			let basis = stock(site).basis(&lot("A"));
			assert_ok!(count(&OWNER, site, "A", basis, 4_000, CountReason::Lost));
		}),
		("out of date", |site| {
			assert_ok!(set_expiry(&OWNER, site, "A", Some(Timestamp::get())));
		}),
		("out of date by itself", |site| {
			assert_ok!(set_expiry(&OWNER, site, "A", Some(Timestamp::get() + 1)));
			assert_noop!(reorder(&STRANGER, site), Error::<Test>::NotBelowPoint);
			time_passes(1);
			assert_ok!(reorder(&STRANGER, site));
		}),
		("a higher point", |site| {
			let point = 7_000;
			assert_ok!(set_rule(&OWNER, site, Some(Reorder { point, ..rule(None) })));
		}),
	];
	for (name, below) in ways {
		build_and_execute(|| {
			let site = ruled(None);
			below(site);
			assert_eq!(requests().len(), 1, "{name}");
		});
	}
}

#[test]
fn using_what_was_put_aside_asks_for_nothing_more() {
	build_and_execute(|| {
		let site = ruled(None);
		let job = job(1, PRESS);
		assert_ok!(reserve(&OWNER, job, site, None, 2_000));
		requests_end();
		time_passes(PAUSE);
		assert_ok!(consume_reserved(&OWNER, job, "A", 1_000));
		assert_eq!(requests().len(), 1);
	});
}

#[test]
fn a_machine_buys_for_itself_while_it_is_its_owners_and_acts() {
	build_and_execute(|| {
		let site = ruled(Some(PRESS));
		assert_ok!(consume(&OWNER, site, None, 2_000));
		let request = requests().remove(0);
		assert_eq!((request.buyer, request.machine), (PRESS.account(), Some(PRESS)));
		requests_end();

		let failed = |error: DispatchError| {
			time_passes(PAUSE);
			assert_ok!(consume(&OWNER, site, None, 1));
			let item = oil();
			System::assert_last_event(Event::<Test>::ReorderFailed { site, item, error }.into());
		};
		freeze(PRESS);
		failed(DispatchError::Exhausted);
		Frozen::remove(PRESS);
		sold(PRESS, &STRANGER);
		failed(Error::<Test>::OtherMachine.into());
		assert_eq!(requests().len(), 1);
		assert_noop!(
			set_rule(&OWNER, site, Some(rule(Some(PRESS)))),
			Error::<Test>::OtherMachine
		);
	});
}

/// Or its former owner would sell to it for what he has thought right.
#[test]
fn a_machine_that_was_sold_buys_by_its_new_owners_rules_alone() {
	build_and_execute(|| {
		let site = shop(&key(PRESS));
		assert_ok!(receive(&OWNER, site, "A", 6_000));
		assert_ok!(set_rule(&OWNER, site, Some(rule(None))));
		sold(PRESS, &STRANGER);
		assert_ok!(consume(&key(PRESS), site, None, 2_000));
		let (item, error) = (oil(), Error::<Test>::OtherOwner.into());
		System::assert_last_event(Event::<Test>::ReorderFailed { site, item, error }.into());
		// Not by appointing keepers either.
		time_passes(PAUSE);
		assert_ok!(appoint(&STRANGER, site, &[]));
		assert_ok!(reorder(&STRANGER, site));
		assert_eq!(requests(), []);
		time_passes(PAUSE);
		assert_ok!(set_rule(&STRANGER, site, Some(rule(None))));
		let request = requests().remove(0);
		assert_eq!((request.buyer, request.machine), (PRESS.account(), Some(PRESS)));
	});
}

#[test]
fn a_new_point_does_not_ask_for_what_was_asked_for() {
	build_and_execute(|| {
		let site = ruled(None);
		assert_ok!(consume(&OWNER, site, None, 2_000));
		assert_ok!(set_rule(&OWNER, site, None));
		let point = None;
		let item = oil();
		System::assert_last_event(Event::<Test>::ReorderSet { site, item, point }.into());
		assert_noop!(reorder(&STRANGER, site), Error::<Test>::NoReorderPoint);
		assert_ok!(set_rule(&OWNER, site, Some(rule(None))));
		requests_end();
		assert_ok!(set_rule(&OWNER, site, Some(rule(None))));
		assert_eq!(requests().len(), 1);
	});
}

#[test]
fn a_reorder_point_says_what_and_for_how_much() {
	build_and_execute(|| {
		let site = shop(&OWNER);
		let percent = Permill::from_percent;
		let weights = |price, lead_time, standing| ScoreWeights {
			price: percent(price),
			lead_time: percent(lead_time),
			standing: percent(standing),
		};
		let good = || rule(None);
		for bad in [
			Reorder { point: 0, ..good() },
			Reorder { quantity: 0, ..good() },
			Reorder {
				category: Default::default(),
				..good()
			},
			Reorder {
				highest_price: 0,
				..good()
			},
			Reorder {
				longest_lead_time: 0,
				..good()
			},
			Reorder {
				weights: weights(50, 20, 29),
				..good()
			},
			Reorder {
				weights: weights(100, 100, 100),
				..good()
			},
		] {
			assert_noop!(set_rule(&OWNER, site, Some(bad)), Error::<Test>::BadReorder);
		}
		assert_noop!(set_rule(&STRANGER, site, None), Error::<Test>::NotTheOwner);
		assert_noop!(set_rule(&OWNER, SiteId(1), None), Error::<Test>::UnknownSite);
	});
}

#[test]
fn who_asks_for_nothing_does_not_pay_for_asking() {
	build_and_execute(|| {
		let site = ruled(None);
		let weighed = |quantity| {
			let call = Call::<Test>::consume {
				site,
				item: oil(),
				lot: None,
				quantity,
			};
			let most = call.get_dispatch_info().call_weight;
			let origin = RuntimeOrigin::signed(OWNER);
			let done = RuntimeCall::Inventory(call).dispatch(origin).expect("allowed");
			assert_eq!(done.pays_fee, Pays::Yes);
			(most, done.actual_weight)
		};
		let (most, actual) = weighed(1);
		assert_eq!(actual.map(|actual| actual + RAISE), Some(most));
		let (_, actual) = weighed(2_000);
		assert_eq!(actual, None);
		let (most, actual) = weighed(1);
		assert_eq!(actual.map(|actual| actual + RAISE), Some(most), "the request is open");
	});
}
