//! What always holds, and that the checks see it when it does not.

use super::signed;
use crate::{
	mock::*, Call, FeeRecord, Fees, HoldReason, KeyRecord, Keys, MachineStatus, Machines as Records, Registrations,
	Spending, SpendingRecord,
};
use bpiiot_primitives::{MachineId, SpendPurpose};
use frame_support::{
	assert_ok,
	traits::{fungible::MutateHold, tokens::Precision::Exact, GetStorageVersion, StorageVersion},
};
use sp_runtime::DispatchError;

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

fn set_fees(machine: MachineId, change: impl FnOnce(&mut FeeRecord<Balance>)) {
	Fees::<Test>::mutate_extant(machine, change);
}

/// Gives a machine a policy that somebody has changed.
fn set_spending(machine: MachineId, change: impl FnOnce(&mut SpendingRecord<Balance>)) {
	let mut record = SpendingRecord::from(policy(SpendPurpose::Bond, 10));
	change(&mut record);
	Spending::<Test>::insert(machine, record);
}

type Break = fn(MachineId, MachineId);

fn each_is_seen(cases: impl IntoIterator<Item = (&'static str, Break)>) {
	for (number, (message, broken)) in cases.into_iter().enumerate() {
		assert_eq!(after(broken), Err(DispatchError::Other(message)), "case {number}");
	}
}

#[test]
fn try_state_sees_broken_keys_and_deposits() {
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
			set(active, |machine| machine.rotations = 1);
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
	each_is_seen(cases);
}

#[test]
fn try_state_sees_broken_rotations_and_offers() {
	const COUNT: &str = "machines 5: a machine had more or fewer keys than rotations and one";
	const GONE: &str = "machines 5: a decommissioned machine is frozen, offered, or may spend";
	let cases: [(&str, Break); 7] = [
		(COUNT, |active, _| set(active, |machine| machine.rotations = 1)),
		(COUNT, |active, _| {
			let retired = KeyRecord {
				machine: active,
				live: false,
			};
			Keys::<Test>::insert(key(3), retired);
			System::inc_sufficients(&key(3));
		}),
		(GONE, |_, gone| set(gone, |machine| machine.frozen = true)),
		(GONE, |_, gone| {
			set(gone, |machine| machine.offered_to = Some(stranger()));
		}),
		(GONE, |_, gone| set_spending(gone, |_| ())),
		("machines 5: an encryption key has no version", |active, _| {
			set(active, |machine| machine.encryption.version = 0)
		}),
		("machines 5: a machine is offered to its owner", |active, _| {
			set(active, |machine| machine.offered_to = Some(owner()))
		}),
	];
	each_is_seen(cases);
}

#[test]
fn try_state_sees_broken_limits() {
	const WINDOW: &str = "machines 9: a window that nobody could set";
	let cases: [(&str, Break); 10] = [
		(
			"machines 9: more is left of an allowance than there is in a period",
			|active, _| set_fees(active, |fees| fees.left = fees.per_period + 1),
		),
		(WINDOW, |active, _| set_fees(active, |fees| fees.period = 1)),
		(WINDOW, |active, _| {
			set_fees(active, |fees| {
				fees.period = PERIOD;
				fees.renews_at = START + PERIOD + 1;
			})
		}),
		("machines 9: a window ends that does not renew", |active, _| {
			set_fees(active, |fees| fees.renews_at = 1)
		}),
		("machines 9: a policy belongs to no machine", |_, _| {
			set_spending(MachineId([0; 32]), |_| ())
		}),
		("machines 9: a policy names something twice", |active, _| {
			set_spending(active, |spending| {
				spending.purposes = vec![SpendPurpose::Bond; 2].try_into().expect("two of 8");
			})
		}),
		("machines 9: a policy names something twice", |active, _| {
			set_spending(active, |spending| {
				spending.budgets.try_push(spending.budgets[0]).expect("two of 8");
			})
		}),
		(
			"machines 9: a machine has spent more than its policy allows",
			|active, _| {
				set_spending(active, |spending| {
					spending.budgets.iter_mut().for_each(|budget| budget.spent = 11);
				});
			},
		),
		(WINDOW, |active, _| set_spending(active, |spending| spending.period = 1)),
		(WINDOW, |active, _| {
			set_spending(active, |spending| spending.renews_at = u64::MAX)
		}),
	];
	each_is_seen(cases);
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
