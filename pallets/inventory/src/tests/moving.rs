//! Stock comes, goes, moves and is counted.

use crate::{mock::*, Call, CountReason::*, Error, Event, Flows, ItemCode};
use frame_support::{assert_noop, assert_ok};

#[test]
fn stock_is_what_came_less_what_went() {
	build_and_execute(|| {
		let [shop, store] = [shop(&OWNER), shop(&OWNER)];
		assert_ok!(receive(&OWNER, store, "A", 8_000));
		System::assert_last_event(
			Event::<Test>::Received {
				site: store,
				item: oil(),
				lot: lot("A"),
				quantity: 8_000,
				order: None,
			}
			.into(),
		);
		assert_ok!(move_stock(&OWNER, store, shop, "A", 5_000));
		System::assert_last_event(
			Event::<Test>::Moved {
				from: store,
				to: shop,
				item: oil(),
				lot: lot("A"),
				quantity: 5_000,
			}
			.into(),
		);
		assert_ok!(consume(&OWNER, shop, Some("A"), 700));
		System::assert_last_event(
			Event::<Test>::Consumed {
				site: shop,
				item: oil(),
				lot: lot("A"),
				quantity: 700,
				job: None,
			}
			.into(),
		);
		let basis = stock(shop).basis(&lot("A"));
		assert_ok!(count(&OWNER, shop, "A", basis, 4_200, Damaged));
		System::assert_last_event(
			Event::<Test>::Counted {
				site: shop,
				item: oil(),
				lot: lot("A"),
				before: 4_300,
				on_hand: 4_200,
				reason: Damaged,
			}
			.into(),
		);
		let basis = stock(shop).basis(&lot("B"));
		assert_ok!(count(&OWNER, shop, "B", basis, 10, Found));
		assert_ok!(move_stock(&OWNER, shop, store, "A", 4_200));
		let flows = Flows {
			consumed: 700,
			moved_in: 5_000,
			moved_out: 4_200,
			counted_up: 10,
			counted_down: 100,
			..Flows::default()
		};
		assert_eq!(stock(shop).flows, flows);
		assert_eq!((levels(shop, "A"), levels(shop, "B")), ((0, 0), (10, 0)));
		assert_eq!(levels(store, "A"), (7_200, 0));
		// An empty lot leaves nothing behind.
		assert_eq!(stock(shop).lots.len(), 1);
	});
}

#[test]
fn stock_is_never_below_zero_nor_beyond_what_can_be_counted() {
	build_and_execute(|| {
		let [shop, store] = [shop(&OWNER), shop(&OWNER)];
		assert_noop!(consume(&OWNER, shop, None, 1), Error::<Test>::NotEnough);
		assert_noop!(consume(&OWNER, shop, Some("A"), 1), Error::<Test>::UnknownLot);
		assert_noop!(move_stock(&OWNER, shop, store, "A", 1), Error::<Test>::UnknownLot);
		assert_ok!(receive(&OWNER, shop, "A", 10));
		assert_noop!(consume(&OWNER, shop, None, 11), Error::<Test>::NotEnough);
		assert_noop!(consume(&OWNER, shop, Some("A"), 11), Error::<Test>::NotEnough);
		assert_noop!(consume(&OWNER, shop, Some("A"), u64::MAX), Error::<Test>::NotEnough);
		assert_noop!(move_stock(&OWNER, shop, store, "A", 11), Error::<Test>::NotEnough);
		assert_noop!(receive(&OWNER, shop, "A", u64::MAX), Error::<Test>::TooMuch);
		assert_noop!(receive(&OWNER, shop, "B", u64::MAX - 9), Error::<Test>::TooMuch);
		assert_ok!(receive(&OWNER, shop, "B", u64::MAX - 10));
		assert_ok!(receive(&OWNER, store, "A", 1));
		assert_noop!(move_stock(&OWNER, store, shop, "A", 1), Error::<Test>::TooMuch);
		let basis = stock(shop).basis(&lot("A"));
		assert_noop!(count(&OWNER, shop, "A", basis, 11, StockTaking), Error::<Test>::TooMuch);
	});
}

#[test]
fn nothing_is_not_a_quantity() {
	build_and_execute(|| {
		let [shop, store] = [shop(&OWNER), shop(&OWNER)];
		assert_ok!(receive(&OWNER, shop, "A", 10));
		assert_noop!(receive(&OWNER, shop, "A", 0), Error::<Test>::ZeroQuantity);
		assert_noop!(consume(&OWNER, shop, None, 0), Error::<Test>::ZeroQuantity);
		assert_noop!(consume(&OWNER, shop, Some("A"), 0), Error::<Test>::ZeroQuantity);
		assert_noop!(move_stock(&OWNER, shop, store, "A", 0), Error::<Test>::ZeroQuantity);
	});
}

#[test]
fn lots_have_names_that_a_label_can_carry_and_there_are_sixteen_at_most() {
	build_and_execute(|| {
		let [shop, store] = [shop(&OWNER), shop(&OWNER)];
		assert_noop!(receive(&OWNER, shop, "a b", 1), Error::<Test>::BadLot);
		assert_noop!(count(&OWNER, shop, "a b", 0, 1, Found), Error::<Test>::BadLot);
		for number in 0..16 {
			assert_ok!(receive(&OWNER, shop, &format!("L{number}"), 1));
		}
		assert_noop!(receive(&OWNER, shop, "L16", 1), Error::<Test>::TooManyLots);
		assert_ok!(receive(&OWNER, store, "L16", 1));
		assert_noop!(move_stock(&OWNER, store, shop, "L16", 1), Error::<Test>::TooManyLots);
		let basis = stock(shop).basis(&lot("L16"));
		assert_noop!(count(&OWNER, shop, "L16", basis, 1, Found), Error::<Test>::TooManyLots);
		assert_ok!(consume(&OWNER, shop, Some("L7"), 1));
		assert_ok!(move_stock(&OWNER, store, shop, "L16", 1));
	});
}

#[test]
fn a_move_is_between_two_sites_of_one_owner_that_count_in_one_unit() {
	build_and_execute(|| {
		let [shop, store, other] = [shop(&OWNER), site(&OWNER), shop(&NEIGHBOUR)];
		assert_ok!(receive(&OWNER, shop, "A", 10));
		assert_noop!(move_stock(&OWNER, shop, shop, "A", 1), Error::<Test>::SameSite);
		assert_noop!(move_stock(&OWNER, shop, store, "A", 1), Error::<Test>::UnknownItem);
		assert_noop!(move_stock(&OWNER, shop, other, "A", 1), Error::<Test>::NotAllowed);
		assert_ok!(appoint(&NEIGHBOUR, other, &[keeper(OWNER, "r")]));
		assert_noop!(move_stock(&OWNER, shop, other, "A", 1), Error::<Test>::OtherOwner);
		let kilos = Call::open_item {
			site: store,
			item: oil(),
			code: ItemCode::Own,
			unit: text("KGM"),
		};
		assert_ok!(signed(&OWNER, kilos));
		assert_noop!(move_stock(&OWNER, shop, store, "A", 1), Error::<Test>::OtherUnit);
		// A machine's own site and its owner's are under one control.
		let own = crate::mock::shop(&key(PRESS));
		assert_ok!(move_stock(&OWNER, shop, own, "A", 1));
	});
}

#[test]
fn who_moves_must_be_allowed_on_both_sides() {
	build_and_execute(|| {
		let [shop, store] = [shop(&OWNER), shop(&OWNER)];
		assert_ok!(receive(&OWNER, shop, "A", 10));
		for (here, there, fine) in [
			("i", "r", true),
			("r", "i", false),
			("i", "i", false),
			("r", "r", false),
		] {
			assert_ok!(appoint(&OWNER, shop, &[keeper(KEEPER, here)]));
			assert_ok!(appoint(&OWNER, store, &[keeper(KEEPER, there)]));
			let done = move_stock(&KEEPER, shop, store, "A", 1);
			if fine {
				assert_ok!(done);
			} else {
				assert_eq!(done, Err(Error::<Test>::NotAllowed.into()));
			}
		}
	});
}

#[test]
fn what_is_past_its_date_is_moved_and_counted_but_not_used() {
	build_and_execute(|| {
		let [shop, store] = [shop(&OWNER), shop(&OWNER)];
		let soon = Timestamp::get() + 1_000;
		assert_noop!(
			receive_until(&OWNER, shop, "A", 10, Some(soon - 1_000)),
			Error::<Test>::LotExpired
		);
		assert_ok!(receive_until(&OWNER, shop, "A", 10, Some(soon)));
		assert_noop!(
			receive_until(&OWNER, shop, "A", 10, Some(soon + 1)),
			Error::<Test>::OtherExpiry
		);
		// Whoever does not know the date does not change it.
		assert_ok!(receive(&OWNER, shop, "A", 10));
		time_passes(999);
		assert_ok!(consume(&OWNER, shop, Some("A"), 1));
		time_passes(1);
		assert_noop!(consume(&OWNER, shop, Some("A"), 1), Error::<Test>::LotExpired);
		assert_noop!(consume(&OWNER, shop, None, 1), Error::<Test>::NotEnough);
		let job = job(1, PRESS);
		assert_noop!(reserve(&OWNER, job, shop, Some("A"), 1), Error::<Test>::LotExpired);
		assert_ok!(receive(&OWNER, store, "A", 1));
		assert_ok!(move_stock(&OWNER, shop, store, "A", 9));
		assert_noop!(consume(&OWNER, store, None, 1), Error::<Test>::NotEnough);
		let basis = stock(store).basis(&lot("A"));
		assert_ok!(count(&OWNER, store, "A", basis, 0, Expired));
		assert_ok!(set_expiry(&OWNER, shop, "A", None));
		assert_ok!(consume(&OWNER, shop, None, 10));
		assert_noop!(set_expiry(&OWNER, shop, "A", None), Error::<Test>::UnknownLot);
	});
}

#[test]
fn of_two_counts_that_contradict_each_other_the_second_is_made_again() {
	build_and_execute(|| {
		let shop = shop(&OWNER);
		assert_ok!(appoint(&OWNER, shop, &[keeper(KEEPER, "c"), keeper(STRANGER, "c")]));
		assert_ok!(receive(&OWNER, shop, "A", 10));
		assert_ok!(receive(&OWNER, shop, "B", 10));
		let seen = stock(shop).basis(&lot("A"));
		assert_ok!(count(&KEEPER, shop, "A", seen, 8, StockTaking));
		assert_noop!(
			count(&STRANGER, shop, "A", seen, 12, StockTaking),
			Error::<Test>::StaleCount
		);
		// Nor is the same one booked twice.
		assert_noop!(
			count(&KEEPER, shop, "A", seen, 8, StockTaking),
			Error::<Test>::StaleCount
		);
		// What happens to the other lot is another matter; what happens to this one is not, even if the number is the same.
		let seen = stock(shop).basis(&lot("A"));
		assert_ok!(consume(&OWNER, shop, Some("B"), 1));
		assert_ok!(count(&STRANGER, shop, "A", seen, 12, StockTaking));
		let seen = stock(shop).basis(&lot("A"));
		assert_ok!(consume(&OWNER, shop, Some("A"), 1));
		assert_ok!(receive(&OWNER, shop, "A", 1));
		assert_noop!(
			count(&KEEPER, shop, "A", seen, 11, StockTaking),
			Error::<Test>::StaleCount
		);
	});
}

#[test]
fn a_lot_that_is_found_twice_or_was_emptied_meanwhile_is_counted_again() {
	build_and_execute(|| {
		let shop = shop(&OWNER);
		assert_ok!(receive(&OWNER, shop, "A", 10));
		let seen = stock(shop).basis(&lot("B"));
		assert_ok!(count(&OWNER, shop, "B", seen, 5, Found));
		assert_noop!(count(&OWNER, shop, "B", seen, 5, Found), Error::<Test>::StaleCount);
		assert_ok!(consume(&OWNER, shop, Some("B"), 5));
		assert_noop!(count(&OWNER, shop, "B", seen, 5, Found), Error::<Test>::StaleCount);
	});
}

#[test]
fn a_reason_explains_what_was_counted() {
	build_and_execute(|| {
		let shop = shop(&OWNER);
		assert_ok!(receive(&OWNER, shop, "A", 10));
		let counted = |on_hand, reason| {
			let basis = stock(shop).basis(&lot("A"));
			count(&OWNER, shop, "A", basis, on_hand, reason)
		};
		for reason in [Damaged, Lost, Stolen, Expired, Disposed] {
			assert_noop!(counted(11, reason), Error::<Test>::ReasonDoesNotFit);
			let now = levels(shop, "A").0;
			assert_noop!(counted(now, reason), Error::<Test>::ReasonDoesNotFit);
			assert_ok!(counted(now - 1, reason));
		}
		assert_noop!(counted(5, Found), Error::<Test>::ReasonDoesNotFit);
		assert_noop!(counted(4, Found), Error::<Test>::ReasonDoesNotFit);
		assert_ok!(counted(6, Found));
		for on_hand in [6, 7, 5, 0] {
			assert_ok!(counted(on_hand, StockTaking));
		}
	});
}

#[test]
fn what_is_put_aside_is_not_counted_away() {
	build_and_execute(|| {
		let shop = shop(&OWNER);
		assert_ok!(receive(&OWNER, shop, "A", 10));
		let job = job(1, PRESS);
		assert_ok!(reserve(&OWNER, job, shop, None, 6));
		let basis = stock(shop).basis(&lot("A"));
		assert_noop!(count(&OWNER, shop, "A", basis, 5, Lost), Error::<Test>::BelowReserved);
		assert_noop!(consume(&OWNER, shop, None, 5), Error::<Test>::NotEnough);
		assert_ok!(release(&OWNER, job, "A", 1));
		// To put aside is not to change what there is: the count stands.
		assert_ok!(count(&OWNER, shop, "A", basis, 5, Lost));
		assert_eq!(levels(shop, "A"), (5, 5));
	});
}
