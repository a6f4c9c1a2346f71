//! Feeds readings to rules and says what is raised and cleared.

use crate::{
	clock::Clock,
	eval::{evaluate, NoAnswer},
	limits::MAX_OPERANDS,
	model::{Action, Rule, Rules, Severity},
	operand::{Channel, Missing, Readings, Seen},
	state::{Change, Conditions, Machine, State, Times},
	window::Window,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// A rule was raised or cleared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Firing {
	/// The rule's name.
	pub rule: String,
	/// How bad it is.
	pub severity: Severity,
	/// Which of the two.
	pub change: Change,
	/// When, in ms, as handed to [`Engine::evaluate`].
	pub at_ms: u64,
	/// How long it was raised, in ms; 0 when it was raised just now.
	pub raised_ms: u64,
	/// What to do, in this order.
	pub actions: Vec<Action>,
	/// The values that decided.
	pub seen: Vec<Seen>,
}

/// A rule with its live values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleStatus {
	/// The rule's name.
	pub rule: String,
	/// How bad it is when raised.
	pub severity: Severity,
	/// The condition to raise it, as written.
	pub when: String,
	/// Where it stands.
	pub state: State,
	/// For how long, in ms.
	pub in_state_ms: u64,
	/// Why nobody knows whether it should be raised or cleared; `None` when that is known.
	pub unknown: Option<String>,
	/// Its operands when it was evaluated last; empty before.
	pub seen: Vec<Seen>,
	/// The last trouble of its arithmetic, though it may be over: a division by zero or a result that is too large.
	pub last_error: Option<String>,
	/// Counts since the engine was made.
	pub counts: Counts,
}

/// What happened to a rule since the engine was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
	/// How often it was raised.
	pub raised: u64,
	/// How long it was raised in all, in ms.
	pub raised_ms: u64,
	/// The longest time that it was raised, in ms.
	pub longest_ms: u64,
	/// How often it was evaluated.
	pub evaluations: u64,
	/// How many of these ended without an answer.
	pub unknown_evaluations: u64,
	/// How long it was watched, in ms.
	pub watched_ms: u64,
	/// For how long of that it was unknown, in ms.
	pub unknown_ms: u64,
}

/// What is kept of one rule.
#[derive(Clone, Debug)]
struct Tracker {
	machine: Machine,
	times: Times,
	/// A channel that it looks at was read.
	dirty: bool,
	/// Something was unknown since the last evaluation, though it may be known again.
	broken: bool,
	due: Option<u64>,
	evaluated_at: Option<u64>,
	values: Vec<Result<f64, Missing>>,
	unknown: Option<Unknown>,
	last_error: Option<&'static str>,
	counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
	/// Operand number so and so.
	Operand(usize),
	Arithmetic(&'static str),
}

impl Tracker {
	fn new(rule: &Rule) -> Self {
		Self {
			machine: Machine::default(),
			times: Times {
				hold: rule.for_ms,
				clear_hold: rule.clear_for_ms,
				cooldown: rule.cooldown_ms,
			},
			dirty: true,
			broken: false,
			due: None,
			evaluated_at: None,
			values: vec![],
			unknown: None,
			last_error: None,
			counts: Counts::default(),
		}
	}

	/// Counts the time since the last evaluation, in the state that was found then.
	fn count_time(&mut self, now: u64) {
		let passed = self.evaluated_at.map_or(0, |at| now.saturating_sub(at));
		let raised_ms = self.raised_ms(now);
		let counts = &mut self.counts;
		counts.watched_ms = counts.watched_ms.saturating_add(passed);
		if self.machine.is_unknown() {
			counts.unknown_ms = counts.unknown_ms.saturating_add(passed);
		}
		if self.machine.state().is_raised() {
			counts.raised_ms = counts.raised_ms.saturating_add(passed);
			counts.longest_ms = counts.longest_ms.max(raised_ms);
		}
		self.evaluated_at = Some(now);
	}

	/// How long it is raised by now, in ms.
	fn raised_ms(&self, now: u64) -> u64 {
		self.machine.raised_at().map_or(0, |at| now.saturating_sub(at))
	}

	/// What an evaluation means for the conditions, with the reason when there is no answer.
	fn answer(&mut self, result: Result<bool, NoAnswer>) -> (Option<bool>, Option<Unknown>) {
		let error = match result {
			Ok(answer) => return (Some(answer), None),
			Err(NoAnswer::Missing) => {
				let operand = self.values.iter().position(Result::is_err).unwrap_or(MAX_OPERANDS);
				return (None, Some(Unknown::Operand(operand)));
			}
			Err(NoAnswer::NotFinite) => "a division by zero, or a result that is too large",
			Err(NoAnswer::Unexpected) => "the expression could not be evaluated",
		};
		self.last_error = Some(error);
		(None, Some(Unknown::Arithmetic(error)))
	}
}

/// Watches channels by rules.
///
/// It has no clock: times are handed in, in ms of any clock that does not go back. One that does is tolerated: a time up to
/// 5 s behind the newest is taken as late, and one further behind as a clock that was set back, after which time goes on
/// where it was.
#[derive(Clone, Debug)]
pub struct Engine {
	rules: Rules,
	readings: Readings,
	trackers: Vec<Tracker>,
	/// Numbers of the channels that rules look at.
	names: BTreeMap<String, usize>,
	clock: Clock,
}

impl Engine {
	/// Watches by these rules. Nothing is known at first.
	pub fn new(rules: Rules) -> Self {
		let layout = &rules.layout;
		let mut channels = vec![Channel::default(); layout.channels.len()];
		for (number, rule) in rules.rules.iter().enumerate() {
			for operand in &rule.compiled.operands {
				let channel = layout.channel_of(*operand).and_then(|index| channels.get_mut(index));
				if let Some(channel) = channel.filter(|channel| !channel.rules.contains(&number)) {
					channel.rules.push(number);
				}
			}
		}
		for (number, window) in layout.windows.iter().enumerate() {
			if let Some(channel) = channels.get_mut(window.channel) {
				channel.windows.push(number);
			}
		}
		let used = layout.channels.iter().zip(&channels).enumerate();
		let used = used.filter(|(_, (_, channel))| !channel.rules.is_empty());
		let names = used.map(|(index, (decl, _))| (decl.name.clone(), index)).collect();
		Self {
			readings: Readings {
				channels,
				windows: layout.windows.iter().map(|key| Window::new(key.seconds)).collect(),
			},
			trackers: rules.rules.iter().map(Tracker::new).collect(),
			names,
			clock: Clock::default(),
			rules,
		}
	}

	/// Watches by these rules from now on. Those that were there before, as they are, go on as if nothing had happened; others
	/// begin anew, with the readings that are there. Gives the names of those of before that are not there any more, as they
	/// were. With other channels all begins anew.
	pub fn replace(&mut self, rules: Rules) -> Vec<String> {
		let before = std::mem::replace(self, Self::new(rules));
		let are_kept = before.rules.layout.channels == self.rules.layout.channels;
		if are_kept {
			self.take_over(&before);
		}
		let is_gone = |rule: &&Rule| !are_kept || !self.rules.iter().any(|now| now.is_same(rule));
		before
			.rules
			.iter()
			.filter(is_gone)
			.map(|rule| rule.name.clone())
			.collect()
	}

	/// Takes over what another engine of the same channels knows.
	fn take_over(&mut self, before: &Self) {
		self.clock = before.clock.clone();
		for (channel, known) in self.readings.channels.iter_mut().zip(&before.readings.channels) {
			(channel.last, channel.no_number) = (known.last, known.no_number);
		}
		let known = || before.rules.layout.windows.iter().zip(&before.readings.windows);
		for (key, window) in self.rules.layout.windows.iter().zip(&mut self.readings.windows) {
			if let Some((_, known)) = known().find(|(known, _)| *known == key) {
				window.clone_from(known);
			}
		}
		let known = || before.rules.iter().zip(&before.trackers);
		for (rule, tracker) in self.rules.iter().zip(&mut self.trackers) {
			match known().find(|(known, _)| known.is_same(rule)) {
				Some((_, known)) => tracker.clone_from(known),
				None => tracker.machine = Machine::since_then(self.clock.now()),
			}
		}
	}

	/// Whether the rule of this name is raised.
	pub fn is_raised(&self, rule: &str) -> bool {
		let mut rules = self.rules.iter().zip(&self.trackers);
		rules.any(|(known, tracker)| known.name == rule && tracker.machine.state().is_raised())
	}

	/// The rules that it watches by.
	pub fn rules(&self) -> &Rules {
		&self.rules
	}

	/// Takes a reading of a channel, in the channel's unit. One that is no finite number makes what depends on it unknown.
	/// `false` when no rule looks at that channel.
	pub fn reading(&mut self, channel: &str, at_ms: u64, value: f64) -> bool {
		let Some(&index) = self.names.get(channel) else {
			return false;
		};
		let at = self.clock.place(at_ms);
		let Some(channel) = self.readings.channels.get_mut(index) else {
			return false;
		};
		let at = channel.last.map_or(at, |(last, _)| at.max(last));
		let gap = channel.last.map_or(u64::MAX, |(last, _)| at.saturating_sub(last));
		channel.no_number = !value.is_finite();
		for number in &channel.rules {
			let Some((tracker, rule)) = self.trackers.get_mut(*number).zip(self.rules.rules.get(*number)) else {
				continue;
			};
			tracker.dirty = true;
			tracker.broken |= channel.no_number || gap > rule.stale_ms;
		}
		if channel.no_number {
			return true;
		}
		channel.last = Some((at, value));
		for number in &channel.windows {
			if let Some(window) = self.readings.windows.get_mut(*number) {
				window.push(at, value);
			}
		}
		true
	}

	/// Evaluates the rules whose channels were read or whose time has come, and says what was raised and cleared.
	///
	/// Call it after each batch of readings, and at [`Engine::next_due`]: of several readings of one channel in between, the
	/// last one decides (windows see them all).
	pub fn evaluate(&mut self, now_ms: u64) -> Vec<Firing> {
		let now = self.clock.advance(now_ms);
		let due = |tracker: &Tracker| tracker.dirty || tracker.due.is_some_and(|due| due <= now);
		let numbers: Vec<usize> = (0..self.trackers.len())
			.filter(|number| self.trackers.get(*number).is_some_and(due))
			.collect();
		numbers
			.into_iter()
			.filter_map(|number| self.evaluate_rule(number, now, now_ms))
			.collect()
	}

	/// When [`Engine::evaluate`] is to be called if nothing is read before, in ms of the times handed in.
	pub fn next_due(&self) -> Option<u64> {
		let now = self.clock.now();
		let due = |tracker: &Tracker| match tracker.dirty {
			true => Some(now),
			false => tracker.due,
		};
		let next = self.trackers.iter().filter_map(due).min()?;
		Some(self.clock.outside(next.max(now)))
	}

	/// Every rule with its state and the values it saw last.
	pub fn status(&self) -> Vec<RuleStatus> {
		let now = self.clock.now();
		let pairs = self.rules.rules.iter().zip(&self.trackers);
		let status = |(rule, tracker): (&Rule, &Tracker)| {
			let mut tracker = tracker.clone();
			tracker.count_time(now);
			RuleStatus {
				rule: rule.name.clone(),
				severity: rule.severity,
				when: rule.when.clone(),
				state: tracker.machine.state(),
				in_state_ms: now.saturating_sub(tracker.machine.since()),
				unknown: self.unknown(rule, &tracker),
				seen: self.seen(rule, &tracker),
				last_error: tracker.last_error.map(str::to_owned),
				counts: tracker.counts,
			}
		};
		pairs.map(status).collect()
	}

	fn evaluate_rule(&mut self, number: usize, now: u64, now_ms: u64) -> Option<Firing> {
		let rule = self.rules.rules.get(number)?;
		let tracker = self.trackers.get_mut(number)?;
		let (layout, compiled, stale) = (&self.rules.layout, &rule.compiled, rule.stale_ms);
		let value = |operand: &_| self.readings.value(layout, *operand, now, stale);
		tracker.values = compiled.operands.iter().map(value).collect();
		let slots: Vec<Option<f64>> = tracker.values.iter().map(|value| value.ok()).collect();

		tracker.count_time(now);
		let raised_ms = tracker.raised_ms(now);
		let (when, why_when) = tracker.answer(evaluate(&compiled.when, &slots));
		let until = compiled.until.as_ref().filter(|_| tracker.machine.state().is_raised());
		let (until, why_until) = match until {
			Some(until) => {
				let (until, why) = tracker.answer(evaluate(until, &slots));
				(Some(until), why)
			}
			None => (None, None),
		};
		let conditions = Conditions { when, until };
		let change = tracker.machine.step(now, &tracker.times, conditions, tracker.broken);
		let unknown = tracker.machine.is_unknown();
		tracker.unknown = why_until.or(why_when).filter(|_| unknown);

		// What decides next is another condition after a change, so it is looked at once more.
		tracker.dirty = change.is_some();
		tracker.broken = false;
		let counts = &mut tracker.counts;
		counts.evaluations = counts.evaluations.saturating_add(1);
		counts.unknown_evaluations = counts.unknown_evaluations.saturating_add(u64::from(unknown));
		counts.raised = counts.raised.saturating_add(u64::from(change == Some(Change::Raised)));
		let timers = compiled
			.operands
			.iter()
			.filter_map(|operand| self.readings.due(layout, *operand, now, stale));
		tracker.due = timers.chain(tracker.machine.due(&tracker.times)).min();

		let change = change?;
		let tracker = self.trackers.get(number)?;
		Some(Firing {
			rule: rule.name.clone(),
			severity: rule.severity,
			change,
			at_ms: now_ms,
			raised_ms: if change == Change::Cleared { raised_ms } else { 0 },
			actions: match change {
				Change::Raised => rule.then.clone(),
				Change::Cleared => rule.after.clone(),
			},
			seen: self.seen(rule, tracker),
		})
	}

	fn seen(&self, rule: &Rule, tracker: &Tracker) -> Vec<Seen> {
		let pairs = rule.compiled.operands.iter().zip(&tracker.values);
		let seen = |(operand, value): (&_, &Result<f64, Missing>)| {
			let (operand, unit) = self.rules.layout.describe(*operand);
			Seen {
				operand,
				unit,
				value: value.ok(),
				missing: value.err(),
			}
		};
		pairs.map(seen).collect()
	}

	fn unknown(&self, rule: &Rule, tracker: &Tracker) -> Option<String> {
		if tracker.counts.evaluations == 0 {
			return Some("it was not evaluated yet".to_owned());
		}
		match tracker.unknown? {
			Unknown::Arithmetic(error) => Some(error.to_owned()),
			Unknown::Operand(index) => {
				let operand = rule.compiled.operands.get(index)?;
				let missing = tracker.values.get(index)?.err()?;
				Some(format!("{}: {missing}", self.rules.layout.describe(*operand).0))
			}
		}
	}
}

#[cfg(test)]
mod tests;
