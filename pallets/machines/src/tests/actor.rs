//! Who acts, who takes orders, who may spend.

use super::signed;
use crate::{mock::*, Call, Error, Event, Keys, MachineStatus};
use bpiiot_primitives::{Actor, Actors, HolderKeys, MachineId};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn actor_of(who: &AccountId) -> Result<Actor<AccountId>, DispatchError> {
	Machines::ensure_actor(RuntimeOrigin::signed(who.clone()))
}

#[test]
fn a_plain_account_acts_for_itself() {
	ExtBuilder::default().build_and_execute(|| {
		registered(1);

		for who in [owner(), stranger(), account(b"without an account")] {
			assert_eq!(
				actor_of(&who),
				Ok(Actor {
					account: who,
					machine: None
				})
			);
		}
	});
}

#[test]
fn a_key_acts_for_its_machine() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let actor = Actor {
			account: machine.account(),
			machine: Some(machine),
		};

		assert_eq!(actor_of(&key(1)), Ok(actor.clone()));
		assert_ok!(signed(
			&owner(),
			Call::set_service {
				machine,
				in_service: false
			}
		));
		assert_eq!(actor_of(&key(1)), Ok(actor), "it finishes what it has begun");
	});
}

#[test]
fn nobody_acts_unsigned_or_as_root() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_eq!(Machines::ensure_actor(origin), Err(DispatchError::BadOrigin));
		}
	});
}

#[test]
fn a_key_acts_for_nobody_when_replaced_or_decommissioned() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let new = rotated(&machine, 9);
		decommissioned(2);

		// A signed origin is what a proxy or a multisig gives too, without a fee.
		assert_eq!(actor_of(&key(1)), Err(Error::<Test>::KeyRetired.into()));
		assert_eq!(actor_of(&key(2)), Err(Error::<Test>::MachineDecommissioned.into()));
		assert_eq!(actor_of(&new).map(|actor| actor.machine), Ok(Some(machine)));
		assert_noop!(
			signed(
				&key(1),
				Call::set_service {
					machine,
					in_service: false
				}
			),
			Error::<Test>::KeyRetired
		);
	});
}

#[test]
fn a_key_that_only_one_record_calls_live_acts_for_nobody() {
	ExtBuilder::default().build().execute_with(|| {
		let machine = registered(1);
		Keys::<Test>::insert(key(2), crate::KeyRecord { machine, live: true });

		assert_eq!(actor_of(&key(2)), Err(Error::<Test>::KeyRetired.into()));
	});
}

#[test]
fn owner_and_key_open_and_close_the_machine() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);

		for (who, in_service, status) in [
			(owner(), false, MachineStatus::OutOfService),
			(key(1), true, MachineStatus::InService),
			(key(1), false, MachineStatus::OutOfService),
			(owner(), true, MachineStatus::InService),
			(owner(), true, MachineStatus::InService),
		] {
			assert_ok!(signed(&who, Call::set_service { machine, in_service }));
			assert_eq!(record(&machine).status, status);
			System::assert_last_event(Event::ServiceSet { machine, in_service }.into());
		}
	});
}

#[test]
fn another_machines_key_and_another_owner_do_not() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		registered(2);
		assert_ok!(try_register(&stranger(), 3));

		for who in [key(2), key(3), stranger(), machine.account()] {
			let call = Call::set_service {
				machine,
				in_service: false,
			};
			assert_noop!(signed(&who, call), Error::<Test>::NotOwnerNorMachine);
		}
	});
}

#[test]
fn takes_orders_only_in_service() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let gone = decommissioned(2);

		assert_eq!(Machines::ensure_in_service(&machine), Ok(owner()));
		assert_ok!(signed(
			&key(1),
			Call::set_service {
				machine,
				in_service: false
			}
		));
		assert_eq!(
			Machines::ensure_in_service(&machine),
			Err(Error::<Test>::OutOfService.into())
		);
		assert_eq!(
			Machines::ensure_in_service(&gone),
			Err(Error::<Test>::MachineDecommissioned.into())
		);
		assert_eq!(
			Machines::ensure_in_service(&MachineId([0; 32])),
			Err(Error::<Test>::UnknownMachine.into())
		);
	});
}

#[test]
fn owner_and_machine_control_the_machine() {
	ExtBuilder::default().build_and_execute(|| {
		let (machine, sibling) = (registered(1), registered(2));
		let unknown = MachineId([0; 32]);

		for (account, of, expected) in [
			(owner(), machine, true),
			(machine.account(), machine, true),
			(stranger(), machine, false),
			(key(1), machine, false),
			(sibling.account(), machine, false),
			(owner(), unknown, false),
			(unknown.account(), unknown, false),
		] {
			assert_eq!(Machines::controls(&account, &of), expected, "{account} of {of:?}");
		}
	});
}

#[test]
fn the_key_of_now_signs_for_a_machine_and_everybody_else_for_himself() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let account: AccountId = machine.account();
		let key_of = |holder: &AccountId| <Machines as HolderKeys<AccountId>>::key_of(holder).map(|key| key.0);
		assert_eq!(key_of(&stranger()), Some(stranger().into()));
		assert_eq!(key_of(&account), Some(key(1).into()));
		assert_ok!(signed(&owner(), Call::freeze { machine }));
		assert_eq!(key_of(&account), None);
	});
}
