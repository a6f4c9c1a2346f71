//! What is wrong in a rules file, all of it at once.

use serde::Serialize;
use std::fmt;
use toml::Value;

/// The longest piece of a wrong value that is shown back, in characters.
const SHOWN_CHARS: usize = 80;
/// The most problems that are kept: a hostile file must not make an endless message.
const MOST_PROBLEMS: usize = 50;
/// The most names that are listed in a message.
const MOST_NAMES: usize = 40;

/// One thing that is wrong in a rules file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
	/// Which rule, e.g. `rule 2 (bearing wear)`; `None` when it is about the file.
	pub rule: Option<String>,
	/// Which key; empty when it is about the rule or the file as a whole.
	pub key: String,
	/// The value that was found; `None` when there is none.
	pub found: Option<String>,
	/// What is wrong with it and what would be right.
	pub remedy: String,
}

impl fmt::Display for Problem {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		if let Some(rule) = &self.rule {
			write!(f, "{rule}: ")?;
		}
		if !self.key.is_empty() {
			write!(f, "{} ", self.key)?;
		}
		match &self.found {
			Some(found) => write!(f, "is {found}; {}", self.remedy),
			None => f.write_str(&self.remedy),
		}
	}
}

/// Everything that is wrong in a rules file: one line each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct RulesError {
	/// The problems, in the order of the file.
	pub problems: Vec<Problem>,
}

impl fmt::Display for RulesError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		for (index, problem) in self.problems.iter().enumerate() {
			if index > 0 {
				writeln!(f)?;
			}
			write!(f, "{problem}")?;
		}
		Ok(())
	}
}

/// Collects the problems of one file.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
	/// Notes a problem, unless there are too many already.
	pub fn push(&mut self, problem: Problem) {
		if self.0.len() < MOST_PROBLEMS {
			self.0.push(problem);
		}
	}

	/// Notes a problem of the file as a whole.
	pub fn file(&mut self, key: &str, found: Option<String>, remedy: impl Into<String>) {
		self.push(Problem {
			rule: None,
			key: key.to_owned(),
			found,
			remedy: remedy.into(),
		});
	}

	/// `value` when nothing was wrong, else the list.
	pub fn into_result<T>(self, value: T) -> Result<T, RulesError> {
		if self.0.is_empty() {
			Ok(value)
		} else {
			Err(RulesError { problems: self.0 })
		}
	}
}

/// A value of the file as a message shows it.
pub(crate) fn shown(value: &Value) -> String {
	match value {
		Value::String(text) => format!("{:?}", clipped(text)),
		Value::Table(_) => "a table".to_owned(),
		Value::Array(items) => format!("a list of {} items", items.len()),
		other => clipped(&other.to_string()),
	}
}

/// The beginning of a text, with a mark when there was more.
pub(crate) fn clipped(text: &str) -> String {
	let mut short: String = text.chars().take(SHOWN_CHARS).collect();
	if short.len() < text.len() {
		short.push('…');
	}
	short
}

/// Names for a message: `a, b, c`.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
	let mut text = String::new();
	for (index, name) in names.enumerate() {
		if index == MOST_NAMES {
			return text + ", …";
		}
		if index > 0 {
			text += ", ";
		}
		text += &clipped(name);
	}
	if text.is_empty() {
		text += "(there are none)";
	}
	text
}
