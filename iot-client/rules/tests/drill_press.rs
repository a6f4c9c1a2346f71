//! The rules of the example do what their comments say.

use iot_rules::{dry_run, Action, Change, ChannelDecl, DryRun, Rules, Sample};

const EXAMPLE: &str = include_str!("../examples/drill-press.toml");

fn rules() -> Rules {
	let channels = [
		ChannelDecl::input("temperature", "°C"),
		ChannelDecl::input("vibration", "mm/s"),
		ChannelDecl::input("spindle_speed", "rpm"),
		ChannelDecl::output("spindle_rpm", "rpm", 0..=3000),
		ChannelDecl::output("coolant", "", 0..=1),
	];
	Rules::parse(EXAMPLE, &channels).unwrap_or_else(|error| panic!("{error}"))
}

/// Five readings a second of every channel for `seconds`, each as a function of the time in s.
fn run(seconds: u64, readings: &[(&str, &dyn Fn(f64) -> f64)]) -> DryRun {
	let times = (0..seconds * 5).map(|step| step * 200);
	let samples = times.flat_map(|at_ms| {
		readings.iter().map(move |(channel, value)| Sample {
			channel: (*channel).to_owned(),
			at_ms,
			value: value(at_ms as f64 / 1_000.0),
		})
	});
	dry_run(rules(), samples)
}

fn changes<'a>(run: &'a DryRun, rule: &str) -> Vec<(Change, u64, &'a [Action])> {
	let of_rule = run.firings.iter().filter(|firing| firing.rule == rule);
	of_rule
		.map(|firing| (firing.change, firing.at_ms / 1_000, firing.actions.as_slice()))
		.collect()
}

#[test]
fn finds_bearing_wear() {
	// From 60 s on the bearing grinds and warms up by 6 °C a minute; at 240 s the machine is switched off.
	let grinds = |t: f64| (60.0..240.0).contains(&t);
	let temperature = |t: f64| 30.0 + if t < 60.0 { 0.0 } else { (t.min(240.0) - 60.0) * 0.1 };
	let vibration = |t: f64| (t * 37.0).sin() * if grinds(t) { 8.0 } else { 1.0 };
	let run = run(400, &[("temperature", &temperature), ("vibration", &vibration)]);
	let found = changes(&run, "bearing wear");
	assert_eq!(found.len(), 2, "{found:?}");
	let (raised, at, actions) = found[0];
	assert_eq!((raised, actions.len()), (Change::Raised, 3));
	assert!((70..100).contains(&at), "{at}");
	let (cleared, at, actions) = found[1];
	assert_eq!((cleared, actions.len()), (Change::Cleared, 0));
	assert!((270..290).contains(&at), "{at}");
}

#[test]
fn does_not_take_vibration_alone_for_wear() {
	let run = run(
		300,
		&[("temperature", &|_| 30.0), ("vibration", &|t| (t * 37.0).sin() * 8.0)],
	);
	assert_eq!(changes(&run, "bearing wear"), []);
}

#[test]
fn switches_the_coolant_once_for_a_temperature_that_swings_within_the_band() {
	let run = run(
		120,
		&[("temperature", &|t| if t < 100.0 { 58.0 + 5.0 * t.sin() } else { 45.0 })],
	);
	let actuate = |to| {
		[Action::Actuate {
			output: "coolant".into(),
			to,
		}]
	};
	let found = changes(&run, "coolant");
	assert_eq!(
		found,
		[
			(Change::Raised, 0, &actuate(1)[..]),
			(Change::Cleared, 100, &actuate(0)[..])
		]
	);
}

#[test]
fn stops_an_overheated_spindle_but_not_for_one_reading() {
	let spike = run(20, &[("temperature", &|t| if t == 10.0 { 300.0 } else { 30.0 })]);
	assert_eq!(changes(&spike, "overheated"), []);
	let hot = run(20, &[("temperature", &|t| if t >= 10.0 { 95.0 } else { 30.0 })]);
	let found = changes(&hot, "overheated");
	assert!(
		matches!(found[..], [(Change::Raised, 11 | 12, [Action::Stop { .. }, _])]),
		"{found:?}"
	);
}

#[test]
fn stops_a_slipping_spindle_and_is_content_with_one_that_stands() {
	let set = |t: f64| if t < 10.0 { 0.0 } else { 1_000.0 };
	let slips = run(
		30,
		&[
			("spindle_rpm", &set),
			("spindle_speed", &|t| set(t) * if t > 20.0 { 0.5 } else { 1.0 }),
		],
	);
	let found = changes(&slips, "spindle slips");
	assert!(
		matches!(found[..], [(Change::Raised, 24..=26, [Action::Stop { .. }])]),
		"{found:?}"
	);
}

#[test]
fn tells_of_a_silent_sensor() {
	let samples = (0..30u64).flat_map(|second| {
		let at_ms = second * 1_000;
		let temperature = (second < 10).then_some("temperature");
		let channels = ["vibration"].into_iter().chain(temperature);
		channels.map(move |channel| Sample {
			channel: channel.to_owned(),
			at_ms,
			value: 1.0,
		})
	});
	let run = dry_run(rules(), samples);
	let found = changes(&run, "temperature sensor");
	assert!(
		matches!(found[..], [(Change::Raised, 19, [Action::Notify { .. }])]),
		"{found:?}"
	);
}
