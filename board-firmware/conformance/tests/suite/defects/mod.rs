//! What can be wrong with a board, and the rule that must find it.

mod commands;
mod greeting;
mod keeping;
mod line;
mod readings;
mod safety;

use crate::rig::{Block, Rig};
use board_conformance::{
	protocol::{Ack, AckResult, BoardFrame, BoardMessage, HostMessage, ResetCause, Session},
	rules, run, Options, Verdict,
};
use std::collections::HashSet;

/// Something that is wrong with a board. What a defect does not say is as it should be.
#[derive(Clone, Copy)]
pub struct Defect {
	/// What is wrong.
	pub name: &'static str,
	/// The rule that finds it.
	pub breaks: &'static str,
	/// A block has come from the host.
	pub hears: fn(&mut Rig, &Block),
	/// The board says something to the host.
	pub says: fn(&mut Rig, BoardFrame) -> Option<BoardFrame>,
	/// What goes over the line for a frame.
	pub sends: fn(&[u8]) -> Vec<u8>,
	/// Time goes on by one step.
	pub lives: fn(&mut Rig),
	/// A restart was ordered.
	pub restarts: fn(&mut Rig),
}

/// Nothing is wrong.
pub const SOUND: Defect = Defect {
	name: "none",
	breaks: "",
	hears: |rig, block| rig.hear(block),
	says: |_, frame| Some(frame),
	sends: <[u8]>::to_vec,
	lives: |_| {},
	restarts: |rig| rig.restart(Session(rig.board.session().0 + 1), ResetCause::Ordered),
};

fn all() -> impl Iterator<Item = Defect> {
	let tables = [
		greeting::DEFECTS,
		commands::DEFECTS,
		readings::DEFECTS,
		safety::DEFECTS,
		line::DEFECTS,
		keeping::DEFECTS,
	];
	tables.into_iter().flatten().copied()
}

/// Changes an acknowledgement, if it is one.
fn ack(mut frame: BoardFrame, change: impl FnOnce(&mut Ack)) -> Option<BoardFrame> {
	if let BoardMessage::Ack(ack) = &mut frame.message {
		change(ack);
	}
	Some(frame)
}

/// Has the board say one result for another.
fn swap(frame: BoardFrame, from: AckResult, to: AckResult) -> Option<BoardFrame> {
	ack(frame, |ack| {
		if ack.result == from {
			ack.result = to;
		}
	})
}

/// Whether this SetOutput is beyond the channel's limits.
fn is_beyond(rig: &Rig, message: HostMessage) -> bool {
	let HostMessage::SetOutput { channel, value } = message else {
		return false;
	};
	let info = rig.config.channel(channel);
	rig.config.outputs().has(channel) && info.is_some_and(|info| !(info.min..=info.max).contains(&value))
}

#[test]
fn each_defect_is_found_by_its_rule() {
	let mut missed = Vec::new();
	for defect in all() {
		let options = Options {
			only: vec![defect.breaks.to_owned()],
			..Options::default()
		};
		let report = run(Rig::broken(defect), &options, |_| {});
		let [outcome] = &report.outcomes[..] else {
			panic!("{}: there is no rule '{}'", defect.name, defect.breaks)
		};
		match &outcome.result {
			Verdict::Failed(reason) => println!("{:24} {}: {reason}", defect.breaks, defect.name),
			other => missed.push(format!("{}: {} says {other:?}", defect.name, defect.breaks)),
		}
	}
	assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_rule_finds_a_defect() {
	let broken: HashSet<_> = all().map(|defect| defect.breaks).collect();
	let unproved: Vec<_> = rules()
		.map(|rule| rule.name)
		.filter(|name| !broken.contains(name))
		.collect();
	assert!(
		unproved.is_empty(),
		"no defect proves that these rules can fail: {unproved:?}"
	);
}

#[test]
fn a_rule_that_fails_stops_no_other() {
	for defect in [commands::OBEYS_ANY_SESSION, safety::NEVER_TRIPS] {
		let report = run(Rig::broken(defect), &Options::default(), |_| {});
		assert!(!report.passed());
		assert_eq!(report.outcomes.len(), rules().count());
		let failed: Vec<_> = report.failed().map(|outcome| outcome.rule.name).collect();
		assert!(failed.contains(&defect.breaks), "{failed:?}");
		for name in ["greeting", "limits", "read-all", "kept-configuration"] {
			assert!(!failed.contains(&name), "{}: {failed:?}", defect.name);
		}
	}
}
