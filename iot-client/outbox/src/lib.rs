#![doc = include_str!("../README.md")]

mod clock;
mod error;
#[cfg(any(test, feature = "faults"))]
pub mod faults;
mod gaps;
mod group;
mod limits;
mod medium;
mod message;
mod outbox;
mod rate;
pub mod readings;
mod record;
mod room;
mod state;
mod stats;
mod store;
mod writer;

pub use clock::{Clock, SystemClock};
pub use error::OutboxError;
pub use gaps::{Gap, Gaps, Why, DROPPED_TOPIC};
pub use limits::Limits;
pub use medium::Medium;
pub use message::{InFlight, Lane, Message, MessageId, NewMessage, MAX_TOPIC_BYTES, OVERHEAD_BYTES};
pub use outbox::Outbox;
pub use readings::{downsample, BatchError, ReadingBatch, Sample};
pub use stats::{LaneStats, Stats};

#[cfg(test)]
mod tests;
