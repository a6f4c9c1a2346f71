//! How channels end.

use super::{ended_or_closing, name, Error, EscrowError};
use crate::{chain::Signature, prelude::*};
use bpiiot_runtime::Balance;
use bpiiot_voucher::SignedTally;
use pallet_channels::Call;

pub fn rows() -> Vec<Row> {
	vec![request_close(), close(), close_together_row(), expire(), remove()]
}

/// What is paid at the end, when nothing is the machine's.
const ALL_BACK: [Payment; 2] = [
	(Party::Customer, Party::Customer, stake),
	(Party::Chain, Party::Customer, channel_fee),
];

/// What is paid at the end, when something is.
const SOME_PAID: [Payment; 3] = [
	(Party::Machine, Party::Customer, used),
	(Party::Customer, Party::Customer, unused),
	(Party::Chain, Party::Customer, channel_fee),
];

/// A voucher was paid before.
fn used_before() {
	act(STRANGER, redeem(used()));
}

fn request_close() -> Row {
	let asks = |channel, newest| Call::<Runtime>::request_close { channel, newest };
	let with = |voucher: SignedTally| Call::<Runtime>::request_close {
		channel: channel(),
		newest: Some(voucher),
	};
	let may = actor(CUSTOMER, Error::NotThePayer);
	let opened = || channel_at(Flow::Open);
	Row::new(name("request_close"), may, opened, move || asks(channel(), None))
		.at_flows(&[Flow::Open], ended_or_closing, move |channel| asks(channel, None))
		.with_a_frozen_machine_too()
		.of_a_paying_machine_too(Flow::Open)
		.case(Stranger, by(OWNER).fails(Error::NotThePayer))
		.case(Stranger, by(KEY).fails(Error::NotThePayer))
		.with_bad_vouchers(with)
		// No newer than what was paid: passed over.
		.case(Zero, calling(move || with(voucher(0))).leaves(|| channel_has_paid(0)))
		.case(
			UsedNonce,
			then(used_before)
				.calling(move || with(voucher(used())))
				.leaves(|| channel_has_paid(used())),
		)
		.pays([])
		.case(BlockedPayee, then(block_machine).leaves(|| credited([])))
		.pays_when(
			move || calling(move || with(voucher(used()))),
			[(Party::Machine, Party::Customer, used)],
		)
		.of_one_owner_too(calling(move || with(voucher(used()))), || savings() + used())
		.takes_nothing()
		.in_time(LIFETIME, Error::Expired)
}

fn close() -> Row {
	let ends = |channel, newest| Call::<Runtime>::close { channel, newest };
	let with = |voucher: SignedTally| Call::<Runtime>::close {
		channel: channel(),
		newest: Some(voucher),
	};
	let may = actor(KEY, Error::NotThePayee);
	let opened = || channel_at(Flow::Open);
	Row::new(name("close"), may, opened, move || ends(channel(), None))
		.at_flows(&Flow::RUNNING, |_| Error::Ended, move |channel| ends(channel, None))
		.by_the_next_key_too()
		.case(Right, by(OWNER))
		.case(FrozenMachine, then(freeze).by(OWNER))
		.case(WrongState, then(decommission).by(OWNER))
		.case(Stranger, by(CUSTOMER).fails(Error::NotThePayee))
		.with_bad_vouchers(with)
		.case(Zero, calling(move || with(voucher(0))).leaves(|| channel_has_paid(0)))
		.case(
			UsedNonce,
			then(used_before)
				.calling(move || with(voucher(used())))
				.leaves(|| channel_has_paid(used())),
		)
		.pays(ALL_BACK)
		.pays_when(move || calling(move || with(voucher(used()))), SOME_PAID)
		// Whoever has bought the machine ends it in the seller's place.
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(CUSTOMER).leaves(|| machine_has(savings())),
		)
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(OWNER).fails(Error::NotThePayee),
		)
		.takes_nothing()
		// With nothing to be paid there is no hurry.
		.at_any_time(LIFETIME)
		.case(TooLate, then(later(LIFETIME)).calling(move || with(voucher(used()))))
		.case(
			TooLate,
			then(later(LIFETIME + 1))
				.calling(move || with(voucher(used())))
				.fails(Error::Expired),
		)
		.case(
			TooLate,
			given(|| channel_at(Flow::Closing))
				.then(later(CHALLENGE + 1))
				.calling(move || with(voucher(used())))
				.fails(Error::TooLate),
		)
}

fn close_together_row() -> Row {
	let agreed = |amount: fn() -> Balance| calling(move || close_together(amount(), [&payer_key(), &payee_key()]));
	let right = || close_together(used(), [&payer_key(), &payee_key()]);
	let opened = || channel_at(Flow::Open);
	// Nobody has signed for a channel that is not.
	let of_none = || Call::<Runtime>::close_together {
		channel: NO_CHANNEL,
		last: tally(used()),
		payer_signature: Default::default(),
		payee_signature: Default::default(),
	};
	let row = Row::new(name("close_together"), anybody(OWNER), opened, right)
		.case(Right, given(|| channel_at(Flow::Closing)))
		.case(Right, by(KEY).sent(Signature::Good))
		.case(WrongState, calling(of_none).fails(Error::UnknownChannel))
		.case(WrongState, given(|| channel_at(Flow::Settled)).fails(Error::Ended))
		.case(WrongState, then(decommission))
		.with_a_frozen_machine_too();
	// By one of them twice, or by both in each other's place.
	let forgeries: [fn() -> Call<Runtime>; 3] = [
		|| close_together(used(), [&payer_key(), &payer_key()]),
		|| close_together(used(), [&payee_key(), &payee_key()]),
		|| close_together(used(), [&payee_key(), &payer_key()]),
	];
	let row = forgeries.into_iter().fold(row, |row, forged| {
		row.case(OtherOwner, calling(forged).fails(Error::BadSignature))
	});
	row
		// A voucher is no end.
		.case(
			OtherOwner,
			calling(|| Call::<Runtime>::close_together {
				channel: channel(),
				last: tally(used()),
				payer_signature: voucher(used()).signature,
				payee_signature: voucher(used()).signature,
			})
			.fails(Error::BadSignature),
		)
		.case(Zero, agreed(|| 0))
		.case(
			Zero,
			then(used_before)
				.calling(|| close_together(used() - 1, [&payer_key(), &payee_key()]))
				.fails(Error::LessThanPaid),
		)
		.case(Maximum, agreed(stake))
		.case(Maximum, agreed(|| stake() + 1).fails(Error::OverDeposit))
		.case(Maximum, agreed(|| MOST).fails(Error::OverDeposit))
		.never(&[Overflow], super::WAS_A_NUMBER)
		.pays(SOME_PAID)
		.of_one_owner_too(as_ever(), || savings() + used())
		.takes_nothing()
		.in_time(LIFETIME, Error::Expired)
		.case(
			TooLate,
			given(|| channel_at(Flow::Closing))
				.then(later(CHALLENGE + 1))
				.fails(Error::TooLate),
		)
}

fn expire() -> Row {
	let ends = |channel| Call::<Runtime>::expire { channel };
	let over = || {
		channel_at(Flow::Open);
		crate::chain::pass(LIFETIME + 1);
	};
	Row::new(name("expire"), anybody(STRANGER), over, move || ends(channel()))
		.case(
			WrongState,
			calling(move || ends(NO_CHANNEL)).fails(Error::UnknownChannel),
		)
		.case(WrongState, given(|| channel_at(Flow::Settled)).fails(Error::Ended))
		.case(
			WrongState,
			then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
		)
		.with_a_frozen_machine_too()
		.pays(ALL_BACK)
		.pays_when(
			|| {
				given(|| {
					channel_at(Flow::Open);
					used_before();
				})
				.then(later(LIFETIME + 1))
			},
			[
				(Party::Customer, Party::Customer, unused),
				(Party::Chain, Party::Customer, channel_fee),
			],
		)
		.of_one_owner_too(as_ever(), savings)
		.never(&AMOUNTS, NO_AMOUNT)
		.takes_nothing()
		.case(
			TooLate,
			given(|| channel_at(Flow::Open))
				.then(later(LIFETIME))
				.fails(Error::NotExpired),
		)
		.case(
			TooLate,
			given(|| channel_at(Flow::Closing))
				.then(later(CHALLENGE))
				.fails(Error::NotExpired),
		)
		.case(TooLate, given(|| channel_at(Flow::Closing)).then(later(CHALLENGE + 1)))
}

fn remove() -> Row {
	let removes = |channel| Call::<Runtime>::remove { channel };
	let may = actor(CUSTOMER, Error::NotThePayer);
	let settled = || channel_at(Flow::Settled);
	Row::new(name("remove"), may, settled, move || removes(channel()))
		.at_flows(&[Flow::Settled], |_| Error::NotSettled, removes)
		.with_a_frozen_machine_too()
		.of_a_paying_machine_too(Flow::Settled)
		.case(Stranger, by(OWNER).fails(Error::NotThePayer))
		.case(
			WrongState,
			then(move || act(CUSTOMER, removes(channel())))
				.calling(move || removes(NO_CHANNEL))
				.fails(Error::UnknownChannel),
		)
		.pays([(Party::Customer, Party::Customer, channel_deposit)])
		.of_one_owner_too(as_ever(), savings)
		.never(&AMOUNTS, NO_AMOUNT)
		.takes_nothing()
		.at_any_time(LIFETIME)
		.case(Right, then(|| impoverish(&account(CUSTOMER))))
}
