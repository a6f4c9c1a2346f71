//! From bytes to a well-formed recipe. Never panics, and does bounded work on anything.

use super::{content_hash, Action, Condition, Phase, Recipe, RecipeError, Step};
use crate::fields::{to_i32, Fields, Problems};
use toml::{Table, Value};

/// The largest recipe, in bytes.
pub const MAX_RECIPE_BYTES: usize = 1024 * 1024;
/// The most steps of a recipe, in all phases together.
pub const MAX_STEPS: usize = 256;
/// The longest that one step may take, in ms: an hour.
pub const MAX_STEP_MS: u64 = 60 * 60 * 1000;
/// The most conditions that are watched all the time.
const MAX_GUARDS: usize = 16;
/// The longest name, in characters.
const MAX_NAME: usize = 64;
/// The most channels that one step samples.
const MAX_SAMPLED: usize = 64;
/// The keys that say what a step does; each step has exactly one of them.
const ACTIONS: [&str; 7] = ["set", "ramp", "wait", "dwell_ms", "sample", "abort_if", "safe"];

pub(super) fn parse(bytes: &[u8]) -> Result<Recipe, RecipeError> {
	if bytes.len() > MAX_RECIPE_BYTES {
		return Err(RecipeError::TooLarge(bytes.len()));
	}
	let text = std::str::from_utf8(bytes).map_err(|_| RecipeError::NotText)?;
	let table: Table = text
		.parse()
		.map_err(|error: toml::de::Error| RecipeError::Syntax(error.to_string()))?;
	let problems = Problems::default();
	let mut root = Fields::root(&table, &problems);
	root.required_number("format", 1..=1, "");
	let recipe = Recipe {
		hash: content_hash(bytes),
		name: root.required_text("name", MAX_NAME, "the name of the recipe"),
		guards: guards(&mut root),
		before: steps(&mut root, "before", Phase::Before),
		each: steps(&mut root, "each", Phase::Each),
		after: steps(&mut root, "after", Phase::After),
	};
	root.finish();
	if recipe.each.is_empty() && !table.contains_key("each") {
		problems.missing("`each`", "at least one step that makes a unit");
	}
	let count = recipe.before.len() + recipe.each.len() + recipe.after.len();
	if count > MAX_STEPS {
		problems.wrong(
			"the number of steps",
			&Value::from(count as i64),
			format!("at most {MAX_STEPS} in all"),
		);
	}
	problems.into_result(recipe).map_err(RecipeError::Problems)
}

fn guards(root: &mut Fields<'_>) -> Vec<Condition> {
	let problems = root.problems().clone();
	let tables = tables(root, "guard", MAX_GUARDS);
	let mut guards = Vec::new();
	for (index, table) in tables.into_iter().enumerate() {
		let mut fields = Fields::in_words(format!("guard {}", index + 1), table, &problems);
		let input = channel(&mut fields, "input");
		guards.push(condition(&mut fields, input));
		fields.finish();
	}
	guards
}

fn steps(root: &mut Fields<'_>, key: &'static str, phase: Phase) -> Vec<Step> {
	let problems = root.problems().clone();
	let tables = tables(root, key, MAX_STEPS);
	tables
		.into_iter()
		.enumerate()
		.map(|(index, table)| step(index, table, phase, &problems))
		.collect()
}

/// The tables at `key`, each written as `[[key]]`.
fn tables<'a>(root: &mut Fields<'a>, key: &'static str, most: usize) -> Vec<&'a Table> {
	let expected = format!("1 to {most} tables, each written as [[{key}]]");
	root.optional(key, &expected, |value| {
		let list = value.as_array().filter(|list| (1..=most).contains(&list.len()))?;
		list.iter().map(Value::as_table).collect()
	})
	.unwrap_or_default()
}

fn step(index: usize, table: &Table, phase: Phase, problems: &Problems) -> Step {
	let place = format!("step {} of {phase}", index + 1);
	let name = table
		.get("name")
		.and_then(Value::as_str)
		.filter(|name| name.chars().count() <= MAX_NAME);
	let label = match name {
		Some(name) => format!("{place} ({})", name.escape_debug()),
		None => place,
	};
	let mut fields = Fields::in_words(label.clone(), table, problems);
	fields.text("name", MAX_NAME);
	let chosen: Vec<_> = ACTIONS.into_iter().filter(|key| table.contains_key(*key)).collect();
	let expected = || format!("one action out of {}", ACTIONS.join(", "));
	match chosen[..] {
		[key] => {
			let action = action(key, &mut fields);
			fields.finish();
			return Step { label, action };
		}
		[] => problems.missing(format!("{label}: what it does"), expected()),
		_ => problems.wrong(
			format!("{label}: what it does"),
			&Value::from(chosen.join(", ")),
			expected(),
		),
	}
	// What else it says cannot be judged; the problem is noted, so this is thrown away.
	Step {
		label,
		action: Action::Safe,
	}
}

fn action(key: &'static str, fields: &mut Fields<'_>) -> Action {
	match key {
		"set" => Action::Set {
			output: channel(fields, "set"),
			to: fields.required_i32("to"),
		},
		"ramp" => Action::Ramp {
			output: channel(fields, "ramp"),
			to: fields.required_i32("to"),
			over_ms: fields.required_number("over_ms", 1..=MAX_STEP_MS, "ms"),
		},
		"wait" => {
			let input = channel(fields, "wait");
			Action::Wait {
				condition: condition(fields, input),
				timeout_ms: fields.required_number("timeout_ms", 1..=MAX_STEP_MS, "ms"),
			}
		}
		"dwell_ms" => Action::Dwell {
			ms: fields.required_number("dwell_ms", 1..=MAX_STEP_MS, "ms"),
		},
		"sample" => Action::Sample {
			channels: sampled(fields),
		},
		"abort_if" => {
			let input = channel(fields, "abort_if");
			Action::AbortIf {
				condition: condition(fields, input),
			}
		}
		_ => {
			fields.required("safe", "true", |value| value.as_bool().filter(|safe| *safe));
			Action::Safe
		}
	}
}

fn sampled(fields: &mut Fields<'_>) -> Vec<String> {
	let expected = format!("a list of 1 to {MAX_SAMPLED} names of channels");
	fields.required("sample", &expected, |value| {
		let list = value
			.as_array()
			.filter(|list| (1..=MAX_SAMPLED).contains(&list.len()))?;
		list.iter().map(channel_name).collect()
	})
}

fn channel(fields: &mut Fields<'_>, key: &'static str) -> String {
	fields.required(key, "the name of a channel of the board", channel_name)
}

/// A name that could be one on the wire.
fn channel_name(value: &Value) -> Option<String> {
	let name = value.as_str()?;
	let possible =
		(1..=bpiiot_protocol::LABEL_LEN).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
	possible.then(|| name.to_owned())
}

fn condition(fields: &mut Fields<'_>, input: String) -> Condition {
	let whole = "a whole number within the range of a channel (32 bits)";
	let equals = fields.optional("equals", whole, to_i32);
	let at_least = fields.optional("at_least", whole, to_i32);
	let at_most = fields.optional("at_most", whole, to_i32);
	let problems = fields.problems().clone();
	match (equals, at_least, at_most) {
		(Some(value), None, None) => {
			return Condition {
				input,
				at_least: Some(value),
				at_most: Some(value),
			}
		}
		(Some(value), _, _) => {
			problems.wrong(
				fields.name("equals"),
				&Value::from(value),
				"left out where at_least or at_most is given",
			);
		}
		(None, None, None) if !["equals", "at_least", "at_most"].into_iter().any(|key| fields.has(key)) => {
			problems.missing(
				fields.name("at_least"),
				"given, or at_most, or equals: the value that counts",
			);
		}
		(None, Some(from), Some(to)) if from > to => {
			problems.wrong(
				fields.name("at_least"),
				&Value::from(from),
				format!("at most at_most, which is {to}"),
			);
		}
		_ => {}
	}
	Condition {
		input,
		at_least,
		at_most,
	}
}

#[cfg(test)]
mod tests;
