//! What rules would have done with recorded readings.

use crate::{
	engine::{Engine, Firing, RuleStatus},
	limits::{MAX_DRY_FIRINGS, MAX_TIME_MS},
	model::{Rules, Severity},
	recording::{Recording, RecordingError, Sample},
};
use serde::Serialize;
use std::io::BufRead;

/// What came of a dry run. No action of it was done.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DryRun {
	/// How many readings there were.
	pub samples: u64,
	/// How many of these were of channels that no rule looks at.
	pub ignored: u64,
	/// From the first reading to the last, in ms.
	pub span_ms: u64,
	/// What was raised and cleared, the first 10,000 of it.
	pub firings: Vec<Firing>,
	/// How many more there were.
	pub more_firings: u64,
	/// Each rule, in the order of the file.
	pub rules: Vec<RuleRun>,
}

/// One rule in a dry run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleRun {
	/// The rule's name.
	pub rule: String,
	/// How bad it is when raised.
	pub severity: Severity,
	/// How often it was raised.
	pub raised: u64,
	/// The longest time that it was raised, in ms.
	pub longest_ms: u64,
	/// How long it was raised in all, in ms.
	pub raised_ms: u64,
	/// Whether it was raised at the end.
	pub still_raised: bool,
	/// How often it was evaluated.
	pub evaluations: u64,
	/// For which part of the time it was unknown, from 0 to 1; 1 when nothing was watched.
	pub unknown_share: f64,
	/// Why it was unknown at the end, if it was.
	pub unknown: Option<String>,
	/// The last trouble of its arithmetic.
	pub last_error: Option<String>,
}

impl From<RuleStatus> for RuleRun {
	fn from(status: RuleStatus) -> Self {
		let counts = status.counts;
		let unknown_share = match counts.watched_ms {
			0 => 1.0,
			watched => counts.unknown_ms as f64 / watched as f64,
		};
		Self {
			rule: status.rule,
			severity: status.severity,
			raised: counts.raised,
			longest_ms: counts.longest_ms,
			raised_ms: counts.raised_ms,
			still_raised: status.state.is_raised(),
			evaluations: counts.evaluations,
			unknown_share,
			unknown: status.unknown,
			last_error: status.last_error,
		}
	}
}

/// Runs rules over recorded readings. Readings of one time are evaluated together, and between readings timers run as
/// they would have.
pub fn dry_run(rules: Rules, recorded: impl IntoIterator<Item = Sample>) -> DryRun {
	let mut runner = Runner::new(rules);
	for sample in recorded {
		runner.feed(&sample);
	}
	runner.finish()
}

/// Runs rules over a recording in CSV, as [`Recording`] reads it, with one line of it in memory.
///
/// # Errors
/// When a line is not what it should be.
pub fn dry_run_csv(rules: Rules, reader: impl BufRead) -> Result<DryRun, RecordingError> {
	let mut runner = Runner::new(rules);
	for sample in Recording::new(reader)? {
		runner.feed(&sample?);
	}
	Ok(runner.finish())
}

struct Runner {
	engine: Engine,
	run: DryRun,
	first_ms: Option<u64>,
	/// The time of the last reading, which is not evaluated yet.
	last_ms: Option<u64>,
}

impl Runner {
	fn new(rules: Rules) -> Self {
		Self {
			engine: Engine::new(rules),
			run: DryRun::default(),
			first_ms: None,
			last_ms: None,
		}
	}

	fn feed(&mut self, sample: &Sample) {
		if let Some(last) = self.last_ms.filter(|last| *last != sample.at_ms) {
			self.evaluate(last);
			self.run_timers(sample.at_ms);
		}
		self.first_ms.get_or_insert(sample.at_ms);
		self.last_ms = Some(sample.at_ms);
		self.run.samples = self.run.samples.saturating_add(1);
		if !self.engine.reading(&sample.channel, sample.at_ms, sample.value) {
			self.run.ignored = self.run.ignored.saturating_add(1);
		}
	}

	/// Evaluates whenever a timer was due before `until_ms`.
	fn run_timers(&mut self, until_ms: u64) {
		// Later times than that count as that one, so that a timer beyond would never be reached.
		let until_ms = until_ms.min(MAX_TIME_MS);
		while let Some(due) = self.engine.next_due().filter(|due| *due < until_ms) {
			self.evaluate(due);
		}
	}

	fn evaluate(&mut self, at_ms: u64) {
		for firing in self.engine.evaluate(at_ms) {
			if self.run.firings.len() < MAX_DRY_FIRINGS {
				self.run.firings.push(firing);
			} else {
				self.run.more_firings = self.run.more_firings.saturating_add(1);
			}
		}
	}

	fn finish(mut self) -> DryRun {
		if let Some(last) = self.last_ms {
			self.evaluate(last);
			self.run.span_ms = last.saturating_sub(self.first_ms.unwrap_or(last));
		}
		self.run.rules = self.engine.status().into_iter().map(RuleRun::from).collect();
		self.run
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{model::ChannelDecl, state::Change};

	fn rules(text: &str) -> Rules {
		let channels = [
			ChannelDecl::input("temperature", "°C"),
			ChannelDecl::input("vibration", "mm/s"),
		];
		Rules::parse(text, &channels).unwrap_or_else(|error| panic!("{error}"))
	}

	fn sample(at_ms: u64, value: f64) -> Sample {
		Sample {
			channel: "temperature".into(),
			at_ms,
			value,
		}
	}

	const HOT: &str = "[[rule]]\nname = \"hot\"\nwhen = \"temperature > 80\"\nfor_ms = 1000\nstale_ms = 5000\n";

	#[test]
	fn tells_what_each_rule_would_have_done() {
		let csv = "ms,channel,value\n0,temperature,70\n1000,temperature,90\n1500,door,1\n4000,temperature,90\n\
		           6000,temperature,70\n20000,temperature,70\n";
		let run = dry_run_csv(rules(HOT), csv.as_bytes()).unwrap();
		assert_eq!((run.samples, run.ignored, run.span_ms), (6, 1, 20_000));
		let firings: Vec<_> = run.firings.iter().map(|firing| (firing.change, firing.at_ms)).collect();
		// Its timer was due between two readings.
		assert_eq!(firings, [(Change::Raised, 2_000), (Change::Cleared, 6_000)]);
		let hot = &run.rules[0];
		assert_eq!(
			(hot.raised, hot.longest_ms, hot.raised_ms, hot.still_raised),
			(1, 4_000, 4_000, false)
		);
		// Unknown from 11.001 s, when the reading of 6 s was stale, to 20 s.
		assert!((hot.unknown_share - 8.999 / 20.0).abs() < 1e-9, "{hot:?}");
	}

	#[test]
	fn evaluates_readings_of_one_time_together() {
		let text = "[[rule]]\nname = \"x\"\nwhen = \"temperature > vibration\"\n";
		let both = |at_ms, value| {
			["temperature", "vibration"].map(|channel| Sample {
				channel: channel.into(),
				at_ms,
				value,
			})
		};
		let samples = (0..10).flat_map(|at| both(at, at as f64));
		let run = dry_run(rules(text), samples);
		assert_eq!((run.firings.len(), run.rules[0].evaluations), (0, 10));
	}

	#[test]
	fn names_the_line_that_is_wrong() {
		let error = dry_run_csv(rules(HOT), "ms,channel,value\n0,temperature,hot\n".as_bytes()).unwrap_err();
		assert_eq!(
			error.to_string(),
			"line 2 has the value \"hot\"; it must be a number, such as 71.5"
		);
	}

	#[test]
	fn ends_for_times_that_cannot_be() {
		let text = HOT.to_owned() + "[[rule]]\nname = \"silent\"\nwhen = \"age(temperature) > 10\"\n";
		let times = [0, MAX_TIME_MS, u64::MAX, 5, u64::MAX, u64::MAX - 1, 0, 1 << 40];
		let run = dry_run(rules(&text), times.map(|at| sample(at, 90.0)));
		assert_eq!(run.samples, 8);
		assert!(run.rules[1].evaluations < 100_000, "{:?}", run.rules);
	}

	#[test]
	fn keeps_a_bounded_number_of_firings() {
		let text = HOT.replace("for_ms = 1000", "");
		let samples = (0..25_000).map(|at| sample(at, if at % 2 == 0 { 90.0 } else { 20.0 }));
		let run = dry_run(rules(&text), samples);
		assert_eq!((run.firings.len(), run.more_firings), (MAX_DRY_FIRINGS, 15_000));
		assert_eq!(run.rules[0].raised, 12_500);
	}

	#[test]
	fn is_empty_for_an_empty_recording() {
		let run = dry_run(rules(HOT), []);
		assert_eq!((run.samples, run.span_ms, run.rules[0].unknown_share), (0, 0, 1.0));
	}
}
