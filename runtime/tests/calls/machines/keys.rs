//! The keys of a machine.

use super::{name, Error, OTHER_KEY};
use crate::prelude::*;
use bpiiot_primitives::MachineId;
use bpiiot_runtime::Hash;
use pallet_machines::Call;
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![rotate_key(), rotate_encryption_key(), freeze_row(), unfreeze()]
}

fn rotate_key() -> Row {
	let to = |machine, key: &'static str, proof| Call::<Runtime>::rotate_key {
		machine,
		new_key: account(key),
		proof,
	};
	let with = move |chain: fn() -> Hash, of: fn() -> MachineId, rotations| {
		move || to(machine(), NEXT_KEY, rotation_proof(chain(), of(), NEXT_KEY, rotations))
	};
	let right = with(this_chain, machine, 0);
	let may = actor(KEY, Error::NotOwnerNorMachine);
	Row::new(name("rotate_key"), may, registered, right)
		.on_a_machine(move |machine| to(machine, NEXT_KEY, rotation_proof(this_chain(), machine, NEXT_KEY, 0)))
		.case(Right, by(OWNER))
		.case(FrozenMachine, then(freeze).by(OWNER))
		// A key that is or was a machine's stays that.
		.case(
			WrongState,
			then(rotate)
				.calling(move || to(machine(), KEY, rotation_proof(this_chain(), machine(), KEY, 1)))
				.by(OWNER)
				.fails(Error::KeyAlreadyUsed),
		)
		.case(
			OwnCounterparty,
			calling(move || to(machine(), OWNER, rotation_proof(this_chain(), machine(), OWNER, 0)))
				.fails(Error::KeyIsOwner),
		)
		.case(
			OtherChain,
			calling(with(|| Hash::repeat_byte(1), machine, 0)).fails(Error::BadProof),
		)
		.case(
			OtherOwner,
			calling(with(this_chain, || NO_MACHINE, 0)).fails(Error::BadProof),
		)
		.case(
			UsedNonce,
			then(rotate)
				.calling(move || {
					to(
						machine(),
						OTHER_KEY,
						rotation_proof(this_chain(), machine(), OTHER_KEY, 0),
					)
				})
				.by(OWNER)
				.fails(Error::BadProof),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| {
				act(
					OWNER,
					Call::set_fee_allowance {
						machine: machine(),
						allowance: allowance(0),
					},
				);
			})
			.fails(Error::AllowanceTooSmall),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[TooLate], NO_DEADLINE)
}

fn rotate_encryption_key() -> Row {
	let to = |machine| Call::<Runtime>::rotate_encryption_key { machine, key: [1; 32] };
	let may = actor(KEY, Error::NotOwnerNorMachine);
	Row::new(name("rotate_encryption_key"), may, registered, move || to(machine()))
		.on_a_machine(to)
		.case(Right, by(OWNER))
		.case(FrozenMachine, then(freeze).by(OWNER))
		.moves_no_money()
		.plain()
}

fn freeze_row() -> Row {
	let freezes = |machine| Call::<Runtime>::freeze { machine };
	Row::new(name("freeze"), owner(), registered, move || freezes(machine()))
		.on_a_machine(freezes)
		.case(FrozenMachine, then(freeze).idly())
		.moves_no_money()
		.plain()
}

fn unfreeze() -> Row {
	let thaws = |machine| Call::<Runtime>::unfreeze { machine };
	let frozen = || {
		registered();
		freeze();
	};
	Row::new(name("unfreeze"), owner(), frozen, move || thaws(machine()))
		.on_a_machine(thaws)
		.case(WrongState, given(registered).idly())
		.moves_no_money()
		.plain()
}
