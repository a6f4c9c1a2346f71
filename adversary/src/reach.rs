//! Which call was done, which error was met, and how often.

use crate::target::Target;
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
};

/// How often something happened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reach {
	/// Blocks.
	pub blocks: u64,
	/// Calls that were dispatched.
	pub calls: u64,
	/// By call, what came of it: `done`, or the name of an error.
	outcomes: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Errors that chance does not meet, with the file and the test that does, a line each.
const ELSEWHERE: &str = include_str!("../elsewhere.txt");

/// By error, as `pallet.Error`, the file of a test that meets it, from the project's root, and the name of the test.
pub fn elsewhere() -> BTreeMap<&'static str, (&'static str, &'static str)> {
	let lines = ELSEWHERE.lines().filter(|line| !line.starts_with('#'));
	lines
		.filter_map(|line| {
			let mut words = line.split_whitespace();
			Some((words.next()?, (words.next()?, words.next()?)))
		})
		.collect()
}

/// A call that was never done, or an error that was never met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
	/// Which.
	pub what: String,
	/// The test that meets it, if it is an error and there is one.
	pub elsewhere: Option<(&'static str, &'static str)>,
}

impl fmt::Display for Missing {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.elsewhere {
			Some((file, test)) => write!(f, "{} was not met here, but in {file} by {test}", self.what),
			None => write!(f, "{} was NEVER reached", self.what),
		}
	}
}

/// What came of a call that was done.
pub const DONE: &str = "done";

impl Reach {
	/// Notes what came of a call.
	pub fn note(&mut self, form: &str, outcome: &str) {
		self.calls += 1;
		if !self.outcomes.contains_key(form) {
			self.outcomes.insert(form.to_owned(), BTreeMap::new());
		}
		if let Some(outcomes) = self.outcomes.get_mut(form) {
			match outcomes.get_mut(outcome) {
				Some(count) => *count += 1,
				None => drop(outcomes.insert(outcome.to_owned(), 1)),
			}
		}
	}

	/// Adds what was reached elsewhere.
	pub fn add(&mut self, other: Self) {
		self.blocks += other.blocks;
		self.calls += other.calls;
		for (form, outcomes) in other.outcomes {
			let mine = self.outcomes.entry(form).or_default();
			for (outcome, count) in outcomes {
				*mine.entry(outcome).or_default() += count;
			}
		}
	}

	/// The calls that were never done, and the errors of ours that were never met.
	pub fn missing(&self, targets: &[Box<dyn Target>]) -> Vec<Missing> {
		let elsewhere = elsewhere();
		let seen: BTreeSet<&str> = self
			.outcomes
			.values()
			.flat_map(|outcomes| outcomes.keys().map(String::as_str))
			.collect();
		let mut missing = Vec::new();
		for target in targets {
			for form in target.forms() {
				let name = format!("{}.{}", target.name(), form.name);
				if !self
					.outcomes
					.get(&name)
					.is_some_and(|outcomes| outcomes.contains_key(DONE))
				{
					missing.push(Missing {
						what: name,
						elsewhere: None,
					});
				}
			}
			for error in target.errors() {
				let name = format!("{}.{error}", target.name());
				if !seen.contains(name.as_str()) {
					let elsewhere = elsewhere.get(name.as_str()).copied();
					missing.push(Missing { what: name, elsewhere });
				}
			}
		}
		missing
	}

	/// For people: a line for each call.
	pub fn table(&self) -> Vec<String> {
		let line = |(form, outcomes): (&String, &BTreeMap<String, u64>)| {
			let done = outcomes.get(DONE).copied().unwrap_or_default();
			let mut others: Vec<_> = outcomes.iter().filter(|(outcome, _)| *outcome != DONE).collect();
			others.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
			let others: Vec<_> = others
				.iter()
				.map(|(outcome, count)| format!("{outcome} {count}"))
				.collect();
			format!("{form:<32}{done:>9}  {}", others.join(", "))
		};
		let head = format!("{:<32}{:>9}  {}", "call", DONE, "errors");
		[head].into_iter().chain(self.outcomes.iter().map(line)).collect()
	}
}
