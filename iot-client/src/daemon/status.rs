//! What the daemon is doing, as a file for `iot-client status` and whoever else likes to look.

use crate::chain::{
	light::LightReport,
	roster::{Endpoint, Standing},
};
use bpiiot_protocol::{ChannelInfo, ChannelKind};
use iot_cloud::{CloudState, Connection};
use iot_outbox::Stats;
use iot_rules::{RuleStatus, State};
use serde::{Deserialize, Serialize};
use std::{
	fmt, fs, io,
	path::{Path, PathBuf},
	time::{SystemTime, UNIX_EPOCH},
};

/// The daemon at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Snapshot {
	/// Process id of the daemon.
	pub pid: u32,
	/// When this was written, in unix milliseconds of this computer.
	pub written_at: u64,
	/// The machine's id; absent until it is registered.
	pub machine: Option<String>,
	/// The address of the machine's key.
	pub key: String,
	/// The chain, as this computer sees it.
	pub chain: ChainStatus,
	/// The board.
	pub board: BoardStatus,
	/// The jobs that are open.
	pub jobs: Vec<JobStatus>,
	/// What somebody should do something about.
	pub alarms: Vec<String>,
	/// The line to the cloud, if there is one.
	#[serde(default)]
	pub cloud: Option<CloudStatus>,
	/// What is remembered of what was measured, if anything is.
	#[serde(default)]
	pub history: Option<HistoryStatus>,
	/// The stock that the machine looks after, if it does.
	#[serde(default)]
	pub stock: Option<StockStatus>,
	/// The owner's rules.
	#[serde(default)]
	pub rules: Vec<RuleState>,
	/// Whether new orders wait until somebody takes them up again.
	#[serde(default)]
	pub orders_paused: bool,
	/// Transactions that wait or whose fate is not certain yet; absent until the journal says so.
	#[serde(default)]
	pub in_flight: Option<u32>,
	/// Why the machine is not ready for orders; empty when it is.
	#[serde(default)]
	pub not_ready: Vec<String>,
	/// Whether the daemon comes to rest and ends then.
	#[serde(default)]
	pub stopping: bool,
}

/// The line to the cloud.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CloudStatus {
	/// Whether the broker is connected.
	pub online: bool,
	/// Why it is not, or what goes wrong though it is.
	pub trouble: Option<String>,
	/// Messages that wait in the outbox.
	pub waiting: u64,
	/// What they take, in bytes.
	pub bytes: u64,
	/// Messages that were dropped to make room, or for their age, since the outbox was made.
	pub dropped: u64,
	/// Messages that never came into the outbox, since the daemon started.
	pub lost: u64,
	/// Messages that the broker has, since the daemon started.
	pub delivered: u64,
	/// For how many minutes there is room at this rate if nothing is delivered; absent before there is a rate.
	pub minutes_left: Option<u64>,
	/// Whether the disk is full.
	pub disk_full: bool,
}

impl CloudStatus {
	/// Of these figures.
	pub(super) fn new(bridge: &CloudState, outbox: &Stats, lost: u64) -> Self {
		let trouble = match &bridge.connection {
			Connection::Online { .. } => bridge.trouble.clone(),
			Connection::Offline { reason } => Some(reason.clone()),
		};
		let dropped = outbox
			.lanes
			.iter()
			.map(|lane| lane.dropped_for_room.saturating_add(lane.dropped_for_age));
		Self {
			online: bridge.is_online(),
			trouble,
			waiting: outbox.messages(),
			bytes: outbox.used_bytes,
			dropped: dropped.fold(0, u64::saturating_add),
			lost,
			delivered: outbox.delivered,
			minutes_left: outbox.hours_left.map(|hours| (hours * 60.0) as u64),
			disk_full: outbox.disk_full,
		}
	}
}

/// What is remembered of what was measured.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HistoryStatus {
	/// Why it is not written, if so; what is new waits in memory then.
	pub trouble: Option<String>,
	/// Whether that is because the disk is full.
	pub disk_full: bool,
	/// What the file takes, in bytes.
	pub bytes: u64,
	/// Steps that wait to be written.
	pub waiting: u64,
	/// Steps that were dropped because the disk took nothing for too long, since the daemon started.
	pub lost: u64,
	/// Pieces of the file that could not be read, since the daemon started.
	pub unread: u64,
}

impl From<&iot_history::Stats> for HistoryStatus {
	fn from(stats: &iot_history::Stats) -> Self {
		Self {
			trouble: stats.problem.clone(),
			disk_full: stats.disk_full,
			bytes: stats.file_bytes,
			waiting: stats.rows_waiting,
			lost: stats.rows_lost,
			unread: stats.pieces_unread,
		}
	}
}

/// The stock that the machine looks after, as a finalized block has it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct StockStatus {
	/// Where it is kept.
	pub site: u64,
	/// What is kept there that a sensor measures. Quantities are decimal numbers of the item's unit.
	pub items: Vec<ItemStatus>,
	/// What the machine buys.
	pub purchases: Vec<PurchaseStatus>,
	/// What is being done, or waits to be done.
	pub doing: Vec<String>,
}

/// An item whose stock a sensor measures.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ItemStatus {
	/// The item.
	pub item: String,
	/// Its unit, by UN/ECE Recommendation 20; empty if it is not kept at the site.
	pub unit: String,
	/// What the books say.
	pub books: Option<String>,
	/// The channel that measures it.
	pub channel: String,
	/// What the sensor says, if it is steady.
	pub level: Option<String>,
	/// Below this much more is asked for.
	pub reorder_point: Option<String>,
}

/// A request, or the order that came of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PurchaseStatus {
	/// The request or the order: `request 12`, `purchase 13`.
	pub what: String,
	/// The item.
	pub item: String,
	/// How much.
	pub quantity: String,
	/// The price of the order, or the most that it may be, with its symbol.
	pub price: String,
	/// Where it stands, in words.
	pub state: String,
	/// Bids that can be read; of a request.
	pub bids: u32,
	/// Who sells; of an order.
	pub supplier: Option<String>,
	/// Until when bids are made or goods are due, in unix milliseconds of the chain.
	pub until: Option<u64>,
}

/// One of the owner's rules.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RuleState {
	/// Its name.
	pub rule: String,
	/// Where it stands: `quiet`, `pending`, `raised` or `clearing`.
	pub state: String,
	/// Why nobody knows whether it should be raised, if so.
	pub unknown: Option<String>,
	/// How often it was raised since the daemon started.
	pub raised: u64,
}

/// A rule's state, as its status says it in JSON.
fn in_words(state: State) -> &'static str {
	match state {
		State::Quiet => "quiet",
		State::Pending => "pending",
		State::Raised => "raised",
		State::Clearing => "clearing",
	}
}

impl From<&RuleStatus> for RuleState {
	fn from(status: &RuleStatus) -> Self {
		Self {
			rule: status.rule.clone(),
			state: in_words(status.state).to_owned(),
			unknown: status.unknown.clone(),
			raised: status.counts.raised,
		}
	}
}

/// The chain, as this computer sees it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ChainStatus {
	/// Whether a node is connected.
	pub connected: bool,
	/// That node.
	pub endpoint: Option<String>,
	/// Height of the newest finalized block.
	pub block: u64,
	/// Timestamp of that block, in unix milliseconds.
	pub time: u64,
	/// Whether a second endpoint must confirm what the first says ("confirmed"), or one is believed ("single").
	pub trust: String,
	/// Why no node is connected.
	pub trouble: Option<String>,
	/// What the owner should know of how far what is said is proved.
	#[serde(default)]
	pub warning: Option<String>,
	/// All nodes that may be asked, best first.
	#[serde(default)]
	pub endpoints: Vec<EndpointStatus>,
	/// The light client that confirms what they say, if there is one.
	#[serde(default)]
	pub light_client: Option<LightReport>,
}

/// A node that may be asked.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct EndpointStatus {
	/// Its address.
	pub url: String,
	/// Whether it is "unasked", "in use", "ready", or "refused".
	pub state: String,
	/// The last block that it had finalized when it was asked, if it is not in use.
	pub block: Option<u64>,
	/// Why it is refused.
	pub trouble: Option<String>,
}

impl From<Endpoint> for EndpointStatus {
	fn from(endpoint: Endpoint) -> Self {
		let (state, block, trouble) = match endpoint.standing {
			Standing::Unasked => ("unasked", None, None),
			Standing::InUse => ("in use", None, None),
			Standing::Ready(block) => ("ready", Some(block), None),
			Standing::Refused(error) => ("refused", None, Some(error.to_string())),
		};
		Self {
			url: endpoint.url,
			state: state.to_owned(),
			block,
			trouble,
		}
	}
}

/// One line for people.
impl fmt::Display for EndpointStatus {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{} {}", self.url, self.state)?;
		match (self.block, &self.trouble) {
			(Some(block), _) => write!(f, ", at finalized block {block}"),
			(None, Some(trouble)) => write!(f, ": {trouble}"),
			(None, None) => Ok(()),
		}
	}
}

/// The board.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BoardStatus {
	/// Whether it answers.
	pub online: bool,
	/// Its serial number.
	pub serial: Option<String>,
	/// Why it does not answer.
	pub trouble: Option<String>,
	/// Readings received since the start.
	pub readings: u64,
	/// Readings that were lost on the line.
	pub readings_lost: u64,
	/// Its channels, as it said last.
	#[serde(default)]
	pub channels: Vec<ChannelStatus>,
	/// What the owner should know of how far the machine keeps itself safe.
	#[serde(default)]
	pub warning: Option<String>,
}

/// A channel of the board.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ChannelStatus {
	/// Its name.
	pub name: String,
	/// The symbol of its unit; empty for plain numbers and switches.
	pub unit: String,
	/// Whether the board drives it.
	pub output: bool,
	/// Its smallest value, in raw counts.
	pub min: i32,
	/// Its largest value, in raw counts.
	pub max: i32,
}

impl From<&ChannelInfo> for ChannelStatus {
	fn from(channel: &ChannelInfo) -> Self {
		Self {
			name: channel.name.as_str().to_owned(),
			unit: channel.unit.symbol().to_owned(),
			output: channel.kind == ChannelKind::Output,
			min: channel.min,
			max: channel.max,
		}
	}
}

/// An open job.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct JobStatus {
	/// The job.
	pub job: u64,
	/// Where it stands on the chain.
	pub state: String,
	/// Units ordered.
	pub units: u32,
	/// Units done, as this computer knows.
	pub units_done: u32,
	/// What is being done about it, or why nothing is.
	pub doing: String,
}

/// The time of this computer, in unix ms: for stamps that people read, never for terms.
pub(super) fn now_ms() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	since.as_millis() as u64
}

/// Where the snapshot is.
pub fn path(state_dir: &Path) -> PathBuf {
	state_dir.join("status.json")
}

impl Snapshot {
	/// Says when this is, and who says it.
	pub fn stamp(&mut self) {
		self.pid = std::process::id();
		self.written_at = now_ms();
	}

	/// Writes it, whole or not at all. Losing one does no harm, so the disk need not be waited for.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn write(&self, state_dir: &Path) -> io::Result<()> {
		let path = path(state_dir);
		let beside = path.with_extension("json.new");
		fs::write(&beside, serde_json::to_vec_pretty(self)?)?;
		fs::rename(beside, path)
	}

	/// Reads what a daemon wrote last; `None` when none ever ran.
	///
	/// # Errors
	/// When it cannot be read.
	pub fn read(state_dir: &Path) -> io::Result<Option<Self>> {
		match fs::read(path(state_dir)) {
			Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
			Err(error) => Err(error),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::ChainError;

	#[test]
	fn each_endpoint_is_shown_with_its_state() {
		let line = |standing| {
			EndpointStatus::from(Endpoint {
				url: "ws://a".to_owned(),
				standing,
			})
			.to_string()
		};
		assert_eq!(line(Standing::Unasked), "ws://a unasked");
		assert_eq!(line(Standing::InUse), "ws://a in use");
		assert_eq!(line(Standing::Ready(7)), "ws://a ready, at finalized block 7");
		let refused = line(Standing::Refused(ChainError::Pruned));
		assert_eq!(refused, "ws://a refused: the node has no state of that block any more");
	}

	#[test]
	fn a_snapshot_comes_back_as_it_was_written() {
		let dir = tempfile::tempdir().unwrap();
		assert_eq!(Snapshot::read(dir.path()).unwrap(), None);
		let mut snapshot = Snapshot {
			jobs: vec![JobStatus {
				job: 7,
				..JobStatus::default()
			}],
			..Snapshot::default()
		};
		snapshot.stamp();
		snapshot.write(dir.path()).unwrap();
		assert_eq!(snapshot.pid, std::process::id());
		assert_eq!(Snapshot::read(dir.path()).unwrap(), Some(snapshot));
	}
}
