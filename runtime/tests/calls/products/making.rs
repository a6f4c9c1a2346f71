//! Inputs become outputs, things become somebody else's, and go into units and out of them.

use super::{name, no_making, Error, IN_NATIVE, PAID_BEFORE};
use crate::prelude::*;
use bpiiot_runtime::AccountId;
use pallet_products::{gs1::Gln, Call, OutputLine, Readings, Thing, Work};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![make_row(), amend(), transfer(), pack_row(), unpack_row()]
}

/// The longest that something may take to be made.
fn longest() -> u64 {
	use frame_support::traits::Get;
	<Runtime as pallet_products::Config>::MaxProduction::get()
}

fn make_row() -> Row {
	let right = || make([input(steel_lot(), PIECE)], [output(part(), "M")], Some(some_work()));
	let of =
		|thing: fn() -> Thing, quantity| calling(move || make([input(thing(), quantity)], [output(part(), "M")], None));
	let with = |change: fn(&mut Work)| {
		calling(move || {
			let mut work = some_work();
			change(&mut work);
			make([], [output(part(), "M")], Some(work))
		})
	};
	let into_lot = |quantity| {
		calling(move || {
			let lot = OutputLine::Lot {
				gtin: steel(),
				lot: list(*b"LOT-2"),
				unit: list(*b"GRM"),
				quantity,
			};
			make([input(steel_lot(), PIECE)], [lot], None)
		})
	};
	let may = actor(OWNER, Error::ForeignPrefix);
	Row::new(name("make"), may, things, right)
		.of_issuers()
		.case(Right, of(|| item_of(part(), "A"), 0))
		.case(Right, of(ten_parts, 0))
		.case(Right, calling(|| make([], [output(part(), "M")], None)))
		.case(WrongState, calling(|| make([], [], None)).fails(Error::NothingMade))
		.case(
			WrongState,
			calling(|| make([], [output(part(), "A")], None)).fails(Error::AlreadyRegistered),
		)
		.case(
			WrongState,
			calling(|| make([], [output(part(), "M"), output(engine(), "M")], None)).fails(Error::ForeignPrefix),
		)
		.case(WrongState, of(|| item_of(part(), "B"), 0).fails(Error::UnknownThing))
		.case(WrongState, of(|| unit_thing(1), 0).fails(Error::NotAProduct))
		.case(
			WrongState,
			given(made)
				.calling(|| {
					make(
						[input(item_of(part(), "M"), 0), input(item_of(part(), "M"), 0)],
						[output(part(), "N")],
						None,
					)
				})
				.fails(Error::AlreadyUsed),
		)
		.case(
			WrongState,
			given(packed)
				.calling(|| make([input(ten_parts(), 0)], [output(part(), "M")], None))
				.fails(Error::IsPacked),
		)
		.case(
			WrongState,
			then(|| {
				act(OWNER, give(item_of(part(), "12"), account(OWNER), account(CUSTOMER), 0));
			})
			.calling(|| make([input(ten_parts(), 0)], [output(part(), "M")], None))
			.fails(Error::RangeIsSplit),
		)
		.case(WrongState, with(|work| work.place = Some(Gln(1))).fails(Error::BadGln))
		.case(
			WrongState,
			with(|work| work.readings = Some(Readings { first: 2, last: 1 })).fails(Error::BadReadings),
		)
		.case(
			Stranger,
			with(|work| work.machine = NO_MACHINE).fails(Error::ForeignMachine),
		)
		.case(
			Stranger,
			then(|| {
				act(OWNER, give(item_of(part(), "A"), account(OWNER), account(CUSTOMER), 0));
			})
			.calling(|| make([input(item_of(part(), "A"), 0)], [output(part(), "M")], None))
			.fails(Error::NotTheOwner),
		)
		.case(Zero, of(steel_lot, 0).fails(Error::BadQuantity))
		.case(Zero, of(|| item_of(part(), "A"), 1).fails(Error::BadQuantity))
		.case(Zero, into_lot(0).fails(Error::BadQuantity))
		.case(Maximum, of(steel_lot, STEEL))
		.case(Maximum, of(steel_lot, STEEL + 1).fails(Error::NotEnough))
		.case(Maximum, of(steel_lot, u64::MAX).fails(Error::NotEnough))
		.case(Maximum, into_lot(PIECE))
		.case(Maximum, into_lot(PIECE + 1).fails(Error::MoreThanWentIn))
		.case(Overflow, into_lot(u64::MAX).fails(Error::MoreThanWentIn))
		// Its maker and its owner may be one, and are.
		.never(&[OwnCounterparty], ONE_PARTY)
		.case(
			DepositUnaffordable,
			of(|| item_of(part(), "12"), 0)
				.then(|| impoverish(&account(OWNER)))
				.fails(TokenError::FundsUnavailable),
		)
		.case(TooLate, with(|work| work.until += 1).fails(Error::BadTime))
		.case(TooLate, with(|work| work.from = work.until + 1).fails(Error::BadTime))
		.case(TooLate, with(|work| work.from = work.until - longest()))
		.case(
			TooLate,
			with(|work| work.from = work.until - longest() - 1).fails(Error::BadTime),
		)
}

fn amend() -> Row {
	let amends = |change: fn(&mut Work)| {
		move || {
			let told = pallet_products::Productions::<Runtime>::get(making()).expect("is told");
			let mut work = told.work;
			change(&mut work);
			Call::<Runtime>::amend { making: making(), work }
		}
	};
	let may = actor(OWNER, Error::NotTheMaker);
	Row::new(name("amend"), may, made, amends(|work| work.recipe = None))
		.case(Right, by(KEY))
		.by_the_next_key_too()
		.with_a_frozen_machine_too()
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheMaker))
		.case(Stranger, then(|| sell(BUYER)).by(BUYER).fails(Error::NotTheMaker))
		.case(
			WrongState,
			calling(|| Call::amend {
				making: no_making(),
				work: some_work(),
			})
			.fails(Error::UnknownMaking),
		)
		.case(
			WrongState,
			calling(amends(|work| work.machine = NO_MACHINE)).fails(Error::NotAmendable),
		)
		.case(
			WrongState,
			calling(amends(|work| work.until -= 1)).fails(Error::NotAmendable),
		)
		.case(
			WrongState,
			calling(amends(|work| work.place = Some(Gln(1)))).fails(Error::BadGln),
		)
		.case(
			WrongState,
			calling(amends(|work| work.readings = Some(Readings { first: 2, last: 1 }))).fails(Error::BadReadings),
		)
		.moves_no_money()
		.plain()
}

fn transfer() -> Row {
	let gives =
		|thing: fn() -> Thing, to: &'static str, quantity| move || give(thing(), account(OWNER), account(to), quantity);
	let item = || item_of(part(), "A");
	let of = move |thing: fn() -> Thing, quantity| calling(gives(thing, CUSTOMER, quantity));
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("transfer"), may, things, gives(item, CUSTOMER, 0))
		.case(Right, of(ten_parts, 0))
		.case(Right, of(|| item_of(part(), "12"), 0))
		.case(Right, of(steel_lot, PIECE))
		.case(Right, given(packed).calling(gives(|| unit_thing(1), CUSTOMER, 0)))
		// The owner gives what his machine has, and the machine does not give what he has.
		.case(
			Right,
			then(|| act(KEY, register_one(part(), "K")))
				.calling(|| give(item_of(part(), "K"), machine().account(), account(CUSTOMER), 0)),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.case(
			Stranger,
			calling(|| give(item_of(part(), "A"), account(STRANGER), account(OWNER), 0))
				.by(STRANGER)
				.fails(Error::NotTheOwner),
		)
		.with_a_frozen_machine_too()
		.case(WrongState, of(|| item_of(part(), "B"), 0).fails(Error::UnknownThing))
		.case(
			WrongState,
			given(packed)
				.calling(gives(ten_parts, CUSTOMER, 0))
				.fails(Error::IsPacked),
		)
		.case(
			WrongState,
			then(|| {
				act(
					OWNER,
					make([input(item_of(part(), "A"), 0)], [output(part(), "M")], None),
				)
			})
			.fails(Error::AlreadyUsed),
		)
		.case(
			WrongState,
			given(|| on_way(Way::Offered))
				.calling(gives(|| unit_thing(1), CUSTOMER, 0))
				.fails(Error::OnItsWay),
		)
		.case(Zero, of(steel_lot, 0).fails(Error::BadQuantity))
		.case(Zero, of(item, 1).fails(Error::BadQuantity))
		.case(Maximum, of(steel_lot, STEEL))
		.case(Maximum, of(steel_lot, STEEL + 1).fails(Error::NotEnough))
		.case(Maximum, of(steel_lot, u64::MAX).fails(Error::NotEnough))
		.never(&[Overflow], "nobody has more of a lot than there is")
		.never(&ASSETS, IN_NATIVE)
		.case(OwnCounterparty, calling(gives(item, OWNER, 0)).fails(Error::SameOwner))
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			of(steel_lot, PIECE)
				.then(|| impoverish(&account(OWNER)))
				.fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

/// So many parts of a range of as many as it takes.
fn many_parts(number: u32) -> Vec<Thing> {
	(0..number)
		.map(|nth| item_of(part(), &format!("{:03}", 100 + nth)))
		.collect()
}

fn pack_row() -> Row {
	let item = || item_of(part(), "A");
	let packs = |number, things: fn() -> Vec<Thing>| calling(move || pack(number, things()));
	let hundreds = || {
		let (gtin, first, last) = (part(), serial("100"), serial("199"));
		act(OWNER, Call::register_range { gtin, first, last });
	};
	let may = actor(OWNER, Error::ForeignPrefix);
	Row::new(name("pack"), may, things, move || pack(1, [item(), ten_parts()]))
		.case(Right, packs(1, || vec![item_of(part(), "12")]))
		.case(Right, given(packed).calling(move || pack(1, [item()])))
		.case(Right, given(packed).calling(|| pack(2, [unit_thing(1)])))
		.case(Stranger, by(CUSTOMER).fails(Error::ForeignPrefix))
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.case(
			Stranger,
			given(packed)
				.calling(|| pack(1, [item_of(part(), "A")]))
				.by(CUSTOMER)
				.fails(Error::NotTheOwner),
		)
		.with_a_frozen_machine_too()
		.case(WrongState, then(super::revoke).fails(Error::PrefixRevoked))
		.case(
			WrongState,
			packs(1, || vec![item_of(part(), "B")]).fails(Error::UnknownThing),
		)
		.case(
			WrongState,
			packs(1, || vec![item_of(part(), "A"), item_of(part(), "A")]).fails(Error::IsPacked),
		)
		.case(
			WrongState,
			packs(1, || vec![steel_lot()]).fails(Error::LotsAreNotPacked),
		)
		.case(
			WrongState,
			calling(|| Call::pack {
				sscc: pallet_products::gs1::Sscc(unit_code(1).0 + 1),
				things: list([item_of(part(), "A")]),
			})
			.fails(Error::BadSscc),
		)
		.case(
			WrongState,
			given(packed)
				.calling(|| pack(1, [unit_thing(1)]))
				.fails(Error::InItself),
		)
		.case(
			WrongState,
			given(packed)
				.then(|| (1..4).for_each(|nth| act(OWNER, pack(nth + 1, [unit_thing(nth)]))))
				.calling(|| pack(5, [unit_thing(4)]))
				.fails(Error::TooDeep),
		)
		.case(
			WrongState,
			given(|| on_way(Way::Offered))
				.calling(|| pack(1, [item_of(part(), "A")]))
				.fails(Error::OnItsWay),
		)
		.case(Zero, packs(1, Vec::new).fails(Error::NothingPacked))
		.case(Maximum, then(hundreds).calling(|| pack(1, many_parts(64))))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, IN_NATIVE)
		.never(&[OwnCounterparty], ONE_PARTY)
		.case(
			FullList,
			then(hundreds)
				.then(|| act(OWNER, pack(1, many_parts(64))))
				.calling(|| pack(1, [item_of(part(), "A")]))
				.fails(Error::UnitIsFull),
		)
		.case(FullList, then(super::fill).fails(Error::NoRoom))
		.case(
			DepositUnaffordable,
			packs(1, || vec![item_of(part(), "12")])
				.then(|| impoverish(&account(OWNER)))
				.fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

fn unpack_row() -> Row {
	let of = |number, things: fn() -> Vec<Thing>| calling(move || unpack(number, things()));
	let whose: fn() -> AccountId = || account(OWNER);
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("unpack"), may, packed, || unpack(1, [ten_parts()]))
		.case(
			Right,
			then(move || act(OWNER, give(unit_thing(1), whose(), account(CUSTOMER), 0))).by(CUSTOMER),
		)
		.case(
			Stranger,
			then(move || act(OWNER, give(unit_thing(1), whose(), account(CUSTOMER), 0))).fails(Error::NotTheOwner),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(WrongState, of(2, || vec![ten_parts()]).fails(Error::UnknownThing))
		.case(
			WrongState,
			of(1, || vec![item_of(part(), "12")]).fails(Error::NotInThere),
		)
		.case(
			WrongState,
			then(|| act(OWNER, pack(2, [unit_thing(1)]))).fails(Error::IsPacked),
		)
		.case(WrongState, given(|| on_way(Way::Offered)).fails(Error::OnItsWay))
		.case(Zero, of(1, Vec::new).fails(Error::NothingPacked))
		.never(&[Maximum], "no more comes out than is in there")
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], PAID_BEFORE)
		.plain()
}
