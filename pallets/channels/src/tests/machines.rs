//! Machines that pay and are paid, their keys and their owners.

use crate::{mock::*, Call, ChannelState, Error, Outcome};
use bpiiot_primitives::AssetKind;
use frame_support::{assert_noop, assert_ok};
use pallet_machines::Error as MachineError;
use sp_core::Pair;

fn to_machine(seed: u8) -> Call<Test> {
	Call::open {
		payee: of_machine(seed),
		asset: AssetKind::Native,
		amount: AMOUNT,
		terms: terms(),
	}
}

/// Gives machine `seed` the key of machine `new`.
fn rotated(seed: u8, new: u8) {
	let payload = pallet_machines::proof::rotation_payload(&System::block_hash(0), &machine(seed), &key(new), 0);
	let by = RuntimeOrigin::signed(owner());
	assert_ok!(Machines::rotate_key(
		by,
		machine(seed),
		key(new),
		pair(new).sign(&payload)
	));
}

#[test]
fn a_machine_pays_another_from_its_budget() {
	build_and_execute(|| {
		let (mill, compressor) = (registered(1), registered_for(&stranger(), 2));
		let channel = opened_by(&key(1), to_machine(2));
		assert_eq!(money(&mill), (100_000, AMOUNT + DEPOSIT + ITS_FEE));
		assert_ok!(redeem(channel, 6_000));
		assert_eq!(money(&compressor).0, 106_000);
		let newest = Some(voucher(channel, 7_000));
		assert_ok!(signed(&key(2), Call::close { channel, newest }));
		assert_eq!(money(&mill), (93_000 - ITS_FEE, DEPOSIT));
		assert_ok!(signed(&key(1), Call::remove { channel }));
	});
}

#[test]
fn nothing_is_put_in_above_the_budget() {
	build_and_execute(|| {
		let mill = registered(1);
		let open = || signed(&key(1), opening(AssetKind::Native, AMOUNT, terms()));
		let over = || MachineError::<Test>::OverSpendingCap;
		let all = AMOUNT + DEPOSIT + ITS_FEE;
		may_spend(&owner(), 1, all - 1);
		assert_noop!(open(), over());
		assert_eq!(money(&mill).1, 0);
		may_spend(&owner(), 1, all + 500);
		assert_ok!(open());
		let channel = crate::Channels::<Test>::iter_keys().next().expect("just opened");
		let top_up = |amount| signed(&key(1), Call::top_up { channel, amount });
		assert_noop!(top_up(501), over());
		assert_ok!(top_up(500));
		assert_noop!(top_up(1), over());
		// What is back can be spent again only when the owner says so.
		assert_ok!(close(channel));
		assert_noop!(open(), over());
		assert_ok!(Machines::set_spending_policy(
			RuntimeOrigin::signed(owner()),
			machine(1),
			None
		));
		assert_noop!(open(), MachineError::<Test>::PurposeNotAllowed);
	});
}

#[test]
fn the_owner_ends_what_his_machine_has_opened_but_puts_nothing_in() {
	build_and_execute(|| {
		registered(1);
		let channel = opened_by(&key(1), opening(AssetKind::Native, AMOUNT, terms()));
		let amount = 5;
		assert_noop!(
			signed(&owner(), Call::top_up { channel, amount }),
			Error::<Test>::NotThePayer
		);
		let newest = None;
		assert_noop!(
			signed(&stranger(), Call::request_close { channel, newest }),
			Error::<Test>::NotThePayer
		);
		assert_ok!(signed(&owner(), Call::request_close { channel, newest }));
		at(WINDOW + 1);
		assert_ok!(expire(channel));
		assert_ok!(signed(&owner(), Call::remove { channel }));
	});
}

#[test]
fn a_rotation_voids_nothing_that_was_signed() {
	build_and_execute(|| {
		let (mill, compressor) = (registered(1), registered(2));
		let channel = opened_by(&key(1), to_machine(2));
		let old = voucher(channel, 3_000);
		rotated(1, 11);
		rotated(2, 12);
		assert_ok!(signed(&stranger(), Call::redeem { channel, voucher: old }));
		assert_ok!(redeem(channel, 4_000));
		assert_eq!(money(&compressor).0, 104_000);
		// The old keys act no more, and the new ones do.
		let newest = None;
		assert!(signed(&key(2), Call::close { channel, newest }).is_err());
		assert_ok!(signed(&key(12), Call::close { channel, newest }));
		assert!(signed(&key(1), Call::remove { channel }).is_err());
		assert_ok!(signed(&key(11), Call::remove { channel }));
		assert_eq!(money(&mill), (96_000 - ITS_FEE, 0));
	});
}

#[test]
fn a_machines_own_key_signs_no_vouchers() {
	build_and_execute(|| {
		registered(1);
		let channel = opened_by(&key(1), opening(AssetKind::Native, AMOUNT, terms()));
		let voucher =
			bpiiot_voucher::SignedTally::sign(bpiiot_voucher::Word::Voucher, &domain(channel), tally(500), &pair(1));
		assert_noop!(
			signed(&stranger(), Call::redeem { channel, voucher }),
			Error::<Test>::BadSignature
		);
	});
}

#[test]
fn a_frozen_machine_opens_nothing_and_is_paid_all_the_same() {
	build_and_execute(|| {
		registered(1);
		let compressor = registered_for(&stranger(), 2);
		let channel = opened_by(&key(1), to_machine(2));
		for (who, seed) in [(owner(), 1), (stranger(), 2)] {
			assert_ok!(Machines::freeze(RuntimeOrigin::signed(who), machine(seed)));
		}
		assert!(signed(&key(1), to_machine(2)).is_err());
		assert!(signed(&key(1), Call::top_up { channel, amount: 1 }).is_err());
		assert_ok!(redeem(channel, 9_000));
		assert_eq!(money(&compressor).0, 109_000);
		// Their owners act for them.
		let newest = None;
		assert_ok!(signed(&stranger(), Call::close { channel, newest }));
		assert_eq!(record(channel).state, ChannelState::Settled(Outcome::ClosedByPayee));
	});
}

#[test]
fn a_machine_that_is_no_more_gets_back_what_is_its_own() {
	build_and_execute(|| {
		let mill = registered(1);
		let channel = opened_by(&key(1), opening(AssetKind::Native, AMOUNT, terms()));
		assert_ok!(Machines::decommission(RuntimeOrigin::signed(owner()), machine(1)));
		assert_ok!(redeem(channel, 1_000));
		let newest = None;
		assert_ok!(signed(&owner(), Call::request_close { channel, newest }));
		at(WINDOW + 1);
		idle();
		assert_ok!(signed(&owner(), Call::remove { channel }));
		// What was free went to the owner when the machine went; this is what has come back since.
		let rest = AMOUNT - 1_000 + DEPOSIT;
		assert_eq!(money(&mill), (rest + MINIMUM, 0));
		let by = RuntimeOrigin::signed(owner());
		assert_ok!(Machines::withdraw(by, machine(1), AssetKind::Native, rest));
	});
}
