#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod batch;
mod channels;
mod hash;
mod proof;
mod reading;
mod sealer;
mod tree;

pub use batch::{Batch, Malformed, Misplaced, Position, Run};
pub use channels::{table_bytes, table_hash, Channel};
pub use hash::{fold_pruned, node, root_of, Hash};
pub use proof::{Proof, Refused};
pub use reading::Reading;
pub use sealer::{Sealer, Unsealable};
pub use tree::Tree;

/// The most readings of a batch. At this size a proof of one reading has 684 bytes.
pub const MAX_READINGS: u32 = 1 << 20;
/// The most sessions of the board that a batch may span.
pub const MAX_RUNS: usize = 16;
/// The most readings of one proof.
pub const MAX_PROVEN: usize = 4_096;
/// The most channels of a table.
pub const MAX_CHANNELS: usize = 256;
/// The longest name of a channel, in bytes.
pub const MAX_NAME_BYTES: usize = 64;
