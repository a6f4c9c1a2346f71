//! Figures of the daemon for Prometheus, as text. What each one means is said in `docs/machine.md`; a test holds that table,
//! the alerts and the dashboard in `deploy` together with what is rendered here.
//!
//! Nothing is counted here: each figure is what some part of the daemon says of itself at this moment. Labels are words of a
//! short list, or names of the owner's (channels, rules), of which there are at most [`MOST_NAMES`]; a job's number is never
//! one, since there is no end of them.

mod sheet;

use super::status::{CloudStatus, HistoryStatus, JobStatus, RuleState, Snapshot};
use crate::board::BoardCounters;
use prometheus_client::{encoding::text::encode, registry::Registry};
use sheet::Sheet;
use std::{fs, path::Path};

/// Channels and rules that are told of by name; those after them are left out.
pub const MOST_NAMES: usize = 64;

/// The states that open jobs may be in, as [`JobStatus::state`] has them. A settled one is open until the journal forgets it.
const JOB_STATES: [&str; 7] = [
	"ordered",
	"accepted",
	"started",
	"delivered",
	"rejected",
	"disputed",
	"settled",
];
/// The states of nodes, as the status has them.
const ENDPOINT_STATES: [&str; 4] = ["unasked", "in use", "ready", "refused"];
/// The states of rules, as the status has them.
const RULE_STATES: [&str; 4] = ["quiet", "pending", "raised", "clearing"];

/// The newest value of a channel.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ChannelValue {
	/// The channel's name.
	pub channel: String,
	/// The symbol of its unit; empty for plain numbers and switches.
	pub unit: String,
	/// The value, in that unit.
	pub value: f64,
	/// When it was measured, in unix ms of this computer.
	pub at: u64,
}

/// All that the figures are made from.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts {
	/// The daemon as it was shown last.
	pub snapshot: Snapshot,
	/// What the way to the machine has counted.
	pub counters: BoardCounters,
	/// The newest value of each channel; those that were not measured yet are not among them.
	pub values: Vec<ChannelValue>,
	/// Calls that wait to be signed, and transactions whose fate is not certain; absent as long as there is no journal.
	pub in_flight: Option<u64>,
	/// When the daemon was started, in unix ms of this computer.
	pub started: u64,
	/// The memory that the process has now, in bytes; see [`resident_bytes`].
	pub resident_bytes: Option<u64>,
}

/// The figures as text in the form of OpenMetrics 1.0; the manager names it so.
/// <https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>
pub fn render(facts: &Facts) -> String {
	let mut sheet = Sheet::default();
	process(facts, &mut sheet);
	chain(&facts.snapshot, &mut sheet);
	board(facts, &mut sheet);
	channels(&facts.values, &mut sheet);
	jobs(&facts.snapshot, &mut sheet);
	if let Some(count) = facts.in_flight {
		let help = "Calls that wait to be signed, and transactions whose fate is not certain.";
		sheet.gauge("transactions_in_flight", help).is(count);
	}
	rules(&facts.snapshot.rules, &mut sheet);
	if let Some(status) = &facts.snapshot.cloud {
		cloud(status, &mut sheet);
	}
	if let Some(status) = &facts.snapshot.history {
		history(status, &mut sheet);
	}
	let mut registry = Registry::default();
	registry.register_collector(Box::new(sheet));
	let mut text = String::new();
	// Writing into a text does not fail.
	let _ = encode(&mut text, &registry);
	text
}

/// The memory that this process has in use now (resident), in bytes, if the system says so.
pub fn resident_bytes() -> Option<u64> {
	resident_in(&fs::read_to_string(Path::new("/proc/self/status")).ok()?)
}

fn resident_in(status: &str) -> Option<u64> {
	let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
	let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
	kib.checked_mul(1024)
}

fn process(facts: &Facts, sheet: &mut Sheet) {
	sheet
		.gauge("build", "The program's version, as a label; always 1.")
		.labelled(&[("version", env!("CARGO_PKG_VERSION"))], 1_u64);
	sheet
		.gauge("start_time_seconds", "When the daemon was started, in unix time.")
		.is(seconds(facts.started));
	if let Some(bytes) = facts.resident_bytes {
		sheet
			.gauge("resident_memory_bytes", "Memory of the process (resident).")
			.is(bytes);
	}
	sheet
		.gauge(
			"status_time_seconds",
			"When the daemon looked at all of this last, in unix time.",
		)
		.is(seconds(facts.snapshot.written_at));
	sheet
		.gauge("ready", "Whether the machine is ready for orders.")
		.is(facts.snapshot.not_ready.is_empty());
	let alarms = facts.snapshot.alarms.len() as u64;
	sheet
		.gauge(
			"alarms",
			"What somebody should do something about; the status says what.",
		)
		.is(alarms);
}

fn chain(snapshot: &Snapshot, sheet: &mut Sheet) {
	let chain = &snapshot.chain;
	sheet
		.gauge("chain_connected", "Whether a node is connected.")
		.is(chain.connected);
	sheet
		.gauge("chain_finalized_block", "Height of the newest finalized block.")
		.is(chain.block);
	sheet
		.gauge("chain_time_seconds", "Timestamp of that block, in unix time.")
		.is(seconds(chain.time));
	let states = chain.endpoints.iter().map(|endpoint| endpoint.state.as_str());
	sheet
		.gauge("chain_endpoints", "Nodes that may be asked, by how they stand.")
		.tally("state", &ENDPOINT_STATES, states);
	if let Some(block) = chain.light_client.as_ref().and_then(|light| light.block) {
		sheet
			.gauge(
				"light_client_finalized_block",
				"Newest finalized block that the light client knows.",
			)
			.is(block);
	}
}

fn board(facts: &Facts, sheet: &mut Sheet) {
	let counters = &facts.counters;
	sheet
		.gauge("board_online", "Whether the board, or the machine on Modbus, answers.")
		.is(facts.snapshot.board.online);
	let counted = [
		("readings", "Readings received.", counters.readings),
		(
			"readings_lost",
			"Readings that are missing in their count.",
			counters.readings_lost,
		),
		(
			"board_events_lost",
			"Events that are missing in their count.",
			counters.events_lost,
		),
		(
			"board_broken_frames",
			"Frames that were damaged on the line, since the port was opened.",
			counters.broken_frames,
		),
		(
			"board_command_retries",
			"Commands that were sent again.",
			counters.retries,
		),
		(
			"board_connects",
			"Openings of the port that led to an answer.",
			counters.connects,
		),
		(
			"board_resets",
			"Resets of the board while it was on line.",
			counters.resets,
		),
	];
	for (name, help, count) in counted {
		sheet.counter(name, help).is(count);
	}
}

fn channels(values: &[ChannelValue], sheet: &mut Sheet) {
	// What is no number tells nothing.
	let told = || values.iter().filter(|value| value.value.is_finite()).take(MOST_NAMES);
	let mut family = sheet.gauge("channel_value", "Newest value of a channel, in its unit.");
	for value in told() {
		family.labelled(
			&[("channel", value.channel.as_str()), ("unit", value.unit.as_str())],
			value.value,
		);
	}
	let mut family = sheet.gauge("channel_time_seconds", "When that was measured, in unix time.");
	for value in told() {
		family.labelled(&[("channel", value.channel.as_str())], seconds(value.at));
	}
}

fn jobs(snapshot: &Snapshot, sheet: &mut Sheet) {
	let jobs = &snapshot.jobs;
	let states = jobs.iter().map(|job| job.state.as_str());
	sheet
		.gauge("jobs_open", "Open jobs, by where they stand on the chain.")
		.tally("state", &JOB_STATES, states);
	let sum = |of: fn(&JobStatus) -> u32| jobs.iter().map(|job| u64::from(of(job))).sum::<u64>();
	sheet
		.gauge("units_ordered", "Units of the open jobs.")
		.is(sum(|job| job.units));
	sheet
		.gauge("units_done", "Those of them that are done, as this computer knows.")
		.is(sum(|job| job.units_done));
	sheet
		.gauge(
			"orders_paused",
			"Whether new orders wait until somebody takes them up again.",
		)
		.is(snapshot.orders_paused);
}

fn rules(rules: &[RuleState], sheet: &mut Sheet) {
	let states = rules.iter().map(|rule| rule.state.as_str());
	sheet
		.gauge("rules", "The owner's rules, by how they stand.")
		.tally("state", &RULE_STATES, states);
	let unknown = rules.iter().filter(|rule| rule.unknown.is_some()).count() as u64;
	sheet
		.gauge(
			"rules_unknown",
			"Rules of which nobody knows whether they should be raised.",
		)
		.is(unknown);
	let mut family = sheet.counter("rule_raised", "How often a rule was raised.");
	for rule in rules.iter().take(MOST_NAMES) {
		family.labelled(&[("rule", rule.rule.as_str())], rule.raised);
	}
}

fn cloud(cloud: &CloudStatus, sheet: &mut Sheet) {
	sheet
		.gauge("cloud_online", "Whether the broker is connected.")
		.is(cloud.online);
	sheet
		.gauge("outbox_messages", "Messages that wait in the outbox.")
		.is(cloud.waiting);
	sheet.gauge("outbox_bytes", "What these take.").is(cloud.bytes);
	sheet
		.gauge("outbox_disk_full", "Whether the disk takes no more of them.")
		.is(cloud.disk_full);
	if let Some(minutes) = cloud.minutes_left {
		sheet
			.gauge(
				"outbox_room_seconds",
				"For how long there is room at this rate if nothing is delivered.",
			)
			.is(minutes.saturating_mul(60));
	}
	sheet
		.counter(
			"outbox_dropped",
			"Messages dropped for room or age, since the outbox was made.",
		)
		.is(cloud.dropped);
	sheet
		.counter("cloud_lost", "Messages that never came into the outbox.")
		.is(cloud.lost);
	sheet
		.counter("cloud_delivered", "Messages that the broker has.")
		.is(cloud.delivered);
}

fn history(history: &HistoryStatus, sheet: &mut Sheet) {
	sheet
		.gauge(
			"history_unwritten",
			"Whether what is measured cannot be written to the history.",
		)
		.is(history.trouble.is_some());
	sheet.gauge("history_bytes", "What its file takes.").is(history.bytes);
	sheet
		.counter("history_lost", "Steps of the history that found no room for too long.")
		.is(history.lost);
}

/// Milliseconds in Prometheus' unit.
fn seconds(millis: u64) -> f64 {
	millis as f64 / 1_000.0
}

#[cfg(test)]
mod tests;
