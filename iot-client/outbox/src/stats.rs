//! How an outbox does, in figures.

use crate::Lane;
use serde::Serialize;

/// How one lane does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LaneStats {
	/// Messages that wait.
	pub messages: u64,
	/// What they count, in bytes.
	pub bytes: u64,
	/// When the oldest was made, in unix ms by whoever made it.
	pub oldest_at_ms: Option<u64>,
	/// Messages dropped to make room, since the file was made.
	pub dropped_for_room: u64,
	/// Messages dropped for their age, since the file was made.
	pub dropped_for_age: u64,
	/// Messages refused because all that waited was more urgent, since the file was made.
	pub refused: u64,
	/// Messages made smaller to make room, since the file was made; one that was so twice counts twice.
	pub downsampled: u64,
	/// What that freed, in bytes.
	pub downsampled_bytes: u64,
}

/// How an outbox does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Stats {
	/// By lane, the most urgent first; see [`Stats::lane`].
	pub lanes: [LaneStats; 4],
	/// What waits, in bytes as they are counted.
	pub used_bytes: u64,
	/// The limit, in bytes.
	pub max_bytes: u64,
	/// The size of the file, in bytes.
	pub file_bytes: u64,
	/// Whether the disk has no space for the file to grow: readings and files make room for what is put.
	pub disk_full: bool,
	/// Bytes put in a second, over the last hour or since the outbox was opened, the latest weighing most.
	pub bytes_per_second: Option<f64>,
	/// Messages put in a second, likewise.
	pub messages_per_second: Option<f64>,
	/// For how many hours the rest of the room lasts at that rate if nothing is delivered and nothing made smaller;
	/// `None` before there is a rate.
	pub hours_left: Option<f64>,
	/// Messages put since the outbox was opened.
	pub put: u64,
	/// Messages that were delivered since the outbox was opened.
	pub delivered: u64,
	/// Bytes written to the file since the outbox was opened, by whatever was done.
	pub written_bytes: u64,
	/// How often the disk was made to write all (fsync) since the outbox was opened.
	pub syncs: u64,
	/// `written_bytes` for each message put; what a delivery wrote is in it. `None` before the first put.
	pub bytes_written_per_message: Option<f64>,
}

impl Stats {
	/// The figures of one lane.
	pub fn lane(&self, lane: Lane) -> &LaneStats {
		let [alarm, event, file, reading] = &self.lanes;
		match lane {
			Lane::Alarm => alarm,
			Lane::Event => event,
			Lane::File => file,
			Lane::Reading => reading,
		}
	}

	/// The messages that wait, of all lanes.
	pub fn messages(&self) -> u64 {
		self.lanes.iter().map(|lane| lane.messages).sum()
	}
}
