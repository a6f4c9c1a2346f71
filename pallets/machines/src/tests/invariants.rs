//! What always holds, and that the checks see it when it does not.

use super::{run, signed};
use crate::{mock::*, Call, Fees, HoldReason, KeyRecord, Keys, MachineStatus, Machines as Records, Registrations};
use bpiiot_primitives::MachineId;
use frame_support::{
	assert_ok,
	traits::{
		fungible::{Inspect, MutateHold},
		tokens::Precision::Exact,
		GetStorageVersion, StorageVersion,
	},
};
use proptest::prelude::*;
use sp_runtime::{DispatchError, StateVersion};

/// Machine 1 is active and machine 2 is decommissioned; then somebody breaks the state.
fn after(broken: impl FnOnce(MachineId, MachineId)) -> Result<(), DispatchError> {
	ExtBuilder::default().build().execute_with(|| {
		let (active, gone) = (registered(1), decommissioned(2));
		assert_ok!(Machines::do_try_state());
		broken(active, gone);
		Machines::do_try_state()
	})
}

fn set(machine: MachineId, change: impl FnOnce(&mut crate::MachineOf<Test>)) {
	Records::<Test>::mutate_extant(machine, change);
}

#[test]
fn try_state_sees_each_broken_state() {
	type Break = fn(MachineId, MachineId);
	let cases: [(&str, Break); 17] = [
		(
			"machines 5: the key of a machine is not known as its key",
			|active, _| {
				Keys::<Test>::insert(
					key(1),
					KeyRecord {
						machine: active,
						live: false,
					},
				);
			},
		),
		("machines 5: the key of a machine is not known as its key", |_, gone| {
			Keys::<Test>::insert(
				key(2),
				KeyRecord {
					machine: gone,
					live: true,
				},
			);
		}),
		("machines 5: the key of a machine is not known as its key", |_, gone| {
			Keys::<Test>::insert(
				key(1),
				KeyRecord {
					machine: gone,
					live: true,
				},
			);
		}),
		("machines 5: the key of a machine is not known as its key", |_, _| {
			Keys::<Test>::remove(key(1))
		}),
		(
			"machines 5: an allowance without a live key, or none with one",
			|active, _| Fees::<Test>::remove(active),
		),
		(
			"machines 5: an allowance without a live key, or none with one",
			|_, gone| {
				Fees::<Test>::insert(gone, crate::FeeRecord::default());
			},
		),
		("machines 5: a machine owns a machine", |active, _| {
			set(active, |machine| machine.owner = key(2))
		}),
		("machines 5: a machine owns a machine", |active, gone| {
			set(active, |machine| machine.owner = gone.account());
		}),
		("machines 5: an owner never registered", |active, _| {
			set(active, |machine| machine.owner = stranger())
		}),
		("machines 5: a key belongs to no machine", |_, _| {
			Keys::<Test>::insert(
				key(3),
				KeyRecord {
					machine: MachineId([0; 32]),
					live: false,
				},
			);
		}),
		("machines 5: a machine has two live keys", |active, _| {
			Keys::<Test>::insert(
				key(3),
				KeyRecord {
					machine: active,
					live: true,
				},
			);
		}),
		("machines 5: a key registers machines", |_, _| {
			Registrations::<Test>::insert(key(1), 1)
		}),
		("machines 5: the account of a key may be reaped", |_, _| {
			System::dec_sufficients(&key(2));
		}),
		("machines 9: an allowance belongs to no machine", |_, _| {
			Fees::<Test>::insert(MachineId([0; 32]), crate::FeeRecord::default());
		}),
		(
			"machines 9: a deposit for a decommissioned machine, or none for another",
			|_, gone| {
				set(gone, |machine| machine.deposit = 1);
			},
		),
		(
			"machines 9: the hold at an owner is not the sum of his machines' deposits",
			|active, _| {
				set(active, |machine| machine.deposit += 1);
			},
		),
		(
			"machines 9: the hold at an owner is not the sum of his machines' deposits",
			|active, _| {
				// The owner has no machine left, and yet something is on hold.
				assert_ok!(signed(&owner(), Call::decommission { machine: active }));
				assert_ok!(Balances::hold(&HoldReason::MachineDeposit.into(), &owner(), 1));
			},
		),
	];
	for (number, (message, broken)) in cases.into_iter().enumerate() {
		assert_eq!(after(broken), Err(DispatchError::Other(message)), "case {number}");
	}
}

#[test]
fn try_state_sees_a_hold_that_went_away() {
	let outcome = after(|_, _| {
		assert_ok!(Balances::release(
			&HoldReason::MachineDeposit.into(),
			&owner(),
			1,
			Exact
		));
	});
	assert!(outcome.is_err());
}

#[test]
fn the_storage_version_is_the_first() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Machines::in_code_storage_version(), StorageVersion::new(1));
	});
}

#[test]
fn the_status_indexes_never_move() {
	use codec::Encode;
	let statuses = [
		MachineStatus::InService,
		MachineStatus::OutOfService,
		MachineStatus::Decommissioned,
	];
	assert_eq!(statuses.map(|status| status.encode()), [vec![0], vec![1], vec![2]]);
}

/// Stands for the machine's owner, whoever that is, so that most steps come to something.
const ITS_OWNER: u8 = 3;

/// What may happen. People are 0 to 2, key seeds 1 to 5.
#[derive(Clone, Debug)]
enum Step {
	Register {
		person: u8,
		seed: u8,
		allowance: Balance,
	},
	RegisterByKey {
		by: u8,
		seed: u8,
	},
	RegisterPerson {
		person: u8,
		by: u8,
	},
	Allow {
		person: u8,
		seed: u8,
		allowance: Balance,
	},
	Serve {
		person: u8,
		seed: u8,
		in_service: bool,
	},
	ServeByKey {
		seed: u8,
		of: u8,
		in_service: bool,
		tip: Balance,
	},
	UnsponsoredByKey {
		seed: u8,
	},
	Deposit {
		person: u8,
		seed: u8,
		amount: Balance,
	},
	Withdraw {
		person: u8,
		seed: u8,
		amount: Balance,
	},
	WithdrawAll {
		person: u8,
		seed: u8,
	},
	Decommission {
		person: u8,
		seed: u8,
	},
	Send {
		person: u8,
		seed: u8,
		amount: Balance,
	},
}

/// People have accounts that could sign a proof as well.
fn person(number: u8) -> AccountId {
	key(100 + number)
}

fn machine(seed: u8) -> MachineId {
	MachineId::from_first_key(&key(seed))
}

fn signer(number: u8, seed: u8) -> AccountId {
	if number != ITS_OWNER {
		return person(number);
	}
	Records::<Test>::get(machine(seed)).map_or_else(stranger, |machine| machine.owner)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let (person, seed) = (0..3u8, 1..6u8);
	let amount = || prop_oneof![5 => 1..2_000u128, 1 => 0..20_000u128, 1 => Just(Balance::MAX)];
	let anyone = || (person.clone(), seed.clone());
	let owned = || (prop_oneof![3 => Just(ITS_OWNER), 1 => person.clone()], seed.clone());
	let step = prop_oneof![
		4 => (anyone(), 0..9_000u128).prop_map(|((person, seed), allowance)| Step::Register { person, seed, allowance }),
		1 => (seed.clone(), seed.clone()).prop_map(|(by, seed)| Step::RegisterByKey { by, seed }),
		1 => (person.clone(), person.clone()).prop_map(|(person, by)| Step::RegisterPerson { person, by }),
		1 => (owned(), amount()).prop_map(|((person, seed), allowance)| Step::Allow { person, seed, allowance }),
		1 => (owned(), any::<bool>())
			.prop_map(|((person, seed), in_service)| Step::Serve { person, seed, in_service }),
		4 => (seed.clone(), prop_oneof![seed.clone(), Just(1)], any::<bool>(), 0..3u128)
			.prop_map(|(seed, of, in_service, tip)| Step::ServeByKey { seed, of, in_service, tip: tip / 2 }),
		1 => seed.clone().prop_map(|seed| Step::UnsponsoredByKey { seed }),
		3 => (anyone(), amount()).prop_map(|((person, seed), amount)| Step::Deposit { person, seed, amount }),
		3 => (owned(), amount()).prop_map(|((person, seed), amount)| Step::Withdraw { person, seed, amount }),
		2 => owned().prop_map(|(person, seed)| Step::WithdrawAll { person, seed }),
		1 => owned().prop_map(|(person, seed)| Step::Decommission { person, seed }),
		1 => (anyone(), amount()).prop_map(|((person, seed), amount)| Step::Send { person, seed, amount }),
	];
	proptest::collection::vec(step, 1..80)
}

/// Takes a step; whether it came to anything.
fn take(step: Step) -> bool {
	let register = |by: AccountId, seed: u8, fee_allowance: Balance| {
		let call = Call::register {
			key: key(seed),
			proof: proof(&by, seed),
			profile: profile(),
			fee_allowance,
		};
		signed(&by, call).is_ok()
	};
	let by = |who: AccountId, call: Call<Test>| signed(&who, call).is_ok();
	match step {
		Step::Register {
			person: who,
			seed,
			allowance,
		} => register(person(who), seed, allowance),
		Step::RegisterByKey { by, seed } => register(key(by), seed, 1),
		Step::RegisterPerson { person: who, by } => register(person(by), 100 + who, 1),
		Step::Allow {
			person,
			seed,
			allowance,
		} => by(
			signer(person, seed),
			Call::set_fee_allowance {
				machine: machine(seed),
				allowance,
			},
		),
		Step::Serve {
			person,
			seed,
			in_service,
		} => by(
			signer(person, seed),
			Call::set_service {
				machine: machine(seed),
				in_service,
			},
		),
		Step::ServeByKey {
			seed,
			of,
			in_service,
			tip,
		} => {
			let call = Call::set_service {
				machine: machine(of),
				in_service,
			};
			Tx::new(&key(seed), call).tip(tip).apply().is_ok()
		}
		Step::UnsponsoredByKey { seed } => Tx::new(
			&key(seed),
			Call::withdraw {
				machine: machine(seed),
				amount: 1,
			},
		)
		.apply()
		.is_ok(),
		Step::Deposit { person, seed, amount } => by(
			signer(person, seed),
			Call::deposit {
				machine: machine(seed),
				amount,
			},
		),
		Step::Withdraw { person, seed, amount } => by(
			signer(person, seed),
			Call::withdraw {
				machine: machine(seed),
				amount,
			},
		),
		Step::WithdrawAll { person, seed } => {
			let amount = Balances::balance(&machine(seed).account());
			by(
				signer(person, seed),
				Call::withdraw {
					machine: machine(seed),
					amount,
				},
			)
		}
		Step::Decommission { person, seed } => by(signer(person, seed), Call::decommission { machine: machine(seed) }),
		Step::Send {
			person: who,
			seed,
			amount,
		} => {
			let send = pallet_balances::Call::transfer_keep_alive {
				dest: machine(seed).account(),
				value: amount,
			};
			let origin = RuntimeOrigin::signed(person(who));
			sp_runtime::traits::Dispatchable::dispatch(RuntimeCall::from(send), origin).is_ok()
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	/// Whatever anybody does: the checks hold, no money is made or lost, a key never has any, a refused step leaves no
	/// trace, and an allowance never grows but by its owner's word.
	#[test]
	fn nothing_breaks_whatever_happens(steps in steps()) {
		let people = (0..3).fold(ExtBuilder::default(), |builder, who| builder.balance(person(who), 40_000));
		people.build_and_execute(|| {
			let issuance = Balances::total_issuance();
			for (number, step) in (2u64..).zip(steps) {
				block(number);
				let root = sp_io::storage::root(StateVersion::V1);
				let allowed = (1..6).map(|seed| allowance(&machine(seed)).unwrap_or_default()).collect::<Vec<_>>();
				let sets = matches!(step, Step::Allow { .. } | Step::Register { .. } | Step::RegisterByKey { .. });

				let done = take(step.clone());

				assert!(done || sp_io::storage::root(StateVersion::V1) == root, "a trace of {step:?}");
				Machines::do_try_state().unwrap_or_else(|broken| panic!("{broken:?} after {step:?}"));
				assert_eq!(Balances::total_issuance(), issuance, "after {step:?}");
				for (seed, before) in (1..6).zip(allowed) {
					assert_eq!(Balances::total_balance(&key(seed)), 0, "after {step:?}");
					assert!(sets || allowance(&machine(seed)).unwrap_or_default() <= before, "after {step:?}");
				}
			}
		});
	}

	/// Nobody registers with bytes that are not a proof.
	#[test]
	fn no_garbage_is_a_proof(bytes in proptest::array::uniform32(any::<u8>()), rest in proptest::array::uniform32(any::<u8>())) {
		ExtBuilder::default().build_and_execute(|| {
			let mut raw = [0; 64];
			raw[..32].copy_from_slice(&bytes);
			raw[32..].copy_from_slice(&rest);
			let proof = sp_core::sr25519::Signature::from_raw(raw);
			let call = Call::register { key: key(1), proof, profile: profile(), fee_allowance: 0 };
			assert_eq!(
				run(RuntimeOrigin::signed(owner()), call),
				Err(crate::Error::<Test>::BadProof.into())
			);
		});
	}
}
