//! A frozen machine's key acts for nobody.

use super::{
	fees::{assert_refused, refused, sponsored},
	signed,
};
use crate::{fees::*, mock::*, Call, Error, Event, MachineStatus};
use bpiiot_primitives::{Actors, MachineId, SpendPurpose};
use frame_support::{assert_noop, assert_ok};

fn frozen(seed: u8) -> MachineId {
	let machine = registered(seed);
	assert_ok!(signed(&owner(), Call::freeze { machine }));
	machine
}

#[test]
fn a_frozen_key_acts_for_nobody() {
	ExtBuilder::default().balance(key(1), ENDOWMENT).build_and_execute(|| {
		let machine = frozen(1);
		System::assert_last_event(Event::Frozen { machine }.into());

		// In the pool and in the block, with money of its own, whatever it calls.
		for call in [
			RuntimeCall::from(sponsored(machine)),
			frame_system::Call::remark { remark: vec![] }.into(),
		] {
			assert_refused(Tx::new(&key(1), call), refused(MACHINE_FROZEN));
		}
		// As the origin that a proxy or a multisig makes.
		let actor = Machines::ensure_actor(RuntimeOrigin::signed(key(1)));
		assert_eq!(actor, Err(Error::<Test>::MachineFrozen.into()));
		let proof = rotation_proof(&machine, 9);
		for call in [
			sponsored(machine),
			Call::rotate_key {
				machine,
				new_key: key(9),
				proof,
			},
			Call::rotate_encryption_key { machine, key: [6; 32] },
		] {
			assert_noop!(signed(&key(1), call), Error::<Test>::MachineFrozen);
		}
	});
}

#[test]
fn a_frozen_key_does_not_free_itself() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = frozen(1);
		for who in [key(1), stranger()] {
			assert_noop!(signed(&who, Call::unfreeze { machine }), Error::<Test>::NotOwner);
		}
	});
}

#[test]
fn a_frozen_machine_takes_no_orders_whatever_its_status() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = frozen(1);
		for in_service in [false, true] {
			assert_ok!(signed(&owner(), Call::set_service { machine, in_service }));
			assert_eq!(
				Machines::ensure_in_service(&machine),
				Err(Error::<Test>::MachineFrozen.into())
			);
		}
	});
}

#[test]
fn the_owner_can_do_all_that_he_could() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = frozen(1);
		for call in [
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: 10 * ED,
			},
			Call::withdraw {
				machine,
				asset: NATIVE,
				amount: ED,
			},
			Call::set_profile {
				machine,
				profile: profile(),
			},
			Call::set_service {
				machine,
				in_service: true,
			},
			Call::rotate_key {
				machine,
				new_key: key(9),
				proof: rotation_proof(&machine, 9),
			},
			Call::rotate_encryption_key { machine, key: [6; 32] },
			Call::set_fee_allowance {
				machine,
				allowance: hourly(1),
			},
			Call::set_spending_policy {
				machine,
				policy: Some(policy(SpendPurpose::Bond, 1)),
			},
			Call::freeze { machine },
			Call::offer_ownership {
				machine,
				to: Some(stranger()),
			},
		] {
			assert_ok!(signed(&owner(), call));
		}
		// The new key is as frozen as the old one was, until the owner says otherwise.
		assert_noop!(signed(&key(9), sponsored(machine)), Error::<Test>::MachineFrozen);
		assert_noop!(signed(&key(1), sponsored(machine)), Error::<Test>::KeyRetired);
		assert_ok!(signed(&owner(), Call::unfreeze { machine }));
		assert_ok!(signed(&key(9), sponsored(machine)));
		assert_ok!(signed(&owner(), Call::freeze { machine }));
		assert_ok!(signed(&owner(), Call::decommission { machine }));
	});
}

#[test]
fn its_status_survives() {
	ExtBuilder::default().build_and_execute(|| {
		for (seed, in_service, status) in [
			(1, false, MachineStatus::OutOfService),
			(2, true, MachineStatus::InService),
		] {
			let machine = registered(seed);
			assert_ok!(signed(&owner(), Call::set_service { machine, in_service }));
			for frozen in [true, true, false, false] {
				let call = if frozen {
					Call::freeze { machine }
				} else {
					Call::unfreeze { machine }
				};
				assert_ok!(signed(&owner(), call));
				let stored = record(&machine);
				assert_eq!((stored.frozen, stored.status), (frozen, status));
			}
			System::assert_last_event(Event::Unfrozen { machine }.into());
			assert_eq!(Machines::ensure_in_service(&machine).is_ok(), in_service);
			assert_eq!(Tx::new(&key(seed), sponsored(machine)).apply(), Ok(Ok(())));
		}
	});
}
