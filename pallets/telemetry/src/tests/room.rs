//! How many anchors a machine may have, and what its owner pays for that.

use crate::{mock::*, AllSeries, Error, Event};
use bpiiot_primitives::MachineId;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

/// A third machine of the owner, without any money.
fn poor() -> MachineId {
	let machine = MachineId([103; 32]);
	sold(machine, &OWNER);
	machine
}

#[test]
fn room_is_paid_for_from_the_machines_account() {
	build_and_execute(|| {
		let account = PRESS.account();
		assert_eq!(money(&account), (ENDOWMENT, SERIES_DEPOSIT + 5 * ANCHOR_DEPOSIT));
		assert_ok!(set_room(&OWNER, PRESS, 9));
		assert_eq!(money(&account), (ENDOWMENT, SERIES_DEPOSIT + 9 * ANCHOR_DEPOSIT));
		assert_ok!(set_room(&OWNER, PRESS, 1));
		System::assert_last_event(
			Event::<Test>::RoomSet {
				machine: PRESS,
				room: 1,
				deposit: SERIES_DEPOSIT + ANCHOR_DEPOSIT,
			}
			.into(),
		);
		assert_eq!(money(&account), (ENDOWMENT, SERIES_DEPOSIT + ANCHOR_DEPOSIT));
		assert_noop!(set_room(&OWNER, PRESS, 1), Error::<Test>::SameRoom);
		let poor = poor();
		assert_noop!(set_room(&OWNER, poor, 1), TokenError::FundsUnavailable);
		assert_eq!(money(&OWNER), (ENDOWMENT, 0));
	});
}

#[test]
fn a_series_without_a_batch_can_be_removed_and_one_with_any_never() {
	build_and_execute(|| {
		let poor = poor();
		assert_noop!(set_room(&OWNER, poor, 0), Error::<Test>::SameRoom);
		assert_ok!(set_room(&OWNER, PRESS, 0));
		assert_eq!(money(&PRESS.account()), (ENDOWMENT, 0));
		assert!(!AllSeries::<Test>::contains_key(PRESS));
		assert_noop!(set_room(&OWNER, PRESS, 0), Error::<Test>::SameRoom);
		time_passes(MINUTE);
		assert_ok!(set_room(&OWNER, PRESS, 3));
		// What was before is none of it.
		assert_eq!(series().anchored_at, START + MINUTE);
		for _ in 0..2 {
			anchored();
		}
		assert_noop!(set_room(&OWNER, PRESS, 1), Error::<Test>::RoomInUse);
		assert_ok!(set_room(&OWNER, PRESS, 2));
		time_passes(2 * RETENTION);
		assert_ok!(prune(&OWNER, 1));
		assert_ok!(set_room(&OWNER, PRESS, 1));
		assert_noop!(set_room(&OWNER, PRESS, 0), Error::<Test>::RoomInUse);
	});
}

#[test]
fn the_deposit_goes_with_the_machine() {
	build_and_execute(|| {
		anchored();
		sold(PRESS, &NEIGHBOUR);
		assert_noop!(set_room(&OWNER, PRESS, 1), Error::<Test>::NotTheOwner);
		assert_ok!(set_room(&NEIGHBOUR, PRESS, 1));
		assert_eq!(money(&PRESS.account()), (ENDOWMENT, SERIES_DEPOSIT + ANCHOR_DEPOSIT));
		assert_eq!(series().number, 1);
	});
}

#[test]
fn the_machines_key_and_plain_accounts_make_no_room() {
	build_and_execute(|| {
		assert_noop!(set_room(&key(PRESS), PRESS, 9), Error::<Test>::NotTheOwner);
		assert_noop!(set_room(&key(MILL), PRESS, 9), Error::<Test>::NotTheOwner);
		// Of a machine that there is not, also of one that would have his account.
		let none = MachineId(*STRANGER.as_ref());
		assert_noop!(set_room(&STRANGER, none, 9), Error::<Test>::NotTheOwner);
	});
}

#[test]
fn room_beyond_all_money_is_refused_and_nothing_overflows() {
	build_and_execute(|| {
		assert_noop!(set_room(&OWNER, PRESS, u32::MAX), TokenError::FundsUnavailable);
		assert_ok!(set_room(&OWNER, PRESS, 9_000));
	});
}
