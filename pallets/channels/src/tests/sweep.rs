//! What the chain ends by itself.

use crate::{mock::*, ChannelState, Outcome};
use frame_support::assert_ok;
use pallet_escrow::Deadlines;

fn outcome(channel: crate::ChannelId) -> Option<Outcome> {
	match record(channel).state {
		ChannelState::Settled(outcome) => Some(outcome),
		_ => None,
	}
}

#[test]
fn a_channel_whose_life_is_over_is_ended() {
	build_and_execute(|| {
		let channel = opened();
		at(LIFETIME);
		idle();
		assert_eq!(outcome(channel), None);
		at(LIFETIME + 1);
		idle();
		assert_eq!(outcome(channel), Some(Outcome::Expired));
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn one_that_was_asked_to_end_is_ended_after_the_window_and_leaves_nothing_in_the_index() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(request_close(channel));
		assert_eq!(Deadlines::<Test>::iter().count(), 1);
		at(WINDOW);
		idle();
		assert_eq!(outcome(channel), None);
		at(WINDOW + 1);
		idle();
		assert_eq!(outcome(channel), Some(Outcome::ClosedByPayer));
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn many_take_several_blocks() {
	build_and_execute(|| {
		let channels: Vec<_> = (0..7).map(|_| opened()).collect();
		let ended = || channels.iter().filter(|channel| outcome(**channel).is_some()).count();
		for (block, expected) in [(1, 3), (2, 6), (3, 7), (4, 7)] {
			at(LIFETIME + block);
			idle();
			assert_eq!(ended(), expected);
			try_state();
		}
	});
}

#[test]
fn one_that_ended_otherwise_is_not_looked_at_any_more() {
	build_and_execute(|| {
		let (one, other) = (opened(), opened());
		assert_ok!(close(one));
		assert_ok!(signed(&stranger(), closing_together(other, 5)));
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
		at(LIFETIME + 1);
		idle();
		assert_eq!(
			(outcome(one), outcome(other)),
			(Some(Outcome::ClosedByPayee), Some(Outcome::Agreed))
		);
	});
}
