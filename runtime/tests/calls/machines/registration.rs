//! The beginning and the end of a machine, and what it says of itself.

use super::{full_profile, name, Error, OTHER_KEY};
use crate::prelude::*;
use bpiiot_runtime::{Hash, BPI};
use pallet_machines::{Call, FeeAllowance, MachineProfile};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![register_row(), set_profile(), set_service(), decommission_row()]
}

fn register_row() -> Row {
	let other = Hash::repeat_byte(1);
	let again = || register(KEY, proof(this_chain(), OWNER, KEY, 1));
	let with = |profile: fn() -> MachineProfile, amount, period| {
		calling(move || {
			let proof = proof(this_chain(), OWNER, OTHER_KEY, 1);
			register_with(OTHER_KEY, proof, profile(), FeeAllowance { amount, period })
		})
	};
	let may = MayCall {
		// The proof is for the owner.
		stranger: Outcome::Fails(Error::BadProof.into()),
		..only(OWNER, Error::OwnerIsMachine)
	};
	let right = || register(OTHER_KEY, proof(this_chain(), OWNER, OTHER_KEY, 1));
	Row::new(name("register"), may, registered, right)
		.case(WrongState, calling(again).fails(Error::KeyAlreadyUsed))
		.case(
			WrongState,
			then(decommission).calling(again).fails(Error::KeyAlreadyUsed),
		)
		// Bob collates: what he has would be out of his reach.
		.case(
			WrongState,
			calling(|| register(BUYER, proof(this_chain(), OWNER, BUYER, 1))).fails(Error::KeyInUse),
		)
		.case(Zero, with(MachineProfile::default, 0, 0))
		.case(Maximum, with(MachineProfile::default, MOST, 0))
		.case(
			Maximum,
			with(MachineProfile::default, BPI, u64::MAX).fails(Error::PeriodOutOfRange),
		)
		.case(FullList, with(full_profile, BPI, 0))
		.case(
			OwnCounterparty,
			calling(|| register(OWNER, proof(this_chain(), OWNER, OWNER, 1))).fails(Error::KeyIsOwner),
		)
		.case(
			OtherChain,
			calling(move || register(OTHER_KEY, proof(other, OWNER, OTHER_KEY, 1))).fails(Error::BadProof),
		)
		.case(
			OtherOwner,
			calling(|| register(OTHER_KEY, proof(this_chain(), STRANGER, OTHER_KEY, 1))).fails(Error::BadProof),
		)
		.case(
			UsedNonce,
			calling(|| register(OTHER_KEY, proof(this_chain(), OWNER, OTHER_KEY, 0))).fails(Error::BadProof),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[TooLate], NO_DEADLINE)
}

fn set_profile() -> Row {
	let set = |machine, profile| Call::<Runtime>::set_profile { machine, profile };
	let named = || MachineProfile {
		model: list(*b"Solid TB 16"),
		..Default::default()
	};
	Row::new(name("set_profile"), owner(), registered, move || {
		set(machine(), named())
	})
	.on_a_machine(move |machine| set(machine, named()))
	.case(WrongState, calling(move || set(machine(), Default::default())).idly())
	.case(FullList, calling(move || set(machine(), full_profile())))
	.moves_no_money()
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[TooLate], NO_DEADLINE)
}

fn set_service() -> Row {
	let set = |machine| Call::<Runtime>::set_service {
		machine,
		in_service: false,
	};
	let may = actor(KEY, Error::NotOwnerNorMachine);
	Row::new(name("set_service"), may, registered, move || set(machine()))
		.on_a_machine(set)
		.case(Right, by(OWNER))
		.case(FrozenMachine, then(freeze).by(OWNER))
		.moves_no_money()
		.plain()
}

fn decommission_row() -> Row {
	let end = |machine| Call::<Runtime>::decommission { machine };
	let row = Row::new(name("decommission"), owner(), registered, move || end(machine()));
	let row = Stage::ALL
		.into_iter()
		.filter(|stage| *stage != Stage::Settled)
		.fold(row, |row, stage| {
			row.case(WrongState, given(move || at(stage)).fails(Error::WorkOpen))
		});
	// And so is what it has sold and not delivered.
	let row = [Leg::Placed, Leg::Arrived, Leg::Refused, Leg::Argued]
		.into_iter()
		.fold(row, |row, leg| {
			row.case(WrongState, given(move || bought(leg)).fails(Error::WorkOpen))
		});
	row.on_a_machine(end)
		.case(Right, given(|| bought(Leg::Paid)))
		// A bid is no work: it is struck at the award.
		.case(Right, given(bid_on))
		.case(FrozenMachine, then(freeze))
		// What it has in assets stays where it is.
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(block_machine))
		.never(&[UnlistedAsset], NAMES_NO_ASSET)
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}
