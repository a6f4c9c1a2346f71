//! The alerts and the dashboard in `deploy` go by metrics that there are, and by no others.

use anyhow::Result;
use bpiiot_harness::{
	metrics::{exported, WITH_A_RELAY_CHAIN},
	node::NodeSetup,
	process::{free_port, within},
	world::temporary_folder,
};
use std::{collections::BTreeSet, time::Duration};

const ALERTS: &str = include_str!("../../deploy/prometheus/alerts.yml");
const TRIED_ALERTS: &str = include_str!("../../deploy/prometheus/alerts.test.yml");
const DASHBOARD: &str = include_str!("../../deploy/grafana/bpiiot-node.json");
const MANUAL: &str = include_str!("../../docs/operate.md");

/// Not the node's: Prometheus' own, and those of prometheus-node-exporter.
const OF_OTHERS: [&str; 4] = [
	"node_filesystem_avail_bytes",
	"node_memory_MemAvailable_bytes",
	"node_memory_MemTotal_bytes",
	"up",
];

const BLOCK_TIME: Duration = Duration::from_millis(250);
/// More than a node may take to start, and less than nextest lets a test take.
const LIMIT: Duration = Duration::from_secs(480);

#[tokio::test(flavor = "multi_thread")]
async fn alerts_and_dashboard_name_only_metrics_that_there_are() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a node that has been asked something.
		let folder = temporary_folder()?;
		let port = free_port()?;
		let mut setup = NodeSetup::new(folder.path(), BLOCK_TIME)?;
		setup.metrics = Some(port);
		let mut node = setup.start()?;
		node.ready().await?;

		// WHEN its metrics are read, as Prometheus does.
		let exported = exported(port).await?;
		node.stop().await?;

		// THEN what the files name is among them, or is known to be somebody else's.
		let named = named();
		let elsewhere: BTreeSet<String> = WITH_A_RELAY_CHAIN
			.iter()
			.chain(&OF_OTHERS)
			.map(ToString::to_string)
			.collect();
		let absent: Vec<_> = named
			.iter()
			.filter(|name| !exported.contains(*name) && !elsewhere.contains(*name))
			.collect();
		assert!(absent.is_empty(), "nobody exports {absent:?}");
		// AND this test excuses nothing that needs no excuse.
		let idle: Vec<_> = elsewhere
			.iter()
			.filter(|name| exported.contains(*name) || !named.contains(*name))
			.collect();
		assert!(
			idle.is_empty(),
			"{idle:?}: nobody asks for them, or the node exports them"
		);
		Ok(())
	})
	.await
}

#[test]
fn every_alert_is_tried_and_is_explained_in_the_manual() {
	let names: Vec<_> = ALERTS
		.lines()
		.filter_map(|line| line.trim().strip_prefix("- alert: "))
		.collect();
	assert_eq!(names.len(), alert_expressions().len());
	for name in names {
		assert!(
			TRIED_ALERTS.contains(&format!("alertname=\"{name}\"")),
			"{name} is not in alerts.test.yml"
		);
		assert!(
			MANUAL.contains(&format!("`{name}`")),
			"{name} is not in docs/operate.md"
		);
	}
}

#[test]
fn metrics_are_told_from_the_language_around_them() {
	for (expression, metrics) in [
		("up == 0", &["up"][..]),
		("changes(a{job=\"b\",status=\"c\"}[1h]) > 2e9", &["a"]),
		(
			"sum by (instance, le) (rate(a_bucket{x=~\"y.*\"}[5m])) / 0.5",
			&["a_bucket"],
		),
		(
			"a - ignoring(status) b unless on (x) c or predict_linear(d[6h], 3 * 86400) < 0",
			&["a", "b", "c", "d"],
		),
	] {
		let expected: BTreeSet<_> = metrics.iter().map(ToString::to_string).collect();
		assert_eq!(metrics_of(expression), expected, "{expression}");
	}
}

/// What alerts and dashboard name.
fn named() -> BTreeSet<String> {
	alert_expressions()
		.iter()
		.chain(&dashboard_expressions())
		.flat_map(|expression| metrics_of(expression))
		.collect()
}

/// Each is on one line, or on those after it that are indented deeper.
fn alert_expressions() -> Vec<String> {
	let indentation = |line: &str| line.len() - line.trim_start().len();
	let lines: Vec<_> = ALERTS.lines().collect();
	let mut expressions = Vec::new();
	for (index, line) in lines.iter().enumerate() {
		match line.trim().strip_prefix("expr: ") {
			Some(">-") => {
				let following = lines[index + 1..].iter();
				let own: Vec<_> = following
					.take_while(|next| indentation(next) > indentation(line))
					.map(|next| next.trim())
					.collect();
				expressions.push(own.join(" "));
			}
			Some(expression) => expressions.push(expression.to_owned()),
			None => {}
		}
	}
	expressions
}

fn dashboard_expressions() -> Vec<String> {
	let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).expect("is JSON");
	let panels = dashboard["panels"].as_array().expect("has panels");
	let targets = panels
		.iter()
		.flat_map(|panel| panel["targets"].as_array().expect("shows something"));
	targets
		.map(|target| target["expr"].as_str().expect("asks for something").to_owned())
		.collect()
}

/// Words after which labels stand in parentheses.
const BEFORE_LABELS: [&str; 6] = ["by", "group_left", "group_right", "ignoring", "on", "without"];
/// Words that stand alone. Functions are known by what follows them.
const WORDS: [&str; 9] = ["and", "avg", "bool", "count", "max", "min", "or", "sum", "unless"];

/// The metrics that an expression of PromQL names.
fn metrics_of(expression: &str) -> BTreeSet<String> {
	let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
	let mut metrics = BTreeSet::new();
	let mut rest = expression;
	while let Some(first) = rest.chars().next() {
		rest = match first {
			'"' => behind(&rest[1..], '"'),
			'{' => behind(rest, '}'),
			'[' => behind(rest, ']'),
			letter if is_word(letter) => {
				let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
				let (word, behind_word) = rest.split_at(end);
				let next = behind_word.trim_start();
				if BEFORE_LABELS.contains(&word) {
					behind(next, ')')
				} else {
					if !letter.is_ascii_digit() && !WORDS.contains(&word) && !next.starts_with('(') {
						metrics.insert(word.to_owned());
					}
					behind_word
				}
			}
			other => &rest[other.len_utf8()..],
		};
	}
	metrics
}

/// What comes behind the first `end`.
fn behind(text: &str, end: char) -> &str {
	text.split_once(end).map_or("", |(_, rest)| rest)
}
