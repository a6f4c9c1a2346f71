use super::*;
use crate::limits::{MAX_EXPRESSION_BYTES, MAX_WINDOWS};
use proptest::prelude::*;

fn channels() -> Vec<ChannelDecl> {
	vec![
		ChannelDecl::input("temperature", "°C"),
		ChannelDecl::input("vibration", "mm/s"),
		ChannelDecl::output("coolant", "", 0..=1),
		ChannelDecl::output("spindle_rpm", "rpm", 0..=3000),
	]
}

fn problems(text: &str) -> Vec<String> {
	match Rules::parse(text, &channels()) {
		Ok(_) => vec![],
		Err(error) => error.problems.iter().map(ToString::to_string).collect(),
	}
}

#[test]
fn reads_every_key() {
	let text = r#"
		[[rule]]
		name = "hot"
		when = "temperature > 80"
		until = "temperature < 70"
		for_ms = 1000
		clear_for_ms = 2000
		cooldown_ms = 60000
		stale_ms = 5000
		severity = "alarm"
		then = [
			{ stop = "too hot" },
			{ actuate = "coolant", to = 1 },
			{ report = "E-42.a_b" },
			{ order = "coolant, 5 l" },
			{ count = "cutting-oil-22" },
			{ issue = "drill-8", quantity = 0.5 },
			{ notify = "the drill is hot" },
		]
		after = [{ actuate = "coolant", to = 0 }, { notify = "cooled down" }]
		[[rule]]
		name = "shaking"
		when = """
			rms(vibration, 10)
				> 4.5"""
	"#;
	let rules = Rules::parse(text, &channels()).unwrap();
	let [hot, shaking] = &rules.rules[..] else {
		panic!("{rules:?}")
	};
	assert_eq!((hot.name.as_str(), hot.severity), ("hot", Severity::Alarm));
	assert_eq!(
		(hot.for_ms, hot.clear_for_ms, hot.cooldown_ms, hot.stale_ms),
		(1_000, 2_000, 60_000, 5_000)
	);
	assert_eq!(hot.until.as_deref(), Some("temperature < 70"));
	let actuate = |to| Action::Actuate {
		output: "coolant".into(),
		to,
	};
	let then = [
		Action::Stop { why: "too hot".into() },
		actuate(1),
		Action::Report {
			code: "E-42.a_b".into(),
		},
		Action::Order {
			what: "coolant, 5 l".into(),
		},
		Action::Count {
			item: "cutting-oil-22".into(),
		},
		Action::Issue {
			item: "drill-8".into(),
			thousandths: 500,
		},
		Action::Notify {
			text: "the drill is hot".into(),
		},
	];
	assert_eq!(hot.then, then);
	assert_eq!(
		hot.after,
		[
			actuate(0),
			Action::Notify {
				text: "cooled down".into()
			}
		]
	);
	assert_eq!(
		(shaking.severity, shaking.stale_ms),
		(Severity::Warning, DEFAULT_STALE_MS)
	);
	assert!(shaking.then.is_empty() && shaking.until.is_none());
	assert_eq!((rules.len(), rules.cost().windows), (2, 1));
}

#[test]
fn takes_an_empty_file() {
	assert!(Rules::parse("", &channels()).unwrap().is_empty());
}

#[test]
fn reports_everything_at_once_with_rule_key_value_and_remedy() {
	let text = r#"
		colour = "red"
		[[rule]]
		name = "hot"
		when = "temprature > 80"
		for_ms = -5
		severity = "bad"
		sverity = 1
		then = [{ actuate = "colant", to = 1 }, { actuate = "coolant", to = 2 }, { stop = "" }, { stop = "x", notify = "y" }]
		after = [{ stop = "x" }, { actuate = "coolant" }, 7]
		[[rule]]
		when = "vibration"
		until = 4
		stale_ms = 1
		then = [{ report = "E 42" }, { notify = "a", to = 1 }]
		[[rule]]
		name = "hot"
	"#;
	let expected = [
		"`colour` is \"red\"; it must be left out: a rules file has only [[rule]]",
		"rule 1 (hot): `severity` is \"bad\"; it must be one of \"notice\", \"warning\", \"alarm\"",
		"rule 1 (hot): `when` is \"temprature > 80\"; it names `temprature`, which is no channel; the channels are \
		 temperature, vibration, coolant, spindle_rpm",
		"rule 1 (hot): `for_ms` is -5; it must be a whole number from 0 to 3600000 ms",
		"rule 1 (hot): `then` action 1 `actuate` is \"colant\"; it must be one of the outputs: coolant, spindle_rpm",
		"rule 1 (hot): `then` action 2 `to` is 2; it must be a whole number from 0 to 1, what `coolant` may be set to",
		"rule 1 (hot): `then` action 3 `stop` is \"\"; it must be why to stop: text of 1 to 200 characters",
		"rule 1 (hot): `then` action 4 is with the keys notify, stop; it must have exactly one of stop, actuate, report, \
		 order, count, issue, notify",
		"rule 1 (hot): `after` action 1 is with the keys stop; it must have exactly one of actuate, notify",
		"rule 1 (hot): `after` action 2 `to` is missing; it must be a whole number from 0 to 1, what `coolant` may be set to",
		"rule 1 (hot): `after` is 7; action 3 must be a table, such as { notify = \"…\" }",
		"rule 1 (hot): `sverity` is 1; it must be left out: there are only after, clear_for_ms, cooldown_ms, for_ms, name, \
		 severity, stale_ms, then, until, when",
		"rule 2: `name` is missing; it must be the rule's name",
		"rule 2: `when` is \"vibration\"; it is a number; it must be a condition, such as `… > 4.5`",
		"rule 2: `until` is 4; it must be a condition: text",
		"rule 2: `stale_ms` is 1; it must be a whole number from 100 to 86400000 ms",
		"rule 2: `then` action 1 `report` is \"E 42\"; it must be a fault code of letters, digits, `.`, `_` and `-`",
		"rule 2: `then` action 2 `to` is 1; it must be left out: there are only notify",
		"rule 3 (hot): `when` is missing; it must be a condition, such as \"temperature > 80\"",
	];
	let found = problems(text);
	for (found, expected) in found.iter().zip(expected) {
		assert_eq!(found, expected);
	}
	assert_eq!(found.len(), expected.len());
}

#[test]
fn refuses_a_name_twice() {
	let text = "[[rule]]\nname = \"a\"\nwhen = \"temperature > 1\"\n".repeat(2);
	assert_eq!(
		problems(&text),
		["rule 2 (a): `name` is \"a\"; it must be a name that no rule before it has"]
	);
}

#[test]
fn refuses_files_beyond_the_bounds() {
	let rule = |number: usize, when: &str| format!("[[rule]]\nname = \"{number}\"\nwhen = \"{when}\"\n");
	let many = |count: usize| {
		(0..count)
			.map(|number| rule(number, "temperature > 1"))
			.collect::<String>()
	};
	assert!(problems(&many(MAX_RULES)).is_empty());
	assert_eq!(
		problems(&many(MAX_RULES + 1)),
		["`rule` is there 65 times; a file must have at most 64 rules"]
	);
	assert_eq!(
		problems(&"#".repeat(MAX_FILE_BYTES + 1)),
		["the file is 262145 bytes long; it must have at most 262144 bytes"]
	);
	let windows = |count: usize| -> String {
		(1..=count)
			.map(|s| rule(s, &format!("mean(temperature, {}) > {s}", s % (MAX_WINDOWS + 1) + 1)))
			.collect()
	};
	assert!(problems(&windows(MAX_WINDOWS)).is_empty());
	let two = (0..5).map(|part| {
		let sum = (0..13)
			.map(|s| format!("max(vibration,{})", part * 13 + s + 1))
			.collect::<Vec<_>>()
			.join("+");
		rule(part, &(sum + ">1"))
	});
	let found = problems(&two.collect::<String>());
	assert!(found[0].contains("more than 64 different windows"), "{found:?}");
	let long = format!("temperature > {}", " ".repeat(MAX_EXPRESSION_BYTES));
	let found = problems(&rule(1, &long));
	assert!(found[0].contains("at most 512 bytes long"), "{found:?}");
}

#[test]
fn names_the_line_that_is_no_toml() {
	let found = problems("[[rule]]\nname = \"a\"\nwhen = temperature\n");
	assert!(found[0].starts_with("line 3 of the file is no TOML: "), "{found:?}");
	let found = problems(&format!("rule = {}", "[".repeat(100_000)));
	assert!(found[0].starts_with("line 1 of the file is no TOML: "), "{found:?}");
	assert_eq!(problems("rule = 1"), ["`rule` is 1; it must be tables: [[rule]]"]);
	assert_eq!(problems("rule = [1]"), ["`rule` is 1; it must be tables: [[rule]]"]);
}

#[test]
fn refuses_deep_files_without_running_out_of_stack() {
	let dotted = ["a"; 60_000].join(".");
	let tables = "{a=".repeat(50_000);
	for text in [
		format!("{dotted} = 1"),
		format!("[{dotted}]"),
		format!("[[{dotted}]]"),
		format!("rule = [{{ {dotted} = 1 }}]"),
		format!("[[rule]]\n{dotted} = 1"),
		format!("a = {tables}"),
	] {
		assert!(!problems(&text).is_empty());
	}
}

#[test]
fn keeps_a_bounded_message_for_a_hostile_file() {
	let keys: String = (0..10_000).map(|key| format!("k{key} = 1\n")).collect();
	assert_eq!(problems(&keys).len(), 50);
	let long = "x".repeat(100_000);
	let found = problems(&format!(
		"[[rule]]\nname = \"{long}\"\n{long} = \"{long}\"\nwhen = \"{long}\""
	));
	assert!(found.iter().all(|problem| problem.len() < 1_000), "{found:?}");
}

proptest! {
	#[test]
	fn never_panics_on_any_text(text in ".{0,400}") {
		let _ = Rules::parse(&text, &channels());
	}

	#[test]
	fn never_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
		let _ = Rules::parse(&String::from_utf8_lossy(&bytes), &channels());
	}

	#[test]
	fn never_panics_on_any_expression_or_value(
		when in ".{0,200}",
		until in "[-+*/<>=!&|?:(),a-z0-9 .]{0,100}",
		number in any::<i64>(),
		text in ".{0,300}",
	) {
		let mut rule = Table::new();
		rule.insert("name".into(), Value::String(text.clone()));
		rule.insert("when".into(), Value::String(when));
		rule.insert("until".into(), Value::String(until));
		rule.insert("for_ms".into(), Value::Integer(number));
		let action = Table::from_iter([("actuate".to_owned(), Value::String(text)), ("to".to_owned(), number.into())]);
		rule.insert("then".into(), Value::Array(vec![Value::Table(action)]));
		let file = Table::from_iter([("rule".to_owned(), Value::Array(vec![Value::Table(rule)]))]);
		let error = Rules::parse(&file.to_string(), &channels()).expect_err("no such output");
		prop_assert!(error.to_string().contains("`actuate` is"));
	}
}

#[test]
fn only_a_quantity_of_thousandths_is_issued() {
	let read = |action: &str| {
		let text = format!("[[rule]]\nname = \"hot\"\nwhen = \"temperature > 80\"\nthen = [{{ {action} }}]");
		Rules::parse(&text, &channels()).map(|rules| rules.rules[0].then.clone())
	};
	let issued = |thousandths| {
		vec![Action::Issue {
			item: "drill-8".into(),
			thousandths,
		}]
	};
	assert_eq!(read("issue = \"drill-8\", quantity = 2"), Ok(issued(2_000)));
	assert_eq!(read("issue = \"drill-8\", quantity = 0.001"), Ok(issued(1)));
	for quantity in ["0", "-1", "0.0005", "1e10", "\"1\"", "nan"] {
		let error = read(&format!("issue = \"drill-8\", quantity = {quantity}"))
			.unwrap_err()
			.to_string();
		assert!(
			error.contains("`quantity`") && error.contains("such as 1 or 0.5"),
			"{error}"
		);
	}
	let error = read("issue = \"drill-8\"").unwrap_err().to_string();
	assert!(error.contains("is missing"), "{error}");
}
