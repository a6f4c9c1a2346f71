//! Reads a rules file, and notes every problem instead of stopping at the first.

use crate::{
	compile::{compile, Layout, Operand},
	error::{clipped, listed, shown, Problem, Problems, RulesError},
	eval::Step,
	limits::{
		DEFAULT_STALE_MS, MAX_ACTIONS, MAX_CODE, MAX_FILE_BYTES, MAX_HOLD_MS, MAX_ITEM, MAX_RULES, MAX_RULE_NAME,
		MAX_TEXT, MAX_THOUSANDTHS, MAX_WAIT_MS, MIN_STALE_MS,
	},
	model::{Action, ChannelDecl, Compiled, Rule, Rules, Severity},
};
use std::{cell::RefCell, collections::BTreeSet, ops::RangeInclusive};
use toml::{Table, Value};

impl Rules {
	/// Reads a rules file. `channels` are those that rules may name; of two with one name the first counts.
	///
	/// # Errors
	/// Everything that is wrong, each with rule, key, the value found and what would be right.
	pub fn parse(text: &str, channels: &[ChannelDecl]) -> Result<Self, RulesError> {
		let mut problems = Problems::default();
		let mut rules = Rules {
			rules: vec![],
			layout: Layout {
				channels: channels.to_vec(),
				windows: vec![],
			},
		};
		let tables = tables(text, &mut problems);
		for (index, value) in tables.iter().take(MAX_RULES).enumerate() {
			let number = index.saturating_add(1);
			match value.as_table() {
				Some(table) => read_rule(number, table, &mut rules, &mut problems),
				None => problems.file("`rule`", Some(shown(value)), "it must be tables: [[rule]]"),
			}
		}
		problems.into_result(rules)
	}
}

/// The values under `rule`; what is wrong around them is noted.
fn tables(text: &str, problems: &mut Problems) -> Vec<Value> {
	if text.len() > MAX_FILE_BYTES {
		let found = Some(format!("{} bytes long", text.len()));
		problems.file(
			"the file",
			found,
			format!("it must have at most {MAX_FILE_BYTES} bytes"),
		);
		return vec![];
	}
	let mut table = match text.parse::<Table>() {
		Ok(table) => table,
		Err(error) => {
			let line = error.span().and_then(|span| text.get(..span.start)).map_or(1, lines);
			let what = clipped(error.message());
			problems.file("", None, format!("line {line} of the file is no TOML: {what}"));
			return vec![];
		}
	};
	let rules = table.remove("rule");
	for (key, value) in &table {
		let key = format!("`{}`", clipped(key));
		problems.file(
			&key,
			Some(shown(value)),
			"it must be left out: a rules file has only [[rule]]",
		);
	}
	match rules {
		None => vec![],
		Some(Value::Array(values)) => {
			if values.len() > MAX_RULES {
				let found = Some(format!("there {} times", values.len()));
				problems.file("`rule`", found, format!("a file must have at most {MAX_RULES} rules"));
			}
			values
		}
		Some(other) => {
			problems.file("`rule`", Some(shown(&other)), "it must be tables: [[rule]]");
			vec![]
		}
	}
}

fn lines(before: &str) -> usize {
	before.bytes().filter(|&b| b == b'\n').count().saturating_add(1)
}

fn read_rule(number: usize, table: &Table, rules: &mut Rules, problems: &mut Problems) {
	let problems = RefCell::new(problems);
	let mut fields = Fields {
		rule: match table.get("name").and_then(Value::as_str) {
			Some(name) => format!("rule {number} ({})", clipped(name)),
			None => format!("rule {number}"),
		},
		path: String::new(),
		table,
		known: BTreeSet::new(),
		problems: &problems,
	};
	let name = fields.name(rules);
	let severity = fields.severity();
	let mut operands = vec![];
	let when_text = fields.required_text("when", usize::MAX, "a condition, such as \"temperature > 80\"");
	let when = when_text
		.as_deref()
		.and_then(|text| fields.expression("when", text, &mut rules.layout, &mut operands));
	let until_text = fields.text("until", usize::MAX, "a condition");
	let until = until_text
		.as_deref()
		.and_then(|text| fields.expression("until", text, &mut rules.layout, &mut operands));
	let for_ms = fields.number("for_ms", 0..=MAX_HOLD_MS, 0);
	let clear_for_ms = fields.number("clear_for_ms", 0..=MAX_HOLD_MS, 0);
	let cooldown_ms = fields.number("cooldown_ms", 0..=MAX_WAIT_MS, 0);
	let stale_ms = fields.number("stale_ms", MIN_STALE_MS..=MAX_WAIT_MS, DEFAULT_STALE_MS);
	let then = fields.actions("then", &THEN, &rules.layout.channels);
	let after = fields.actions("after", &AFTER, &rules.layout.channels);
	fields.finish();
	// Without one of these a problem was noted, and the rules are thrown away.
	let (Some(name), Some(when_text), Some(when)) = (name, when_text, when) else {
		return;
	};
	rules.rules.push(Rule {
		name,
		severity,
		when: when_text,
		until: until_text,
		for_ms,
		clear_for_ms,
		cooldown_ms,
		stale_ms,
		then,
		after,
		compiled: Compiled { operands, when, until },
	});
}

/// What can be done when a rule is raised.
const THEN: [&str; 7] = ["stop", "actuate", "report", "order", "count", "issue", "notify"];
/// What can be done when a rule is cleared.
const AFTER: [&str; 2] = ["actuate", "notify"];

/// One table of the file, read key by key.
struct Fields<'a, 'p> {
	rule: String,
	/// Words before a key, for tables within the rule.
	path: String,
	table: &'a Table,
	known: BTreeSet<&'static str>,
	problems: &'a RefCell<&'p mut Problems>,
}

impl<'a> Fields<'a, '_> {
	fn note(&self, key: &str, found: Option<String>, remedy: impl Into<String>) {
		self.problems.borrow_mut().push(Problem {
			rule: Some(self.rule.clone()),
			key: format!("{}`{}`", self.path, clipped(key)),
			found,
			remedy: remedy.into(),
		});
	}

	fn wrong(&self, key: &str, found: &Value, remedy: impl Into<String>) {
		self.note(key, Some(shown(found)), remedy);
	}

	fn take(&mut self, key: &'static str) -> Option<&'a Value> {
		self.known.insert(key);
		self.table.get(key)
	}

	/// Text of 1 to `most` characters; `None` when it is absent or wrong (which is noted).
	fn text(&mut self, key: &'static str, most: usize, what: &str) -> Option<String> {
		let value = self.take(key)?;
		let fits = |text: &&str| {
			let control = |c: char| c.is_control() && !(most == usize::MAX && c.is_ascii_whitespace());
			!text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(control)
		};
		let text = value.as_str().filter(fits);
		if text.is_none() {
			let length = match most {
				usize::MAX => String::new(),
				most => format!(" of 1 to {most} characters"),
			};
			self.wrong(key, value, format!("it must be {what}: text{length}"));
		}
		text.map(str::to_owned)
	}

	fn required_text(&mut self, key: &'static str, most: usize, what: &str) -> Option<String> {
		if !self.table.contains_key(key) {
			self.note(key, None, format!("is missing; it must be {what}"));
		}
		self.text(key, most, what)
	}

	/// A whole number of ms within `range`.
	fn number(&mut self, key: &'static str, range: RangeInclusive<u64>, default: u64) -> u64 {
		let Some(value) = self.take(key) else { return default };
		let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
		number.filter(|number| range.contains(number)).unwrap_or_else(|| {
			let (from, to) = (range.start(), range.end());
			self.wrong(key, value, format!("it must be a whole number from {from} to {to} ms"));
			default
		})
	}

	fn name(&mut self, rules: &Rules) -> Option<String> {
		let name = self.required_text("name", MAX_RULE_NAME, "the rule's name")?;
		if rules.rules.iter().any(|rule| rule.name == name) {
			let found = Some(format!("{name:?}"));
			self.note("name", found, "it must be a name that no rule before it has");
		}
		Some(name)
	}

	fn severity(&mut self) -> Severity {
		let Some(value) = self.take("severity") else {
			return Severity::default();
		};
		let found = value
			.as_str()
			.and_then(|text| Severity::ALL.into_iter().find(|severity| severity.name() == text));
		found.unwrap_or_else(|| {
			let names = Severity::ALL
				.map(|severity| format!("{:?}", severity.name()))
				.join(", ");
			self.wrong("severity", value, format!("it must be one of {names}"));
			Severity::default()
		})
	}

	fn expression(
		&self,
		key: &'static str,
		text: &str,
		layout: &mut Layout,
		operands: &mut Vec<Operand>,
	) -> Option<Vec<Step>> {
		match compile(text, layout, operands) {
			Ok(steps) => Some(steps),
			Err(wrong) => {
				for wrong in wrong {
					self.note(key, Some(format!("{:?}", clipped(text))), wrong);
				}
				None
			}
		}
	}

	fn actions(&mut self, key: &'static str, allowed: &[&'static str], channels: &[ChannelDecl]) -> Vec<Action> {
		let Some(value) = self.take(key) else { return vec![] };
		let Some(items) = value.as_array().filter(|items| items.len() <= MAX_ACTIONS) else {
			let example = "[{ notify = \"look at the bearing\" }]";
			self.wrong(
				key,
				value,
				format!("it must be a list of at most {MAX_ACTIONS} actions, such as {example}"),
			);
			return vec![];
		};
		let read = |(index, item): (usize, &'a Value)| {
			let number = index.saturating_add(1);
			let Some(table) = item.as_table() else {
				let remedy = format!("action {number} must be a table, such as {{ notify = \"…\" }}");
				self.wrong(key, item, remedy);
				return None;
			};
			let mut fields = Fields {
				rule: self.rule.clone(),
				path: format!("`{key}` action {number} "),
				table,
				known: BTreeSet::new(),
				problems: self.problems,
			};
			fields.action(allowed, channels)
		};
		items.iter().enumerate().filter_map(read).collect()
	}

	/// One action; `None` when something was wrong with it, which is noted.
	fn action(&mut self, allowed: &[&'static str], channels: &[ChannelDecl]) -> Option<Action> {
		let mut named = allowed.iter().copied().filter(|name| self.table.contains_key(*name));
		let (first, second) = (named.next(), named.next());
		let Some(name) = first.filter(|_| second.is_none()) else {
			let found = listed(self.table.keys().map(String::as_str));
			let names = allowed.join(", ");
			self.problems.borrow_mut().push(Problem {
				rule: Some(self.rule.clone()),
				key: self.path.trim_end().to_owned(),
				found: Some(format!("with the keys {found}")),
				remedy: format!("it must have exactly one of {names}"),
			});
			return None;
		};
		let action = match name {
			"stop" => self.text(name, MAX_TEXT, "why to stop").map(|why| Action::Stop { why }),
			"report" => self.code(name),
			"order" => self
				.text(name, MAX_TEXT, "what to order")
				.map(|what| Action::Order { what }),
			"count" => self
				.text(name, MAX_ITEM, "the item to count")
				.map(|item| Action::Count { item }),
			"issue" => self.issue(name),
			"notify" => self
				.text(name, MAX_TEXT, "what to tell")
				.map(|text| Action::Notify { text }),
			_ => self.actuate(name, channels),
		};
		self.finish();
		action
	}

	fn code(&mut self, key: &'static str) -> Option<Action> {
		let code = self.text(key, MAX_CODE, "a fault code")?;
		let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
		if !code.bytes().all(fits) {
			let found = Some(format!("{code:?}"));
			self.note(
				key,
				found,
				"it must be a fault code of letters, digits, `.`, `_` and `-`",
			);
			return None;
		}
		Some(Action::Report { code })
	}

	fn issue(&mut self, key: &'static str) -> Option<Action> {
		let expected = "a quantity of the item's unit above zero with at most three places, such as 1 or 0.5";
		let item = self.text(key, MAX_ITEM, "the item that was used")?;
		let Some(value) = self.take("quantity") else {
			self.note("quantity", None, format!("is missing; it must be {expected}"));
			return None;
		};
		let number = value.as_float().or(value.as_integer().map(|whole| whole as f64));
		let thousandths = number.map(|number| number * 1000.0).filter(|thousandths| {
			let whole = (thousandths - thousandths.round()).abs() < 1e-6;
			whole && (1.0..=MAX_THOUSANDTHS).contains(&thousandths.round())
		});
		match thousandths {
			Some(thousandths) => Some(Action::Issue {
				item,
				thousandths: thousandths.round() as u64,
			}),
			None => {
				self.wrong("quantity", value, format!("it must be {expected}"));
				None
			}
		}
	}

	fn actuate(&mut self, key: &'static str, channels: &[ChannelDecl]) -> Option<Action> {
		let outputs = channels.iter().filter(|channel| channel.output.is_some());
		let names = listed(outputs.map(|channel| channel.name.as_str()));
		let output = self.text(key, usize::MAX, "the name of an output")?;
		let to = self.take("to");
		let found = channels.iter().find(|channel| channel.name == output);
		let Some(range) = found.and_then(|channel| channel.output.clone()) else {
			let found = Some(format!("{:?}", clipped(&output)));
			self.note(key, found, format!("it must be one of the outputs: {names}"));
			return None;
		};
		let expected = format!(
			"it must be a whole number from {} to {}, what `{output}` may be set to",
			range.start(),
			range.end()
		);
		let Some(to) = to else {
			self.note("to", None, format!("is missing; {expected}"));
			return None;
		};
		let number = to.as_integer().and_then(|number| i32::try_from(number).ok());
		match number.filter(|number| range.contains(number)) {
			Some(number) => Some(Action::Actuate { output, to: number }),
			None => {
				self.wrong("to", to, expected);
				None
			}
		}
	}

	/// Notes every key that nobody asked for.
	fn finish(&self) {
		for (key, value) in self.table {
			if !self.known.contains(key.as_str()) {
				let known = self.known.iter().copied().collect::<Vec<_>>().join(", ");
				self.wrong(key, value, format!("it must be left out: there are only {known}"));
			}
		}
	}
}

#[cfg(test)]
mod tests;
