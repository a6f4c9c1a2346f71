//! Every call with every origin.

use super::run;
use crate::{mock::*, Call, Error};
use bpiiot_primitives::MachineId;
use frame_support::traits::GetCallName;
use sp_runtime::{DispatchError, TokenError};

/// Key 1 is the machine's, key 2 a decommissioned machine's, key 3 not used yet.
fn calls(machine: MachineId, signer: &AccountId) -> Vec<Call<Test>> {
	vec![
		Call::register {
			key: key(3),
			proof: proof(signer, 3),
			profile: profile(),
			fee_allowance: ALLOWANCE,
		},
		Call::set_profile {
			machine,
			profile: profile(),
		},
		Call::set_fee_allowance { machine, allowance: 1 },
		Call::set_service {
			machine,
			in_service: false,
		},
		Call::deposit { machine, amount: ED },
		Call::withdraw { machine, amount: ED },
		Call::decommission { machine },
	]
}

/// What each origin gets, in the order none, root, stranger, owner, key, retired key.
fn expected(call: &str) -> Option<[Result<(), DispatchError>; 6]> {
	let bad = || Err(DispatchError::BadOrigin);
	let no = |error: Error<Test>| Err(error.into());
	let poor = || Err(TokenError::FundsUnavailable.into());
	let of_owner = || {
		Some([
			bad(),
			bad(),
			no(Error::NotOwner),
			Ok(()),
			no(Error::NotOwner),
			no(Error::NotOwner),
		])
	};
	match call {
		"register" => Some([
			bad(),
			bad(),
			Ok(()),
			Ok(()),
			no(Error::OwnerIsMachine),
			no(Error::OwnerIsMachine),
		]),
		"set_service" => {
			let (stranger, retired) = (no(Error::NotOwnerNorMachine), no(Error::MachineDecommissioned));
			Some([bad(), bad(), stranger, Ok(()), Ok(()), retired])
		}
		"deposit" => Some([bad(), bad(), Ok(()), Ok(()), poor(), poor()]),
		"set_profile" | "set_fee_allowance" | "withdraw" | "decommission" => of_owner(),
		_ => None,
	}
}

#[test]
fn each_call_answers_each_origin() {
	let as_signed = |who: AccountId| (RuntimeOrigin::signed(who.clone()), who);
	let origins = || {
		[
			(RuntimeOrigin::none(), stranger()),
			(RuntimeOrigin::root(), stranger()),
			as_signed(stranger()),
			as_signed(owner()),
			as_signed(key(1)),
			as_signed(key(2)),
		]
	};
	for row in 0..Call::<Test>::get_call_names().len() {
		for (column, (origin, signer)) in origins().into_iter().enumerate() {
			ExtBuilder::default().build_and_execute(|| {
				let machine = registered(1);
				decommissioned(2);
				run(
					RuntimeOrigin::signed(stranger()),
					Call::deposit {
						machine,
						amount: 10 * ED,
					},
				)
				.expect("he has money");

				let call = calls(machine, &signer).swap_remove(row);
				let name = call.get_call_name();
				let expected = expected(name).expect("each call has a row")[column];
				assert_eq!(run(origin, call), expected, "{name} by origin {column}");
			});
		}
	}
}

#[test]
fn each_call_has_a_row() {
	ExtBuilder::default().build_and_execute(|| {
		let rows = calls(MachineId([0; 32]), &owner())
			.iter()
			.map(Call::get_call_name)
			.collect::<Vec<_>>();
		assert_eq!(rows, Call::<Test>::get_call_names());
		assert!(rows.iter().all(|call| expected(call).is_some()));
	});
}

#[test]
fn each_call_names_an_unknown_machine() {
	ExtBuilder::default().build_and_execute(|| {
		for call in calls(MachineId([0; 32]), &owner()).into_iter().skip(1) {
			assert_eq!(
				run(RuntimeOrigin::signed(owner()), call),
				Err(Error::<Test>::UnknownMachine.into())
			);
		}
	});
}
