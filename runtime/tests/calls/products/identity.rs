//! Accreditations, prefixes, and what is issued under them.

use super::{name, Error, IN_NATIVE, PAID_BEFORE};
use crate::prelude::*;
use pallet_products::{gs1::Gtin, Call, Role, Thing};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![
		accredit_row(),
		withdraw_accreditation(),
		assign_prefix(),
		set_room(),
		revoke_prefix(),
		release_prefix(),
		register_item(),
		register_range(),
		register_lot(),
		withdraw(),
	]
}

fn accredit_row() -> Row {
	let accredits = |until: fn() -> u64| {
		move || Call::<Runtime>::accredit {
			who: account(STRANGER),
			role: Role::Registrant,
			until: until(),
		}
	};
	Row::new(name("accredit"), root(), registered, accredits(|| now() + 1))
		.never(&[WrongState], "whoever is accredited already is so for longer")
		.case(Zero, calling(accredits(|| 0)).fails(Error::AlreadyOver))
		.case(Maximum, calling(accredits(|| u64::MAX)))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.case(TooLate, calling(accredits(now)).fails(Error::AlreadyOver))
}

fn withdraw_accreditation() -> Row {
	let withdraws = |who: &'static str, role| {
		move || Call::<Runtime>::withdraw_accreditation {
			who: account(who),
			role,
		}
	};
	let right = withdraws(REGISTRANT, Role::Certifier);
	Row::new(name("withdraw_accreditation"), root(), prefixed, right)
		.case(Right, calling(withdraws(REGISTRANT, Role::Registrant)))
		.case(
			WrongState,
			calling(withdraws(STRANGER, Role::Registrant)).fails(Error::NotAccredited),
		)
		.moves_no_money()
		.plain()
}

fn assign_prefix() -> Row {
	let digits =
		|digits, length| calling(move || assign(pallet_products::gs1::CompanyPrefix { digits, length }, STRANGER));
	let for_a_minute = || {
		given(|| {
			prefixed();
			accredit(Role::Registrant, now() + WINDOW);
		})
	};
	let may = actor(REGISTRANT, Error::NotAccredited);
	Row::new(name("assign_prefix"), may, prefixed, || assign(of_nobody(), STRANGER))
		.case(Right, calling(|| assign(of_nobody(), REGISTRANT)))
		.case(Stranger, by(OWNER).fails(Error::NotAccredited))
		.case(FrozenMachine, then(freeze))
		.case(
			WrongState,
			calling(|| assign(of_owner(), STRANGER)).fails(Error::PrefixTaken),
		)
		// It begins with the owner's, or the owner's with it.
		.case(WrongState, digits(9_506_001, 7).fails(Error::PrefixTaken))
		.case(WrongState, digits(9_506, 4).fails(Error::PrefixTaken))
		.case(Zero, digits(0, 0).fails(Error::BadPrefix))
		.case(Zero, digits(0, 4))
		.case(Maximum, digits(u64::MAX, 12).fails(Error::BadPrefix))
		.case(Maximum, digits(999_999_999_999, 12))
		.case(Maximum, digits(1, 13).fails(Error::BadPrefix))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, IN_NATIVE)
		.never(&[OwnCounterparty], "whoever assigns prefixes may have one")
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(REGISTRANT))).fails(TokenError::FundsUnavailable),
		)
		.case(TooLate, for_a_minute().then(later(WINDOW - 1)))
		.case(TooLate, for_a_minute().then(later(WINDOW)).fails(Error::NotAccredited))
}

fn set_room() -> Row {
	let room = |room| calling(move || set_space(of_owner(), room));
	let may = actor(OWNER, Error::NotTheHolder);
	Row::new(name("set_room"), may, things, || set_space(of_owner(), SPACE + 1))
		.case(Right, room(4))
		.case(Stranger, by(KEY).fails(Error::NotTheHolder))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheHolder))
		.case(Stranger, by(REGISTRANT).fails(Error::NotTheHolder))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(|| set_space(of_nobody(), 1)).fails(Error::UnknownPrefix),
		)
		.case(WrongState, room(3).fails(Error::RoomInUse))
		.case(Zero, room(0).fails(Error::RoomInUse))
		.case(Zero, given(prefixed).calling(|| set_space(of_owner(), 0)))
		.case(Maximum, room(u32::MAX).fails(TokenError::FundsUnavailable))
		.never(&[Overflow], "the deposit for the largest room is a number")
		.never(&ASSETS, IN_NATIVE)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

fn revoke_prefix() -> Row {
	let revokes = |prefix: fn() -> pallet_products::gs1::CompanyPrefix| {
		move || Call::<Runtime>::revoke_prefix { prefix: prefix() }
	};
	let may = actor(REGISTRANT, Error::NotTheRegistrant);
	Row::new(name("revoke_prefix"), may, things, revokes(of_owner))
		.case(Stranger, by(OWNER).fails(Error::NotTheRegistrant))
		.case(FrozenMachine, then(freeze))
		.case(WrongState, calling(revokes(of_nobody)).fails(Error::UnknownPrefix))
		.case(WrongState, then(super::revoke).fails(Error::AlreadyRevoked))
		.moves_no_money()
		.plain()
}

fn release_prefix() -> Row {
	let releases = |prefix: fn() -> pallet_products::gs1::CompanyPrefix| {
		move || Call::<Runtime>::release_prefix { prefix: prefix() }
	};
	let may = actor(OWNER, Error::NotTheHolder);
	Row::new(name("release_prefix"), may, prefixed, releases(of_owner))
		.case(Right, then(super::revoke))
		.case(Right, then(super::revoke).by(REGISTRANT))
		.case(Stranger, by(REGISTRANT).fails(Error::NotTheHolder))
		.case(Stranger, by(KEY).fails(Error::NotTheHolder))
		.with_a_frozen_machine_too()
		.case(WrongState, calling(releases(of_nobody)).fails(Error::UnknownPrefix))
		.case(WrongState, given(things).fails(Error::InUse))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}

fn register_item() -> Row {
	let of = |gtin: fn() -> Gtin, text: &'static str| calling(move || register_one(gtin(), text));
	let may = actor(OWNER, Error::ForeignPrefix);
	Row::new(name("register_item"), may, things, || register_one(part(), "B"))
		.of_issuers()
		.case(Stranger, of(engine, "B").fails(Error::ForeignPrefix))
		.case(WrongState, of(part, "A").fails(Error::AlreadyRegistered))
		.case(WrongState, of(part, "12").fails(Error::AlreadyRegistered))
		.case(WrongState, of(|| kind(of_nobody(), 1), "B").fails(Error::UnknownPrefix))
		.case(WrongState, of(|| Gtin(part().0 + 1), "B").fails(Error::BadGtin))
		.case(WrongState, of(part, "").fails(Error::BadSerial))
		.case(WrongState, of(part, "a b").fails(Error::BadSerial))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[DepositUnaffordable], PAID_BEFORE)
		.never(&[TooLate], NO_DEADLINE)
}

fn register_range() -> Row {
	fn registers(first: &str, last: &str) -> Call<Runtime> {
		let (gtin, first, last) = (part(), serial(first), serial(last));
		Call::register_range { gtin, first, last }
	}
	let of = |first: &'static str, last: &'static str| calling(move || registers(first, last));
	let may = actor(OWNER, Error::ForeignPrefix);
	Row::new(name("register_range"), may, things, || registers("20", "29"))
		.of_issuers()
		// As many digits, or they are others.
		.case(Right, of("010", "019"))
		.case(WrongState, of("15", "25").fails(Error::RangeOverlaps))
		.case(WrongState, of("00", "99").fails(Error::RangeOverlaps))
		.case(WrongState, of("29", "20").fails(Error::BadRange))
		.case(WrongState, of("20", "100").fails(Error::BadRange))
		.case(WrongState, of("A0", "A9").fails(Error::BadRange))
		.case(Zero, of("", "").fails(Error::BadRange))
		.case(Zero, of("00", "00"))
		.case(Maximum, of("000000000000000000", "999999999999999999"))
		.case(
			Maximum,
			of("0000000000000000000", "9999999999999999999").fails(Error::BadRange),
		)
		.never(&[Overflow], SUMS_NOTHING)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[DepositUnaffordable], PAID_BEFORE)
		.never(&[TooLate], NO_DEADLINE)
}

fn register_lot() -> Row {
	fn registers(name: &str, unit: &str, quantity: u64) -> Call<Runtime> {
		let (gtin, lot, unit) = (steel(), list(name.bytes()), list(unit.bytes()));
		Call::register_lot {
			gtin,
			lot,
			unit,
			quantity,
		}
	}
	let of = |name: &'static str, unit: &'static str, quantity| calling(move || registers(name, unit, quantity));
	let may = actor(OWNER, Error::ForeignPrefix);
	Row::new(name("register_lot"), may, things, || registers("LOT-2", "KGM", 5))
		.of_issuers()
		.case(WrongState, of("LOT-1", "GRM", 5).fails(Error::AlreadyRegistered))
		.case(WrongState, of("", "GRM", 5).fails(Error::BadLot))
		.case(WrongState, of("LOT-2", "grm", 5).fails(Error::BadUnit))
		.case(Zero, of("LOT-2", "GRM", 0).fails(Error::BadQuantity))
		.case(Maximum, of("LOT-2", "GRM", u64::MAX))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[DepositUnaffordable], PAID_BEFORE)
		.never(&[TooLate], NO_DEADLINE)
}

fn withdraw() -> Row {
	let withdraws = |thing: fn() -> Thing| move || Call::<Runtime>::withdraw { thing: thing() };
	let item = || item_of(part(), "A");
	let may = actor(OWNER, Error::ForeignPrefix);
	Row::new(name("withdraw"), may, things, withdraws(item))
		.case(Right, calling(withdraws(ten_parts)))
		.case(Right, calling(withdraws(steel_lot)))
		.case(Stranger, by(CUSTOMER).fails(Error::ForeignPrefix))
		.case(
			Stranger,
			then(move || act(OWNER, give(item(), account(OWNER), account(CUSTOMER), 0))).fails(Error::NotTheOwner),
		)
		// What its owner has is not the machine's to take back.
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(withdraws(|| item_of(part(), "B"))).fails(Error::UnknownThing),
		)
		.case(
			WrongState,
			calling(withdraws(|| item_of(part(), "12"))).fails(Error::PartOfARange),
		)
		.case(
			WrongState,
			calling(withdraws(|| unit_thing(1))).fails(Error::NotAProduct),
		)
		.case(
			WrongState,
			given(made)
				.calling(withdraws(|| item_of(part(), "M")))
				.fails(Error::InUse),
		)
		.case(
			WrongState,
			given(made).calling(withdraws(steel_lot)).fails(Error::InUse),
		)
		.case(WrongState, given(tagged).fails(Error::InUse))
		.case(WrongState, given(certified).fails(Error::InUse))
		.case(
			WrongState,
			given(packed).calling(withdraws(ten_parts)).fails(Error::InUse),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}
