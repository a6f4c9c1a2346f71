//! What suppliers say of themselves.

use super::{name, Error};
use crate::prelude::*;
use bpiiot_runtime::{AccountId, Hash};
use pallet_suppliers::{Call, Certificate, Profile};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![publish_profile(), update_profile(), remove_profile()]
}

/// What the machine says of itself.
fn profile() -> Profile {
	Profile {
		categories: list([list(*b"cutting-oil")]),
		areas: list([list(*b"DE-HB")]),
		certificates: list([]),
	}
}

/// A profile that fills all its fields.
fn full() -> Profile {
	let certificate = |number: u8| Certificate {
		hash: Hash::repeat_byte(number),
		uri: list([b'u'; 128]),
	};
	Profile {
		categories: list((0..4).map(|number| list([b'a' + number; 32]))),
		areas: list([list(*b"DE-HB"), list(*b"NL-GR"), list(*b"FR-75C"), list(*b"PL")]),
		certificates: list((0..8).map(certificate)),
	}
}

/// The machine has a profile.
fn published() {
	registered();
	publish(profile());
}

fn publish(profile: Profile) {
	let supplier = machine().account();
	act(OWNER, Call::publish_profile { supplier, profile });
}

/// What is alike when a profile is published and when it is changed.
fn with_profile(row: Row, call: fn(AccountId, Profile) -> Call<Runtime>) -> Row {
	let says = move |profile: fn() -> Profile| calling(move || call(machine().account(), profile()));
	let malformed: [(fn() -> Profile, Error); 5] = [
		(Profile::default, Error::BadCategories),
		(
			|| Profile {
				categories: list([list([])]),
				..profile()
			},
			Error::BadCategories,
		),
		(
			|| Profile {
				areas: list([list([])]),
				..profile()
			},
			Error::BadAreas,
		),
		(
			|| Profile {
				areas: list([list(*b"de")]),
				..profile()
			},
			Error::BadAreas,
		),
		(
			|| Profile {
				areas: list([list(*b"DE"), list(*b"DEU")]),
				..profile()
			},
			Error::BadAreas,
		),
	];
	let row = malformed.into_iter().fold(row, |row, (profile, error)| {
		row.case(WrongState, says(profile).fails(error))
	});
	row.case(FullList, says(full))
		.case(Right, by(KEY))
		// Nobody is found who takes no orders; the profile is his own affair.
		.case(WrongState, then(out_of_service))
		.case(WrongState, then(decommission))
		.case(FrozenMachine, then(freeze))
		.case(Stranger, then(|| sell(BUYER)).fails(Error::NotTheSupplier))
		.case(Right, then(|| sell(BUYER)).by(BUYER))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[TooLate], NO_DEADLINE)
}

fn publish_profile() -> Row {
	let publishes = |supplier, profile| Call::<Runtime>::publish_profile { supplier, profile };
	let may = actor(OWNER, Error::NotTheSupplier);
	let row = Row::new(name("publish_profile"), may, registered, move || {
		publishes(machine().account(), profile())
	})
	.case(
		Right,
		calling(move || publishes(account(STRANGER), profile())).by(STRANGER),
	)
	.case(
		Stranger,
		calling(move || publishes(account(STRANGER), profile())).fails(Error::NotTheSupplier),
	)
	.case(WrongState, given(published).fails(Error::AlreadyPublished))
	.case(
		DepositUnaffordable,
		then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
	);
	with_profile(row, publishes)
}

fn update_profile() -> Row {
	let updates = |supplier, profile| Call::<Runtime>::update_profile { supplier, profile };
	let may = actor(OWNER, Error::NotTheSupplier);
	let row = Row::new(name("update_profile"), may, published, move || {
		updates(machine().account(), profile())
	})
	.case(
		WrongState,
		calling(move || updates(account(OWNER), profile())).fails(Error::UnknownSupplier),
	)
	.never(&[DepositUnaffordable], "the profile's deposit is there");
	with_profile(row, updates)
}

fn remove_profile() -> Row {
	let removes = |supplier| Call::<Runtime>::remove_profile { supplier };
	let may = actor(OWNER, Error::NotTheSupplier);
	Row::new(name("remove_profile"), may, published, move || {
		removes(machine().account())
	})
	.case(Right, by(KEY))
	// Whose deposit it is, and who has bought the machine.
	.case(Right, then(|| sell(BUYER)))
	.case(Right, then(|| sell(BUYER)).by(BUYER))
	.case(
		WrongState,
		calling(move || removes(account(OWNER))).fails(Error::UnknownSupplier),
	)
	.case(WrongState, then(decommission))
	.case(FrozenMachine, then(freeze))
	.moves_no_money()
	.plain()
}
