//! What the manager shows and changes: the shapes of its JSON-RPC interface, and the machine behind it.
//!
//! Times are unix milliseconds of this computer unless they say otherwise; values are in the channel's unit. Amounts of
//! money are decimal strings of the smallest unit (planck), since JSON's numbers lose digits.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{future::Future, sync::Arc};
use tokio::sync::{broadcast, watch};

/// Who is logged in, and what that allows. Each may do what the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
	/// Looks.
	Viewer,
	/// Pauses and resumes orders, tests the board.
	Operator,
	/// Changes rules and configuration.
	Owner,
}

impl Role {
	/// Its name, as it is in JSON.
	pub fn name(self) -> &'static str {
		match self {
			Role::Viewer => "viewer",
			Role::Operator => "operator",
			Role::Owner => "owner",
		}
	}
}

impl std::fmt::Display for Role {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(self.name())
	}
}

/// A channel of the machine and its newest value.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Channel {
	/// Its name, unique on this machine.
	pub name: String,
	/// The symbol of its unit; empty for plain numbers and switches.
	pub unit: String,
	/// Whether the board drives it.
	pub output: bool,
	/// Whether it is on or off only.
	pub switch: bool,
	/// Its smallest value, in its unit.
	pub min: f64,
	/// Its largest value, in its unit.
	pub max: f64,
	/// Digits after the point that mean something.
	pub decimals: u8,
	/// Its newest value; absent before the first.
	pub value: Option<f64>,
	/// When that was measured.
	pub at: Option<u64>,
}

/// A measured value.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
	/// The channel's name.
	pub channel: Arc<str>,
	/// When it was measured.
	pub at: u64,
	/// Its value.
	pub value: f64,
}

/// What is wanted of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
	/// Names of channels, 1 to 16.
	pub channels: Vec<String>,
	/// From when, inclusive.
	pub from: u64,
	/// Until when, exclusive.
	pub to: u64,
	/// The most points for each channel, 1 to 2,000.
	pub points: u32,
}

/// The history of a channel.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Series {
	/// The channel.
	pub channel: String,
	/// How long each point stands for, in ms.
	pub step: u64,
	/// `[from, smallest, mean, largest]` of each step in which something was measured, in order of time.
	pub points: Vec<(u64, f64, f64, f64)>,
}

/// A job that is open, or was done lately.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Job {
	/// Its number.
	pub job: u64,
	/// Where it stands on the chain.
	pub state: String,
	/// Units ordered.
	pub units: u32,
	/// Units done, as this computer knows.
	pub units_done: u32,
	/// What is being done about it, or why nothing is; empty when it is over.
	pub doing: String,
	/// Whether it is still open.
	pub open: bool,
	/// When this computer saw it first.
	pub since: u64,
	/// Whether there is a record of evidence.
	pub evidence: bool,
}

/// A job in full.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct JobDetail {
	/// The job.
	#[serde(flatten)]
	pub job: Job,
	/// What happened to it, oldest first, the last 500.
	pub story: Vec<StoryLine>,
	/// The record of its evidence, as `iot-client evidence --json` prints it; absent when there is none.
	pub record: Option<Value>,
}

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct StoryLine {
	/// When.
	pub at: u64,
	/// What, in one line.
	pub text: String,
	/// The same for programs.
	pub news: Value,
}

/// The machine's account.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct WalletView {
	/// Its address (SS58).
	pub account: String,
	/// The machine's id; absent until it is registered.
	pub machine: Option<String>,
	/// What the account has free, in planck; absent while no node answers.
	pub free: Option<String>,
	/// What is left of the allowance for fees, in planck; absent when there is none or nobody knows.
	pub allowance: Option<String>,
	/// Symbol and decimals of the token.
	pub token: Option<(String, u8)>,
	/// Transactions that are not yet resolved.
	pub in_flight: u32,
	/// What somebody should do something about, of the account alone.
	pub alarms: Vec<String>,
}

/// How the owner's rules stand.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct RulesNow {
	/// Where the file is; absent when the configuration names none.
	pub path: Option<String>,
	/// Which text is in it: to be named when it is saved. Empty when the file cannot be read.
	pub revision: String,
	/// How each rule stands.
	pub states: Vec<RuleState>,
	/// Why there are no rules though there should be.
	pub trouble: Option<String>,
}

/// The owner's rules.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct RulesView {
	/// How they stand.
	#[serde(flatten)]
	pub now: RulesNow,
	/// What is in the file.
	pub text: String,
}

/// How a rule stands.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct RuleState {
	/// Its name.
	pub rule: String,
	/// Its condition, as it is written.
	pub when: String,
	/// `quiet`, `pending`, `raised` or `clearing`.
	pub state: String,
	/// Why nobody knows whether it should be raised, if so.
	pub unknown: Option<String>,
	/// How often it was raised since the client started.
	pub raised: u64,
	/// What it looks at, by now: name of a channel or window, and its value.
	pub values: Vec<(String, Option<f64>)>,
}

/// The configuration.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConfigView {
	/// Where the file is.
	pub path: String,
	/// What is in it.
	pub text: String,
	/// Which text that is: to be named when it is saved.
	pub revision: String,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Problem {
	/// Line of the text, from 1, where that is known.
	pub line: Option<u32>,
	/// What is wrong, and what would be right.
	pub message: String,
}

/// What a text would do.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Check {
	/// What is wrong with it; nothing when it may be saved.
	pub problems: Vec<Problem>,
	/// How it differs from the file, as a unified diff; empty when it does not.
	pub diff: String,
	/// What of it is in force only after a restart: names of sections.
	pub restart: Vec<String>,
}

/// A text to be put in the place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Save {
	/// The whole text.
	pub text: String,
	/// The revision that it was made from; another means that somebody else was quicker.
	pub revision: String,
}

/// What was saved.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Saved {
	/// The revision of the new text.
	pub revision: String,
	/// What of it is in force only after a restart: names of sections.
	pub restart: Vec<String>,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogLine {
	/// Its number, rising by one.
	pub number: u64,
	/// When.
	pub at: u64,
	/// `ERROR`, `WARN`, `INFO` or `DEBUG`.
	pub level: String,
	/// The part of the program.
	pub target: String,
	/// What it says.
	pub message: String,
	/// Further facts, by name: `job`, `call`, `block`, `hash` and so on.
	pub fields: std::collections::BTreeMap<String, String>,
}

/// Which lines of the log are wanted: the newest of those that fit.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogQuery {
	/// Only older than this number.
	pub before: Option<u64>,
	/// `ERROR`, `WARN`, `INFO` or `DEBUG` and more severe; all when absent.
	pub level: Option<String>,
	/// Only lines that contain this, in any case.
	pub contains: Option<String>,
	/// The most lines, 1 to 1,000; 200 when absent.
	pub limit: Option<u32>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Finding {
	/// What was looked at.
	pub what: String,
	/// Whether it is as it should be.
	pub ok: bool,
	/// What was found, and what would mend it.
	pub text: String,
}

/// Why something cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
	/// What was asked for is wrong.
	#[error("{0}")]
	Invalid(String),
	/// The text has problems.
	#[error("it was not saved, since it has problems")]
	Problems(Vec<Problem>),
	/// Somebody else has saved in the meantime.
	#[error("somebody else has saved another text in the meantime; load it and make your change again")]
	Conflict,
	/// There is no such thing.
	#[error("{0}")]
	NotFound(String),
	/// Not now.
	#[error("{0}")]
	Unavailable(String),
}

/// The machine that is shown. Each method returns soon; what waits for a disk or a node is a future.
pub trait Machine: Send + Sync + 'static {
	/// Everything at a glance: `{"daemon": …}`, as in what `iot-client status --json` prints. A new one whenever something changed, and every few
	/// seconds.
	fn status(&self) -> watch::Receiver<Arc<Value>>;
	/// Its channels.
	fn channels(&self) -> Vec<Channel>;
	/// What it measures from now on.
	fn readings(&self) -> broadcast::Receiver<Arc<[Reading]>>;
	/// What it has measured.
	fn history(&self, query: HistoryQuery) -> impl Future<Output = Result<Vec<Series>, Fault>> + Send;
	/// Its jobs: those that are open, and the last 100 that are over, newest first.
	fn jobs(&self) -> Vec<Job>;
	/// One of them in full.
	fn job(&self, job: u64) -> impl Future<Output = Result<JobDetail, Fault>> + Send;
	/// What happens to its jobs from now on: the job and what happened.
	fn news(&self) -> broadcast::Receiver<(u64, StoryLine)>;
	/// Its account. It may be asked every second: what a node says holds for some time.
	fn wallet(&self) -> impl Future<Output = Result<WalletView, Fault>> + Send;
	/// Its owner's rules.
	fn rules(&self) -> impl Future<Output = Result<RulesView, Fault>> + Send;
	/// How they stand, without the text: it may be asked every second.
	fn rules_now(&self) -> impl Future<Output = RulesNow> + Send;
	/// What these rules would be.
	fn check_rules(&self, text: String) -> impl Future<Output = Result<Check, Fault>> + Send;
	/// Puts these rules into force.
	fn save_rules(&self, save: Save) -> impl Future<Output = Result<Saved, Fault>> + Send;
	/// Its configuration.
	fn config(&self) -> impl Future<Output = Result<ConfigView, Fault>> + Send;
	/// What this configuration would be.
	fn check_config(&self, text: String) -> impl Future<Output = Result<Check, Fault>> + Send;
	/// Saves this configuration, and puts into force what needs no restart.
	fn save_config(&self, save: Save) -> impl Future<Output = Result<Saved, Fault>> + Send;
	/// Its log.
	fn log(&self, query: LogQuery) -> Vec<LogLine>;
	/// Its log from now on.
	fn log_lines(&self) -> broadcast::Receiver<Arc<LogLine>>;
	/// Takes no new orders, or does again. Also after a restart.
	fn pause_orders(&self, paused: bool) -> impl Future<Output = Result<(), Fault>> + Send;
	/// Tests the board: what it says, whether every channel reads, whether it makes itself safe; with `drive`, while no job
	/// runs, each output that the envelope allows is driven for a moment.
	fn test_board(&self, drive: bool) -> impl Future<Output = Result<Vec<Finding>, Fault>> + Send;
	/// Figures for Prometheus, in its text format.
	fn metrics(&self) -> String;
	/// Why it is not ready for orders; empty when it is.
	fn not_ready(&self) -> Vec<String>;
}
