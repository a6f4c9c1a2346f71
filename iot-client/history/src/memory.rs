//! What was measured since the last write. Taking a reading is arithmetic only.

use crate::{
	batch::{Batch, ChannelKey, Owner},
	codec::Rows,
	row::{Row, Scale},
	tier::{floor, Tier},
	ChannelId, HistoryError, Sample, MAX_CHANNELS, MAX_NAME_BYTES,
};
use std::sync::Arc;

/// Rows that are complete and wait for the next write, at most: of all channels, in about 4 MiB. With 256 channels that
/// are four minutes, with 6 three hours.
pub(crate) const MAX_ROWS: usize = 65_536;

/// What was measured since the last write, and the steps that are not over.
#[derive(Debug, Default)]
pub(crate) struct Memory {
	channels: Vec<Channel>,
	/// Complete rows, of all channels.
	rows: usize,
	/// When the newest reading was taken, as its clock said: the last one, not the largest time.
	pub(crate) newest: u64,
	/// Whether anything came since the last write.
	pub(crate) is_new: bool,
	/// Readings taken.
	pub(crate) readings: u64,
	/// Rows that were dropped for want of room.
	pub(crate) lost: u64,
}

#[derive(Debug)]
struct Channel {
	owner: Owner,
	tiers: [Steps; 3],
}

#[derive(Debug, Default)]
struct Steps {
	/// The one that readings fall into.
	open: Option<(u64, Row)>,
	closed: Rows,
}

impl Memory {
	/// The channel of this name and scale; a new one if there is none.
	pub(crate) fn channel(&mut self, name: &str, scale: Scale) -> Result<ChannelId, HistoryError> {
		let known = |channel: &Channel| channel.owner.name == name && channel.owner.scale == scale;
		if let Some(index) = self.channels.iter().position(known) {
			return Ok(ChannelId(index as u16));
		}
		if name.is_empty() || name.len() > MAX_NAME_BYTES {
			return Err(HistoryError::Name {
				name: name.chars().take(16).collect(),
				bytes: name.len(),
				most: MAX_NAME_BYTES,
			});
		}
		if self.channels.len() >= MAX_CHANNELS {
			return Err(HistoryError::TooManyChannels {
				name: name.to_owned(),
				most: MAX_CHANNELS,
			});
		}
		self.channels.push(Channel {
			owner: Arc::new(ChannelKey {
				name: name.to_owned(),
				scale,
			}),
			tiers: Default::default(),
		});
		Ok(ChannelId((self.channels.len() - 1) as u16))
	}

	pub(crate) fn add(&mut self, samples: &[Sample]) {
		for sample in samples {
			let Some(channel) = self.channels.get_mut(usize::from(sample.channel.0)) else {
				continue;
			};
			for tier in Tier::ALL {
				let steps = tier.of_mut(&mut channel.tiers);
				if !steps.take(tier, sample) {
					steps.begin(tier, sample, &mut self.rows, &mut self.lost);
				}
			}
			self.readings = self.readings.saturating_add(1);
			self.newest = sample.at;
			self.is_new = true;
		}
	}

	/// Moves what is to be written into `batch`: all that is complete, and the seconds also when they are not, since they are
	/// in no other record.
	pub(crate) fn give(&mut self, batch: &mut Batch) {
		for channel in &mut self.channels {
			for tier in Tier::ALL {
				let steps = tier.of_mut(&mut channel.tiers);
				let over = |start: u64| tier == Tier::Second || floor(self.newest, tier.step()) != start;
				if let Some((start, row)) = steps.open.take_if(|(start, _)| over(*start)) {
					batch.add(tier, &channel.owner, start, row);
				}
				for (start, row) in std::mem::take(&mut steps.closed) {
					batch.add(tier, &channel.owner, start, row);
				}
			}
		}
		self.rows = 0;
		self.is_new = false;
	}

	/// The rows that are not complete.
	pub(crate) fn open(&self) -> Vec<(Tier, Owner, u64, Row)> {
		let mut open = Vec::new();
		for channel in &self.channels {
			for tier in Tier::ALL {
				let row = tier.of(&channel.tiers).open;
				open.extend(row.map(|(start, row)| (tier, channel.owner.clone(), start, row)));
			}
		}
		open
	}

	/// All channels that were measured since the start.
	pub(crate) fn owners(&self) -> Vec<Owner> {
		self.channels.iter().map(|channel| channel.owner.clone()).collect()
	}

	/// Everything that is here of the channels with these names.
	pub(crate) fn of(&self, names: &[&str]) -> Batch {
		let mut batch = Batch::default();
		let wanted = |channel: &&Channel| names.contains(&channel.owner.name.as_str());
		for channel in self.channels.iter().filter(wanted) {
			for tier in Tier::ALL {
				let steps = tier.of(&channel.tiers);
				let open = steps.open.iter().map(|(start, row)| (start, row));
				for (start, row) in steps.closed.iter().chain(open) {
					batch.add(tier, &channel.owner, *start, *row);
				}
			}
		}
		batch
	}

	/// Complete rows that wait.
	pub(crate) fn rows(&self) -> usize {
		self.rows
	}
}

impl Steps {
	/// Whether the reading lies in the open step, and was taken.
	fn take(&mut self, tier: Tier, sample: &Sample) -> bool {
		match &mut self.open {
			Some((start, row)) if sample.at.checked_sub(*start).is_some_and(|after| after < tier.step()) => {
				row.take(sample.raw);
				true
			}
			_ => false,
		}
	}

	/// Closes the open step and begins another with this reading. A clock that was set back comes to a step that it knows:
	/// its rows are merged when they are closed.
	fn begin(&mut self, tier: Tier, sample: &Sample, rows: &mut usize, lost: &mut u64) {
		let new = (floor(sample.at, tier.step()), Row::one(sample.raw));
		let Some((start, row)) = self.open.replace(new) else {
			return;
		};
		if let Some(known) = self.closed.get_mut(&start) {
			known.merge(&row);
			return;
		}
		self.closed.insert(start, row);
		*rows += 1;
		if *rows > MAX_ROWS {
			// The oldest of this channel and not of all: that must not take long.
			self.closed.pop_first();
			*rows -= 1;
			*lost = lost.saturating_add(1);
		}
	}
}
