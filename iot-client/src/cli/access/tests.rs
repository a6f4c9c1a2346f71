use super::*;
use bpiiot_access::{Stage, User};

fn record() -> Record {
	Record {
		machine: [2; 32],
		renter: [1; 32],
		actions: Actions::ENTER | Actions::OPERATE,
		start: 1_000,
		end: 100_000,
		stage: Stage::Active,
		epoch: 0,
		users: [
			Some(User {
				account: [3; 32],
				from: 20_000,
				until: 30_000,
				actions: Actions::ENTER,
			}),
			None,
			None,
			None,
		],
	}
}

/// A token outlives nobody's right, or the door would refuse it.
#[test]
fn a_token_lives_for_the_time_that_was_asked_and_ends_when_its_signer_may_no_more() {
	let (enter, operate) = (Actions::ENTER, Actions::OPERATE);
	let minute = Duration::from_secs(60);
	for (who, actions, now, window_or_why) in [
		(1, enter, 5_000, Ok((5_000, 65_000))),
		(1, enter | operate, 70_000, Ok((70_000, 100_000))),
		// Ahead of his time.
		(1, enter, 0, Ok((1_000, 61_000))),
		(1, enter, 100_000, Err(Denied::TooLate)),
		(3, enter, 5_000, Ok((20_000, 30_000))),
		(3, operate, 25_000, Err(Denied::ActionNotAllowed)),
		(3, enter, 30_000, Err(Denied::TooLate)),
		(4, enter, 25_000, Err(Denied::NotAUser)),
	] {
		let found = window(&record(), &[who; 32], actions, now, minute);
		assert_eq!(found, window_or_why, "{who} {actions:?} at {now}");
	}
	let long = window(&record(), &[1; 32], enter, 5_000, Duration::MAX);
	assert_eq!(long, Ok((5_000, 100_000)));
	assert_eq!(
		window(&record(), &[1; 32], enter, 5_000, Duration::ZERO),
		Err(Denied::TooLate)
	);
}

#[test]
fn actions_have_words() {
	assert_eq!(words(Actions::ENTER | Actions::READ), "enter, read");
	assert_eq!(words(Actions(1 << 9)), "actions 0x0200");
}
