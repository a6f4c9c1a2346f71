//! Who may register what, and what a proof is good for.

use super::{run, signed};
use crate::{
	mock::*, proof, Call, EncryptionKey, Error, Event, FeeAllowance, HoldReason, KeyRecord, Keys, MachineStatus,
	Registrations,
};
use bpiiot_primitives::MachineId;
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, InspectHold},
};
use sp_core::{sr25519::Signature, Pair, H256};
use sp_runtime::{ArithmeticError, TokenError};

/// A registration by `owner` of key `seed`, with this proof.
fn call(seed: u8, proof: Signature) -> Call<Test> {
	Call::register {
		key: key(seed),
		proof,
		profile: profile(),
		encryption_key: ENCRYPTION_KEY,
		fee_allowance: once(ALLOWANCE),
	}
}

fn register(owner: &AccountId, seed: u8, proof: Signature) -> sp_runtime::DispatchResult {
	signed(owner, call(seed, proof))
}

#[test]
fn stores_the_machine_and_takes_deposit_and_fee() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(register(&owner(), 1, proof(&owner(), 1)));

		let machine = MachineId::from_first_key(&key(1));
		let stored = record(&machine);
		assert_eq!((stored.owner, stored.key, stored.profile), (owner(), key(1), profile()));
		assert_eq!((stored.status, stored.deposit), (MachineStatus::InService, DEPOSIT));
		assert_eq!(stored.registered_at, START);
		assert_eq!((stored.offered_to, stored.rotations, stored.frozen), (None, 0, false));
		let declared = EncryptionKey {
			key: ENCRYPTION_KEY,
			version: 1,
		};
		assert_eq!(stored.encryption, declared);
		assert_eq!(Keys::<Test>::get(key(1)), Some(KeyRecord { machine, live: true }));
		assert_eq!(allowance(&machine), Some(ALLOWANCE));
		assert_eq!(Registrations::<Test>::get(owner()), 1);

		let held = Balances::balance_on_hold(&HoldReason::MachineDeposit.into(), &owner());
		assert_eq!(held, DEPOSIT);
		assert_eq!(Balances::balance(&owner()), ENDOWMENT - DEPOSIT - REGISTRATION_FEE);
		assert_eq!(Balances::balance(&Treasury::account()), REGISTRATION_FEE);
		System::assert_last_event(
			Event::Registered {
				machine,
				owner: owner(),
				key: key(1),
				deposit: DEPOSIT,
			}
			.into(),
		);
	});
}

#[test]
fn the_key_can_sign_with_no_balance_and_the_machine_account_does_not_exist_yet() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);

		assert_eq!((System::sufficients(&key(1)), System::providers(&key(1))), (1, 0));
		assert_eq!(Balances::total_balance(&key(1)), 0);
		assert!(!System::account_exists(&machine.account()));
	});
}

#[test]
fn accepts_the_proof_plain_and_as_wallets_wrap_it() {
	ExtBuilder::default().build_and_execute(|| {
		for nonce in 0..3u8 {
			let payload = proof::payload(&GENESIS_HASH, &owner(), &key(nonce), nonce.into());
			let message = [payload.clone(), proof::wrapped(&payload), proof::wrapped_text(&payload)];
			let signature = pair(nonce).sign(&message[usize::from(nonce)]);
			assert_ok!(register(&owner(), nonce, signature));
		}
	});
}

#[test]
fn the_signed_bytes_are_the_documented_ones() {
	let payload = proof::payload(
		&H256([0xaa; 32]),
		&AccountId::new([0xbb; 32]),
		&AccountId::new([0xcc; 32]),
		5,
	);

	let expected = [
		b"bpiiot/register".as_slice(),
		&[0xaa; 32],
		&[0xbb; 32],
		&[0xcc; 32],
		&[5, 0, 0, 0],
	]
	.concat();
	assert_eq!(payload, expected);
	assert_eq!(proof::wrapped(b"\x01\xff"), b"<Bytes>\x01\xff</Bytes>");
	assert_eq!(proof::wrapped_text(b"\x01\xff"), b"<Bytes>0x01ff</Bytes>");
}

#[test]
fn refuses_a_proof_for_anything_else() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN an owner who has registered once, so that his nonce is 1.
		registered(1);
		let sign = |seed: u8, payload: Vec<u8>| pair(seed).sign(&payload);

		// WHEN the proof names another chain, owner, key or nonce, or another key gave it.
		let other_chain = proof::payload(&H256::repeat_byte(8), &owner(), &key(2), 1);
		let other_owner = proof::payload(&GENESIS_HASH, &stranger(), &key(2), 1);
		let other_key = proof::payload(&GENESIS_HASH, &owner(), &key(3), 1);
		let used_nonce = proof::payload(&GENESIS_HASH, &owner(), &key(2), 0);
		let later_nonce = proof::payload(&GENESIS_HASH, &owner(), &key(2), 2);
		let right = proof::payload(&GENESIS_HASH, &owner(), &key(2), 1);
		let cases = [
			("other chain", sign(2, other_chain)),
			("other owner", sign(2, other_owner)),
			("other key named", sign(2, other_key)),
			("used nonce", sign(2, used_nonce)),
			("later nonce", sign(2, later_nonce)),
			("signed by another key", sign(3, right.clone())),
			("no signature", Signature::from_raw([0; 64])),
		];

		// THEN each is refused, and the right one is not.
		for (case, proof) in cases {
			assert_eq!(
				register(&owner(), 2, proof),
				Err(Error::<Test>::BadProof.into()),
				"{case}"
			);
		}
		assert_ok!(register(&owner(), 2, sign(2, right)));
	});
}

#[test]
fn refuses_somebody_elses_proof_seen_on_the_chain() {
	ExtBuilder::default().build_and_execute(|| {
		let seen = proof(&owner(), 1);

		// A stranger is quicker than the owner: the proof names the owner, so it is of no use to him.
		assert_noop!(register(&stranger(), 1, seen), Error::<Test>::BadProof);
		assert_ok!(register(&owner(), 1, seen));
	});
}

#[test]
fn refuses_a_proof_when_the_chain_has_another_genesis() {
	ExtBuilder::default().build_and_execute(|| {
		let made_here = proof(&owner(), 1);
		frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(8));

		assert_noop!(register(&owner(), 1, made_here), Error::<Test>::BadProof);
	});
}

#[test]
fn a_key_is_used_once_by_anybody() {
	ExtBuilder::default().build_and_execute(|| {
		registered(1);
		decommissioned(2);

		for seed in [1, 2] {
			for who in [owner(), stranger()] {
				assert_noop!(register(&who, seed, proof(&who, seed)), Error::<Test>::KeyAlreadyUsed);
			}
		}
	});
}

#[test]
fn an_account_in_use_becomes_no_key() {
	ExtBuilder::default().build_and_execute(|| {
		let refused = || {
			assert_noop!(try_register(&owner(), 1), Error::<Test>::KeyInUse);
		};
		// GIVEN an account that has something on hold, THEN it becomes no key.
		frame_system::Pallet::<Test>::inc_providers(&key(1));
		assert_ok!(frame_system::Pallet::<Test>::inc_consumers(&key(1)));
		refused();
		frame_system::Pallet::<Test>::dec_consumers(&key(1));

		// GIVEN one that has signed, THEN neither does it become the next key of a machine.
		let machine = registered(2);
		frame_system::Pallet::<Test>::inc_account_nonce(key(1));
		refused();
		let rotate = Call::rotate_key {
			machine,
			new_key: key(1),
			proof: rotation_proof(&machine, 1),
		};
		assert_noop!(signed(&owner(), rotate), Error::<Test>::KeyInUse);
	});
}

#[test]
fn machines_cannot_own_machines() {
	let machine = MachineId::from_first_key(&key(1));
	let accounts = [key(1), key(2), machine.account()];
	let builder = accounts
		.iter()
		.fold(ExtBuilder::default(), |b, who| b.balance(who.clone(), ENDOWMENT));
	builder.build_and_execute(|| {
		registered(1);
		decommissioned(2);

		for who in accounts {
			assert_noop!(register(&who, 3, proof(&who, 3)), Error::<Test>::OwnerIsMachine);
		}
	});
}

#[test]
fn an_owner_is_no_key() {
	ExtBuilder::default().balance(key(1), ENDOWMENT).build_and_execute(|| {
		// His own, before and after he owns another.
		assert_noop!(register(&key(1), 1, proof(&key(1), 1)), Error::<Test>::KeyIsOwner);
		assert_ok!(try_register(&key(1), 2));
		assert_noop!(register(&key(1), 1, proof(&key(1), 1)), Error::<Test>::KeyIsOwner);
		// Or as the key of somebody else's machine, also when he owns none any more.
		assert_noop!(register(&owner(), 1, proof(&owner(), 1)), Error::<Test>::KeyIsOwner);
		assert_ok!(signed(
			&key(1),
			Call::decommission {
				machine: MachineId::from_first_key(&key(2))
			}
		));
		assert_noop!(register(&owner(), 1, proof(&owner(), 1)), Error::<Test>::KeyIsOwner);
	});
}

#[test]
fn a_plain_account_with_money_becomes_a_key_and_keeps_its_money_out_of_reach() {
	ExtBuilder::default().balance(key(1), ENDOWMENT).build_and_execute(|| {
		registered(1);

		assert_eq!(Balances::balance(&key(1)), ENDOWMENT);
		assert_eq!((System::sufficients(&key(1)), System::providers(&key(1))), (1, 1));
		let away = pallet_balances::Call::transfer_all {
			dest: stranger(),
			keep_alive: false,
		};
		assert!(Tx::new(&key(1), away).apply().is_err());
	});
}

#[test]
fn refuses_who_cannot_pay_and_takes_nothing() {
	let enough = DEPOSIT + REGISTRATION_FEE + ED;
	let (rich, poor) = (account(b"just enough"), account(b"one short"));
	let builder = ExtBuilder::default()
		.balance(rich.clone(), enough)
		.balance(poor.clone(), enough - 1);
	builder.build_and_execute(|| {
		assert_noop!(register(&poor, 1, proof(&poor, 1)), TokenError::FundsUnavailable);
		assert_ok!(register(&rich, 1, proof(&rich, 1)));
		assert_eq!(Balances::balance(&rich), ED);
	});
}

#[test]
fn refuses_when_the_nonces_are_used_up() {
	ExtBuilder::default().build_and_execute(|| {
		Registrations::<Test>::insert(owner(), u32::MAX);
		assert_noop!(register(&owner(), 1, proof(&owner(), 1)), ArithmeticError::Overflow);
	});
}

#[test]
fn refuses_a_period_that_nobody_may_set() {
	ExtBuilder::default().build_and_execute(|| {
		for period in [1, 59_999, 365 * 86_400_000 + 1, u64::MAX] {
			let call = Call::register {
				key: key(1),
				proof: proof(&owner(), 1),
				profile: profile(),
				encryption_key: ENCRYPTION_KEY,
				fee_allowance: FeeAllowance { amount: 1, period },
			};
			assert_noop!(signed(&owner(), call), Error::<Test>::PeriodOutOfRange);
		}
	});
}

#[test]
fn two_owners_count_for_themselves() {
	ExtBuilder::default().build_and_execute(|| {
		registered(1);
		registered(2);
		assert_ok!(try_register(&stranger(), 3));

		assert_eq!([owner(), stranger()].map(Registrations::<Test>::get), [2, 1]);
	});
}

#[test]
fn the_owner_replaces_the_profile() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let new = crate::MachineProfile {
			firmware: H256::repeat_byte(4),
			..profile()
		};

		assert_ok!(run(
			RuntimeOrigin::signed(owner()),
			Call::set_profile {
				machine,
				profile: new.clone()
			}
		));

		assert_eq!(record(&machine).profile, new);
		System::assert_last_event(Event::ProfileSet { machine }.into());
	});
}
