//! What is forgotten, when, and what of it can still be shown.

use crate::{mock::*, Anchors, Call, Error, Event, Evidence, Why, MAX_PRUNED};
use bpiiot_seal::fold_pruned;
use frame_support::{assert_noop, assert_ok};

#[test]
fn what_was_pruned_can_still_be_shown() {
	build_and_execute(|| {
		let mut kept_outside = Vec::new();
		for number in 1..=4 {
			anchored();
			kept_outside.push((kept(number).hash, kept(number).anchored_at));
		}
		time_passes(RETENTION);
		assert_ok!(prune(&OWNER, 2));
		let fold = |anchors: &[([u8; 32], u64)]| {
			let step = |pruned: [u8; 32], (hash, at): &([u8; 32], u64)| fold_pruned(&pruned, hash, *at);
			anchors.iter().fold([0; 32], step)
		};
		let pruned = fold(&kept_outside[..2]);
		System::assert_last_event(
			Event::<Test>::Pruned {
				machine: PRESS,
				first: 1,
				last: 2,
				pruned,
				returned: 0,
			}
			.into(),
		);
		assert_eq!((series().oldest, series().pruned), (3, pruned));
		assert!(!Anchors::<Test>::contains_key(PRESS, 2));
		assert_eq!(series().last, kept(4).hash);
		// The chain goes on, and so does what stands for its beginning.
		anchored();
		assert_ok!(prune(&key(PRESS), 1));
		assert_eq!(series().pruned, fold(&kept_outside[..3]));
		kept_outside[0].1 += 1;
		assert_ne!(series().pruned, fold(&kept_outside[..3]));
	});
}

#[test]
fn room_goes_with_the_anchors_if_the_owner_wants_it_back() {
	build_and_execute(|| {
		for _ in 0..4 {
			anchored();
		}
		time_passes(RETENTION);
		let (machine, count, keep_room) = (PRESS, 3, false);
		let call = Call::prune {
			machine,
			count,
			keep_room,
		};
		assert_ok!(signed(&OWNER, call));
		assert_eq!((series().room, series().kept()), (2, 1));
		assert_eq!(
			money(&PRESS.account()),
			(ENDOWMENT, SERIES_DEPOSIT + 2 * ANCHOR_DEPOSIT)
		);
	});
}

#[test]
fn the_newest_is_kept_and_so_is_what_is_young_or_challenged() {
	build_and_execute(|| {
		for _ in 0..4 {
			anchored();
		}
		assert_noop!(prune(&OWNER, 1), Error::<Test>::TooYoung);
		// The second one's time passes with this very millisecond, and is over in the next.
		let old = kept(2).anchored_at + RETENTION;
		time_passes(old - kept(4).anchored_at);
		assert_noop!(prune(&OWNER, 2), Error::<Test>::TooYoung);
		assert_ok!(prune(&OWNER, 1));
		time_passes(1);
		assert_noop!(prune(&OWNER, 2), Error::<Test>::TooYoung);
		assert_ok!(challenge(&PARTY, 2, 0, 1));
		time_passes(RETENTION);
		assert_noop!(prune(&OWNER, 1), Error::<Test>::Cited);
		assert_noop!(prune(&OWNER, 2), Error::<Test>::Cited);
		assert_noop!(prune(&OWNER, 3), Error::<Test>::NewestIsKept);
		assert_noop!(prune(&OWNER, 0), Error::<Test>::BadPrune);
		assert_noop!(prune(&OWNER, MAX_PRUNED + 1), Error::<Test>::BadPrune);
		assert_noop!(prune(&OWNER, u32::MAX), Error::<Test>::BadPrune);
		idle();
		assert_ok!(prune(&OWNER, 2));
		assert_noop!(prune(&OWNER, 1), Error::<Test>::NewestIsKept);
	});
}

#[test]
fn only_who_controls_the_machine_prunes() {
	build_and_execute(|| {
		anchored();
		anchored();
		time_passes(RETENTION);
		for who in [PARTY, NEIGHBOUR, STRANGER, key(MILL)] {
			assert_noop!(prune(&who, 1), Error::<Test>::NotTheOwner);
		}
		assert_ok!(prune(&key(PRESS), 1));
	});
}

#[test]
fn of_a_pruned_batch_nothing_is_proven_and_nothing_asked() {
	build_and_execute(|| {
		let readings = anchored();
		anchored();
		assert!(Telemetry::admissible_reading(&PRESS, &proof(1, &readings, 0)).is_ok());
		time_passes(RETENTION);
		assert_ok!(prune(&OWNER, 1));
		let why = |batch| Telemetry::admissible_reading(&PRESS, &proof(batch, &readings, 0)).map(drop);
		assert_eq!(why(1), Err(Why::Pruned));
		for never in [0, 3, u64::MAX] {
			assert_eq!(why(never), Err(Why::NeverAnchored));
		}
		assert_noop!(challenge(&PARTY, 1, 0, 1), Error::<Test>::UnknownBatch);
		assert_noop!(challenge(&PARTY, 3, 0, 1), Error::<Test>::UnknownBatch);
	});
}
