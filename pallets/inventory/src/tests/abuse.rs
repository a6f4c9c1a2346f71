//! Who gains by lying, by replaying, by filling what is not his? Nobody.

use crate::{mock::*, AssetClass, AssetId, Call, CountReason, Error, ItemCode, SiteId, Whereabouts};
use bpiiot_primitives::{PurchaseOrderId, Receiving};
use frame_support::{
	assert_noop, assert_ok,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_runtime::{traits::BadOrigin, DispatchError};

/// A shop with oil of which some is put aside, a second one, goods that wait, and a tool that is being handed over.
struct World {
	site: SiteId,
	to: SiteId,
	asset: AssetId,
}

fn world() -> World {
	let (site, to) = (shop(&OWNER), shop(&OWNER));
	assert_ok!(receive(&OWNER, site, "A", 10_000));
	assert_ok!(set_rule(&OWNER, site, Some(rule(None))));
	assert_ok!(reserve(&OWNER, job(1, PRESS), site, None, 1_000));
	<Inventory as Receiving<AccountId>>::received(&OWNER, None, &oil(), None, 5, PurchaseOrderId(7));
	let asset = tool(&OWNER, "T-1", None);
	assert_ok!(hand_over(&OWNER, asset, Whereabouts::Custodian(KEEPER)));
	World { site, to, asset }
}

/// Each call, in their order.
fn calls_on(World { site, to, asset }: World) -> Vec<Call<Test>> {
	let (job, item, lot, quantity) = (bpiiot_primitives::JobId(1), oil(), lot("A"), 1);
	let (owner, order) = (OWNER, PurchaseOrderId(7));
	vec![
		Call::create_site {
			profile: profile("x"),
			room: 1,
		},
		Call::update_site {
			site,
			profile: profile("x"),
			room: 9,
		},
		Call::close_site { site },
		Call::set_keepers {
			site,
			keepers: Default::default(),
		},
		Call::open_item {
			site,
			item: text("water"),
			code: ItemCode::Own,
			unit: text("LTR"),
		},
		Call::close_item {
			site: to,
			item: item.clone(),
		},
		Call::receive {
			site,
			item: item.clone(),
			lot: lot.clone(),
			quantity,
			expires: None,
		},
		Call::consume {
			site,
			item: item.clone(),
			lot: None,
			quantity,
		},
		Call::move_stock {
			from: site,
			to,
			item: item.clone(),
			lot: lot.clone(),
			quantity,
		},
		Call::count {
			site,
			item: item.clone(),
			lot: lot.clone(),
			basis: 0,
			on_hand: 9_000,
			reason: CountReason::StockTaking,
		},
		Call::set_expiry {
			site,
			item: item.clone(),
			lot: lot.clone(),
			expires: None,
		},
		Call::set_reorder {
			site,
			item: item.clone(),
			reorder: None,
		},
		Call::reorder {
			site,
			item: item.clone(),
		},
		Call::reserve {
			job,
			site,
			item: item.clone(),
			lot: None,
			quantity,
		},
		Call::release {
			job,
			item: item.clone(),
			lot: lot.clone(),
			quantity,
		},
		Call::consume_reserved {
			job,
			item,
			lot,
			quantity,
		},
		Call::end_reservation { job },
		Call::put_away { owner, order, site },
		Call::dismiss_arrival { owner: OWNER, order },
		Call::register_asset {
			tag: text("T-2"),
			class: AssetClass::Machine(PRESS),
			serial: Default::default(),
			home: None,
		},
		Call::hand_over {
			asset,
			to: Whereabouts::Custodian(STRANGER),
			window: 1,
		},
		Call::take_asset { asset },
		Call::refuse_asset { asset },
		Call::retire_asset { asset },
	]
}

pub(super) fn calls() -> Vec<Call<Test>> {
	calls_on(world())
}

/// With what each call refuses whoever has no business with it. A new call has no row here, and the test fails.
fn refusal(call: &str) -> Option<Error<Test>> {
	Some(match call {
		// Everybody may have sites.
		"create_site" => return None,
		"update_site" | "close_site" | "set_keepers" | "open_item" | "close_item" | "set_reorder" => Error::NotTheOwner,
		"receive" | "consume" | "move_stock" | "count" | "set_expiry" => Error::NotAllowed,
		"reserve" | "release" | "consume_reserved" | "end_reservation" => Error::NotAllowed,
		// Everybody may say so, and it does nothing but what the owner has said.
		"reorder" => Error::NotBelowPoint,
		"put_away" | "dismiss_arrival" | "retire_asset" => Error::NotTheOwner,
		"register_asset" => Error::OtherMachine,
		"hand_over" => Error::NotTheCustodian,
		"take_asset" | "refuse_asset" => Error::NotTheReceiver,
		other => panic!("no row for the call {other}"),
	})
}

#[test]
fn every_call_refuses_every_wrong_origin() {
	for (index, name) in Call::<Test>::get_call_names().iter().enumerate() {
		build_and_execute(|| {
			let call = calls().swap_remove(index);
			assert_eq!(call.get_call_name(), *name);
			let unsigned = [RuntimeOrigin::none(), RuntimeOrigin::root()].map(|origin| (origin, BadOrigin.into()));
			let error = refusal(name).map(DispatchError::from);
			let wrong = [STRANGER, NEIGHBOUR].map(|who| Some((RuntimeOrigin::signed(who), error?)));
			for (origin, error) in unsigned.into_iter().chain(wrong.into_iter().flatten()) {
				let refused = frame_support::storage::with_storage_layer(|| {
					call.clone()
						.dispatch_bypass_filter(origin)
						.map_err(|failed| failed.error)
				});
				assert_eq!(refused.map(drop), Err(error), "{name}");
			}
		});
	}
}

#[test]
fn calls_on_what_does_not_exist_say_so() {
	build_and_execute(|| {
		let nothing = World {
			site: SiteId(1),
			to: SiteId(2),
			asset: AssetId(3),
		};
		for call in calls_on(nothing) {
			let name = call.get_call_name();
			let error = match name {
				"create_site" => continue,
				"release" | "consume_reserved" | "end_reservation" => Error::<Test>::UnknownReservation,
				"put_away" | "dismiss_arrival" => Error::UnknownArrival,
				"register_asset" => continue,
				"hand_over" | "take_asset" | "refuse_asset" | "retire_asset" => Error::UnknownAsset,
				_ => Error::UnknownSite,
			};
			assert_noop!(signed(&OWNER, call), error);
		}
		// A site that does not keep it.
		let site = site(&OWNER);
		let here = World {
			site,
			to: site,
			asset: AssetId(3),
		};
		let of_items = [
			"close_item",
			"receive",
			"consume",
			"count",
			"set_expiry",
			"set_reorder",
			"reorder",
		];
		for call in calls_on(here) {
			if of_items.contains(&call.get_call_name()) {
				assert_noop!(signed(&OWNER, call), Error::<Test>::UnknownItem);
			}
		}
		let job = job(1, PRESS);
		assert_noop!(reserve(&OWNER, job, site, None, 1), Error::<Test>::UnknownItem);
	});
}

/// What is done once is not done again by saying it again.
#[test]
fn what_ends_something_is_not_replayed() {
	build_and_execute(|| {
		let World { site, asset, .. } = world();
		let job = bpiiot_primitives::JobId(1);
		for (call, again, who) in [
			(Call::end_reservation { job }, Error::<Test>::UnknownReservation, OWNER),
			(
				Call::put_away {
					owner: OWNER,
					order: PurchaseOrderId(7),
					site,
				},
				Error::UnknownArrival,
				OWNER,
			),
			(Call::take_asset { asset }, Error::NotHandedOver, KEEPER),
			(Call::retire_asset { asset }, Error::UnknownAsset, OWNER),
		] {
			assert_ok!(signed(&who, call.clone()));
			assert_noop!(signed(&who, call), again);
		}
		assert_eq!(levels(site, ""), (5, 0));
	});
}

/// Every record is paid for by whoever makes it, or by whoever let him.
#[test]
fn nobody_fills_what_another_pays_for() {
	build_and_execute(|| {
		let World { site, to, .. } = world();
		let before = (used(site), used(to), Balances::free_balance(OWNER));
		let all = [keeper(KEEPER, "ricp")];
		assert_ok!(appoint(&OWNER, site, &all));
		assert_ok!(appoint(&OWNER, to, &all));
		// A keeper with all rights makes lots and a job's lines, sixteen and eight at most, and no record but the job's.
		for number in 0..20 {
			let _ = receive(&KEEPER, site, &format!("L{number}"), 1);
			let _ = move_stock(&KEEPER, site, to, &format!("L{number}"), 1);
			let _ = reserve(&KEEPER, job(1, PRESS), site, None, 1);
			let _ = open(&KEEPER, site, text(&format!("item-{number}")));
		}
		assert_eq!((used(site), used(to), Balances::free_balance(OWNER)), before);
		assert!(stock(to).lots.len() <= 16);
		// For other jobs, as many as there is room for.
		for number in 2..20 {
			let _ = reserve(&KEEPER, job(number, PRESS), site, None, 1);
		}
		assert_eq!(used(site), ROOM);
		assert_eq!(Balances::free_balance(OWNER), before.2);
	});
}

/// Whoever may use the oil makes the owner buy, as the owner has said: no more than one request at a time.
#[test]
fn a_keeper_who_plays_with_the_level_buys_once() {
	build_and_execute(|| {
		let World { site, .. } = world();
		assert_ok!(appoint(&OWNER, site, &[keeper(KEEPER, "ricp")]));
		for _ in 0..20 {
			assert_ok!(consume(&KEEPER, site, None, 9_000));
			assert_ok!(receive(&KEEPER, site, "A", 9_000));
			time_passes(PAUSE / 10);
		}
		assert_eq!(requests().len(), 1);
		requests_end();
		for _ in 0..20 {
			assert_ok!(consume(&KEEPER, site, None, 9_000));
			assert_ok!(receive(&KEEPER, site, "A", 9_000));
			requests_end();
			time_passes(PAUSE / 10);
		}
		// One at once, since the pause is over, and one after each pause.
		assert_eq!(requests().len(), 3);
	});
}
