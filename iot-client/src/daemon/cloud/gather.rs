//! Gathers single readings into batches.

use crate::board::BoardInfo;
use iot_outbox::{ReadingBatch, Sample};

/// The most readings of one batch: at 20 000 a second, half a second's.
const MOST: usize = 10_000;

/// Readings of one board that wait to be put together.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
	batch: ReadingBatch,
}

impl Gatherer {
	/// Begins anew with this board's channels. What was gathered of the one before must have been taken.
	pub fn begin(&mut self, board: &BoardInfo) {
		let channels = board.channels.iter();
		self.batch = ReadingBatch {
			channels: channels.map(|channel| channel.name.as_str().to_owned()).collect(),
			samples: Vec::new(),
		};
	}

	/// Takes a reading. One of a channel that the board did not declare says nothing.
	pub fn take(&mut self, channel: u8, at_ms: u64, value: i32) {
		let channel = u16::from(channel);
		if usize::from(channel) < self.batch.channels.len() {
			self.batch.samples.push(Sample { channel, at_ms, value });
		}
	}

	/// Whether no more should be gathered.
	pub fn is_full(&self) -> bool {
		self.batch.samples.len() >= MOST
	}

	/// What was gathered, if anything was.
	pub fn give(&mut self) -> Option<ReadingBatch> {
		let samples = std::mem::take(&mut self.batch.samples);
		(!samples.is_empty()).then(|| ReadingBatch {
			channels: self.batch.channels.clone(),
			samples,
		})
	}
}
