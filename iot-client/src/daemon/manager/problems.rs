//! What is wrong with a text, and in which of its lines.

use crate::config::ConfigError;
use iot_manager::api::Problem;
use iot_rules::RulesError;
use toml::{
	de::{DeTable, DeValue},
	Spanned,
};

/// What is wrong with a configuration.
pub(super) fn of_config(text: &str, error: &ConfigError) -> Vec<Problem> {
	if let Some(problem) = syntax(text) {
		return vec![problem];
	}
	match error {
		ConfigError::Problems { problems, .. } => {
			let problems = problems.0.iter();
			let problem = |problem: &crate::fields::Problem| Problem {
				line: line_of(text, &names_in(&problem.key)),
				message: problem.to_string(),
			};
			problems.map(problem).collect()
		}
		error => vec![of_file(error.to_string())],
	}
}

/// What is wrong with rules.
pub(super) fn of_rules(text: &str, error: &RulesError) -> Vec<Problem> {
	if let Some(problem) = syntax(text) {
		return vec![problem];
	}
	let problem = |problem: &iot_rules::Problem| {
		let number = problem.rule.as_deref().and_then(number_in);
		let mut place: Vec<_> = number.map(|number| format!("rule.{number}")).into_iter().collect();
		place.extend(names_in(&problem.key));
		let place: Vec<_> = place
			.iter()
			.flat_map(|names| names.split('.'))
			.map(str::to_owned)
			.collect();
		Problem {
			line: line_of(text, &place),
			message: problem.to_string(),
		}
	};
	error.problems.iter().map(problem).collect()
}

/// What is wrong with a text as a whole.
pub(super) fn of_file(message: String) -> Problem {
	Problem { line: None, message }
}

/// Why a text is no TOML, if so.
fn syntax(text: &str) -> Option<Problem> {
	let error = DeTable::parse(text).err()?;
	Some(Problem {
		line: error.span().map(|span| line_at(text, span.start)),
		message: format!("it is no TOML: {}", error.message()),
	})
}

/// The names between backticks of a key as problems show it: `board`, `port` of "`board.port`".
fn names_in(key: &str) -> Vec<String> {
	let quoted = key.split('`').skip(1).step_by(2);
	quoted.flat_map(|names| names.split('.')).map(str::to_owned).collect()
}

/// The number of a rule in "rule 2 (bearing wear)", from 0.
fn number_in(rule: &str) -> Option<usize> {
	let number: usize = rule.strip_prefix("rule ")?.split(' ').next()?.parse().ok()?;
	number.checked_sub(1)
}

/// The line of what is at this place, or of the last of it that is there.
fn line_of(text: &str, place: &[String]) -> Option<u32> {
	let document = DeTable::parse(text).ok()?;
	let (first, rest) = place.split_first()?;
	let (mut at, mut value) = in_table(document.get_ref(), first)?;
	for name in rest {
		let next = match value.get_ref() {
			DeValue::Table(table) => in_table(table, name),
			DeValue::Array(values) => name
				.parse::<usize>()
				.ok()
				.and_then(|index| values.get(index))
				.map(|value| (value.span().start, value)),
			_ => None,
		};
		let Some(next) = next else { break };
		(at, value) = next;
	}
	Some(line_at(text, at))
}

/// Where a key of a table is, and its value.
fn in_table<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<(usize, &'a Spanned<DeValue<'i>>)> {
	let found = table.iter().find(|(key, _)| key.get_ref().as_ref() == name);
	found.map(|(key, value)| (key.span().start, value))
}

/// The line of a place in a text, from 1.
fn line_at(text: &str, at: usize) -> u32 {
	let before = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
	u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::config::Config;
	use iot_rules::{ChannelDecl, Rules};
	use std::path::Path;

	fn lines(problems: &[Problem], words: &str) -> Vec<Option<u32>> {
		let found = problems.iter().filter(|problem| problem.message.contains(words));
		found.map(|problem| problem.line).collect()
	}

	#[test]
	fn problems_of_a_configuration_have_lines() {
		let text =
			"state_dir = 7\n\n[board]\nport = \"x\"\nbaud = 1\n[envelope.outputs]\nclamp = { min = 2, max = 1 }\n";
		let problems = of_config(text, &Config::parse(text, Path::new("m.toml")).unwrap_err());
		assert_eq!(lines(&problems, "`state_dir`"), [Some(1)]);
		assert_eq!(lines(&problems, "`board.baud`"), [Some(5)]);
		assert_eq!(lines(&problems, "`min`"), [Some(7)]);
		assert_eq!(
			lines(&problems, "`wallet.keystore` is missing"),
			[None],
			"its section is not there either"
		);
	}

	#[test]
	fn a_text_that_is_no_toml_has_one_problem_and_its_line() {
		let text = "state_dir = \"a\"\n[board\n";
		let problems = of_config(text, &Config::parse(text, Path::new("m.toml")).unwrap_err());
		assert_eq!((problems.len(), problems[0].line), (1, Some(2)), "{problems:?}");
		let problems = of_rules(text, &Rules::parse(text, &[]).unwrap_err());
		assert_eq!((problems.len(), problems[0].line), (1, Some(2)), "{problems:?}");
	}

	#[test]
	fn problems_of_rules_have_lines() {
		let text = "[[rule]]\nname = \"a\"\nwhen = \"temperature > 1.0\"\nthen = [{ notify = \"hot\" }]\n\n[[rule]]\nname = \"b\"\n\
			when = \"temprature > 1.0\"\nthen = [{ notify = \"hot\" }]\nseverity = \"loud\"\n";
		let channels = [ChannelDecl::input("temperature", "°C")];
		let problems = of_rules(text, &Rules::parse(text, &channels).unwrap_err());
		assert_eq!(lines(&problems, "temprature"), [Some(8)], "{problems:?}");
		assert_eq!(lines(&problems, "severity"), [Some(10)], "{problems:?}");
		let text = "[[rule]]\nname = \"a\"\n[[rule]]\nname = \"b\"\n";
		let problems = of_rules(text, &Rules::parse(text, &channels).unwrap_err());
		assert!(problems.iter().any(|problem| problem.line == Some(1)), "{problems:?}");
		assert!(problems.iter().any(|problem| problem.line == Some(3)), "{problems:?}");
	}
}
