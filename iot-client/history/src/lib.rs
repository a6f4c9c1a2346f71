#![doc = include_str!("../README.md")]

mod batch;
mod codec;
mod error;
mod grid;
mod history;
mod limits;
mod memory;
mod query;
mod record;
mod row;
mod stats;
mod store;
mod tier;
mod writer;

pub use error::HistoryError;
pub use history::History;
pub use limits::{Limits, TierLimits};
pub use query::{Point, Series};
pub use row::Scale;
pub use stats::Stats;

/// The most channels that are known at a time.
pub const MAX_CHANNELS: usize = 256;
/// The longest name of a channel, in bytes.
pub const MAX_NAME_BYTES: usize = 64;
/// The most channels of one question.
pub const MAX_QUERY_CHANNELS: usize = 16;
/// The most points of one answer, for each channel.
pub const MAX_POINTS: usize = 2_000;

/// A channel, as [`History::channel`] named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(u16);

/// A reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
	/// Of which channel.
	pub channel: ChannelId,
	/// When it was measured, in unix ms.
	pub at: u64,
	/// Raw counts.
	pub raw: i32,
}

#[cfg(test)]
mod tests;
