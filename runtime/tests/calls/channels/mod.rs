//! Rows of the payment channels.

mod ending;
mod paying;
mod story;

use crate::{chain::Signature, prelude::*, table::Scenario};
use bpiiot_primitives::ChannelId;
use bpiiot_runtime::{Balance, Hash, RuntimeCall};
use bpiiot_voucher::{SignedTally, Word};

type Error = pallet_channels::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;
type EscrowError = pallet_escrow::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[paying::rows(), ending::rows()]
		.into_iter()
		.flatten()
		.map(Row::in_all_money)
		.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Channels", call)
}

/// Of [`Overflow`].
const WAS_A_NUMBER: &str = "no more can come of it than what was put in, which was a number then";

/// A voucher that is none for the newest channel: signed by the payee, as another word, and for another channel.
fn forgeries() -> [fn() -> SignedTally; 3] {
	[
		|| signed_for(this_chain(), channel(), Word::Voucher, used(), &payee_key()),
		|| signed_for(this_chain(), channel(), Word::Tick, used(), &payer_key()),
		|| signed_for(this_chain(), NO_CHANNEL, Word::Voucher, used(), &payer_key()),
	]
}

/// A voucher of another chain.
fn of_other_chain() -> SignedTally {
	signed_for(Hash::repeat_byte(1), channel(), Word::Voucher, used(), &payer_key())
}

impl Row {
	/// A call on a channel, right where it stands here: elsewhere it fails with the error of that place, and so it does on a
	/// channel that is not.
	fn at_flows<C: Into<RuntimeCall>>(
		self,
		right: &[Flow],
		error_at: fn(Flow) -> Error,
		call: impl Fn(ChannelId) -> C + 'static,
	) -> Self {
		let row = self.case(
			WrongState,
			calling(move || call(NO_CHANNEL)).fails(Error::UnknownChannel),
		);
		Flow::ALL.into_iter().fold(row, |row, flow| {
			let there = given(move || channel_at(flow));
			match right.contains(&flow) {
				true => row.case(Right, there),
				false => row.case(WrongState, there.fails(error_at(flow))),
			}
		})
	}

	/// A call of the payer's, who may be a machine: its key of now makes it.
	fn of_a_paying_machines_key_too(self, flow: Flow) -> Self {
		let paid = move || given(move || machines_channel_at(flow));
		self.case(Right, paid().by(ROBOT))
			.case(Right, paid().by(ROBOT).sent(Signature::Good))
			.case(
				RotatedKey,
				paid().then(rotate_robot).by(ROBOT).fails(MachinesError::KeyRetired),
			)
			.case(RotatedKey, paid().then(rotate_robot).by(NEXT_ROBOT))
			.case(
				FrozenMachine,
				paid().then(freeze_robot).by(ROBOT).fails(MachinesError::MachineFrozen),
			)
	}

	/// The same, and its owner makes it too, also when there is no key that may.
	fn of_a_paying_machine_too(self, flow: Flow) -> Self {
		let paid = move || given(move || machines_channel_at(flow));
		self.of_a_paying_machines_key_too(flow)
			.case(Right, paid())
			.case(FrozenMachine, paid().then(freeze_robot))
			.case(WrongState, paid().then(end_robot))
			.case(Stranger, paid().by(STRANGER).fails(Error::NotThePayer))
	}

	/// A call that takes nothing from its caller and fills no list.
	fn takes_nothing(self) -> Self {
		self.never(&[FullList], FILLS_NO_LIST)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
	}

	/// It does not matter that the payer has bought the machine that is paid, which has so much afterwards.
	fn of_one_owner_too(self, scenario: Scenario, has: fn() -> Balance) -> Self {
		self.case(
			OwnCounterparty,
			scenario.then(|| sell(CUSTOMER)).leaves(move || machine_has(has())),
		)
	}

	/// What is wrong with one voucher, and the error that tells it. `call` makes the call with a voucher.
	fn with_bad_vouchers<C: Into<RuntimeCall> + 'static>(self, call: fn(SignedTally) -> C) -> Self {
		let with = move |voucher: fn() -> SignedTally| calling(move || call(voucher()));
		let row = forgeries().into_iter().fold(self, |row, forged| {
			row.case(OtherOwner, with(forged).fails(Error::BadSignature))
		});
		row.case(OtherChain, with(of_other_chain).fails(Error::BadSignature))
			.case(Maximum, with(|| voucher(stake())))
			.case(Maximum, with(|| voucher(stake() + 1)).fails(Error::OverDeposit))
			.case(Maximum, with(|| voucher(MOST)).fails(Error::OverDeposit))
			.never(&[Overflow], WAS_A_NUMBER)
	}
}

/// What a call that must not be made in this place says.
fn ended_or_closing(flow: Flow) -> Error {
	match flow {
		Flow::Closing => Error::AlreadyClosing,
		_ => Error::Ended,
	}
}
