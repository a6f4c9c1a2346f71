//! The outbox's account of itself: one record in the file, changed in the same transaction as what it counts.

use crate::{gaps::Gaps, Lane};
use serde::{Deserialize, Serialize};

/// Of this layout of the file; another one needs a migration.
pub(crate) const FORMAT: u32 = 1;

/// What waits in one lane, and what was done to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LaneState {
	pub(crate) messages: u64,
	pub(crate) bytes: u64,
	pub(crate) dropped_for_room: u64,
	pub(crate) dropped_for_age: u64,
	pub(crate) refused: u64,
	pub(crate) downsampled: u64,
	pub(crate) downsampled_bytes: u64,
}

/// The record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
	pub(crate) format: u32,
	/// The number of the next message.
	pub(crate) next_id: u64,
	/// The outbox's own time: milliseconds for which it was open, over all restarts.
	pub(crate) own_ms: u64,
	/// The readings up to this number were made smaller once, as far as they could be.
	pub(crate) reduced_once: u64,
	/// And up to this one twice.
	pub(crate) reduced_twice: u64,
	/// When, in own time, the last record of a gap was put.
	pub(crate) told_ms: Option<u64>,
	/// What was dropped since.
	pub(crate) gaps: Gaps,
	/// By lane, the most urgent first.
	pub(crate) lanes: [LaneState; 4],
}

impl Default for State {
	fn default() -> Self {
		Self {
			format: FORMAT,
			next_id: 1,
			own_ms: 0,
			reduced_once: 0,
			reduced_twice: 0,
			told_ms: None,
			gaps: Gaps::default(),
			lanes: [LaneState::default(); 4],
		}
	}
}

impl State {
	pub(crate) fn lane(&mut self, lane: Lane) -> &mut LaneState {
		let [alarm, event, file, reading] = &mut self.lanes;
		match lane {
			Lane::Alarm => alarm,
			Lane::Event => event,
			Lane::File => file,
			Lane::Reading => reading,
		}
	}

	/// Bytes of all lanes.
	pub(crate) fn used(&self) -> u64 {
		self.lanes.iter().map(|lane| lane.bytes).fold(0, u64::saturating_add)
	}

	/// Bytes of what is more urgent than `lane`.
	pub(crate) fn more_urgent(&self, lane: Lane) -> u64 {
		Lane::ALL
			.iter()
			.zip(&self.lanes)
			.filter(|(other, _)| **other < lane)
			.map(|(_, state)| state.bytes)
			.fold(0, u64::saturating_add)
	}

	/// Counts a message that comes.
	pub(crate) fn add(&mut self, lane: Lane, bytes: u64) {
		let lane = self.lane(lane);
		lane.messages = lane.messages.saturating_add(1);
		lane.bytes = lane.bytes.saturating_add(bytes);
	}

	/// Counts a message that goes.
	pub(crate) fn subtract(&mut self, lane: Lane, bytes: u64) {
		let lane = self.lane(lane);
		lane.messages = lane.messages.saturating_sub(1);
		lane.bytes = lane.bytes.saturating_sub(bytes);
	}

	pub(crate) fn to_bytes(&self) -> Vec<u8> {
		serde_json::to_vec(self).expect("plain structures are JSON; qed")
	}

	/// The record, or what is wrong with it.
	pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
		#[derive(Deserialize)]
		struct Version {
			format: u32,
		}
		let version: Version = serde_json::from_slice(bytes).map_err(|e| StateError::Damaged(e.to_string()))?;
		if version.format != FORMAT {
			return Err(StateError::OtherFormat(version.format));
		}
		serde_json::from_slice(bytes).map_err(|e| StateError::Damaged(e.to_string()))
	}
}

/// Why the record cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StateError {
	OtherFormat(u32),
	Damaged(String),
}
