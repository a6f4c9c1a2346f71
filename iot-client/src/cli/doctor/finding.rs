//! What a check found, and what to do about it.

use serde::Serialize;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
	/// As it should be.
	Ok,
	/// It could not be looked at, or need not be.
	Skipped,
	/// The machine works, but somebody should know.
	Warning,
	/// The machine does not work as it is, or not safely.
	Wrong,
}

impl Level {
	/// The word that begins a line.
	pub fn word(self) -> &'static str {
		match self {
			Self::Ok => "ok",
			Self::Skipped => "skipped",
			Self::Warning => "warning",
			Self::Wrong => "wrong",
		}
	}
}

/// What a check found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
	/// Which check.
	pub check: &'static str,
	/// How bad it is.
	pub level: Level,
	/// What was found, in words.
	pub what: String,
	/// What to do about it.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub fix: Option<String>,
}

impl Finding {
	/// As it should be.
	pub fn ok(check: &'static str, what: impl Into<String>) -> Self {
		Self {
			check,
			level: Level::Ok,
			what: what.into(),
			fix: None,
		}
	}

	/// The machine works, but somebody should know.
	pub fn warning(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
		Self {
			level: Level::Warning,
			fix: Some(fix.into()),
			..Self::ok(check, what)
		}
	}

	/// It must be mended.
	pub fn wrong(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
		Self {
			level: Level::Wrong,
			fix: Some(fix.into()),
			..Self::ok(check, what)
		}
	}

	/// It could not be looked at; `why` goes on after "because".
	pub fn skipped(check: &'static str, why: impl fmt::Display) -> Self {
		Self {
			level: Level::Skipped,
			..Self::ok(check, format!("because {why}"))
		}
	}
}

/// Where the words begin in a line, and the fix below it.
const INDENT: usize = 27;

impl fmt::Display for Finding {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let beside = |text: &str| text.replace('\n', &format!("\n{:INDENT$}", ""));
		write!(f, "{:<8} {:<17} {}", self.level.word(), self.check, beside(&self.what))?;
		match &self.fix {
			Some(fix) => write!(f, "\n{:INDENT$}fix: {}", "", beside(fix)),
			None => Ok(()),
		}
	}
}

/// So many things, with the word for one or many.
pub fn count(number: usize, one: &str, many: &str) -> String {
	match number {
		1 => format!("1 {one}"),
		number => format!("{number} {many}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_line_says_level_check_and_fix() {
		let finding = Finding::wrong("password file", "others can read it\n(mode 644)", "chmod 600 password");
		assert_eq!(
			finding.to_string(),
			"wrong    password file     others can read it\n\
			 \x20                          (mode 644)\n\
			 \x20                          fix: chmod 600 password"
		);
		let skipped = Finding::skipped("board", "the port is missing").to_string();
		assert_eq!(skipped, "skipped  board             because the port is missing");
	}

	#[test]
	fn scripts_get_the_same() {
		let json = serde_json::to_value(Finding::warning("trust", "one", "two")).unwrap();
		assert_eq!(
			json,
			serde_json::json!({ "check": "trust", "level": "warning", "what": "one", "fix": "two" })
		);
		let json = serde_json::to_value(Finding::ok("trust", "one")).unwrap();
		assert!(json.get("fix").is_none());
	}
}
