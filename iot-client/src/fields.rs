//! Reads a TOML document key by key and notes every problem instead of stopping at the first.
//!
//! Both the configuration file and the recipe format are read with it, so both name the key, the value that was found
//! and what would be right, all at once. A getter that meets a wrong value notes it and hands back a placeholder: the
//! caller builds its structure to the end and throws it away when [`Problems::into_result`] says so.

use std::{
	cell::RefCell,
	collections::BTreeSet,
	fmt,
	ops::{Bound, RangeBounds},
	rc::Rc,
};
use toml::{Table, Value};

/// The longest piece of a wrong value that is shown back to the user, in characters.
const SHOWN_CHARS: usize = 60;
/// The most problems that are kept: a hostile document must not make an endless message.
const MOST_PROBLEMS: usize = 50;

/// One thing that is wrong in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
	/// Where it is, e.g. `board.port` or ``step 3 (drill) `to` ``.
	pub key: String,
	/// The value that was found, as TOML text; `None` when the key is missing.
	pub found: Option<String>,
	/// What would be right.
	pub expected: String,
}

impl fmt::Display for Problem {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match &self.found {
			Some(found) => write!(f, "{} is {found}; it must be {}", self.key, self.expected),
			None => write!(f, "{} is missing; it must be {}", self.key, self.expected),
		}
	}
}

/// A list of problems as an error: one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemList(pub Vec<Problem>);

impl fmt::Display for ProblemList {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		for (index, problem) in self.0.iter().enumerate() {
			if index > 0 {
				writeln!(f)?;
			}
			write!(f, "{problem}")?;
		}
		Ok(())
	}
}

impl std::error::Error for ProblemList {}

/// Collects the problems of one document.
#[derive(Clone, Debug, Default)]
pub struct Problems(Rc<RefCell<Vec<Problem>>>);

impl Problems {
	/// Notes that the value at `key` is wrong.
	pub fn wrong(&self, key: impl Into<String>, found: &Value, expected: impl Into<String>) {
		self.push(Problem {
			key: key.into(),
			found: Some(shown(found)),
			expected: expected.into(),
		});
	}

	/// Notes that `key` is missing.
	pub fn missing(&self, key: impl Into<String>, expected: impl Into<String>) {
		self.push(Problem {
			key: key.into(),
			found: None,
			expected: expected.into(),
		});
	}

	/// Notes what somebody else has found.
	pub fn push(&self, problem: Problem) {
		let mut problems = self.0.borrow_mut();
		if problems.len() < MOST_PROBLEMS {
			problems.push(problem);
		}
	}

	/// `value` when nothing was wrong, else the list.
	pub fn into_result<T>(self, value: T) -> Result<T, ProblemList> {
		let problems = self.0.take();
		if problems.is_empty() {
			Ok(value)
		} else {
			Err(ProblemList(problems))
		}
	}
}

/// How a key is named in a problem.
#[derive(Clone, Debug)]
enum Place {
	/// A dotted path: `board.port`.
	Dotted(String),
	/// Words before the key: ``step 3 (drill) `to` ``.
	Words(String),
}

/// One table of a document, read key by key.
#[derive(Debug)]
pub struct Fields<'a> {
	place: Place,
	table: Option<&'a Table>,
	known: BTreeSet<&'static str>,
	problems: Problems,
}

impl<'a> Fields<'a> {
	/// The top of a document.
	pub fn root(table: &'a Table, problems: &Problems) -> Self {
		Self {
			place: Place::Dotted(String::new()),
			table: Some(table),
			known: BTreeSet::new(),
			problems: problems.clone(),
		}
	}

	/// A table whose keys are named by `words` before them.
	pub fn in_words(words: impl Into<String>, table: &'a Table, problems: &Problems) -> Self {
		Self {
			place: Place::Words(words.into()),
			table: Some(table),
			known: BTreeSet::new(),
			problems: problems.clone(),
		}
	}

	/// The name of `key` in this table as problems show it.
	pub fn name(&self, key: &str) -> String {
		match &self.place {
			Place::Dotted(path) if path.is_empty() => format!("`{key}`"),
			Place::Dotted(path) => format!("`{path}.{key}`"),
			Place::Words(words) => format!("{words} `{key}`"),
		}
	}

	/// Where the problems of this table are noted.
	pub fn problems(&self) -> &Problems {
		&self.problems
	}

	fn take(&mut self, key: &'static str) -> Option<&'a Value> {
		self.known.insert(key);
		self.table.and_then(|table| table.get(key))
	}

	/// The table at `key`; an absent one reads as empty, so that required keys within it are reported one by one.
	pub fn section(&mut self, key: &'static str) -> Fields<'a> {
		let value = self.take(key);
		let table = value.and_then(Value::as_table);
		if let (Some(value), None) = (value, table) {
			self.problems.wrong(self.name(key), value, "a table");
		}
		let path = match &self.place {
			Place::Dotted(path) if !path.is_empty() => format!("{path}.{key}"),
			_ => key.to_owned(),
		};
		Fields {
			place: Place::Dotted(path),
			table,
			known: BTreeSet::new(),
			problems: self.problems.clone(),
		}
	}

	/// The names in this table that the document's author chose (such as channel names), each with its value.
	pub fn free_names(&mut self) -> Vec<(&'a str, &'a Value)> {
		let table = self.table.take();
		table
			.into_iter()
			.flatten()
			.map(|(name, value)| (name.as_str(), value))
			.collect()
	}

	/// Whether `key` is in this table.
	pub fn has(&self, key: &str) -> bool {
		self.table.is_some_and(|table| table.contains_key(key))
	}

	/// The value at `key` through `convert`; `None` when it is absent or wrong (which is noted).
	pub fn optional<T>(
		&mut self,
		key: &'static str,
		expected: &str,
		convert: impl FnOnce(&'a Value) -> Option<T>,
	) -> Option<T> {
		let value = self.take(key)?;
		let converted = convert(value);
		if converted.is_none() {
			self.problems.wrong(self.name(key), value, expected);
		}
		converted
	}

	/// The value at `key` through `convert`; a placeholder when it is absent or wrong (which is noted).
	pub fn required<T: Default>(
		&mut self,
		key: &'static str,
		expected: &str,
		convert: impl FnOnce(&'a Value) -> Option<T>,
	) -> T {
		if !self.has(key) {
			self.known.insert(key);
			self.problems.missing(self.name(key), expected);
		}
		self.optional(key, expected, convert).unwrap_or_default()
	}

	/// A whole number within `range`, `default` when absent.
	pub fn number(&mut self, key: &'static str, range: impl RangeBounds<u64>, unit: &str, default: u64) -> u64 {
		let expected = expected_number(&range, unit);
		self.optional(key, &expected, |value| in_range(value, &range))
			.unwrap_or(default)
	}

	/// A whole number within `range` that must be there.
	pub fn required_number(&mut self, key: &'static str, range: impl RangeBounds<u64>, unit: &str) -> u64 {
		let expected = expected_number(&range, unit);
		self.required(key, &expected, |value| in_range(value, &range))
	}

	/// A signed whole number of 32 bits, the range of every channel on the wire.
	pub fn required_i32(&mut self, key: &'static str) -> i32 {
		self.required(key, "a whole number within the range of a channel (32 bits)", to_i32)
	}

	/// Text of 1 to `most` characters.
	pub fn text(&mut self, key: &'static str, most: usize) -> Option<String> {
		self.optional(key, &format!("text of 1 to {most} characters"), |value| {
			short_text(value, most)
		})
	}

	/// Text of 1 to `most` characters that must be there.
	pub fn required_text(&mut self, key: &'static str, most: usize, what: &str) -> String {
		self.required(key, &format!("{what}: text of 1 to {most} characters"), |value| {
			short_text(value, most)
		})
	}

	/// A list whose members all pass `convert`; empty when absent.
	pub fn list<T>(&mut self, key: &'static str, expected: &str, convert: impl Fn(&'a Value) -> Option<T>) -> Vec<T> {
		self.optional(key, expected, |value| value.as_array()?.iter().map(convert).collect())
			.unwrap_or_default()
	}

	/// Notes every key of this table that nobody asked for.
	pub fn finish(self) {
		let Some(table) = self.table else { return };
		for (key, value) in table {
			if !self.known.contains(key.as_str()) {
				let known = self.known.iter().copied().collect::<Vec<_>>().join(", ");
				let expected = format!("left out: there is no such key here, only {known}");
				self.problems.wrong(self.name(&clipped(key)), value, expected);
			}
		}
	}
}

/// A 32 bit channel value.
pub fn to_i32(value: &Value) -> Option<i32> {
	value.as_integer().and_then(|number| i32::try_from(number).ok())
}

/// 32 bytes as hexadecimal text, with or without `0x`.
pub fn to_hash(value: &Value) -> Option<[u8; 32]> {
	let text = value.as_str()?;
	let mut bytes = [0u8; 32];
	hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).ok()?;
	Some(bytes)
}

fn short_text(value: &Value, most: usize) -> Option<String> {
	let text = value.as_str()?;
	let fits = !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
	fits.then(|| text.to_owned())
}

fn in_range(value: &Value, range: &impl RangeBounds<u64>) -> Option<u64> {
	let number = u64::try_from(value.as_integer()?).ok()?;
	range.contains(&number).then_some(number)
}

fn expected_number(range: &impl RangeBounds<u64>, unit: &str) -> String {
	let from = match range.start_bound() {
		Bound::Included(from) => *from,
		Bound::Excluded(from) => from.saturating_add(1),
		Bound::Unbounded => 0,
	};
	let unit = if unit.is_empty() {
		String::new()
	} else {
		format!(" {unit}")
	};
	match range.end_bound() {
		Bound::Included(to) => format!("a whole number from {from} to {to}{unit}"),
		Bound::Excluded(to) => format!("a whole number from {from} to {}{unit}", to.saturating_sub(1)),
		Bound::Unbounded => format!("a whole number of at least {from}{unit}"),
	}
}

fn shown(value: &Value) -> String {
	match value {
		Value::String(text) => format!("{:?}", clipped(text)),
		Value::Table(_) => "a table".to_owned(),
		Value::Array(items) if items.len() > 8 => format!("a list of {} items", items.len()),
		other => clipped(&other.to_string()),
	}
}

fn clipped(text: &str) -> String {
	let mut short: String = text.chars().take(SHOWN_CHARS).collect();
	if short.len() < text.len() {
		short.push('…');
	}
	short
}

/// An example file with all that it leaves out: its lines `# key = …` and `# [table]`, without the `# `.
#[cfg(test)]
pub(crate) fn with_all_keys(example: &str) -> String {
	let is_key = |line: &str| {
		let name = line.split_once(" = ").map_or("", |(name, _)| name);
		!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
	};
	let lines = example.lines().map(|line| match line.strip_prefix("# ") {
		Some(left_out) if left_out.starts_with('[') || is_key(left_out) => left_out,
		_ => line,
	});
	lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	fn problems_of(text: &str, read: impl FnOnce(&mut Fields<'_>)) -> Vec<String> {
		let table: Table = text.parse().unwrap();
		let problems = Problems::default();
		let mut fields = Fields::root(&table, &problems);
		read(&mut fields);
		fields.finish();
		match problems.into_result(()) {
			Ok(()) => vec![],
			Err(list) => list.0.iter().map(ToString::to_string).collect(),
		}
	}

	#[test]
	fn names_key_value_and_what_would_be_right() {
		let problems = problems_of("a = 12\n[b]\nc = \"x\"", |fields| {
			fields.number("a", 0..=10, "ms", 1);
			let mut b = fields.section("b");
			b.required_number("c", 5.., "");
			b.required_number("d", 5..9, "s");
			b.finish();
		});
		assert_eq!(
			problems,
			[
				"`a` is 12; it must be a whole number from 0 to 10 ms",
				"`b.c` is \"x\"; it must be a whole number of at least 5",
				"`b.d` is missing; it must be a whole number from 5 to 8 s",
			]
		);
	}

	#[test]
	fn reports_keys_that_nobody_asked_for() {
		let problems = problems_of("prot = 1", |fields| {
			fields.text("port", 10);
		});
		assert_eq!(
			problems,
			["`prot` is 1; it must be left out: there is no such key here, only port"]
		);
	}

	#[test]
	fn shows_a_huge_value_in_part_only() {
		let long = "x".repeat(10_000);
		let problems = problems_of(&format!("port = \"{long}\""), |fields| {
			fields.text("port", 10);
		});
		assert!(problems[0].len() < 200, "{}", problems[0]);
	}

	#[test]
	fn keeps_a_bounded_number_of_problems() {
		let many: String = (0..200).map(|key| format!("k{key} = 1\n")).collect();
		assert_eq!(problems_of(&many, |_| ()).len(), MOST_PROBLEMS);
	}
}
