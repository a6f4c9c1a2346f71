//! Rules and configuration of the played machine, with a checker that knows a little.

use crate::api::{Check, Fault, Problem, RuleState, Save, Saved};
use std::{
	collections::BTreeMap,
	hash::{DefaultHasher, Hash, Hasher},
};

/// Lines around a change.
const AROUND: usize = 3;

pub(super) const CONFIG: &str = r#"# A drill press beside a development node.
state_dir = "/var/lib/iot-client"

[board]
port = "/dev/ttyACM0"
baud = 115200
keep_alive_ms = 100       # the board makes itself safe when it hears nothing for its dead-man time

[chain]
endpoints = ["ws://127.0.0.1:9944", "wss://node.example"]

[rules]
file = "rules.toml"

[manager]
listen = "127.0.0.1:8080"
session_minutes = 60

[notify]
quiet_ms = 60000
"#;

pub(super) const RULES: &str = r#"# Bearing wear: the vibration over 10 s is high while the bearing warms up.
[[rule]]
name = "bearing wear"
when = "rms(vibration, 10) > 4.5 && slope(temperature, 60) > 0.05"
until = "rms(vibration, 10) < 3.5"
for_ms = 5000
severity = "warning"
then = [{ notify = "Have the spindle looked at." }]

# Coolant on above 60 °C, off again below 50 °C.
[[rule]]
name = "coolant"
when = "temperature > 60"
until = "temperature < 50"
then = [{ actuate = "coolant", to = 1 }]
after = [{ actuate = "coolant", to = 0 }]
"#;

const SECTIONS: [&str; 5] = ["board", "chain", "rules", "manager", "notify"];
/// Sections that are in force at once.
const AT_ONCE: [&str; 2] = ["rules", "notify"];
const RULE_KEYS: [&str; 9] = [
	"name",
	"when",
	"until",
	"for_ms",
	"clear_for_ms",
	"cooldown_ms",
	"severity",
	"then",
	"after",
];

/// Which text it is.
pub(super) fn revision(text: &str) -> String {
	let mut hasher = DefaultHasher::new();
	text.hash(&mut hasher);
	format!("{:016x}", hasher.finish())
}

/// Puts a text in the place of the other, if it may.
pub(super) fn save(text: &mut String, save: Save, check: fn(&str, &str) -> Check) -> Result<Saved, Fault> {
	if save.revision != revision(text) {
		return Err(Fault::Conflict);
	}
	let Check { problems, restart, .. } = check(text, &save.text);
	if !problems.is_empty() {
		return Err(Fault::Problems(problems));
	}
	*text = save.text;
	Ok(Saved {
		revision: revision(text),
		restart,
	})
}

pub(super) fn check_config(before: &str, text: &str) -> Check {
	let problems = problems(text, |line, number| {
		let section = line.strip_prefix('[')?.strip_suffix(']')?.trim_matches(['[', ']']);
		let known = SECTIONS.iter().any(|known| section.split('.').next() == Some(known));
		(!known).then(|| {
			problem(
				number,
				format!("there is no section `{section}`; there are: {}", SECTIONS.join(", ")),
			)
		})
	});
	let (old, new) = (sections(before), sections(text));
	let changed = SECTIONS
		.into_iter()
		.filter(|name| old.get(name) != new.get(name) && !AT_ONCE.contains(name));
	Check {
		problems,
		diff: diff(before, text),
		restart: changed.map(str::to_owned).collect(),
	}
}

pub(super) fn check_rules(before: &str, text: &str) -> Check {
	let problems = problems(text, |line, number| {
		let (key, _) = line.split_once('=')?;
		let known = RULE_KEYS.contains(&key.trim());
		(!known).then(|| {
			problem(
				number,
				format!("a rule has no `{}`; it has: {}", key.trim(), RULE_KEYS.join(", ")),
			)
		})
	});
	Check {
		problems,
		diff: diff(before, text),
		restart: Vec::new(),
	}
}

fn problem(line: usize, message: String) -> Problem {
	Problem {
		line: u32::try_from(line).ok(),
		message,
	}
}

/// What is wrong with the lines, as far as they are looked at.
fn problems(text: &str, more: impl Fn(&str, usize) -> Option<Problem>) -> Vec<Problem> {
	let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
	let found = lines.filter_map(|(number, line)| {
		let header = line.starts_with('[') && line.ends_with(']');
		let pair = line
			.split_once('=')
			.is_some_and(|(key, value)| !key.trim().is_empty() && !value.trim().is_empty());
		match line.is_empty() || line.starts_with('#') || header || pair {
			false => Some(problem(
				number,
				"a line must be `key = value`, `[section]` or `# comment`".to_owned(),
			)),
			true => more(line, number),
		}
	});
	found.take(20).collect()
}

fn sections(text: &str) -> BTreeMap<&str, Vec<&str>> {
	let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
	let mut section = "";
	for line in text.lines().map(str::trim) {
		match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
			Some(name) => section = name,
			None if line.is_empty() || line.starts_with('#') => {}
			None => sections.entry(section).or_default().push(line),
		}
	}
	sections
}

/// One hunk from the first line that differs to the last.
fn diff(before: &str, after: &str) -> String {
	if before == after {
		return String::new();
	}
	let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
	let same_first = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
	let room = old.len().min(new.len()) - same_first;
	let behind = old.iter().rev().zip(new.iter().rev()).take(room);
	let same_last = behind.take_while(|(old, new)| old == new).count();
	let first = same_first.saturating_sub(AROUND);
	let last = same_last.saturating_sub(AROUND);
	let (old_end, new_end) = (old.len() - last, new.len() - last);
	let mut text = format!(
		"--- file\n+++ new\n@@ -{},{} +{},{} @@\n",
		first + 1,
		old_end - first,
		first + 1,
		new_end - first
	);
	let parts = [
		(' ', old.get(first..same_first)),
		('-', old.get(same_first..old.len() - same_last)),
		('+', new.get(same_first..new.len() - same_last)),
		(' ', old.get(old.len() - same_last..old_end)),
	];
	for (mark, lines) in parts {
		for line in lines.unwrap_or_default() {
			text.push(mark);
			text.push_str(line);
			text.push('\n');
		}
	}
	text
}

/// How each rule of the text stands.
pub(super) fn rule_states(text: &str, newest: &BTreeMap<String, (u64, f64)>) -> Vec<RuleState> {
	let quoted = |line: &str, key: &str| {
		let (found, value) = line.split_once('=')?;
		(found.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
	};
	let mut states: Vec<RuleState> = Vec::new();
	for line in text.lines() {
		if let Some(name) = quoted(line, "name") {
			let raised = u64::from(states.is_empty());
			states.push(RuleState {
				rule: name,
				state: if raised > 0 { "raised" } else { "quiet" }.to_owned(),
				raised,
				..RuleState::default()
			});
		}
		if let (Some(when), Some(state)) = (quoted(line, "when"), states.last_mut()) {
			let named = newest.iter().filter(|(channel, _)| when.contains(channel.as_str()));
			state.values = named
				.map(|(channel, (_, value))| (channel.clone(), Some(*value)))
				.collect();
			state.when = when;
		}
	}
	states
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_wrong_line_is_named_and_nothing_is_saved() {
		let mut text = CONFIG.to_owned();
		let wrong = CONFIG.replace("[chain]", "[chains]");
		let line = wrong.lines().position(|line| line == "[chains]").unwrap() as u32 + 1;
		let check = check_config(&text, &wrong);
		assert_eq!(check.problems.first().unwrap().line, Some(line));
		let asked = Save {
			text: wrong,
			revision: revision(&text),
		};
		assert!(matches!(save(&mut text, asked, check_config), Err(Fault::Problems(_))));
		assert_eq!(text, CONFIG);
	}

	#[test]
	fn its_own_texts_are_right_and_differ_in_nothing() {
		assert_eq!(check_config(CONFIG, CONFIG), Check::default());
		assert_eq!(check_rules(RULES, RULES), Check::default());
	}

	#[test]
	fn a_changed_section_that_needs_a_restart_is_named() {
		let changed = CONFIG.replace("115200", "57600").replace("60000", "30000");
		let check = check_config(CONFIG, &changed);
		assert_eq!(check.restart, ["board"]);
		assert!(
			check.diff.contains("-baud = 115200\n") && check.diff.contains("+baud = 57600\n"),
			"{}",
			check.diff
		);
	}
}
