//! Rules as they were read.

use crate::{
	compile::{Layout, Operand},
	eval::Step,
};
use serde::Serialize;
use std::{fmt, ops::RangeInclusive};

/// A channel that rules may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelDecl {
	/// Its name.
	pub name: String,
	/// The unit of its readings, for people, e.g. `°C`; may be empty.
	pub unit: String,
	/// The values it may be set to, in the channel's own counts; `None` when it cannot be set.
	pub output: Option<RangeInclusive<i32>>,
}

impl ChannelDecl {
	/// A channel that is read only.
	pub fn input(name: impl Into<String>, unit: impl Into<String>) -> Self {
		Self {
			name: name.into(),
			unit: unit.into(),
			output: None,
		}
	}

	/// A channel that rules may set to these values, in its own counts. Expressions may name it as well.
	pub fn output(name: impl Into<String>, unit: impl Into<String>, values: RangeInclusive<i32>) -> Self {
		Self {
			output: Some(values),
			..Self::input(name, unit)
		}
	}
}

/// How bad it is when a rule is raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
	/// Worth knowing.
	Notice,
	/// Needs somebody soon.
	#[default]
	Warning,
	/// Needs somebody now.
	Alarm,
}

impl Severity {
	/// All of them, mildest first.
	pub const ALL: [Severity; 3] = [Severity::Notice, Severity::Warning, Severity::Alarm];

	/// Its name in a rules file.
	pub fn name(self) -> &'static str {
		match self {
			Severity::Notice => "notice",
			Severity::Warning => "warning",
			Severity::Alarm => "alarm",
		}
	}
}

impl fmt::Display for Severity {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

/// What is to be done when a rule is raised or cleared. This library only says so; doing it is its user's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Action {
	/// Stop the machine.
	Stop {
		/// Why, for people.
		why: String,
	},
	/// Set an output.
	Actuate {
		/// Name of the output.
		output: String,
		/// The value, in the channel's own counts.
		to: i32,
	},
	/// Report a fault code.
	Report {
		/// The code: letters, digits, `.`, `_` and `-`.
		code: String,
	},
	/// Order something, such as a spare part or a service.
	Order {
		/// What, as the supplier calls it.
		what: String,
	},
	/// Count the stock of an item by its sensor.
	Count {
		/// The item, as the books of stock have it.
		item: String,
	},
	/// Take goods that were used off the books.
	Issue {
		/// The item, as the books of stock have it.
		item: String,
		/// How much, in thousandths of its unit.
		thousandths: u64,
	},
	/// Tell people.
	Notify {
		/// What to tell.
		text: String,
	},
}

/// One rule.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
	/// Its name, of which there is only one in the file.
	pub name: String,
	/// How bad it is when it is raised.
	pub severity: Severity,
	/// The condition to raise it, as written.
	pub when: String,
	/// The condition to clear it, as written; when absent, that `when` is false.
	pub until: Option<String>,
	/// How long `when` must hold before the rule is raised, in ms.
	pub for_ms: u64,
	/// How long the condition to clear must hold before the rule is cleared, in ms.
	pub clear_for_ms: u64,
	/// Least time from one raise to the next, in ms.
	pub cooldown_ms: u64,
	/// Readings older than this do not count, in ms.
	pub stale_ms: u64,
	/// What to do when it is raised.
	pub then: Vec<Action>,
	/// What to do when it is cleared.
	pub after: Vec<Action>,
	#[serde(skip)]
	pub(crate) compiled: Compiled,
}

impl Rule {
	/// Whether they say the same, of the same channels.
	pub(crate) fn is_same(&self, other: &Self) -> bool {
		let times = |rule: &Self| (rule.for_ms, rule.clear_for_ms, rule.cooldown_ms, rule.stale_ms);
		(&self.name, &self.when, &self.until) == (&other.name, &other.when, &other.until)
			&& times(self) == times(other)
			&& self.severity == other.severity
			&& (&self.then, &self.after) == (&other.then, &other.after)
	}
}

/// What a rule is evaluated with.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
	pub operands: Vec<Operand>,
	pub when: Vec<Step>,
	pub until: Option<Vec<Step>>,
}

impl Compiled {
	/// How many steps both expressions have.
	pub fn steps(&self) -> usize {
		let until = self.until.as_ref().map_or(0, Vec::len);
		self.when.len().saturating_add(until)
	}
}

/// The rules of a file, checked and ready for an [`Engine`](crate::Engine).
#[derive(Clone, Debug, Default)]
pub struct Rules {
	pub(crate) rules: Vec<Rule>,
	pub(crate) layout: Layout,
}

/// What rules cost at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
	/// Steps to evaluate every rule once.
	pub steps: usize,
	/// Different windows that are kept.
	pub windows: usize,
	/// Memory of all windows when full, in bytes.
	pub window_bytes: usize,
}

impl Rules {
	/// The rules, in the order of the file.
	pub fn iter(&self) -> std::slice::Iter<'_, Rule> {
		self.rules.iter()
	}

	/// How many rules there are.
	pub fn len(&self) -> usize {
		self.rules.len()
	}

	/// Whether there is none.
	pub fn is_empty(&self) -> bool {
		self.rules.is_empty()
	}

	/// What these rules cost at most.
	pub fn cost(&self) -> Cost {
		let windows = &self.layout.windows;
		Cost {
			steps: self.rules.iter().map(|rule| rule.compiled.steps()).sum(),
			windows: windows.len(),
			window_bytes: windows.len().saturating_mul(crate::window::MOST_BYTES),
		}
	}
}

impl<'a> IntoIterator for &'a Rules {
	type Item = &'a Rule;
	type IntoIter = std::slice::Iter<'a, Rule>;

	fn into_iter(self) -> Self::IntoIter {
		self.iter()
	}
}
