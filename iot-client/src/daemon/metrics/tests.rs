//! What is rendered, and whether manual, alerts and dashboard speak of the same.

use super::*;
use crate::{
	chain::light::LightReport,
	daemon::status::{BoardStatus, ChainStatus, EndpointStatus},
};
use std::collections::{BTreeMap, BTreeSet};

const MANUAL: &str = include_str!("../../../../docs/machine.md");
const ALERTS: &str = include_str!("../../../../deploy/prometheus/machine-alerts.yml");
const TRIED_ALERTS: &str = include_str!("../../../../deploy/prometheus/machine-alerts.test.yml");
const DASHBOARD: &str = include_str!("../../../../deploy/grafana/bpiiot-machine.json");

fn endpoint(state: &str) -> EndpointStatus {
	EndpointStatus {
		state: state.to_owned(),
		..EndpointStatus::default()
	}
}

fn job(job: u64, state: &str, units: u32, units_done: u32) -> JobStatus {
	JobStatus {
		job,
		state: state.to_owned(),
		units,
		units_done,
		..JobStatus::default()
	}
}

fn rule(name: &str, state: &str) -> RuleState {
	RuleState {
		rule: name.to_owned(),
		state: state.to_owned(),
		raised: 2,
		..RuleState::default()
	}
}

fn value(channel: &str, unit: &str, value: f64) -> ChannelValue {
	ChannelValue {
		channel: channel.to_owned(),
		unit: unit.to_owned(),
		value,
		at: 1_700_000_000_500,
	}
}

/// A daemon that has something to tell in every respect.
fn full() -> Facts {
	let snapshot = Snapshot {
		chain: ChainStatus {
			connected: true,
			block: 7_000_000_000,
			time: 1_700_000_000_250,
			endpoints: vec![endpoint("in use"), endpoint("ready"), endpoint("ready")],
			light_client: Some(LightReport {
				block: Some(6),
				..LightReport::default()
			}),
			..ChainStatus::default()
		},
		board: BoardStatus {
			online: true,
			..BoardStatus::default()
		},
		jobs: vec![
			job(1, "started", 10, 4),
			job(2, "ordered", 5, 0),
			job(3, "started", 1, 1),
		],
		alarms: vec!["door".to_owned()],
		cloud: Some(CloudStatus {
			online: true,
			waiting: 3,
			dropped: 9,
			minutes_left: Some(2),
			..CloudStatus::default()
		}),
		history: Some(HistoryStatus {
			trouble: Some("the disk is full".to_owned()),
			lost: 8,
			..HistoryStatus::default()
		}),
		rules: vec![rule("hot", "raised")],
		orders_paused: true,
		..Snapshot::default()
	};
	Facts {
		snapshot,
		counters: BoardCounters {
			readings: 12_345,
			..BoardCounters::default()
		},
		values: vec![value("temperature", "°C", 21.5)],
		in_flight: Some(3),
		started: 1_699_999_999_000,
		resident_bytes: Some(4096),
	}
}

/// The lines with values: what stands before the value, and the value.
fn samples(text: &str) -> BTreeMap<String, String> {
	let lines = text.lines().filter(|line| !line.starts_with('#'));
	let split = lines.map(|line| line.rsplit_once(' ').expect("a value stands last"));
	split.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Name, kind and label names of each figure, as a row of the manual has them.
fn rendered(text: &str) -> BTreeSet<(String, String, String)> {
	let kinds: BTreeMap<_, _> = text
		.lines()
		.filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
		.collect();
	let rows = samples(text).into_keys().map(|sample| {
		let (name, labels) = sample.split_once('{').unwrap_or((&sample, ""));
		let family = name.strip_suffix("_total").unwrap_or(name);
		let kind = kinds.get(family).unwrap_or_else(|| panic!("{name} has no kind"));
		assert_eq!(*kind == "counter", name.ends_with("_total"), "{name}");
		let labels: Vec<_> = labels
			.trim_end_matches('}')
			.split("\",")
			.filter_map(|label| Some(label.split_once('=')?.0))
			.collect();
		(name.to_owned(), (*kind).to_owned(), labels.join(", "))
	});
	rows.collect()
}

/// The rows of the manual's table of figures. Those of the manager are compared where they are made, in `iot-manager`.
fn in_the_manual() -> BTreeSet<(String, String, String)> {
	let rows = MANUAL.lines().filter(|line| line.starts_with("| `iot_"));
	let rows = rows.filter(|line| !line.starts_with("| `iot_manager_"));
	let rows = rows.map(|row| {
		let cells: Vec<_> = row.split('|').map(|cell| cell.trim().replace('`', "")).collect();
		assert!(
			cells.len() == 6 && !cells[4].is_empty(),
			"{row}: name, kind, labels, meaning"
		);
		(cells[1].clone(), cells[2].clone(), cells[3].clone())
	});
	rows.collect()
}

#[test]
fn the_manual_lists_what_is_told_and_nothing_else() {
	assert_eq!(in_the_manual(), rendered(&render(&full())));
}

#[test]
fn figures_are_those_of_the_daemon() {
	let text = render(&full());
	let samples = samples(&text);
	for (name, expected) in [
		("iot_client_chain_finalized_block", "7000000000"),
		("iot_client_chain_time_seconds", "1700000000.25"),
		("iot_client_chain_endpoints{state=\"ready\"}", "2"),
		("iot_client_chain_endpoints{state=\"refused\"}", "0"),
		("iot_client_start_time_seconds", "1699999999.0"),
		("iot_client_readings_total", "12345"),
		("iot_client_channel_value{channel=\"temperature\",unit=\"°C\"}", "21.5"),
		("iot_client_jobs_open{state=\"started\"}", "2"),
		("iot_client_jobs_open{state=\"disputed\"}", "0"),
		("iot_client_units_ordered", "16"),
		("iot_client_units_done", "5"),
		("iot_client_orders_paused", "1"),
		("iot_client_transactions_in_flight", "3"),
		("iot_client_rule_raised_total{rule=\"hot\"}", "2"),
		("iot_client_outbox_room_seconds", "120"),
		("iot_client_outbox_dropped_total", "9"),
		("iot_client_history_unwritten", "1"),
		("iot_client_history_lost_total", "8"),
		("iot_client_alarms", "1"),
		("iot_client_ready", "1"),
	] {
		assert_eq!(
			samples.get(name).map(String::as_str),
			Some(expected),
			"{name} in\n{text}"
		);
	}
	assert!(text.ends_with("# EOF\n"), "{text}");
	assert_eq!(text, render(&full()), "the same facts are the same text");
}

#[test]
fn what_is_not_known_is_not_told() {
	let text = render(&Facts::default());
	for absent in [
		"channel",
		"outbox",
		"cloud",
		"history",
		"in_flight",
		"resident",
		"rule_raised",
		"light",
	] {
		assert!(!text.contains(absent), "{absent} in\n{text}");
	}
	assert!(text.contains("iot_client_board_online 0\n"), "{text}");
}

#[test]
fn values_that_are_no_numbers_are_left_out() {
	let facts = Facts {
		values: vec![
			value("a", "", f64::NAN),
			value("b", "", f64::INFINITY),
			value("c", "", -0.5),
		],
		..Facts::default()
	};
	let text = render(&facts);
	assert!(
		text.contains("iot_client_channel_value{channel=\"c\",unit=\"\"} -0.5\n"),
		"{text}"
	);
	assert!(
		!text.contains("channel=\"a\"") && !text.contains("channel=\"b\""),
		"{text}"
	);
}

#[test]
fn a_name_cannot_break_out_of_its_label() {
	let hostile = "a\"} 1\n# EOF\niot_client_fake 1 \\";
	let facts = Facts {
		values: vec![value(hostile, "°C", 1.0)],
		..Facts::default()
	};
	let text = render(&facts);
	let expected = "iot_client_channel_value{channel=\"a\\\"} 1\\n# EOF\\niot_client_fake 1 \\\\\",unit=\"°C\"} 1.0\n";
	assert!(text.contains(expected), "{text}");
	assert_eq!(
		text.lines().filter(|line| line.starts_with("# EOF")).count(),
		1,
		"{text}"
	);
	assert!(!text.lines().any(|line| line.starts_with("iot_client_fake")), "{text}");
}

#[test]
fn there_are_no_more_names_than_the_limit() {
	let names: Vec<_> = (0..1_000).map(|number| format!("n{number}")).collect();
	let mut facts = full();
	facts.values = names.iter().map(|name| value(name, "V", 1.0)).collect();
	facts.snapshot.rules = names.iter().map(|name| rule(name, "quiet")).collect();
	facts.snapshot.jobs = (0..1_000)
		.map(|number| job(number, &format!("odd{number}"), 1, 0))
		.collect();
	let samples = samples(&render(&facts));
	let count = |family: &str| samples.keys().filter(|name| name.starts_with(family)).count();
	assert_eq!(count("iot_client_channel_value{"), MOST_NAMES);
	assert_eq!(count("iot_client_rule_raised_total{"), MOST_NAMES);
	assert_eq!(count("iot_client_jobs_open{"), JOB_STATES.len());
	assert_eq!(samples["iot_client_rules{state=\"quiet\"}"], "1000");
}

#[test]
fn the_words_of_labels_are_those_of_the_status() {
	use crate::chain::{
		roster::{Endpoint, Standing},
		types::JobState,
		ChainError,
	};
	let open = [
		JobState::Ordered,
		JobState::Accepted,
		JobState::Started,
		JobState::Delivered,
		JobState::Rejected,
		JobState::Disputed,
	];
	assert_eq!(open.map(JobState::name)[..], JOB_STATES[..6]);
	let standings = [
		Standing::Unasked,
		Standing::InUse,
		Standing::Ready(1),
		Standing::Refused(ChainError::Pruned),
	];
	let states = standings.map(|standing| {
		EndpointStatus::from(Endpoint {
			url: String::new(),
			standing,
		})
		.state
	});
	assert_eq!(states, ENDPOINT_STATES);
}

#[test]
fn memory_is_read_from_what_the_kernel_says() {
	assert_eq!(
		resident_in("Name:\tx\nVmRSS:\t   12 kB\nThreads:\t1\n"),
		Some(12 * 1024)
	);
	for odd in [
		"",
		"VmRSS:\t12 MB\n",
		"VmRSS:\t-1 kB\n",
		"VmRSS:\t18446744073709551615 kB\n",
	] {
		assert_eq!(resident_in(odd), None, "{odd}");
	}
	assert!(resident_bytes().is_some_and(|bytes| bytes > 0));
}

/// The figures of ours that an expression of PromQL names. Nothing else in one begins like them.
fn named(expression: &str) -> BTreeSet<String> {
	let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
	let words = expression.split(|letter| !is_word(letter));
	words
		.filter(|word| word.starts_with("iot_client"))
		.map(str::to_owned)
		.collect()
}

fn names() -> BTreeSet<String> {
	rendered(&render(&full()))
		.into_iter()
		.map(|(name, _, _)| name)
		.collect()
}

#[test]
fn every_query_of_the_dashboard_names_figures_that_there_are() {
	let (names, dashboard) = (names(), serde_json::from_str::<serde_json::Value>(DASHBOARD).unwrap());
	let panels = dashboard["panels"].as_array().unwrap();
	assert!(panels.len() >= 10);
	for panel in panels {
		for target in panel["targets"].as_array().expect("each panel shows something") {
			let expression = target["expr"].as_str().expect("and asks for something");
			let asked = named(expression);
			assert!(!asked.is_empty(), "{expression}");
			assert!(asked.is_subset(&names), "{expression}: there is no such figure");
		}
	}
	let variable = dashboard["templating"]["list"][1]["query"]["query"].as_str().unwrap();
	assert!(
		named(variable).is_subset(&names) && !named(variable).is_empty(),
		"{variable}"
	);
}

#[test]
fn every_alert_names_figures_that_there_are_and_is_tried_and_explained() {
	let names = names();
	assert!(named(ALERTS).is_subset(&names), "{:?}", &named(ALERTS) - &names);
	assert!(
		named(TRIED_ALERTS).is_subset(&names),
		"{:?}",
		&named(TRIED_ALERTS) - &names
	);
	let alerts: Vec<_> = ALERTS
		.lines()
		.filter_map(|line| line.trim().strip_prefix("- alert: "))
		.collect();
	assert!(alerts.len() >= 8, "{alerts:?}");
	for alert in alerts {
		assert!(
			TRIED_ALERTS.contains(&format!("alertname=\"{alert}\"")),
			"{alert} is not tried"
		);
		assert!(MANUAL.contains(&format!("`{alert}`")), "{alert} is not explained");
	}
}
