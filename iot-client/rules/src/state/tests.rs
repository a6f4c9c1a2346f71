use super::*;
use proptest::prelude::*;

const TIMES: Times = Times {
	hold: 1_000,
	clear_hold: 500,
	cooldown: 10_000,
};

fn when(when: Option<bool>) -> Conditions {
	Conditions { when, until: None }
}

/// Steps through `(time, when)` and gives the changes with their times.
fn run(times: Times, steps: &[(u64, Option<bool>)]) -> Vec<(u64, Change)> {
	let mut machine = Machine::default();
	let step = |(now, condition): &(u64, Option<bool>)| {
		let change = machine.step(*now, &times, when(*condition), false)?;
		Some((*now, change))
	};
	steps.iter().filter_map(step).collect()
}

#[test]
fn raises_once_the_condition_has_held_for_its_time() {
	let steps = [
		(0, Some(true)),
		(999, Some(true)),
		(1_000, Some(true)),
		(5_000, Some(true)),
	];
	assert_eq!(run(TIMES, &steps), [(1_000, Change::Raised)]);
}

#[test]
fn starts_over_when_the_condition_fails_or_is_unknown_in_between() {
	for between in [Some(false), None] {
		let steps = [
			(0, Some(true)),
			(900, between),
			(950, Some(true)),
			(1_900, Some(true)),
			(1_950, Some(true)),
		];
		assert_eq!(run(TIMES, &steps), [(1_950, Change::Raised)], "{between:?}");
	}
}

#[test]
fn starts_over_when_something_was_unknown_between_two_steps() {
	let mut machine = Machine::default();
	machine.step(0, &TIMES, when(Some(true)), false);
	assert_eq!(machine.step(5_000, &TIMES, when(Some(true)), true), None);
	assert_eq!(machine.due(&TIMES), Some(6_000));
	assert_eq!(
		machine.step(6_000, &TIMES, when(Some(true)), false),
		Some(Change::Raised)
	);
}

#[test]
fn clears_once_the_condition_has_been_false_for_its_time() {
	let steps = [
		(0, Some(true)),
		(1_000, Some(true)),
		(2_000, Some(false)),
		(2_400, Some(true)),
		(2_500, Some(false)),
		(2_999, Some(false)),
		(3_000, Some(false)),
	];
	assert_eq!(run(TIMES, &steps), [(1_000, Change::Raised), (3_000, Change::Cleared)]);
}

#[test]
fn neither_clears_nor_raises_while_unknown() {
	let mut machine = Machine::default();
	machine.step(0, &TIMES, when(Some(true)), false);
	machine.step(1_000, &TIMES, when(Some(true)), false);
	for now in [2_000, 100_000] {
		assert_eq!(machine.step(now, &TIMES, when(None), false), None);
		assert!(machine.is_unknown());
		assert_eq!(machine.state(), State::Raised);
	}
}

#[test]
fn keeps_the_least_time_between_two_raises() {
	let times = Times {
		hold: 0,
		clear_hold: 0,
		..TIMES
	};
	let steps = [
		(0, Some(true)),
		(1, Some(false)),
		(2, Some(true)),
		(9_999, Some(true)),
		(10_000, Some(true)),
	];
	let raises = [(0, Change::Raised), (1, Change::Cleared), (10_000, Change::Raised)];
	assert_eq!(run(times, &steps), raises);
	let mut machine = Machine::default();
	for (now, condition) in &steps[..3] {
		machine.step(*now, &times, when(*condition), false);
	}
	assert_eq!((machine.state(), machine.due(&times)), (State::Pending, Some(10_000)));
}

#[test]
fn stays_raised_until_its_own_condition_holds() {
	let times = Times {
		hold: 0,
		clear_hold: 0,
		cooldown: 0,
	};
	let mut machine = Machine::default();
	let mut step = |when, until| {
		let conditions = Conditions {
			when,
			until: Some(until),
		};
		machine.step(0, &times, conditions, false)
	};
	assert_eq!(step(Some(true), Some(false)), Some(Change::Raised));
	assert_eq!(step(Some(false), Some(false)), None);
	assert_eq!(step(Some(false), None), None);
	// What would raise it again must not clear it.
	assert_eq!(step(Some(true), Some(true)), None);
	assert_eq!(step(None, Some(true)), Some(Change::Cleared));
}

proptest! {
	#[test]
	fn never_raises_before_the_time_is_over_whatever_happens(
		hold in 0..5_000u64,
		clear_hold in 0..5_000u64,
		cooldown in 0..20_000u64,
		steps in prop::collection::vec((0..1_500u64, prop::option::of(any::<bool>()), any::<bool>()), 1..200),
	) {
		let times = Times { hold, clear_hold, cooldown };
		let mut machine = Machine::default();
		let (mut now, mut since, mut last_raise, mut raised) = (0u64, None, None, false);
		for (passed, condition, broken) in steps {
			now += passed;
			if condition != Some(true) || broken {
				since = None;
			}
			if condition == Some(true) {
				since = since.or(Some(now));
			}
			match machine.step(now, &times, when(condition), broken) {
				Some(Change::Raised) => {
					prop_assert!(!raised);
					prop_assert!(now - since.expect("holds when raised") >= hold);
					prop_assert!(last_raise.is_none_or(|last| now - last >= cooldown));
					(raised, last_raise) = (true, Some(now));
				}
				Some(Change::Cleared) => {
					prop_assert!(raised && condition == Some(false));
					raised = false;
				}
				None => {}
			}
			prop_assert_eq!(machine.state().is_raised(), raised);
		}
	}

	/// A signal that swings between the two limits raises once at most.
	#[test]
	fn never_chatters_within_the_band(
		low in -100.0..100.0f64,
		width in 0.1..50.0f64,
		signal in prop::collection::vec(0.0..1.0f64, 1..200),
		start in any::<bool>(),
	) {
		let (limit, release) = (low + width, low);
		let times = Times { hold: 0, clear_hold: 0, cooldown: 0 };
		let mut machine = Machine::default();
		let mut changes = vec![];
		let spike = if start { limit + 1.0 } else { release };
		let values = std::iter::once(spike).chain(signal.iter().map(|part| low + part * width));
		for (now, value) in values.enumerate() {
			let conditions = Conditions { when: Some(value > limit), until: Some(Some(value < release)) };
			changes.extend(machine.step(now as u64, &times, conditions, false));
		}
		prop_assert_eq!(changes, if start { vec![Change::Raised] } else { vec![] });
	}
}
