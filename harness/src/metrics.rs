//! The metrics that the alerts and the dashboard in `deploy` go by, and those that a node exports.

use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::{collections::BTreeSet, net::Ipv4Addr};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

/// The alerts, as Prometheus reads them.
pub const ALERTS: &str = include_str!("../../deploy/prometheus/alerts.yml");
const DASHBOARD: &str = include_str!("../../deploy/grafana/bpiiot-node.json");

/// Only with a relay chain: a development node has none, and makes its blocks by other means than a collator.
pub const WITH_A_RELAY_CHAIN: [&str; 10] = [
	"parachain_block_backed_duration_bucket",
	"parachain_unincluded_segment_size_bucket",
	"parachain_unincluded_segment_size_count",
	"polkadot_parachain_collation_expired_count",
	"polkadot_parachain_collations_generated_total",
	"polkadot_parachain_collations_sent_total",
	"substrate_proposer_block_constructed_count",
	"substrate_proposer_block_proposal_time_bucket",
	"substrate_proposer_end_proposal_reason",
	"substrate_proposer_number_of_transactions",
];
/// Not the node's: Prometheus' own, and those of prometheus-node-exporter.
pub const OF_OTHERS: [&str; 4] = [
	"node_filesystem_avail_bytes",
	"node_memory_MemAvailable_bytes",
	"node_memory_MemTotal_bytes",
	"up",
];

/// What alerts and dashboard name.
///
/// # Errors
/// When the dashboard is none.
pub fn named() -> Result<BTreeSet<String>> {
	let dashboard = dashboard_expressions()?;
	let all = alert_expressions().into_iter().chain(dashboard);
	Ok(all.flat_map(|expression| metrics_of(&expression)).collect())
}

/// The expressions of the alerts. Each is on one line, or on those after it that are indented deeper.
pub fn alert_expressions() -> Vec<String> {
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

fn dashboard_expressions() -> Result<Vec<String>> {
	let dashboard: Value = serde_json::from_str(DASHBOARD)?;
	let list = |value: &Value, name: &str| {
		let list = value[name].as_array().cloned();
		list.with_context(|| format!("the dashboard has no list {name}"))
	};
	let mut expressions = Vec::new();
	for panel in list(&dashboard, "panels")? {
		for target in list(&panel, "targets")? {
			let expression = target["expr"].as_str().context("a panel asks for nothing")?;
			expressions.push(expression.to_owned());
		}
	}
	Ok(expressions)
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

fn names(exported: &str) -> BTreeSet<String> {
	exported
		.lines()
		.filter(|line| !line.starts_with('#'))
		.filter_map(|line| line.split(['{', ' ']).next())
		.map(str::to_owned)
		.collect()
}

/// The names of what a node on this machine exports at `/metrics`, as Prometheus reads it.
///
/// # Errors
/// When it does not answer.
pub async fn exported(port: u16) -> Result<BTreeSet<String>> {
	let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
	stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").await?;
	let mut answer = String::new();
	stream.read_to_string(&mut answer).await?;
	ensure!(answer.starts_with("HTTP/1.0 200"), "{answer}");
	Ok(names(&answer))
}

#[cfg(test)]
mod tests {
	use super::*;

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
}
