//! Goods that were bought, and have a place or not.

use crate::{mock::*, Arrivals, Call, Error, Event, Flows, SiteId, MAX_ARRIVALS};
use bpiiot_primitives::{PurchaseOrderId, Receiving};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

fn delivered(site: Option<SiteId>, quantity: u64, order: u64) {
	<Inventory as Receiving<AccountId>>::received(
		&OWNER,
		site,
		&oil(),
		Some(lot("A")),
		quantity,
		PurchaseOrderId(order),
	);
}

/// The last delivery had no place, for this reason.
fn assert_not_booked(site: Option<SiteId>, quantity: u64, order: u64, error: impl Into<DispatchError>, waits: bool) {
	System::assert_last_event(
		Event::<Test>::NotBooked {
			owner: OWNER,
			order: PurchaseOrderId(order),
			site,
			item: oil(),
			quantity,
			error: error.into(),
			waits,
		}
		.into(),
	);
}

fn put_away(who: &AccountId, order: u64, site: SiteId) -> DispatchResult {
	let owner = OWNER;
	let order = PurchaseOrderId(order);
	signed(who, Call::put_away { owner, order, site })
}

fn dismiss(who: &AccountId, order: u64) -> DispatchResult {
	let owner = OWNER;
	let order = PurchaseOrderId(order);
	signed(who, Call::dismiss_arrival { owner, order })
}

#[test]
fn what_was_bought_is_put_on_stock_part_by_part() {
	build_and_execute(|| {
		let site = shop(&OWNER);
		delivered(Some(site), 7_000, 11);
		System::assert_last_event(
			Event::<Test>::Received {
				site,
				item: oil(),
				lot: lot("A"),
				quantity: 7_000,
				order: Some(PurchaseOrderId(11)),
			}
			.into(),
		);
		delivered(Some(site), 3_000, 11);
		let flows = Flows {
			received: 10_000,
			..Flows::default()
		};
		assert_eq!(stock(site).flows, flows);
		assert_eq!(Arrivals::<Test>::iter().count(), 0);
	});
}

#[test]
fn parts_of_an_order_wait_as_one_and_its_lots_one_after_the_other() {
	build_and_execute(|| {
		let site = shop(&OWNER);
		delivered(None, 6, 1);
		delivered(None, 5, 1);
		assert_not_booked(None, 5, 1, Error::<Test>::UnknownSite, true);
		delivered(None, u64::MAX, 1);
		assert_not_booked(None, u64::MAX, 1, Error::<Test>::UnknownSite, false);
		<Inventory as Receiving<AccountId>>::received(&OWNER, None, &oil(), Some(lot("B")), 4, PurchaseOrderId(1));
		assert_eq!(Arrivals::<Test>::get(OWNER).len(), 2);
		assert_ok!(put_away(&OWNER, 1, site));
		assert_eq!((levels(site, "A"), levels(site, "B")), ((11, 0), (0, 0)));
		assert_ok!(put_away(&OWNER, 1, site));
		assert_eq!((levels(site, "A"), levels(site, "B")), ((11, 0), (4, 0)));
		assert_noop!(put_away(&OWNER, 1, site), Error::<Test>::UnknownArrival);
	});
}

#[test]
fn goods_without_a_lot_are_goods_without_a_lot() {
	build_and_execute(|| {
		let site = shop(&OWNER);
		<Inventory as Receiving<AccountId>>::received(&OWNER, Some(site), &oil(), None, 5, PurchaseOrderId(1));
		assert_eq!(levels(site, ""), (5, 0));
	});
}

#[test]
fn a_machine_buys_for_its_owners_sites_and_he_for_its() {
	build_and_execute(|| {
		let (site, own) = (shop(&OWNER), shop(&key(PRESS)));
		let receive = <Inventory as Receiving<AccountId>>::received;
		receive(&PRESS.account(), Some(site), &oil(), None, 5, PurchaseOrderId(1));
		receive(&OWNER, Some(own), &oil(), None, 5, PurchaseOrderId(2));
		assert_eq!((levels(site, ""), levels(own, "")), ((5, 0), (5, 0)));
	});
}

#[test]
fn what_has_no_place_waits_for_its_buyer() {
	build_and_execute(|| {
		let (site, bare, foreign) = (shop(&OWNER), site(&OWNER), shop(&NEIGHBOUR));
		assert_ok!(receive(&OWNER, site, "B", u64::MAX - 5));
		for (order, to, error) in [
			(1, None, Error::<Test>::UnknownSite),
			(2, Some(SiteId(7)), Error::UnknownSite),
			(3, Some(bare), Error::UnknownItem),
			(4, Some(foreign), Error::OtherOwner),
			(5, Some(site), Error::TooMuch),
		] {
			delivered(to, 6, order);
			assert_not_booked(to, 6, order, error, true);
		}
		delivered(Some(site), 0, 6);
		assert_not_booked(Some(site), 0, 6, Error::<Test>::ZeroQuantity, false);
		assert_eq!(Arrivals::<Test>::get(OWNER).len(), 5);

		assert_noop!(put_away(&STRANGER, 1, site), Error::<Test>::NotTheOwner);
		assert_noop!(put_away(&OWNER, 9, site), Error::<Test>::UnknownArrival);
		assert_noop!(put_away(&OWNER, 1, site), Error::<Test>::TooMuch);
		assert_noop!(put_away(&OWNER, 1, foreign), Error::<Test>::OtherOwner);
		assert_noop!(put_away(&OWNER, 1, bare), Error::<Test>::UnknownItem);
		assert_ok!(consume(&OWNER, site, None, 100));
		assert_ok!(put_away(&OWNER, 1, site));
		assert_eq!(levels(site, "A"), (6, 0));
		assert_noop!(put_away(&OWNER, 1, site), Error::<Test>::UnknownArrival);

		assert_noop!(dismiss(&STRANGER, 2), Error::<Test>::NotTheOwner);
		for order in 2..=5 {
			assert_ok!(dismiss(&OWNER, order));
			let owner = OWNER;
			System::assert_last_event(
				Event::<Test>::ArrivalDismissed {
					owner,
					order: PurchaseOrderId(order),
				}
				.into(),
			);
		}
		assert_noop!(dismiss(&OWNER, 2), Error::<Test>::UnknownArrival);
		assert_eq!(Arrivals::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_lot_that_no_label_carries_and_one_too_many_wait_too() {
	build_and_execute(|| {
		let site = shop(&OWNER);
		let receive = <Inventory as Receiving<AccountId>>::received;
		receive(&OWNER, Some(site), &oil(), Some(lot("a b")), 1, PurchaseOrderId(1));
		assert_not_booked(Some(site), 1, 1, Error::<Test>::BadLot, true);
		for number in 0..16 {
			assert_ok!(crate::mock::receive(&OWNER, site, &format!("L{number}"), 1));
		}
		delivered(Some(site), 1, 2);
		assert_not_booked(Some(site), 1, 2, Error::<Test>::TooManyLots, true);
	});
}

#[test]
fn no_more_waits_than_there_is_room_for_and_nobody_else_fills_it() {
	build_and_execute(|| {
		let orders = u64::from(MAX_ARRIVALS);
		for order in 0..orders {
			delivered(None, 1, order);
		}
		delivered(None, 1, orders);
		assert_not_booked(None, 1, orders, Error::<Test>::UnknownSite, false);
		assert_eq!(Arrivals::<Test>::get(OWNER).len() as u64, orders);
		// Whoever buys for somebody else fills his own list.
		let site = shop(&OWNER);
		<Inventory as Receiving<AccountId>>::received(&STRANGER, Some(site), &oil(), None, 1, PurchaseOrderId(99));
		assert_eq!(Arrivals::<Test>::get(STRANGER).len(), 1);
		assert_eq!(levels(site, ""), (0, 0));
	});
}

#[test]
fn the_owner_of_a_machine_puts_away_what_it_has_bought() {
	build_and_execute(|| {
		let (site, owner) = (shop(&OWNER), PRESS.account::<AccountId>());
		<Inventory as Receiving<AccountId>>::received(&owner, None, &oil(), None, 1, PurchaseOrderId(1));
		sold(PRESS, &STRANGER);
		let put_away = |who: &AccountId, site| {
			let (owner, order) = (owner.clone(), PurchaseOrderId(1));
			signed(who, Call::put_away { owner, order, site })
		};
		assert_noop!(put_away(&OWNER, site), Error::<Test>::NotTheOwner);
		let his = shop(&STRANGER);
		assert_ok!(put_away(&STRANGER, his));
	});
}

#[test]
fn goods_that_arrive_are_dated_by_whoever_looks_at_them() {
	build_and_execute(|| {
		let site = shop(&OWNER);
		delivered(Some(site), 5, 1);
		assert_ok!(set_expiry(&OWNER, site, "A", Some(START + 10)));
		// The next delivery of the lot has the same date.
		delivered(Some(site), 5, 2);
		time_passes(10);
		assert_noop!(consume(&OWNER, site, None, 1), Error::<Test>::NotEnough);
	});
}
