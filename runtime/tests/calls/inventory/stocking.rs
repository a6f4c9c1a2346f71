//! What comes, goes, moves and is counted.

use super::{name, Error, NO_SITE};
use crate::prelude::*;
use pallet_inventory::{Call, CountReason, ItemCode, Lot};

pub fn rows() -> Vec<Row> {
	vec![receive_row(), consume_row(), move_stock(), count(), set_expiry()]
}

/// As many lots of oil as there may be, none of which is the usual one.
fn many_lots() {
	sited();
	act(OWNER, open_oil(site()));
	fill_lots();
}

fn fill_lots() {
	for nth in 0..pallet_inventory::stock::MAX_LOTS {
		act(
			OWNER,
			Call::receive {
				site: site(),
				item: oil(),
				lot: list(format!("OTHER-{nth}").into_bytes()),
				quantity: 1,
				expires: None,
			},
		);
	}
}

/// Oil that goes out of date after so many milliseconds.
fn dated(millis: u64) {
	sited();
	act(OWNER, open_oil(site()));
	act(OWNER, receive(OIL, Some(START + millis)));
}

fn receive_row() -> Row {
	let receives = |site| Call::<Runtime>::receive {
		site,
		item: oil(),
		lot: lot(),
		quantity: OIL,
		expires: None,
	};
	let of_lot = |lot: fn() -> Lot, expires| {
		calling(move || Call::<Runtime>::receive {
			site: site(),
			item: oil(),
			lot: lot(),
			quantity: OIL,
			expires,
		})
	};
	let quantity = |quantity| calling(move || receive(quantity, None));
	let may = actor(OWNER, Error::NotAllowed);
	Row::new(name("receive"), may, stocked, || receive(OIL, None))
		.of_keepers(|rights| rights.receive = false)
		.on_stock(receives)
		.case(Right, of_lot(|| list([]), None))
		.case(Right, calling(|| receive(OIL, Some(START + 1))))
		.case(WrongState, of_lot(|| list(*b"a lot"), None).fails(Error::BadLot))
		.case(
			WrongState,
			given(|| dated(WINDOW))
				.calling(|| receive(1, Some(START + WINDOW + 1)))
				.fails(Error::OtherExpiry),
		)
		.case(Zero, quantity(0).fails(Error::ZeroQuantity))
		.case(Maximum, quantity(u64::MAX - OIL))
		.case(Overflow, quantity(u64::MAX - OIL + 1).fails(Error::TooMuch))
		.case(Overflow, quantity(u64::MAX).fails(Error::TooMuch))
		.of_goods()
		.never(&[OwnCounterparty], ONE_PARTY)
		.case(FullList, given(many_lots).fails(Error::TooManyLots))
		.case(TooLate, calling(|| receive(OIL, Some(START))).fails(Error::LotExpired))
}

fn consume_row() -> Row {
	let consumes = |site| Call::<Runtime>::consume {
		site,
		item: oil(),
		lot: None,
		quantity: 1,
	};
	let of_lot = |lot: fn() -> Lot, quantity| {
		calling(move || Call::<Runtime>::consume {
			site: site(),
			item: oil(),
			lot: Some(lot()),
			quantity,
		})
	};
	let quantity = |quantity| calling(move || consume(quantity));
	let may = actor(OWNER, Error::NotAllowed);
	Row::new(name("consume"), may, stocked, || consume(1))
		.of_keepers(|rights| rights.issue = false)
		.on_stock(consumes)
		.case(Right, of_lot(lot, OIL))
		.case(Right, quantity(OIL))
		.case(WrongState, of_lot(|| list(*b"LOT-2"), 1).fails(Error::UnknownLot))
		// What is put aside is for others.
		.case(
			WrongState,
			given(reserved).calling(|| consume(OIL / 2 + 1)).fails(Error::NotEnough),
		)
		.case(Right, given(reserved).calling(|| consume(OIL / 2)))
		.case(Zero, quantity(0).fails(Error::ZeroQuantity))
		.case(Zero, of_lot(lot, 0).fails(Error::ZeroQuantity))
		.case(Maximum, quantity(OIL + 1).fails(Error::NotEnough))
		.case(Maximum, of_lot(lot, OIL + 1).fails(Error::NotEnough))
		.case(Maximum, quantity(u64::MAX).fails(Error::NotEnough))
		.never(&[Overflow], "no more goes than has come")
		.of_goods()
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.case(TooLate, given(|| dated(WINDOW)).then(later(WINDOW - 1)))
		.case(
			TooLate,
			given(|| dated(WINDOW)).then(later(WINDOW)).fails(Error::NotEnough),
		)
		.case(
			TooLate,
			given(|| dated(WINDOW))
				.then(later(WINDOW))
				.calling(|| Call::consume {
					site: site(),
					item: oil(),
					lot: Some(lot()),
					quantity: 1,
				})
				.fails(Error::LotExpired),
		)
}

/// There is oil at the owner's first site, and none at his second.
fn two_sites() {
	stocked();
	act(OWNER, create_site(ROOM));
	act(OWNER, set_keepers(site(), [keeper(machine().account())]));
	act(OWNER, open_oil(site()));
}

fn move_stock() -> Row {
	let moves = |quantity| Call::<Runtime>::move_stock {
		from: first_site(),
		to: site(),
		item: oil(),
		lot: lot(),
		quantity,
	};
	let quantity = move |quantity| calling(move || moves(quantity));
	let may = actor(OWNER, Error::NotAllowed);
	let without_right = |which: fn() -> bpiiot_primitives::SiteId, without: fn(&mut pallet_inventory::Rights)| {
		move || {
			let [all, mut less] = [CUSTOMER, CUSTOMER].map(|name| keeper(account(name)));
			without(&mut less.rights);
			act(OWNER, set_keepers(first_site(), [all.clone()]));
			act(OWNER, set_keepers(site(), [all]));
			act(OWNER, set_keepers(which(), [less]));
		}
	};
	Row::new(name("move_stock"), may, two_sites, move || moves(OIL))
		.case(Right, by(KEY))
		.case(
			Right,
			then(without_right(site, |rights| rights.issue = false)).by(CUSTOMER),
		)
		.case(
			Stranger,
			then(without_right(first_site, |rights| rights.issue = false))
				.by(CUSTOMER)
				.fails(Error::NotAllowed),
		)
		.case(
			Stranger,
			then(without_right(site, |rights| rights.receive = false))
				.by(CUSTOMER)
				.fails(Error::NotAllowed),
		)
		.case(Stranger, then(|| sell(BUYER)).by(KEY).fails(Error::NotAllowed))
		.by_the_next_key_too()
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(|| Call::move_stock {
				from: NO_SITE,
				to: site(),
				item: oil(),
				lot: lot(),
				quantity: 1,
			})
			.fails(Error::UnknownSite),
		)
		.case(
			WrongState,
			calling(|| Call::move_stock {
				from: first_site(),
				to: NO_SITE,
				item: oil(),
				lot: lot(),
				quantity: 1,
			})
			.fails(Error::UnknownSite),
		)
		.case(WrongState, given(stocked).fails(Error::SameSite))
		.case(
			WrongState,
			calling(|| Call::move_stock {
				from: first_site(),
				to: site(),
				item: list(*b"WATER"),
				lot: lot(),
				quantity: 1,
			})
			.fails(Error::UnknownItem),
		)
		.case(
			WrongState,
			calling(|| Call::move_stock {
				from: first_site(),
				to: site(),
				item: oil(),
				lot: list(*b"LOT-2"),
				quantity: 1,
			})
			.fails(Error::UnknownLot),
		)
		// It is counted in kilograms there.
		.case(
			WrongState,
			given(|| {
				stocked();
				act(OWNER, create_site(ROOM));
				act(
					OWNER,
					Call::open_item {
						site: site(),
						item: oil(),
						code: ItemCode::Own,
						unit: list(*b"KGM"),
					},
				);
			})
			.fails(Error::OtherUnit),
		)
		.case(Zero, quantity(0).fails(Error::ZeroQuantity))
		.case(Maximum, quantity(OIL + 1).fails(Error::NotEnough))
		.case(Maximum, quantity(u64::MAX).fails(Error::NotEnough))
		.case(
			Overflow,
			then(|| act(OWNER, receive(u64::MAX - 1, None)))
				.calling(move || moves(2))
				.fails(Error::TooMuch),
		)
		.of_goods()
		// What goes to somebody else is sold, or lent, and not moved, whatever both allow.
		.case(
			OwnCounterparty,
			given(|| {
				neighboured();
				act(NEIGHBOUR, set_keepers(site(), [keeper(account(OWNER))]));
			})
			.fails(Error::OtherOwner),
		)
		.case(OwnCounterparty, given(neighboured).fails(Error::NotAllowed))
		.case(FullList, then(fill_lots).fails(Error::TooManyLots))
		// What is past its date is moved all the same.
		.case(
			TooLate,
			given(|| {
				dated(WINDOW);
				act(OWNER, create_site(ROOM));
				act(OWNER, open_oil(site()));
			})
			.then(later(WINDOW)),
		)
}

/// The version of the oil's lot, or of all oil if there is none of it.
fn basis() -> u64 {
	let stock = pallet_inventory::Stocks::<Runtime>::get(site(), oil()).expect("is kept");
	stock.basis(&lot())
}

fn count() -> Row {
	fn counts_lot(lot: Lot, basis: u64, on_hand: u64, reason: CountReason) -> Call<Runtime> {
		Call::count {
			site: site(),
			item: oil(),
			lot,
			basis,
			on_hand,
			reason,
		}
	}
	let counts = |on_hand, reason| calling(move || counts_lot(lot(), basis(), on_hand, reason));
	let at = |site| Call::<Runtime>::count {
		site,
		item: oil(),
		lot: lot(),
		basis: 0,
		on_hand: 1,
		reason: CountReason::StockTaking,
	};
	let may = actor(OWNER, Error::NotAllowed);
	let right = || counts_lot(lot(), basis(), OIL - 1, CountReason::StockTaking);
	Row::new(name("count"), may, stocked, right)
		.of_keepers(|rights| rights.count = false)
		.on_stock(at)
		.case(Right, counts(OIL + 1, CountReason::Found))
		.case(Right, counts(OIL, CountReason::StockTaking))
		.case(Right, counts(OIL - 1, CountReason::Stolen))
		.case(
			WrongState,
			counts(OIL + 1, CountReason::Lost).fails(Error::ReasonDoesNotFit),
		)
		.case(
			WrongState,
			counts(OIL, CountReason::Found).fails(Error::ReasonDoesNotFit),
		)
		.case(
			WrongState,
			calling(|| counts_lot(list(*b"a lot"), 0, 1, CountReason::Found)).fails(Error::BadLot),
		)
		// Of two counts that contradict each other the second is made again.
		.case(
			WrongState,
			calling(|| {
				let seen = basis();
				act(KEY, counts_lot(lot(), seen, OIL - 2, CountReason::Lost));
				counts_lot(lot(), seen, OIL - 1, CountReason::StockTaking)
			})
			.fails(Error::StaleCount),
		)
		.case(
			WrongState,
			given(reserved)
				.calling(|| counts_lot(lot(), basis(), OIL / 2 - 1, CountReason::Lost))
				.fails(Error::BelowReserved),
		)
		.case(Zero, counts(0, CountReason::Disposed))
		.case(Maximum, counts(u64::MAX, CountReason::Found))
		.case(
			Overflow,
			calling(|| counts_lot(list(*b"LOT-2"), basis(), u64::MAX, CountReason::Found)).fails(Error::TooMuch),
		)
		.of_goods()
		.never(&[OwnCounterparty], ONE_PARTY)
		.case(
			FullList,
			given(many_lots)
				.calling(|| counts_lot(lot(), basis(), 1, CountReason::Found))
				.fails(Error::TooManyLots),
		)
		.never(&[TooLate], "what is past its date is counted too")
}

fn set_expiry() -> Row {
	let sets = |site, lot, expires| Call::<Runtime>::set_expiry {
		site,
		item: oil(),
		lot,
		expires,
	};
	let to = move |expires| calling(move || sets(site(), lot(), expires));
	let may = actor(OWNER, Error::NotAllowed);
	let right = move || sets(site(), lot(), Some(START + WINDOW));
	Row::new(name("set_expiry"), may, stocked, right)
		.of_keepers(|rights| rights.count = false)
		.on_stock(move |site| sets(site, lot(), None))
		.case(Right, to(None).idly())
		.case(
			Right,
			given(|| dated(WINDOW)).calling(move || sets(site(), lot(), None)),
		)
		.case(
			WrongState,
			calling(move || sets(site(), list(*b"LOT-2"), None)).fails(Error::UnknownLot),
		)
		.case(Zero, to(Some(0)))
		.case(Maximum, to(Some(u64::MAX)))
		.never(&[Overflow], SUMS_NOTHING)
		.of_goods()
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		// It is out of date from now on, and may be again in date.
		.case(TooLate, to(Some(START)))
		.case(
			TooLate,
			given(|| dated(WINDOW))
				.then(later(WINDOW))
				.calling(move || sets(site(), lot(), Some(START + DELIVERY))),
		)
}
