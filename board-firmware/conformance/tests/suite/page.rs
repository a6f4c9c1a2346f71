//! What the rules demand is what the page says.

use crate::rig::Rig;
use board_conformance::{rules, run, Options};
use std::collections::HashSet;

const PAGE: &str = include_str!("../../../../docs/protocol.md");

fn words(text: &str) -> String {
	text.replace("**", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_rule_quotes_the_page() {
	let page = words(PAGE);
	for rule in rules() {
		assert!(
			page.contains(&words(rule.demand)),
			"{}: the page does not say: {}",
			rule.name,
			rule.demand
		);
	}
}

#[test]
fn names_are_short_and_each_is_there_once() {
	let names: HashSet<_> = rules().map(|rule| rule.name).collect();
	assert_eq!(names.len(), rules().count());
	for name in names {
		assert!(
			name.len() <= 24 && name.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'-'),
			"{name}"
		);
	}
}

#[test]
fn a_report_can_be_kept() {
	let options = Options {
		only: vec!["greeting".to_owned()],
		seed: 5,
	};
	let report = run(Rig::new(), &options, |_| {});
	let json = serde_json::to_value(&report).expect("it can be written");
	assert_eq!(json["seed"], 5);
	let outcome = &json["outcomes"][0];
	assert_eq!(
		(&outcome["name"], &outcome["verdict"]),
		(&"greeting".into(), &"passed".into())
	);
	assert!(outcome["demand"]
		.as_str()
		.is_some_and(|demand| demand.contains("any session")));
	assert!(outcome["took_ms"].is_u64() && outcome["excused"].as_array().is_some_and(Vec::is_empty));
	assert!(report.outcomes[0].to_string().starts_with("passed   greeting  "));
}
