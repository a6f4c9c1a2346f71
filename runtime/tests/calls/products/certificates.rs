//! Tags, and certificates.

use super::{name, no_making, Error, IN_NATIVE, PAID_BEFORE};
use crate::prelude::*;
use bpiiot_runtime::System;
use pallet_products::{gs1::Gtin, Call, CertificateId, Role, Subject};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![
		attach_tag_row(),
		verify_tag(),
		certify_row(),
		revoke_certificate(),
		remove_certificate(),
	]
}

fn attach_tag_row() -> Row {
	let of = |gtin: fn() -> Gtin, text: &'static str, key: [u8; 33]| {
		calling(move || Call::<Runtime>::attach_tag {
			gtin: gtin(),
			serial: serial(text),
			key,
		})
	};
	let may = actor(OWNER, Error::ForeignPrefix);
	Row::new(name("attach_tag"), may, things, attach_tag)
		.of_issuers()
		.case(Right, of(part, "12", tag_key()))
		.case(WrongState, of(part, "B", tag_key()).fails(Error::UnknownThing))
		.case(WrongState, of(part, "A", [9; 33]).fails(Error::BadKey))
		.case(WrongState, given(tagged).fails(Error::AlreadyTagged))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[DepositUnaffordable], PAID_BEFORE)
		.never(&[TooLate], NO_DEADLINE)
}

/// How many blocks old a challenge may be.
fn age() -> u32 {
	use frame_support::traits::Get;
	<Runtime as pallet_products::Config>::ChallengeAge::get()
}

fn verify_tag() -> Row {
	let by_tag = |asker: &'static str, counter| calling(move || scan(&account(asker), counter));
	let may = actor(CUSTOMER, Error::BadSignature);
	let copies = || {
		let tag = bpiiot_runtime::Products::tag_of(part(), serial("A"));
		tag.map(|tag| tag.copies)
	};
	Row::new(name("verify_tag"), may, tagged, || scan(&account(CUSTOMER), 1))
		.case(Right, as_ever().leaves(move || assert_eq!(copies(), Some(0))))
		// A machine asks for itself.
		.case(Right, calling(|| scan(&machine().account(), 1)).by(KEY))
		// Another tag with the same key, of which one is a copy.
		.case(
			Right,
			then(|| act(STRANGER, scan(&account(STRANGER), 5)))
				.then(later(1))
				.leaves(move || assert_eq!(copies(), Some(1))),
		)
		.with_a_frozen_machine_too()
		.case(Stranger, by_tag(STRANGER, 1).fails(Error::BadSignature))
		.case(WrongState, given(things).then(later(1)).fails(Error::NoTag))
		// A challenge that is older than what was seen says nothing.
		.case(
			WrongState,
			then(later(1))
				.then(|| act(STRANGER, scan(&account(STRANGER), 5)))
				.calling(|| scan_of(&account(CUSTOMER), System::block_number() - 2, 1))
				.fails(Error::CounterNotRising),
		)
		.case(Zero, by_tag(CUSTOMER, 0).fails(Error::CounterNotRising))
		.case(Maximum, by_tag(CUSTOMER, u32::MAX))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.case(
			TooLate,
			calling(|| scan_of(&account(CUSTOMER), System::block_number(), 1)).fails(Error::BadChallenge),
		)
		.case(
			TooLate,
			then(|| (0..age()).for_each(|_| crate::chain::pass(1)))
				.calling(|| scan_of(&account(CUSTOMER), System::block_number() - age(), 1)),
		)
		.case(
			TooLate,
			then(|| (0..=age()).for_each(|_| crate::chain::pass(1)))
				.calling(|| scan_of(&account(CUSTOMER), System::block_number() - age() - 1, 1))
				.fails(Error::BadChallenge),
		)
}

fn certify_row() -> Row {
	let subject = || Subject::Thing(item_of(part(), "A"));
	let of = |subject: fn() -> Subject, from, until| calling(move || certify(subject(), from, until));
	let may = actor(REGISTRANT, Error::NotAccredited);
	Row::new(name("certify"), may, things, move || certify(subject(), 0, u64::MAX))
		.case(Right, of(|| Subject::Product(part()), 0, u64::MAX))
		.case(
			Right,
			given(made).calling(|| certify(Subject::Making(making()), 0, u64::MAX)),
		)
		.case(Stranger, by(OWNER).fails(Error::NotAccredited))
		.case(FrozenMachine, then(freeze))
		.case(
			WrongState,
			of(|| Subject::Thing(item_of(part(), "B")), 0, u64::MAX).fails(Error::UnknownThing),
		)
		.case(
			WrongState,
			of(|| Subject::Making(no_making()), 0, u64::MAX).fails(Error::UnknownThing),
		)
		.case(
			WrongState,
			of(|| Subject::Product(Gtin(1)), 0, u64::MAX).fails(Error::UnknownThing),
		)
		.case(Zero, of(subject, 0, 0).fails(Error::BadTime))
		.case(Maximum, of(subject, u64::MAX, u64::MAX).fails(Error::BadTime))
		.case(Maximum, of(subject, u64::MAX - 1, u64::MAX))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, IN_NATIVE)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(REGISTRANT))).fails(TokenError::FundsUnavailable),
		)
		.case(TooLate, of(subject, 0, 1).fails(Error::AlreadyOver))
		.case(
			TooLate,
			then(|| accredit(Role::Certifier, now() + WINDOW))
				.then(later(WINDOW))
				.fails(Error::NotAccredited),
		)
}

fn no_certificate() -> CertificateId {
	CertificateId::from(1)
}

fn revoke_certificate() -> Row {
	let revokes = |certificate: fn() -> CertificateId| {
		move || Call::<Runtime>::revoke_certificate {
			certificate: certificate(),
		}
	};
	let may = actor(REGISTRANT, Error::NotTheIssuer);
	Row::new(name("revoke_certificate"), may, certified, revokes(certificate))
		// Accredited or not.
		.case(
			Right,
			then(|| {
				root_acts(Call::withdraw_accreditation {
					who: account(REGISTRANT),
					role: Role::Certifier,
				});
			}),
		)
		.case(Stranger, by(OWNER).fails(Error::NotTheIssuer))
		.case(FrozenMachine, then(freeze))
		.case(
			WrongState,
			calling(revokes(no_certificate)).fails(Error::UnknownCertificate),
		)
		.case(
			WrongState,
			then(move || act(REGISTRANT, revokes(certificate)())).fails(Error::AlreadyRevoked),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.at_any_time(WINDOW)
}

fn remove_certificate() -> Row {
	let removes = |certificate: fn() -> CertificateId| {
		move || Call::<Runtime>::remove_certificate {
			certificate: certificate(),
		}
	};
	let over = || {
		certified();
		crate::chain::pass(WINDOW);
	};
	let may = actor(REGISTRANT, Error::NotTheIssuer);
	Row::new(name("remove_certificate"), may, over, removes(certificate))
		.case(Stranger, by(OWNER).fails(Error::NotTheIssuer))
		.case(FrozenMachine, then(freeze))
		.case(
			WrongState,
			calling(removes(no_certificate)).fails(Error::UnknownCertificate),
		)
		.case(
			WrongState,
			given(certified).then(later(WINDOW - 1)).fails(Error::StillValid),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.at_any_time(WINDOW)
}
