//! What a run showed, line by line.

use std::fmt;

/// What a run showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
	title: String,
	lines: Vec<(String, String)>,
}

impl Table {
	/// An empty one.
	pub fn new(title: impl Into<String>) -> Self {
		Self {
			title: title.into(),
			lines: Vec::new(),
		}
	}

	/// Adds a line.
	pub fn say(&mut self, what: impl Into<String>, value: impl fmt::Display) {
		self.lines.push((what.into(), value.to_string()));
	}
}

impl fmt::Display for Table {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}", self.title)?;
		let width = self.lines.iter().map(|(what, _)| what.chars().count()).max();
		let width = width.unwrap_or_default();
		for (what, value) in &self.lines {
			write!(f, "\n  {what:<width$}  {value}")?;
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn values_are_below_each_other() {
		let mut table = Table::new("with no broker");
		table.say("a", 1);
		table.say("longer", "two");
		assert_eq!(table.to_string(), "with no broker\n  a       1\n  longer  two");
	}
}
