//! Every call with every origin.

use super::{run, signed};
use crate::{mock::*, Call, Error};
use bpiiot_primitives::{MachineId, SpendPurpose};
use frame_support::{assert_ok, traits::GetCallName};
use sp_runtime::{DispatchError, TokenError};

/// To whom the machine is offered.
fn buyer() -> AccountId {
	account(b"buyer")
}

/// Key 1 is the machine's, key 2 a decommissioned machine's, key 3 not used yet, key 4 the one that key 1 replaced.
fn calls(machine: MachineId, signer: &AccountId) -> Vec<Call<Test>> {
	vec![
		Call::register {
			key: key(3),
			proof: proof(signer, 3),
			profile: profile(),
			encryption_key: ENCRYPTION_KEY,
			fee_allowance: once(ALLOWANCE),
		},
		Call::set_profile {
			machine,
			profile: profile(),
		},
		Call::set_fee_allowance {
			machine,
			allowance: once(1),
		},
		Call::set_service {
			machine,
			in_service: false,
		},
		Call::deposit {
			machine,
			asset: NATIVE,
			amount: ED,
		},
		Call::withdraw {
			machine,
			asset: NATIVE,
			amount: ED,
		},
		Call::decommission { machine },
		Call::rotate_key {
			machine,
			new_key: key(3),
			proof: rotation_proof(&machine, 3),
		},
		Call::rotate_encryption_key { machine, key: [1; 32] },
		Call::freeze { machine },
		Call::unfreeze { machine },
		Call::offer_ownership {
			machine,
			to: Some(buyer()),
		},
		Call::accept_ownership { machine, at_least: ED },
		Call::set_spending_policy {
			machine,
			policy: Some(policy(SpendPurpose::Bond, 1)),
		},
	]
}

/// What each origin gets, in the order none, root, stranger, owner, key, replaced key, key of a decommissioned machine,
/// buyer.
fn expected(call: &str) -> Option<[Result<(), DispatchError>; 8]> {
	let bad = || Err(DispatchError::BadOrigin);
	let no = |error: Error<Test>| Err(error.into());
	let poor = || Err(TokenError::FundsUnavailable.into());
	let each =
		|stranger, owner, key, replaced, gone, buyer| Some([bad(), bad(), stranger, owner, key, replaced, gone, buyer]);
	let (not_owner, neither) = (|| no(Error::NotOwner), || no(Error::NotOwnerNorMachine));
	let (machine, not_offered) = (|| no(Error::OwnerIsMachine), || no(Error::NotOffered));
	match call {
		"register" => each(Ok(()), Ok(()), machine(), machine(), machine(), Ok(())),
		"set_service" | "rotate_key" | "rotate_encryption_key" => {
			let (replaced, gone) = (no(Error::KeyRetired), no(Error::MachineDecommissioned));
			each(neither(), Ok(()), Ok(()), replaced, gone, neither())
		}
		"deposit" => each(Ok(()), Ok(()), poor(), poor(), poor(), Ok(())),
		"accept_ownership" => each(
			not_offered(),
			not_offered(),
			not_offered(),
			not_offered(),
			not_offered(),
			Ok(()),
		),
		"set_profile"
		| "set_fee_allowance"
		| "withdraw"
		| "decommission"
		| "freeze"
		| "unfreeze"
		| "offer_ownership"
		| "set_spending_policy" => each(not_owner(), Ok(()), not_owner(), not_owner(), not_owner(), not_owner()),
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
			as_signed(key(4)),
			as_signed(key(2)),
			as_signed(buyer()),
		]
	};
	for row in 0..Call::<Test>::get_call_names().len() {
		for (column, (origin, signer)) in origins().into_iter().enumerate() {
			ExtBuilder::default().balance(buyer(), ENDOWMENT).build_and_execute(|| {
				let machine = registered(4);
				rotated(&machine, 1);
				decommissioned(2);
				let to = Some(buyer());
				assert_ok!(signed(&owner(), Call::offer_ownership { machine, to }));
				run(
					RuntimeOrigin::signed(stranger()),
					Call::deposit {
						machine,
						asset: NATIVE,
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
