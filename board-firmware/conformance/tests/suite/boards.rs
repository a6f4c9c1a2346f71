//! Boards of all kinds, none of them broken.

use crate::{
	defects::SOUND,
	rig::{channel, Rig, BRAKE, CONFIG, DOOR, SPEED},
};
use board_conformance::{
	protocol::{
		AckResult, BoardMessage, ChannelInfo, ChannelKind, HelloPage, HostFrame, HostMessage, Session, PROTOCOL_VERSION,
	},
	rules, run, Host, Line, Options, Report, Verdict,
};
use board_core::{ChannelSet, Config, Interlock, OutputFailed, Outputs};
use std::{io, time::Duration};

fn try_on(rig: Rig) -> Report {
	let report = run(rig, &Options::default(), |_| {});
	report.outcomes.iter().for_each(|outcome| println!("{outcome}"));
	report
}

/// The rules that were skipped, and why.
fn skipped(report: &Report) -> Vec<(&'static str, &str)> {
	let outcomes = report.outcomes.iter().filter_map(|outcome| match &outcome.result {
		Verdict::Skipped(reason) => Some((outcome.rule.name, reason.as_str())),
		_ => None,
	});
	outcomes.collect()
}

#[test]
fn a_sound_board_passes_every_rule() {
	let report = try_on(Rig::new());
	assert!(report.passed());
	for outcome in &report.outcomes {
		assert_eq!(outcome.result, Verdict::Passed, "{}", outcome.rule.name);
		assert!(outcome.excused.is_empty(), "{:?}", outcome.excused);
	}
	assert_eq!(report.outcomes.len(), rules().count());
}

#[test]
fn a_sound_board_passes_with_any_seed() {
	for seed in [0, 2, 0x9e37_79b9, u32::MAX] {
		let options = Options {
			seed,
			only: vec!["noise".to_owned(), "mangled".to_owned()],
		};
		let report = run(Rig::new(), &options, |_| {});
		assert!(report.passed(), "{report:?}");
		assert_eq!((report.seed, report.outcomes.len()), (seed, 2));
	}
}

#[test]
fn what_an_interlock_holds_is_skipped() {
	let mut rig = Rig::new();
	rig.machine.inputs.insert(DOOR, Some(0));
	let report = try_on(rig);
	assert!(report.passed());
	assert_eq!(
		skipped(&report),
		[("limits", "an interlock holds output 0 and 1; the others obey")]
	);
}

#[test]
fn a_board_whose_outputs_are_all_held_is_skipped_where_one_is_needed() {
	const CHANNELS: &[ChannelInfo] = &[
		channel(0, ChannelKind::Output, -100, 3000, 0, "spindle"),
		channel(1, ChannelKind::Input, 0, 1, 0, "door_closed"),
	];
	const INTERLOCKS: &[Interlock] = &[Interlock {
		input: 1,
		min: 1,
		max: 1,
		outputs: ChannelSet::of(&[0]),
	}];
	let config = Config {
		channels: CHANNELS,
		interlocks: INTERLOCKS,
		..CONFIG
	};
	let report = try_on(Rig::of(config, SOUND));
	assert!(report.passed());
	let reasons = skipped(&report);
	assert!(reasons.contains(&(
		"dead-man",
		"every output is held by an interlock, or has one value only"
	)));
	assert!(reasons.contains(&("limits", "an interlock holds output 0")));
}

#[test]
fn a_board_without_outputs_is_skipped_where_one_is_needed() {
	const CHANNELS: &[ChannelInfo] = &[channel(0, ChannelKind::Input, 0, 4000, 0, "speed")];
	let config = Config {
		channels: CHANNELS,
		interlocks: &[],
		..CONFIG
	};
	let mut rig = Rig::of(config, SOUND);
	rig.machine.inputs.insert(0, Some(7));
	let report = try_on(rig);
	assert!(report.passed());
	let names: Vec<_> = skipped(&report)
		.into_iter()
		.map(|(name, reason)| {
			assert_eq!(reason, "the board has no output");
			name
		})
		.collect();
	let need_one = [
		"at-most-once",
		"sequence-reused",
		"stale",
		"limits",
		"dead-man",
		"tripped",
		"hello-is-no-sign-of-life",
		"keep-alive",
		"status-flags",
		"noise",
		"mangled",
	];
	assert_eq!(names, need_one);
}

#[test]
fn a_board_without_any_channel_passes_what_can_be_tried() {
	let config = Config {
		channels: &[],
		interlocks: &[],
		..CONFIG
	};
	let report = try_on(Rig::of(config, SOUND));
	assert!(report.passed());
	let reason = "the board has no channel that can be read";
	assert!(skipped(&report).contains(&("streaming", reason)));
}

#[test]
fn a_board_that_keeps_no_configuration_says_so() {
	let config = Config {
		config_len: 0,
		..CONFIG
	};
	let report = try_on(Rig::of(config, SOUND));
	assert!(report.passed());
	assert_eq!(skipped(&report), []);
}

#[test]
fn what_takes_longer_than_bearable_is_not_waited_for() {
	let config = Config {
		dead_man_ms: 3_600_000,
		min_interval_ms: 3_600_000,
		..CONFIG
	};
	let report = try_on(Rig::of(config, SOUND));
	assert!(report.passed());
	let reason = "a dead-man time of 3600 s is too long to wait for";
	let interval = "an interval of 3600000 ms is too long to wait for";
	let expected = [
		("at-most-once", reason),
		("streaming", interval),
		("dead-man", reason),
		("tripped", reason),
		("hello-is-no-sign-of-life", reason),
		("keep-alive", reason),
		("status-flags", reason),
	];
	assert_eq!(skipped(&report), expected);
}

#[test]
fn a_board_that_says_nonsense_of_its_times_is_tried_to_the_end() {
	let mut defect = SOUND;
	defect.says = |_, mut frame| {
		if let BoardMessage::Hello(HelloPage::Identity(identity)) = &mut frame.message {
			(identity.dead_man_ms, identity.min_interval_ms) = (0, 0);
		}
		Some(frame)
	};
	let report = try_on(Rig::broken(defect));
	assert!(!report.passed());
	assert_eq!(report.outcomes.len(), rules().count());
}

#[test]
fn a_full_memory_is_not_written_anew() {
	let mut rig = Rig::new();
	rig.machine.memory = [0x11; 64];
	assert!(try_on(rig).passed());
}

#[test]
fn an_input_that_cannot_be_read_is_no_mistake() {
	let mut rig = Rig::new();
	rig.machine.inputs.insert(SPEED, None);
	assert!(try_on(rig).passed());
}

#[test]
fn a_board_with_one_switch_is_enough() {
	const CHANNELS: &[ChannelInfo] = &[channel(0, ChannelKind::Output, 0, 1, 1, "brake")];
	let config = Config {
		channels: CHANNELS,
		interlocks: &[],
		..CONFIG
	};
	let report = try_on(Rig::of(config, SOUND));
	assert!(report.passed());
	assert_eq!(skipped(&report), []);
}

#[test]
fn a_board_that_took_the_numbers_of_another_host_is_no_broken_one() {
	let mut rig = Rig::new();
	for sequence in [20_000, 40_000] {
		rig.send(
			&HostFrame::new(Session(77), sequence, HostMessage::KeepAlive)
				.encode()
				.expect("fits"),
		)
		.expect("sent");
	}
	rig.receive(Duration::from_millis(20), &mut Vec::new())
		.expect("received");
	let report = try_on(rig);
	assert!(report.passed());
	assert!(report.outcomes.iter().all(|outcome| outcome.excused.is_empty()));
}

/// Why the rule about signs of life was begun again on a board that is sound.
fn excuses(line: impl Line) -> Vec<String> {
	let options = Options {
		only: vec!["keep-alive".to_owned()],
		..Options::default()
	};
	let report = run(line, &options, |_| {});
	assert!(report.passed(), "{report:?}");
	report
		.outcomes
		.into_iter()
		.flat_map(|outcome| outcome.excused)
		.collect()
}

#[test]
fn what_the_machine_does_meanwhile_is_no_mistake_of_the_board() {
	let mut defect = SOUND;
	defect.lives = |rig| {
		// Somebody opens the door for a moment, once.
		let is_open = (300..310).contains(&rig.machine.now.as_millis());
		rig.machine.inputs.insert(DOOR, Some(i32::from(!is_open)));
	};
	let excuses = excuses(Rig::broken(defect));
	assert_eq!(excuses.len(), 1);
	assert!(
		excuses[0].contains("meanwhile the board told of InterlockTripped"),
		"{excuses:?}"
	);
}

/// A host that is held up for a while, once, and whose board goes on.
struct HeldUp(Rig, bool);

impl Line for HeldUp {
	fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
		self.0.send(bytes)
	}

	fn receive(&mut self, limit: Duration, into: &mut Vec<u8>) -> io::Result<()> {
		if !self.1 && self.now() > Duration::from_millis(300) {
			self.1 = true;
			let end = self.now() + Duration::from_millis(700);
			while self.now() < end {
				self.0.receive(limit, into)?;
			}
		}
		self.0.receive(limit, into)
	}

	fn now(&self) -> Duration {
		self.0.now()
	}
}

#[test]
fn a_computer_that_was_busy_is_no_mistake_of_the_board() {
	let excuses = excuses(HeldUp(Rig::new(), false));
	assert_eq!(excuses.len(), 1);
	assert!(excuses[0].contains("this computer was busy for"), "{excuses:?}");
}

#[test]
fn a_board_of_another_version_is_named_with_both() {
	let config = Config {
		version: PROTOCOL_VERSION + 1,
		..CONFIG
	};
	let report = try_on(Rig::of(config, SOUND));
	assert!(!report.passed());
	let Verdict::Failed(reason) = &report.outcomes[0].result else {
		panic!("{:?}", report.outcomes[0])
	};
	assert!(
		reason.contains("speaks protocol version 3, this side speaks version 2"),
		"{reason}"
	);
	assert_eq!(skipped(&report).len(), rules().count() - 1);
}

/// Nobody is there.
struct Silence(Duration);

impl Line for Silence {
	fn send(&mut self, _: &[u8]) -> io::Result<()> {
		Ok(())
	}

	fn receive(&mut self, limit: Duration, _: &mut Vec<u8>) -> io::Result<()> {
		self.0 += limit;
		Ok(())
	}

	fn now(&self) -> Duration {
		self.0
	}
}

#[test]
fn a_line_without_a_board_fails_and_comes_to_an_end() {
	let mut told = Vec::new();
	let report = run(Silence(Duration::ZERO), &Options::default(), |outcome| {
		told.push(outcome.clone())
	});
	assert!(!report.passed());
	assert_eq!(told, report.outcomes);
	let Verdict::Failed(reason) = &report.outcomes[0].result else {
		panic!("{:?}", report.outcomes[0])
	};
	assert!(reason.contains("did not come within 5000 ms"), "{reason}");
	assert!(report.outcomes[1..]
		.iter()
		.all(|outcome| matches!(outcome.result, Verdict::Skipped(_))));
	let nothing = Options {
		only: vec!["no-such-rule".to_owned()],
		..Options::default()
	};
	assert!(
		!run(Silence(Duration::ZERO), &nothing, |_| {}).passed(),
		"nothing was tried"
	);
}

#[test]
fn the_rigs_outputs_are_what_the_suite_sees() {
	let mut host = Host::connect(Rig::new()).expect("a hello");
	assert_eq!(host.set(BRAKE, 0).expect("an answer").result, AckResult::Done);
	assert_eq!(host.line.machine.outputs[&BRAKE], 0);
	assert_eq!(host.line.machine.drive(BRAKE, 1), Ok::<(), OutputFailed>(()));
	assert_eq!(host.read_all().expect("readings").value(BRAKE), Some(1));
}
