//! Whether this machine, with this owner's envelope, may run a recipe; and the recipe with its channels looked up.

use super::{Action, Condition, Phase, Recipe, Step};
use crate::{
	board::BoardInfo,
	config::{Envelope, OutputRange},
	fields::{ProblemList, Problems},
};
use bpiiot_protocol::{ChannelInfo, ChannelKind};
use std::time::Duration;
use toml::Value;

/// A recipe that this machine may run now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
	/// Conditions that must hold all the time.
	pub guards: Vec<Watch>,
	/// Once, before the first unit.
	pub before: Vec<PlannedStep>,
	/// For each unit.
	pub each: Vec<PlannedStep>,
	/// Once, after the last unit.
	pub after: Vec<PlannedStep>,
	/// The longest that a phase may take, whatever happens.
	pub phase_limit: Duration,
}

/// One step with its channels looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
	/// Its place, phase and name.
	pub label: String,
	/// What it does.
	pub action: PlannedAction,
}

/// What a step does, as in [`Action`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlannedAction {
	/// Drives an output.
	Set(Output, i32),
	/// Drives an output to a value in even steps.
	Ramp(Output, i32, Duration),
	/// Waits for a condition.
	Wait(Watch, Duration),
	/// Lets time pass.
	Dwell(Duration),
	/// Takes one reading of each channel.
	Sample(Vec<u8>),
	/// Aborts when the condition is fulfilled.
	AbortIf(Watch),
	/// Makes all outputs safe.
	Safe,
}

/// An output and what it may be driven with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output {
	/// Channel number.
	pub channel: u8,
	/// The value of its safe state.
	pub safe: i32,
	/// The owner's range.
	pub allowed: OutputRange,
}

/// A condition with its channel looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
	/// Channel number.
	pub channel: u8,
	/// Smallest value that fulfils it.
	pub from: i32,
	/// Largest value that fulfils it.
	pub to: i32,
	/// The condition in words: `spindle_speed at least 1100`.
	pub text: String,
}

impl Watch {
	/// Whether `value` fulfils it.
	pub fn holds(&self, value: i32) -> bool {
		(self.from..=self.to).contains(&value)
	}
}

impl Recipe {
	/// Checks each step against the channels of the board and the owner's envelope.
	pub fn plan(&self, board: &BoardInfo, envelope: &Envelope) -> Result<Plan, ProblemList> {
		let checker = Checker {
			board,
			envelope,
			problems: Problems::default(),
		};
		let guards = self.guards.iter().enumerate();
		let plan = Plan {
			guards: guards
				.map(|(index, guard)| checker.watch(&format!("guard {} `input`", index + 1), guard))
				.collect(),
			before: checker.steps(&self.before),
			each: checker.steps(&self.each),
			after: checker.steps(&self.after),
			phase_limit: Duration::from_secs(envelope.max_seconds),
		};
		for phase in [Phase::Before, Phase::Each, Phase::After] {
			checker.duration(phase, self.longest_ms(phase));
		}
		checker.problems.into_result(plan)
	}
}

struct Checker<'a> {
	board: &'a BoardInfo,
	envelope: &'a Envelope,
	problems: Problems,
}

impl Checker<'_> {
	fn steps(&self, steps: &[Step]) -> Vec<PlannedStep> {
		steps
			.iter()
			.map(|step| PlannedStep {
				label: step.label.clone(),
				action: self.action(step),
			})
			.collect()
	}

	fn action(&self, Step { label, action }: &Step) -> PlannedAction {
		match action {
			Action::Set { output, to } => PlannedAction::Set(self.output(label, "set", output, *to), *to),
			Action::Ramp { output, to, over_ms } => PlannedAction::Ramp(
				self.output(label, "ramp", output, *to),
				*to,
				Duration::from_millis(*over_ms),
			),
			Action::Wait { condition, timeout_ms } => PlannedAction::Wait(
				self.watch(&format!("{label} `wait`"), condition),
				Duration::from_millis(*timeout_ms),
			),
			Action::Dwell { ms } => PlannedAction::Dwell(Duration::from_millis(*ms)),
			Action::Sample { channels } => {
				let number = |name: &String| {
					self.known(&format!("{label} `sample`"), name)
						.map_or(0, |info| info.channel)
				};
				PlannedAction::Sample(channels.iter().map(number).collect())
			}
			Action::AbortIf { condition } => {
				PlannedAction::AbortIf(self.watch(&format!("{label} `abort_if`"), condition))
			}
			Action::Safe => PlannedAction::Safe,
		}
	}

	fn output(&self, label: &str, key: &str, name: &str, to: i32) -> Output {
		let place = format!("{label} `{key}`");
		let nothing = Output {
			channel: 0,
			safe: 0,
			allowed: OutputRange::default(),
		};
		let Some(info) = self.kind(&place, name, ChannelKind::Output) else {
			return nothing;
		};
		let Some(allowed) = self.envelope.outputs.get(name) else {
			let names: Vec<_> = self.envelope.outputs.keys().map(String::as_str).collect();
			let expected = format!("an output that the owner allows: {}", words(&names));
			self.problems.wrong(place, &Value::from(name), expected);
			return nothing;
		};
		let from = allowed.min.max(info.min);
		let most = allowed.max.min(info.max);
		if !(from..=most).contains(&to) {
			let whose = if (allowed.min..=allowed.max).contains(&to) {
				"the board's limits"
			} else {
				"the owner's envelope"
			};
			let expected = format!("from {from} to {most} for {name}: {whose}");
			self.problems.wrong(format!("{label} `to`"), &Value::from(to), expected);
		}
		Output {
			channel: info.channel,
			safe: info.safe,
			allowed: OutputRange { min: from, max: most },
		}
	}

	fn watch(&self, place: &str, condition: &Condition) -> Watch {
		let from = condition.at_least.unwrap_or(i32::MIN);
		let to = condition.at_most.unwrap_or(i32::MAX);
		let text = match (condition.at_least, condition.at_most) {
			(Some(from), Some(to)) if from == to => format!("{} equal to {to}", condition.input),
			(Some(from), Some(to)) => format!("{} from {from} to {to}", condition.input),
			(Some(from), None) => format!("{} at least {from}", condition.input),
			(None, Some(to)) => format!("{} at most {to}", condition.input),
			(None, None) => condition.input.clone(),
		};
		let info = self.kind(place, &condition.input, ChannelKind::Input);
		if let Some(info) = info.filter(|info| from > info.max || to < info.min) {
			let expected = format!("a condition that can hold: it reads from {} to {}", info.min, info.max);
			self.problems.wrong(place, &Value::from(text.as_str()), expected);
		}
		Watch {
			channel: info.map_or(0, |info| info.channel),
			from,
			to,
			text,
		}
	}

	fn kind(&self, place: &str, name: &str, kind: ChannelKind) -> Option<&ChannelInfo> {
		let info = self.known(place, name)?;
		if info.kind == kind {
			return Some(info);
		}
		let what = match kind {
			ChannelKind::Output => "an output",
			ChannelKind::Input => "an input",
		};
		let expected = format!("{what} of the board: {}", words(&self.board.names(kind)));
		self.problems.wrong(place, &Value::from(name), expected);
		None
	}

	fn known(&self, place: &str, name: &str) -> Option<&ChannelInfo> {
		let info = self.board.channel(name);
		if info.is_none() {
			let names: Vec<_> = self
				.board
				.channels
				.iter()
				.map(|channel| channel.name.as_str())
				.collect();
			self.problems.wrong(
				place,
				&Value::from(name),
				format!("a channel of this board: {}", words(&names)),
			);
		}
		info
	}

	fn duration(&self, phase: Phase, longest_ms: u64) {
		let allowed_ms = self.envelope.max_seconds.saturating_mul(1000);
		if longest_ms > allowed_ms {
			let place = format!("the longest time of `{phase}`");
			let found = Value::from(format!("{longest_ms} ms"));
			let expected = format!("at most {allowed_ms} ms, which the owner allows for one unit");
			self.problems.wrong(place, &found, expected);
		}
	}
}

fn words(names: &[&str]) -> String {
	if names.is_empty() {
		"there is none".to_owned()
	} else {
		names.join(", ")
	}
}

#[cfg(test)]
mod tests;
