//! Readings that are asked for, and what comes of it.

use super::{name, Error, EscrowError, MachinesError, IN_NATIVE};
use crate::{chain::skip, prelude::*};
use bpiiot_primitives::{AssetKind, ChallengeId};
use bpiiot_runtime::{Balance, BPI};
use bpiiot_seal::Proof;
use frame_support::traits::Get;
use pallet_telemetry::Call;
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![challenge_row(), produce(), expire()]
}

const NO_CHALLENGE: ChallengeId = ChallengeId(1);

/// What the customer asks for, of which something is different.
fn asking(batch: u64, first: u32, count: u32, window: u64) -> Call<Runtime> {
	Call::challenge {
		machine: machine(),
		batch,
		first,
		count,
		window,
	}
}

/// The customer's machine has an order about the other one.
fn citable_by_robot() {
	ticketed();
	trading_robot();
	act(ROBOT, offer_service(service()));
	act(OWNER, accept_offer());
	measures(&[GOOD; 3]);
}

/// As many as there may be ask for readings of the machine.
fn crowd() {
	citable();
	let most = <<Runtime as pallet_telemetry::Config>::MaxChallenges as Get<u32>>::get();
	for nth in 0..most {
		let name = one_of_many(nth);
		// Each of them needs an order, and the ticket takes one at a time.
		let call = pallet_diagnostics::Call::cancel {
			order: repair(),
			reason: Default::default(),
		};
		act(OWNER, call);
		let mut terms = service();
		(terms.asset, terms.price) = (AssetKind::Native, BPI);
		terms.conditions.bond = Default::default();
		let (ticket, maintainer) = (ticket(), account(&name));
		act(
			OWNER,
			pallet_diagnostics::Call::assign {
				ticket,
				maintainer,
				terms,
			},
		);
		act(&name, cite(0, 1));
	}
	let call = pallet_diagnostics::Call::cancel {
		order: repair(),
		reason: Default::default(),
	};
	act(OWNER, call);
	act(OWNER, assign(service()));
}

fn challenge_row() -> Row {
	let ask = |batch, first, count, window| calling(move || asking(batch, first, count, window));
	let row = Row::new(name("challenge"), actor(CUSTOMER, Error::NotAParty), citable, || {
		cite(0, 1)
	})
	.case(Right, ask(1, 1, 2, DAY))
	.case(Right, ask(1, 0, 3, 14 * DAY))
	.case(Right, given(citable_by_robot).by(ROBOT))
	// Who was named and has not agreed is asked to rely on them.
	.case(
		Right,
		given(|| {
			repaired(Repair::Named);
			measures(&[GOOD; 3]);
		}),
	)
	.case(Stranger, by(OWNER).fails(Error::OwnEvidence))
	.case(Stranger, by(KEY).fails(Error::OwnEvidence))
	.case(
		Stranger,
		given(|| {
			repaired(Repair::Done);
			measures(&[GOOD]);
		})
		.fails(Error::NotAParty),
	)
	.with_a_frozen_machine_too()
	.case(WrongState, given(trading).fails(Error::NoSeries))
	.case(WrongState, ask(2, 0, 1, DAY).fails(Error::UnknownBatch))
	.case(WrongState, given(cited).fails(Error::AlreadyChallenged))
	.case(WrongState, given(withheld).fails(Error::AlreadyWithheld))
	.case(Zero, ask(1, 0, 0, DAY).fails(Error::BadPlaces))
	.case(Zero, ask(0, 0, 1, DAY).fails(Error::UnknownBatch))
	.case(Zero, ask(1, 0, 1, 0).fails(Error::WindowOutOfRange))
	.case(Zero, ask(1, 0, 1, DAY - 1).fails(Error::WindowOutOfRange))
	.case(Maximum, ask(1, 2, 2, DAY).fails(Error::BadPlaces))
	.case(Maximum, ask(1, 0, 17, DAY).fails(Error::BadPlaces))
	.case(Maximum, ask(u64::MAX, 0, 1, DAY).fails(Error::UnknownBatch))
	.case(Maximum, ask(1, 0, 1, 14 * DAY + 1).fails(Error::WindowOutOfRange))
	.case(Maximum, ask(1, 0, 1, u64::MAX).fails(Error::WindowOutOfRange))
	.case(Overflow, ask(1, u32::MAX, 1, DAY).fails(Error::BadPlaces))
	.never(&ASSETS, IN_NATIVE)
	.case(OwnCounterparty, then(|| sell(CUSTOMER)).fails(Error::OwnEvidence))
	.case(
		DepositUnaffordable,
		then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
	)
	.case(
		DepositUnaffordable,
		given(citable_by_robot)
			.then(|| allow_robot_native(1))
			.by(ROBOT)
			.fails(MachinesError::OverSpendingCap),
	)
	.never(&[TooLate], NO_DEADLINE);
	row.case(FullList, given(crowd).fails(Error::TooManyChallenges))
}

/// The customer lets his machine spend so much of the native token.
fn allow_robot_native(cap: Balance) {
	let (machine, policy) = (machine_of(ROBOT), Some(policy([AssetKind::Native], cap)));
	act(CUSTOMER, pallet_machines::Call::set_spending_policy { machine, policy });
}

/// What was asked for was not produced, and who asked may again.
fn withheld() {
	citable();
	// An order that is still open by then.
	let reason = Default::default();
	let order = repair();
	act(OWNER, pallet_diagnostics::Call::cancel { order, reason });
	let mut terms = service();
	terms.conditions.response_window = 3 * DAY;
	terms.conditions.work_window = 3 * DAY;
	act(OWNER, assign(terms));
	act(CUSTOMER, cite(0, 1));
	skip(DAY + 1);
	crate::chain::pass(1);
}

fn produce() -> Row {
	let produces = |first, count| Call::<Runtime>::produce {
		challenge: challenge(),
		proof: proven(first, count),
	};
	let forged = |change: fn(&mut Proof)| {
		calling(move || {
			let mut proof = proven(0, 1);
			change(&mut proof);
			Call::produce {
				challenge: challenge(),
				proof,
			}
		})
	};
	Row::new(name("produce"), any_actor(KEY), cited, move || produces(0, 1))
		.case(Right, by(OWNER))
		.case(Right, by(STRANGER))
		// Who has asked may answer himself.
		.case(Right, by(CUSTOMER))
		.case(
			WrongState,
			calling(|| Call::produce {
				challenge: NO_CHALLENGE,
				proof: proven(0, 1),
			})
			.fails(Error::UnknownChallenge),
		)
		.case(WrongState, calling(move || produces(1, 1)).fails(Error::OtherReadings))
		.case(
			WrongState,
			forged(|proof| proof.readings[0].value += 1).fails(Error::ForgedProof),
		)
		.case(WrongState, forged(|proof| proof.path.clear()).fails(Error::ForgedProof))
		.case(WrongState, forged(|proof| proof.batch = 2).fails(Error::OtherReadings))
		.case(WrongState, given(disorderly).fails(Error::Disorderly))
		.case(Zero, forged(|proof| proof.readings.clear()).fails(Error::OtherReadings))
		.case(Maximum, calling(move || produces(0, 3)).fails(Error::OtherReadings))
		.case(
			Maximum,
			forged(|proof| proof.path = vec![[1; 32]; 64]).fails(Error::ForgedProof),
		)
		.case(
			Overflow,
			forged(|proof| proof.first = u32::MAX).fails(Error::OtherReadings),
		)
		.never(&ASSETS, IN_NATIVE)
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.case(TooLate, then(|| skip(DAY)))
		.case(TooLate, then(|| skip(DAY + 1)).fails(Error::TooLate))
		.by_the_next_key_too()
}

/// The machine has anchored a reading that says that it was measured before its batch begins.
fn disorderly() {
	repaired(Repair::Assigned);
	let mut batch = seals(&[GOOD]);
	batch.from += 1;
	batch.to += 1;
	crate::chain::pass(1);
	act(KEY, Call::anchor { batch });
	act(CUSTOMER, cite(0, 1));
}

fn expire() -> Row {
	let expires = |challenge| Call::<Runtime>::expire { challenge };
	let over = || {
		cited();
		skip(DAY + 1);
	};
	Row::new(name("expire"), anybody(STRANGER), over, move || expires(challenge()))
		.case(Right, by(CUSTOMER))
		.case(Right, by(OWNER))
		.case(
			WrongState,
			calling(move || expires(NO_CHALLENGE)).fails(Error::UnknownChallenge),
		)
		.case(
			WrongState,
			then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
		)
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.case(TooLate, given(cited).then(|| skip(DAY)).fails(Error::NotExpired))
}
