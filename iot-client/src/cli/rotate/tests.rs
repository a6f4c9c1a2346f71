//! What is done about a rotation in each state of files and chain.

use super::*;

const MACHINE: MachineId = MachineId([9; 32]);
const OTHER_MACHINE: MachineId = MachineId([8; 32]);
const OLD: AccountId32 = AccountId32([1; 32]);
const NEW: AccountId32 = AccountId32([2; 32]);
const OWNER: AccountId32 = AccountId32([3; 32]);

/// The machine after so many rotations, with this key.
fn machine(key: AccountId32, rotations: u32) -> Machine {
	let mut machine = Machine::example(MACHINE, OWNER, key);
	machine.rotations = rotations;
	machine.encryption.key = [5; 32];
	machine
}

fn unknown(key: AccountId32) -> Option<Found> {
	Some(Found { key, machine: None })
}

fn live(key: AccountId32) -> Option<Found> {
	Some(Found {
		key,
		machine: Some((MACHINE, true)),
	})
}

fn retired(key: AccountId32) -> Option<Found> {
	Some(Found {
		key,
		machine: Some((MACHINE, false)),
	})
}

fn another_machines(key: AccountId32, live: bool) -> Option<Found> {
	Some(Found {
		key,
		machine: Some((OTHER_MACHINE, live)),
	})
}

fn next(machine: &Machine, keystore: Option<Found>, successor: Option<Found>, this_key: bool) -> Result<Step, String> {
	Plan {
		machine,
		files: &KeyFiles::of(Path::new("key.json")),
		keystore,
		successor,
		this_key,
	}
	.next()
}

fn refused(step: Result<Step, String>, words: &str) {
	let said = step.unwrap_err();
	assert!(said.contains(words), "{words}: {said}");
}

#[test]
fn a_rotation_goes_on_from_wherever_it_was_cut_off() {
	let (before, after) = (machine(OLD, 3), machine(NEW, 4));
	for (point, machine, keystore, successor, step) in [
		("nothing was done", &before, live(OLD), None, Step::Rotate),
		("the new key was made", &before, live(OLD), unknown(NEW), Step::Rotate),
		("the chain took it", &after, retired(OLD), live(NEW), Step::Succeed(3)),
	] {
		assert_eq!(next(machine, keystore, successor, false), Ok(step), "{point}");
	}
}

#[test]
fn the_owner_may_bring_back_a_machine_whose_key_was_rotated_elsewhere() {
	assert_eq!(
		next(&machine(AccountId32([7; 32]), 5), retired(OLD), None, false),
		Ok(Step::Rotate)
	);
}

#[test]
fn a_successor_that_cannot_be_this_machines_next_key_stops_it() {
	let record = machine(OLD, 3);
	refused(
		next(&record, live(OLD), another_machines(NEW, true), false),
		"another machine",
	);
	refused(
		next(&record, live(OLD), another_machines(NEW, false), false),
		"another machine",
	);
	refused(
		next(&record, live(OLD), retired(NEW), false),
		"can never have again; move it away",
	);
}

#[test]
fn no_key_is_made_where_the_machines_keys_are_not() {
	let record = machine(OLD, 0);
	refused(next(&record, unknown(NEW), None, false), "--this-key");
	refused(next(&record, None, None, false), "iot-client init");
	refused(
		next(&record, another_machines(NEW, true), None, false),
		"use the configuration of the machine that you mean",
	);
}

#[test]
fn a_new_computers_key_is_put_in_once() {
	let lost = machine(OLD, 0);
	assert_eq!(next(&lost, unknown(NEW), None, true), Ok(Step::Install));
	assert_eq!(next(&machine(NEW, 1), live(NEW), None, true), Ok(Step::Done));
	refused(next(&machine(OLD, 2), retired(NEW), None, true), "leave --this-key out");
	refused(
		next(&lost, another_machines(NEW, true), None, true),
		"a key is a machine's once",
	);
	refused(next(&lost, None, None, true), "iot-client init");
	refused(
		next(&lost, unknown(NEW), unknown(AccountId32([4; 32])), true),
		"was begun",
	);
}

#[test]
fn a_machine_that_is_gone_gets_no_key() {
	let mut gone = machine(OLD, 0);
	gone.status = MachineStatus::Decommissioned;
	refused(next(&gone, retired(OLD), None, false), "decommissioned");
	refused(next(&gone, unknown(NEW), None, true), "decommissioned");
}

#[test]
fn only_owner_and_live_key_sign_and_of_a_frozen_machine_the_owner_only() {
	let mut record = machine(OLD, 0);
	assert_eq!(may_sign(&record, &OLD), Ok(()));
	assert_eq!(may_sign(&record, &OWNER), Ok(()));
	assert!(may_sign(&record, &NEW).unwrap_err().contains("neither owns machine"));
	record.frozen = true;
	assert!(may_sign(&record, &OLD).unwrap_err().contains("is frozen"));
	assert_eq!(may_sign(&record, &OWNER), Ok(()));
}

#[test]
fn an_encryption_key_is_declared_once_and_by_whoever_can_decrypt() {
	let record = machine(OLD, 0);
	assert_eq!(may_declare(&record, &OLD, &[6; 32]), Ok(()));
	assert!(may_declare(&record, &OLD, &[5; 32]).unwrap_err().contains("rotate-key"));
	assert!(may_declare(&record, &NEW, &[6; 32])
		.unwrap_err()
		.contains("could not be read"));
}
