use super::*;
use crate::model::ChannelDecl;
use proptest::prelude::*;

fn engine(rules: &str) -> Engine {
	let channels = [
		ChannelDecl::input("temperature", "°C"),
		ChannelDecl::input("vibration", "mm/s"),
		ChannelDecl::input("unused", ""),
		ChannelDecl::output("coolant", "", 0..=1),
	];
	Engine::new(Rules::parse(rules, &channels).unwrap_or_else(|error| panic!("{error}")))
}

/// An engine with one rule.
fn rule(keys: &str) -> Engine {
	engine(&format!("[[rule]]\nname = \"r\"\n{keys}"))
}

fn changes(firings: &[Firing]) -> Vec<(Change, u64)> {
	firings.iter().map(|firing| (firing.change, firing.at_ms)).collect()
}

/// Feeds a value of `temperature` and evaluates.
fn feed(engine: &mut Engine, at_ms: u64, value: f64) -> Vec<(Change, u64)> {
	assert!(engine.reading("temperature", at_ms, value));
	changes(&engine.evaluate(at_ms))
}

fn only(engine: &Engine) -> RuleStatus {
	let mut status = engine.status();
	assert_eq!(status.len(), 1);
	status.remove(0)
}

fn unknown(engine: &Engine) -> Option<String> {
	only(engine).unknown
}

/// Rules of the channels that [`engine`] has.
fn rules(text: &str) -> Rules {
	engine(text).rules
}

const HOT: &str =
	"[[rule]]\nname = \"hot\"\nwhen = \"mean(temperature, 60) > 80\"\nuntil = \"mean(temperature, 60) < 60\"\n";
const SHAKY: &str = "[[rule]]\nname = \"shaky\"\nwhen = \"vibration > 4\"\nfor_ms = 5000\n";

#[test]
fn rules_that_stay_as_they_are_go_on_when_others_come() {
	let mut engine = engine(&format!("{HOT}{SHAKY}"));
	for at in 0..40 {
		feed(&mut engine, at * 1_000, 90.0);
	}
	engine.reading("vibration", 39_000, 5.0);
	engine.evaluate(39_000);
	assert!(engine.is_raised("hot") && !engine.is_raised("shaky"));
	// WHEN another rule comes, and a comment, in another order.
	let other = "[[rule]]\nname = \"cold\"\nwhen = \"temperature < 5 || max(vibration, 10) > 100\"\n";
	assert_eq!(
		engine.replace(rules(&format!("# all\n{other}{SHAKY}{HOT}"))),
		Vec::<String>::new()
	);
	// THEN what is raised stays so and is not raised again, and what waits has waited.
	assert!(engine.is_raised("hot"));
	assert_eq!(feed(&mut engine, 40_000, 90.0), []);
	engine.reading("vibration", 44_000, 5.0);
	assert_eq!(changes(&engine.evaluate(44_000)), [(Change::Raised, 44_000)]);
	let status = engine.status();
	let [cold, shaky, hot] = status.as_slice() else {
		panic!("{status:?}")
	};
	assert_eq!((cold.in_state_ms, shaky.in_state_ms), (5_000, 0));
	assert_eq!((hot.counts.raised, hot.seen[0].value), (1, Some(90.0)));
}

#[test]
fn a_rule_that_has_changed_begins_anew_with_the_readings_that_are_there() {
	let mut engine = engine(&format!("{HOT}{SHAKY}"));
	for at in 0..40 {
		feed(&mut engine, at * 1_000, 90.0);
	}
	let changed = HOT.replace("> 80", "> 85");
	assert_eq!(engine.replace(rules(&changed)), ["hot", "shaky"]);
	assert!(!engine.is_raised("hot"));
	assert_eq!(changes(&engine.evaluate(39_500)), [(Change::Raised, 39_500)]);
	assert_eq!(engine.replace(rules("")), ["hot"]);
	assert!(engine.status().is_empty());
}

#[test]
fn with_other_channels_all_begins_anew() {
	let mut engine = rule("when = \"temperature > 80\"");
	feed(&mut engine, 1_000, 90.0);
	let others = [ChannelDecl::input("temperature", "K")];
	let same = Rules::parse("[[rule]]\nname = \"r\"\nwhen = \"temperature > 80\"", &others).unwrap();
	assert_eq!(engine.replace(same), ["r"]);
	assert!(!engine.is_raised("r"));
	assert_eq!(changes(&engine.evaluate(2_000)), []);
}

#[test]
fn raises_and_clears_with_actions_and_the_values_seen() {
	let mut engine = rule(
		r#"
		when = "temperature > 80"
		severity = "alarm"
		then = [{ stop = "hot" }, { actuate = "coolant", to = 1 }]
		after = [{ actuate = "coolant", to = 0 }]
		"#,
	);
	engine.reading("temperature", 1_000, 81.5);
	let firings = engine.evaluate(1_000);
	let seen = |value| Seen {
		operand: "temperature".into(),
		unit: "°C".into(),
		value: Some(value),
		missing: None,
	};
	let actuate = |to| Action::Actuate {
		output: "coolant".into(),
		to,
	};
	let raised = Firing {
		rule: "r".into(),
		severity: Severity::Alarm,
		change: Change::Raised,
		at_ms: 1_000,
		raised_ms: 0,
		actions: vec![Action::Stop { why: "hot".into() }, actuate(1)],
		seen: vec![seen(81.5)],
	};
	assert_eq!(firings, std::slice::from_ref(&raised));
	assert_eq!(feed(&mut engine, 2_000, 90.0), []);
	engine.reading("temperature", 4_000, 79.0);
	let cleared = Firing {
		change: Change::Cleared,
		at_ms: 4_000,
		raised_ms: 3_000,
		actions: vec![actuate(0)],
		seen: vec![seen(79.0)],
		..raised
	};
	assert_eq!(engine.evaluate(4_000), [cleared]);
}

#[test]
fn raises_by_its_timer_without_a_new_reading() {
	let mut engine = rule("when = \"temperature > 80\"\nfor_ms = 5000");
	assert_eq!(feed(&mut engine, 1_000, 81.0), []);
	assert_eq!(engine.next_due(), Some(6_000));
	assert_eq!(engine.evaluate(5_999), []);
	assert_eq!(changes(&engine.evaluate(6_000)), [(Change::Raised, 6_000)]);
}

#[test]
fn evaluates_only_what_was_read_or_is_due() {
	let mut engine = engine(
		r#"
		[[rule]]
		name = "t"
		when = "temperature > 80"
		[[rule]]
		name = "v"
		when = "vibration > 4"
		"#,
	);
	engine.evaluate(0);
	for at in 1..=100 {
		engine.reading("temperature", at, 20.0);
		engine.reading("unused", at, 20.0);
		engine.evaluate(at);
		engine.evaluate(at);
	}
	let evaluations: Vec<u64> = engine.status().iter().map(|rule| rule.counts.evaluations).collect();
	assert_eq!(evaluations, [101, 1]);
}

#[test]
fn does_nothing_with_channels_that_no_rule_looks_at() {
	let mut engine = rule("when = \"temperature > 80\"");
	assert!(!engine.reading("unused", 0, 1.0));
	assert!(!engine.reading("nonsense", 0, 1.0));
}

#[test]
fn says_why_it_is_unknown() {
	let mut engine = rule("when = \"mean(temperature, 10) > 80\"\nstale_ms = 20000");
	assert_eq!(unknown(&engine).unwrap(), "it was not evaluated yet");
	engine.evaluate(0);
	assert_eq!(unknown(&engine).unwrap(), "mean(temperature, 10): no reading yet");
	feed(&mut engine, 1_000, 90.0);
	let filling = "mean(temperature, 10): the window holds 0 s and needs 5 s";
	assert_eq!(unknown(&engine).unwrap(), filling);
	feed(&mut engine, 5_999, 90.0);
	assert!(unknown(&engine).unwrap().contains("holds 4.999 s and needs 5 s"));
	assert_eq!(feed(&mut engine, 6_000, 90.0), [(Change::Raised, 6_000)]);
	assert_eq!(unknown(&engine), None);
	engine.evaluate(16_001);
	assert_eq!(
		unknown(&engine).unwrap(),
		"mean(temperature, 10): no reading in the window"
	);
	engine.evaluate(26_001);
	assert_eq!(
		unknown(&engine).unwrap(),
		"mean(temperature, 10): the last reading is 20.001 s old"
	);
	feed(&mut engine, 27_000, f64::NAN);
	assert!(unknown(&engine).unwrap().contains("the last reading is 21 s old"));
	feed(&mut engine, 28_000, 90.0);
	feed(&mut engine, 29_000, f64::INFINITY);
	assert_eq!(
		unknown(&engine).unwrap(),
		"mean(temperature, 10): the last reading was no number"
	);
	assert_eq!(only(&engine).state, State::Raised);
}

#[test]
fn goes_unknown_by_itself_when_readings_stop() {
	let mut engine = rule("when = \"temperature > 80\"\nfor_ms = 10000\nstale_ms = 1000");
	feed(&mut engine, 0, 90.0);
	assert_eq!(engine.next_due(), Some(1_001));
	assert_eq!(engine.evaluate(1_001), []);
	assert_eq!(
		unknown(&engine).unwrap(),
		"temperature: the last reading is 1.001 s old"
	);
	assert_eq!(engine.next_due(), None);
	assert_eq!(engine.evaluate(100_000), []);
}

#[test]
fn never_raises_across_a_gap_in_the_readings() {
	let mut engine = rule("when = \"temperature > 80\"\nfor_ms = 5000\nstale_ms = 1000");
	feed(&mut engine, 0, 90.0);
	// Nobody evaluated in between, so that the rule was never seen unknown.
	assert_eq!(feed(&mut engine, 60_000, 90.0), []);
	for at in (60_500..65_000).step_by(500) {
		assert_eq!(feed(&mut engine, at, 90.0), []);
	}
	assert_eq!(feed(&mut engine, 65_000, 90.0), [(Change::Raised, 65_000)]);
}

#[test]
fn never_raises_over_a_reading_that_was_no_number() {
	let mut engine = rule("when = \"temperature > 80\"\nfor_ms = 1000");
	feed(&mut engine, 0, 90.0);
	engine.reading("temperature", 500, f64::NAN);
	assert_eq!(feed(&mut engine, 1_000, 90.0), []);
	assert_eq!(feed(&mut engine, 2_000, 90.0), [(Change::Raised, 2_000)]);
}

#[test]
fn is_unknown_after_a_division_by_zero_and_remembers_it() {
	let mut engine = rule("when = \"!(temperature / vibration < 10)\"");
	engine.reading("vibration", 0, 0.0);
	assert_eq!(feed(&mut engine, 0, 90.0), []);
	let error = "a division by zero, or a result that is too large";
	assert_eq!(unknown(&engine).unwrap(), error);
	engine.reading("vibration", 1, 90.0);
	assert_eq!(changes(&engine.evaluate(1)), []);
	assert_eq!(
		(unknown(&engine), only(&engine).last_error.unwrap().as_str()),
		(None, error)
	);
}

#[test]
fn notices_a_channel_that_went_silent() {
	let mut engine = rule("when = \"age(temperature) > 10 || count(temperature, 5) < 2\"\nstale_ms = 1000");
	engine.evaluate(0);
	assert_eq!(unknown(&engine).unwrap(), "age(temperature): no reading yet");
	for at in [1_000, 2_000] {
		engine.reading("temperature", at, 20.0);
	}
	assert_eq!(engine.evaluate(2_000), []);
	let mut firings = vec![];
	while firings.is_empty() {
		let due = engine.next_due().expect("an age is always followed");
		assert!(due < 20_000);
		firings = engine.evaluate(due);
	}
	// The first of the two left its window of 5 s.
	assert!((5_900..=6_100).contains(&firings[0].at_ms), "{firings:?}");
}

#[test]
fn follows_an_age_to_a_fiftieth() {
	let mut engine = rule("when = \"age(temperature) > 1000\"");
	feed(&mut engine, 0, 20.0);
	let mut evaluations = 0;
	let firings = loop {
		let due = engine.next_due().expect("an age is always followed");
		let firings = engine.evaluate(due);
		evaluations += 1;
		if !firings.is_empty() {
			break firings;
		}
	};
	assert!((1_000_000..1_020_000).contains(&firings[0].at_ms), "{firings:?}");
	assert!(evaluations < 1_000, "{evaluations}");
}

#[test]
fn goes_on_when_the_clock_is_set_back() {
	let mut engine = rule("when = \"temperature > 80\"\nfor_ms = 5000");
	feed(&mut engine, 1_000_000, 90.0);
	assert_eq!(feed(&mut engine, 10_000, 90.0), []);
	assert_eq!(engine.next_due(), Some(15_000));
	assert_eq!(feed(&mut engine, 14_999, 90.0), []);
	assert_eq!(changes(&engine.evaluate(15_000)), [(Change::Raised, 15_000)]);
}

#[test]
fn takes_readings_that_come_a_little_late() {
	let mut engine = rule("when = \"slope(temperature, 10) > 0.9 && slope(temperature, 10) < 1.1\"");
	let mut found = vec![];
	for second in 0..20u64 {
		found.extend(engine.evaluate(second * 1_000 + 900));
		engine.reading("temperature", second * 1_000, second as f64);
	}
	engine.evaluate(20_000);
	assert!(matches!(changes(&found)[..], [(Change::Raised, 5_900)]), "{found:?}");
	let slope = only(&engine).seen[0].value.unwrap();
	assert!((slope - 1.0).abs() < 1e-9, "{slope}");
}

#[test]
fn looks_at_its_condition_to_clear_only_once_raised() {
	let mut engine = rule("when = \"temperature > 80\"\nuntil = \"vibration < 1\"");
	assert_eq!(feed(&mut engine, 0, 90.0), [(Change::Raised, 0)]);
	assert_eq!(engine.next_due(), Some(0));
	engine.evaluate(0);
	assert_eq!((engine.next_due(), unknown(&engine)), (Some(30_001), None));
	assert_eq!(feed(&mut engine, 1_000, 70.0), []);
	assert_eq!(unknown(&engine).unwrap(), "vibration: no reading yet");
	engine.reading("vibration", 2_000, 0.5);
	assert_eq!(changes(&engine.evaluate(2_000)), [(Change::Cleared, 2_000)]);
}

#[test]
fn counts_what_it_did() {
	let mut engine = rule("when = \"temperature > 80\"");
	engine.evaluate(0);
	for (at, value) in [
		(1_000, 90.0),
		(3_000, 70.0),
		(4_000, 90.0),
		(9_000, 70.0),
		(10_000, 70.0),
	] {
		feed(&mut engine, at, value);
	}
	let counts = only(&engine).counts;
	assert_eq!((counts.raised, counts.raised_ms, counts.longest_ms), (2, 7_000, 5_000));
	assert_eq!(
		(counts.watched_ms, counts.unknown_ms, counts.unknown_evaluations),
		(10_000, 1_000, 1)
	);
}

#[test]
fn writes_firings_and_status_as_json() {
	let mut engine = rule("when = \"temperature > 80\"\nthen = [{ actuate = \"coolant\", to = 1 }]");
	engine.reading("temperature", 5, 90.0);
	let firings = serde_json::to_value(engine.evaluate(5)).unwrap();
	let expected = serde_json::json!([{
		"rule": "r",
		"severity": "warning",
		"change": "raised",
		"at_ms": 5,
		"raised_ms": 0,
		"actions": [{ "action": "actuate", "output": "coolant", "to": 1 }],
		"seen": [{ "operand": "temperature", "unit": "°C", "value": 90.0, "missing": null }],
	}]);
	assert_eq!(firings, expected);
	engine.evaluate(60_000);
	let status = serde_json::to_value(engine.status()).unwrap();
	assert_eq!(status[0]["state"], "raised");
	assert_eq!(status[0]["unknown"], "temperature: the last reading is 59.995 s old");
	assert_eq!(status[0]["seen"][0]["missing"], "the last reading is 59.995 s old");
}

#[test]
fn can_be_owned_by_an_actor() {
	fn sent<T: Send + 'static>() {}
	sent::<Engine>();
	sent::<Rules>();
}

proptest! {
	/// Whatever comes, at whatever times: no panic, and a rule never raises before its time is over.
	#[test]
	fn holds_for_any_readings_at_any_times(
		steps in prop::collection::vec(
			(prop_oneof![8 => 0..100_000u64, 1 => any::<u64>()], any::<bool>(), any::<f64>(), any::<bool>()),
			1..200,
		),
	) {
		let mut engine = engine(
			r#"
			[[rule]]
			name = "a"
			when = "temperature > 0 && slope(vibration, 2) > -1 || rms(vibration, 1) / temperature > 1"
			until = "age(temperature) > 3 || count(vibration, 1) == 0"
			for_ms = 500
			[[rule]]
			name = "b"
			when = "max(temperature, 1) - min(temperature, 1) > abs(mean(vibration, 3600))"
			cooldown_ms = 1000
			"#,
		);
		for (at, which, value, evaluates) in steps {
			engine.reading(if which { "temperature" } else { "vibration" }, at, value);
			if evaluates {
				engine.evaluate(at);
			}
			let _ = engine.next_due();
		}
		for rule in engine.status() {
			prop_assert!(rule.counts.unknown_ms <= rule.counts.watched_ms);
			prop_assert!(rule.counts.longest_ms <= rule.counts.raised_ms);
		}
	}

	#[test]
	fn never_raises_before_its_time_is_over(
		for_ms in 0..3_000u64,
		steps in prop::collection::vec((1..700u64, any::<bool>()), 1..100),
	) {
		let mut engine = rule(&format!("when = \"temperature > 80\"\nfor_ms = {for_ms}\nstale_ms = 500"));
		let (mut at, mut since, mut last) = (0, None, None);
		for (passed, hot) in steps {
			at += passed;
			if !hot || last.is_some_and(|last| at - last > 500) {
				since = None;
			}
			last = Some(at);
			if hot {
				since = since.or(Some(at));
			}
			for (change, at) in feed(&mut engine, at, if hot { 90.0 } else { 20.0 }) {
				if change == Change::Raised {
					prop_assert!(at - since.expect("hot when raised") >= for_ms);
				}
			}
		}
	}
}
