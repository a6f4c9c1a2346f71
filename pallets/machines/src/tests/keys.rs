//! New keys for old ones.

use super::{
	fees::{assert_refused, refused, sponsored},
	signed,
};
use crate::{fees::*, mock::*, proof, Call, EncryptionKey, Error, Event, KeyRecord, Keys, Machines as Records};
use bpiiot_primitives::{Actors, MachineId};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_core::{sr25519::Signature, Pair, H256};
use sp_runtime::{transaction_validity::InvalidTransaction, ArithmeticError, DispatchResult, TokenError};

/// A rotation to key `seed` with the proof that is due.
fn call(machine: MachineId, seed: u8) -> Call<Test> {
	let proof = rotation_proof(&machine, seed);
	with_proof(machine, seed, proof)
}

fn with_proof(machine: MachineId, seed: u8, proof: Signature) -> Call<Test> {
	let new_key = key(seed);
	Call::rotate_key {
		machine,
		new_key,
		proof,
	}
}

fn set_allowance(machine: MachineId, amount: Balance) {
	let allowance = once(amount);
	assert_ok!(signed(&owner(), Call::set_fee_allowance { machine, allowance }));
}

#[test]
fn the_owner_rotates_and_only_the_key_changes() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a machine with money.
		let machine = registered(1);
		assert_ok!(signed(
			&stranger(),
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: 1_000
			}
		));
		let (before, stored) = (Balances::balance(&owner()), record(&machine));
		let treasury = Balances::balance(&Treasury::account());

		// WHEN its owner puts another key into its key's place.
		assert_ok!(signed(&owner(), call(machine, 9)));

		// THEN that key acts for it, and the old one for nobody.
		let expected = crate::Machine {
			key: key(9),
			rotations: 1,
			..stored
		};
		assert_eq!(record(&machine), expected);
		assert_eq!(Keys::<Test>::get(key(9)), Some(KeyRecord { machine, live: true }));
		assert_eq!(Keys::<Test>::get(key(1)), Some(KeyRecord { machine, live: false }));
		assert_eq!([key(1), key(9)].map(|key| System::sufficients(&key)), [1, 1]);
		// AND the owner has paid for its record, and the machine's money and allowance are what they were.
		assert_eq!(Balances::balance(&owner()), before - ROTATION_FEE);
		assert_eq!(Balances::balance(&Treasury::account()), treasury + ROTATION_FEE);
		assert_eq!(Balances::balance(&machine.account()), 1_000);
		assert_eq!(allowance(&machine), Some(ALLOWANCE));
		let (old, new) = (key(1), key(9));
		System::assert_last_event(
			Event::KeyRotated {
				machine,
				old_key: old,
				new_key: new,
			}
			.into(),
		);
	});
}

#[test]
fn the_key_rotates_itself_and_its_owner_pays_within_the_allowance() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let before = Balances::balance(&owner());

		assert_eq!(Tx::new(&key(1), call(machine, 9)).apply(), Ok(Ok(())));

		assert_eq!(record(&machine).key, key(9));
		assert_eq!(Balances::balance(&owner()), before - FEE - ROTATION_FEE);
		assert_eq!(allowance(&machine), Some(ALLOWANCE - FEE - ROTATION_FEE));
		assert_eq!(Tx::new(&key(9), sponsored(machine)).apply(), Ok(Ok(())));
	});
}

#[test]
fn after_its_rotation_a_key_acts_for_nobody() {
	ExtBuilder::default().balance(key(1), ENDOWMENT).build_and_execute(|| {
		let machine = registered(1);
		assert_eq!(Tx::new(&key(1), sponsored(machine)).apply(), Ok(Ok(())));
		assert_ok!(signed(&owner(), call(machine, 9)));

		// In the pool and in the block, with money of its own, whatever it calls.
		for call in [
			RuntimeCall::from(sponsored(machine)),
			call(machine, 8).into(),
			frame_system::Call::remark { remark: vec![] }.into(),
		] {
			assert_refused(Tx::new(&key(1), call), refused(KEY_RETIRED));
		}
		// As the origin that a proxy or a multisig makes.
		let actor = Machines::ensure_actor(RuntimeOrigin::signed(key(1)));
		assert_eq!(actor, Err(Error::<Test>::KeyRetired.into()));
		for call in [
			sponsored(machine),
			call(machine, 8),
			Call::rotate_encryption_key { machine, key: [6; 32] },
		] {
			assert_noop!(signed(&key(1), call), Error::<Test>::KeyRetired);
		}
		// And nothing that it signed is ever of use again, since its account stays with its nonce.
		assert_eq!(System::account_nonce(key(1)), 1);
		let old = Tx::new(&key(1), sponsored(machine)).apply_with(0);
		assert_eq!(old, Err(InvalidTransaction::Stale.into()));
	});
}

#[test]
fn a_stolen_key_rotates_within_its_allowance_and_the_owner_takes_the_machine_back() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a key that is stolen, with an allowance for three rotations and a bit.
		let machine = registered(1);
		set_allowance(machine, 3 * ROTATION_FEE + 50);
		let before = Balances::balance(&owner());

		// WHEN the thief rotates on and on, without paying a transaction fee from the allowance.
		for seed in 10..13 {
			assert_ok!(signed(&record(&machine).key, call(machine, seed)));
		}
		assert_noop!(signed(&key(12), call(machine, 13)), Error::<Test>::AllowanceTooSmall);

		// THEN he has cost the owner no more than that, and the owner needs neither his leave nor an allowance.
		assert_eq!(Balances::balance(&owner()), before - 3 * ROTATION_FEE);
		assert_eq!(allowance(&machine), Some(50));
		assert_ok!(signed(&owner(), call(machine, 20)));
		assert_eq!(record(&machine).key, key(20));
		for seed in [1, 10, 11, 12] {
			assert_noop!(signed(&key(seed), sponsored(machine)), Error::<Test>::KeyRetired);
		}
		assert_ok!(signed(&key(20), sponsored(machine)));
	});
}

#[test]
fn a_failed_rotation_by_the_key_costs_its_transaction_fee_only() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		set_allowance(machine, FEE + ROTATION_FEE - 1);
		let before = Balances::balance(&owner());

		let outcome = Tx::new(&key(1), call(machine, 9)).apply();

		assert_eq!(outcome, Ok(Err(Error::<Test>::AllowanceTooSmall.into())));
		assert_eq!(record(&machine).key, key(1));
		assert_eq!(Balances::balance(&owner()), before - FEE);
		assert_eq!(allowance(&machine), Some(ROTATION_FEE - 1));
	});
}

#[test]
fn an_owner_who_cannot_pay_does_not_rotate() {
	let poor = account(b"poor");
	let exactly = DEPOSIT + REGISTRATION_FEE + ED;
	let builder = ExtBuilder::default().balance(poor.clone(), exactly + ROTATION_FEE - 1);
	builder.build_and_execute(|| {
		assert_ok!(try_register(&poor, 1));
		let machine = MachineId::from_first_key(&key(1));

		for who in [poor, key(1)] {
			assert_noop!(signed(&who, call(machine, 9)), TokenError::Frozen);
		}
	});
}

#[test]
fn accepts_the_proof_plain_and_as_wallets_wrap_it() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		for rotations in 0..3u8 {
			let seed = 10 + rotations;
			let payload = proof::rotation_payload(&GENESIS_HASH, &machine, &key(seed), rotations.into());
			let message = [payload.clone(), proof::wrapped(&payload), proof::wrapped_text(&payload)];
			let proof = pair(seed).sign(&message[usize::from(rotations)]);
			assert_ok!(signed(&owner(), with_proof(machine, seed, proof)));
		}
		assert_eq!(record(&machine).rotations, 3);
	});
}

#[test]
fn the_signed_bytes_are_the_documented_ones() {
	let payload = proof::rotation_payload(
		&H256([0xaa; 32]),
		&MachineId([0xbb; 32]),
		&AccountId::new([0xcc; 32]),
		5,
	);

	let expected = [
		b"bpiiot/rotation".as_slice(),
		&[0xaa; 32],
		&[0xbb; 32],
		&[0xcc; 32],
		&[5, 0, 0, 0],
	]
	.concat();
	assert_eq!(payload, expected);
}

#[test]
fn refuses_a_proof_for_anything_else() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a machine that has rotated once, and a sibling that has too.
		let (machine, sibling) = (registered(1), registered(2));
		rotated(&machine, 8);
		rotated(&sibling, 7);
		let sign = |seed: u8, payload: Vec<u8>| pair(seed).sign(&payload);
		let payload =
			|genesis: H256, machine, seed, rotations| proof::rotation_payload(&genesis, machine, &key(seed), rotations);

		// WHEN the proof names another chain, machine, key or number, is of another kind, or another key gave it.
		let as_owner = proof::payload(&GENESIS_HASH, &owner(), &key(9), 1);
		let as_machine = proof::payload(&GENESIS_HASH, &machine.account(), &key(9), 1);
		let right = payload(GENESIS_HASH, &machine, 9, 1);
		let cases = [
			("other chain", sign(9, payload(H256::repeat_byte(8), &machine, 9, 1))),
			("other machine", sign(9, payload(GENESIS_HASH, &sibling, 9, 1))),
			("other key named", sign(9, payload(GENESIS_HASH, &machine, 10, 1))),
			("used number", sign(9, payload(GENESIS_HASH, &machine, 9, 0))),
			("later number", sign(9, payload(GENESIS_HASH, &machine, 9, 2))),
			("a registration", sign(9, as_owner)),
			("a registration by the machine", sign(9, as_machine)),
			("signed by the old key", sign(8, right.clone())),
			("no signature", Signature::from_raw([0; 64])),
		];

		// THEN each is refused, whoever sends it, and the right one is not.
		for (case, proof) in cases {
			for who in [owner(), key(8)] {
				assert_eq!(
					signed(&who, with_proof(machine, 9, proof)),
					Err(Error::<Test>::BadProof.into()),
					"{case}"
				);
			}
		}
		assert_ok!(signed(&owner(), with_proof(machine, 9, sign(9, right))));
	});
}

#[test]
fn a_proof_of_a_rotation_registers_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let call = Call::register {
			key: key(9),
			proof: rotation_proof(&MachineId(owner().into()), 9),
			profile: profile(),
			encryption_key: ENCRYPTION_KEY,
			fee_allowance: once(0),
		};
		assert_noop!(signed(&owner(), call), Error::<Test>::BadProof);
	});
}

#[test]
fn a_proof_that_came_too_late_is_of_no_use_and_freezing_first_helps() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN an owner's rotation that a thief sees, and is quicker.
		let machine = registered(1);
		let late = call(machine, 9);
		assert_ok!(signed(&key(1), call(machine, 10)));
		assert_noop!(signed(&owner(), late.clone()), Error::<Test>::BadProof);

		// WHEN the owner freezes the machine first.
		assert_ok!(signed(&owner(), Call::freeze { machine }));
		assert_noop!(signed(&key(10), call(machine, 11)), Error::<Test>::MachineFrozen);

		// THEN he rotates in peace, and the old proof is of no use to anybody either.
		assert_ok!(signed(&owner(), call(machine, 9)));
		assert_noop!(signed(&owner(), late), Error::<Test>::KeyAlreadyUsed);
	});
}

#[test]
fn the_new_key_has_nothing_to_do_with_machines() {
	let seller = key(50);
	ExtBuilder::default()
		.balance(seller.clone(), ENDOWMENT)
		.build_and_execute(|| {
			let machine = registered(1);
			registered(2);
			decommissioned(3);
			rotated(&machine, 4);
			assert_ok!(try_register(&seller, 5));
			let sold = MachineId::from_first_key(&key(5));
			let to = Some(stranger());
			assert_ok!(signed(&seller, Call::offer_ownership { machine: sold, to }));
			let accept = Call::accept_ownership {
				machine: sold,
				at_least: 0,
			};
			assert_ok!(signed(&stranger(), accept));

			for (case, seed, error) in [
				("its key of now", 4, Error::<Test>::KeyAlreadyUsed),
				("its first key", 1, Error::KeyAlreadyUsed),
				("a sibling's key", 2, Error::KeyAlreadyUsed),
				("a decommissioned machine's key", 3, Error::KeyAlreadyUsed),
				("who owned a machine once", 50, Error::KeyIsOwner),
			] {
				assert_eq!(signed(&owner(), call(machine, seed)), Err(error.into()), "{case}");
			}
			// Accounts that have no key pair here; the proof is looked at last.
			for (account, error) in [
				(owner(), Error::<Test>::KeyIsOwner),
				(stranger(), Error::KeyIsOwner),
				(machine.account(), Error::KeyAlreadyUsed),
			] {
				let call = Call::rotate_key {
					machine,
					new_key: account,
					proof: rotation_proof(&machine, 9),
				};
				assert_noop!(signed(&owner(), call), error);
			}
		});
}

#[test]
fn a_key_that_was_replaced_is_nobodys_key_again() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		rotated(&machine, 9);

		assert_noop!(try_register(&owner(), 1), Error::<Test>::KeyAlreadyUsed);
		assert_noop!(try_register(&stranger(), 9), Error::<Test>::KeyAlreadyUsed);
		assert_noop!(try_register(&key(1), 2), Error::<Test>::OwnerIsMachine);
	});
}

#[test]
fn neither_a_strangers_nor_a_siblings_key_rotates() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		registered(2);
		for who in [stranger(), key(2), key(9), machine.account()] {
			assert_noop!(signed(&who, call(machine, 9)), Error::<Test>::NotOwnerNorMachine);
		}
	});
}

#[test]
fn refuses_when_the_numbers_are_used_up() {
	ExtBuilder::default().build().execute_with(|| {
		let machine = registered(1);
		Records::<Test>::mutate_extant(machine, |machine| {
			machine.rotations = u32::MAX;
			machine.encryption.version = u32::MAX;
		});
		let encryption = Call::rotate_encryption_key { machine, key: [6; 32] };
		for call in [call(machine, 9), encryption] {
			assert_noop!(signed(&owner(), call), ArithmeticError::Overflow);
		}
	});
}

#[test]
fn owner_and_key_declare_what_to_encrypt_to() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let rotate =
			|who: &AccountId, key| -> DispatchResult { signed(who, Call::rotate_encryption_key { machine, key }) };

		for (who, key, version) in [(owner(), [6; 32], 2), (key(1), [7; 32], 3), (owner(), [0; 32], 4)] {
			assert_ok!(rotate(&who, key));
			assert_eq!(record(&machine).encryption, EncryptionKey { key, version });
			System::assert_last_event(Event::EncryptionKeyRotated { machine, version }.into());
		}
		assert_eq!(
			Tx::new(&key(1), Call::rotate_encryption_key { machine, key: [8; 32] }).apply(),
			Ok(Ok(()))
		);
		assert_noop!(rotate(&stranger(), [9; 32]), Error::<Test>::NotOwnerNorMachine);
		// The profile is another matter.
		let profile = profile();
		assert_ok!(signed(&owner(), Call::set_profile { machine, profile }));
		assert_eq!(record(&machine).encryption.version, 5);
	});
}
