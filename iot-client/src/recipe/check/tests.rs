use super::*;
use crate::board::LinkId;
use bpiiot_protocol::{FirmwareVersion, Label, Scale, Session, Unit};
use std::collections::BTreeMap;

fn channel(number: u8, name: &'static str, kind: ChannelKind, max: i32) -> ChannelInfo {
	let name = Label::literal(name);
	ChannelInfo {
		channel: number,
		kind,
		unit: Unit::Count,
		scale: Scale::ONE,
		min: 0,
		max,
		safe: 0,
		name,
	}
}

fn board() -> BoardInfo {
	BoardInfo {
		link: LinkId(1),
		session: Session(1),
		serial: "s".into(),
		firmware: FirmwareVersion {
			major: 0,
			minor: 1,
			patch: 0,
		},
		firmware_hash: [0; 32],
		dead_man_ms: 500,
		min_interval_ms: 10,
		stream_ms: 50,
		channels: vec![
			channel(0, "spindle", ChannelKind::Output, 3000),
			channel(1, "heater", ChannelKind::Output, 100),
			channel(2, "speed", ChannelKind::Input, 4000),
		],
	}
}

fn envelope() -> Envelope {
	let outputs = BTreeMap::from([("spindle".to_owned(), OutputRange { min: 0, max: 2000 })]);
	Envelope {
		outputs,
		max_seconds: 10,
	}
}

fn plan(body: &str) -> Result<Plan, Vec<String>> {
	let recipe = Recipe::parse(format!("format = 1\nname = \"x\"\n{body}").as_bytes()).unwrap();
	recipe
		.plan(&board(), &envelope())
		.map_err(|list| list.0.iter().map(ToString::to_string).collect())
}

#[test]
fn looks_up_every_channel() {
	let plan = plan(
		"[[guard]]\ninput = \"speed\"\nat_most = 3000\n[[each]]\nramp = \"spindle\"\nto = 2000\nover_ms = 5\n[[each]]\n\
		 wait = \"speed\"\nat_least = 100\ntimeout_ms = 10\n[[each]]\nsample = [\"speed\", \"spindle\"]",
	)
	.unwrap();
	let output = Output {
		channel: 0,
		safe: 0,
		allowed: OutputRange { min: 0, max: 2000 },
	};
	let watch = Watch {
		channel: 2,
		from: 100,
		to: i32::MAX,
		text: "speed at least 100".into(),
	};
	let actions: Vec<_> = plan.each.into_iter().map(|step| step.action).collect();
	assert_eq!(
		actions,
		[
			PlannedAction::Ramp(output, 2000, Duration::from_millis(5)),
			PlannedAction::Wait(watch, Duration::from_millis(10)),
			PlannedAction::Sample(vec![2, 0]),
		]
	);
	assert_eq!(
		plan.guards,
		[Watch {
			channel: 2,
			from: i32::MIN,
			to: 3000,
			text: "speed at most 3000".into()
		}]
	);
}

#[test]
fn refuses_what_the_board_or_the_owner_does_not_allow() {
	let cases = [
		(
			"[[each]]\nset = \"spindel\"\nto = 1",
			"step 1 of each `set` is \"spindel\"; it must be a channel of this board: spindle, heater, speed",
		),
		("[[each]]\nset = \"speed\"\nto = 1", "step 1 of each `set` is \"speed\"; it must be an output of the board: spindle, heater"),
		(
			"[[each]]\nset = \"heater\"\nto = 1",
			"step 1 of each `set` is \"heater\"; it must be an output that the owner allows: spindle",
		),
		(
			"[[each]]\nname = \"up\"\nset = \"spindle\"\nto = 2001",
			"step 1 of each (up) `to` is 2001; it must be from 0 to 2000 for spindle: the owner's envelope",
		),
		("[[each]]\nset = \"spindle\"\nto = -1", "step 1 of each `to` is -1; it must be from 0 to 2000 for spindle"),
		(
			"[[each]]\nwait = \"spindle\"\nat_least = 1\ntimeout_ms = 1",
			"step 1 of each `wait` is \"spindle\"; it must be an input of the board: speed",
		),
		(
			"[[each]]\nwait = \"speed\"\nat_least = 4001\ntimeout_ms = 1",
			"step 1 of each `wait` is \"speed at least 4001\"; it must be a condition that can hold: it reads from 0 to 4000",
		),
		("[[each]]\nsample = [\"nothing\"]", "step 1 of each `sample` is \"nothing\"; it must be a channel of this board"),
		("[[each]]\nabort_if = \"x\"\nat_least = 1", "step 1 of each `abort_if` is \"x\"; it must be a channel"),
		("[[guard]]\ninput = \"x\"\nat_most = 1\n[[each]]\nsafe = true", "guard 1 `input` is \"x\"; it must be a channel"),
		(
			"[[each]]\ndwell_ms = 6000\n[[each]]\ndwell_ms = 4001",
			"the longest time of `each` is \"10001 ms\"; it must be at most 10000 ms, which the owner allows for one unit",
		),
		("[[before]]\ndwell_ms = 10001\n[[each]]\nsafe = true", "the longest time of `before` is \"10001 ms\""),
	];
	for (body, start) in cases {
		let found = plan(body).unwrap_err();
		assert!(
			found.iter().any(|problem| problem.starts_with(start)),
			"{body:?}: {found:#?}"
		);
	}
}

#[test]
fn the_narrower_of_board_and_owner_counts() {
	let recipe = Recipe::parse(b"format = 1\nname = \"x\"\n[[each]]\nset = \"spindle\"\nto = 3001").unwrap();
	let wide = BTreeMap::from([("spindle".to_owned(), OutputRange { min: -5, max: 9000 })]);
	let problems = recipe
		.plan(
			&board(),
			&Envelope {
				outputs: wide,
				max_seconds: 1,
			},
		)
		.unwrap_err();
	assert!(
		problems
			.to_string()
			.contains("from 0 to 3000 for spindle: the board's limits"),
		"{problems}"
	);
}
