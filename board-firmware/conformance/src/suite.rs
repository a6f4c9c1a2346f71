//! The run: rule after rule, and what came of it.

use crate::{
	rules::{Check, Stop, CHECKS},
	subject::{Subject, TRIES},
	Line, Rule,
};
use serde::{Serialize, Serializer};
use std::{fmt, time::Duration};

/// How the suite is run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
	/// Where chance begins: the same seed gives the same noise.
	pub seed: u32,
	/// The names of the rules to try; empty for all.
	pub only: Vec<String>,
}

impl Default for Options {
	fn default() -> Self {
		Options {
			seed: 1,
			only: Vec::new(),
		}
	}
}

/// What came of a rule.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict", content = "reason")]
pub enum Verdict {
	/// The board obeys.
	Passed,
	/// It, or a part of it, could not be tried, for this reason.
	Skipped(String),
	/// The board does not obey: this is what it did.
	Failed(String),
}

/// One rule, tried.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Outcome {
	/// The rule.
	#[serde(flatten)]
	pub rule: Rule,
	/// What came of it.
	#[serde(flatten)]
	pub result: Verdict,
	/// Why it, or a part of it, was begun again, each time: the computer was busy, or the machine did something of its own
	/// meanwhile.
	pub excused: Vec<String>,
	/// How long it took, by the line's time.
	#[serde(rename = "took_ms", serialize_with = "as_ms")]
	pub took: Duration,
}

fn as_ms<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
	serializer.serialize_u64(time.as_millis() as u64)
}

impl fmt::Display for Outcome {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let (verdict, reason) = match &self.result {
			Verdict::Passed => ("passed", None),
			Verdict::Skipped(reason) => ("skipped", Some(reason)),
			Verdict::Failed(reason) => ("FAILED", Some(reason)),
		};
		let (name, took) = (self.rule.name, self.took.as_secs_f64());
		write!(f, "{verdict:7}  {name:24} {took:6.2} s")?;
		if let Some(reason) = reason {
			write!(f, "  {reason}")?;
		}
		match self.excused.last() {
			None => Ok(()),
			Some(reason) => write!(f, "  (begun again after: {reason})"),
		}
	}
}

/// What came of a run.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Report {
	/// The seed of this run.
	pub seed: u32,
	/// The rules in order.
	pub outcomes: Vec<Outcome>,
}

impl Report {
	/// Whether no rule failed, and at least one passed.
	pub fn passed(&self) -> bool {
		let one_passed = self.outcomes.iter().any(|outcome| outcome.result == Verdict::Passed);
		one_passed && self.failed().next().is_none()
	}

	/// The rules that failed.
	pub fn failed(&self) -> impl Iterator<Item = &Outcome> {
		let failed = |outcome: &&Outcome| matches!(outcome.result, Verdict::Failed(_));
		self.outcomes.iter().filter(failed)
	}
}

/// Tries every rule on the board at the other end of this line, one after the other, and tells of each when it is done.
///
/// Outputs are driven, to their limits too. Afterwards they are safe.
pub fn run(mut line: impl Line, options: &Options, mut progress: impl FnMut(&Outcome)) -> Report {
	let mut subject = Subject::new(&mut line, options.seed);
	subject.survey();
	// A board that was not reset may have taken numbers from another host. When this fails, so will the rules.
	let _ = subject.settle();
	let wanted = |check: &&Check| options.only.is_empty() || options.only.iter().any(|name| name == check.rule.name);
	let outcomes = CHECKS.iter().filter(wanted).map(|check| {
		let outcome = judge(&mut subject, check);
		if !check.needs_hello() {
			// It may have come too late for the first look.
			subject.survey_again();
		}
		progress(&outcome);
		outcome
	});
	Report {
		seed: options.seed,
		outcomes: outcomes.collect(),
	}
}

fn judge(subject: &mut Subject<'_>, check: &Check) -> Outcome {
	let started = subject.now();
	let mut left = TRIES;
	let result = loop {
		left -= 1;
		match attempt(subject, check) {
			Ok(()) => break Verdict::Passed,
			Err((Stop::Skip(reason), _)) => break Verdict::Skipped(reason),
			Err((Stop::Late(reason), _)) if left > 0 => subject.excused.push(reason),
			Err((stop, Some(disturbed))) if left > 0 => subject.excused.push(format!("{stop} ({disturbed})")),
			Err((stop, _)) => break Verdict::Failed(stop.to_string()),
		}
	};
	Outcome {
		rule: check.rule,
		result,
		excused: std::mem::take(&mut subject.excused),
		took: subject.now().saturating_sub(started),
	}
}

/// Tries a rule once. When it fails: why, and what disturbed meanwhile.
fn attempt(subject: &mut Subject<'_>, check: &Check) -> Result<(), (Stop, Option<String>)> {
	if check.needs_hello() {
		subject.profile().map_err(|stop| (stop, None))?;
	}
	subject.take_disturbance();
	let result = (check.run)(subject);
	let disturbed = subject.take_disturbance();
	// Whatever happened: the next rule finds a board that is safe and quiet.
	let settled = subject.settle().map_err(Stop::from);
	result.and(settled).map_err(|stop| (stop, disturbed))
}
