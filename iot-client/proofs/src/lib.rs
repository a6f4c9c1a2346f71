#![doc = include_str!("../README.md")]

mod file;
mod sealing;
mod state;
mod verify;

pub use file::{AnchorFile, BatchFile, Bytes, ChannelFile, Export, ProofFile, ReadingFile, RunFile, FORMAT};
pub use sealing::{Limits, Maker, Sealed, Seam};
pub use verify::{verify, Anchored, Seen, Verified, MAX_AGE};

/// Why a file proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
	/// It is no JSON of this form.
	#[error("this is no proof: {0}")]
	NotAProof(String),
	/// It is one of another version.
	#[error("this is a proof of another version: {0:?}")]
	OtherFormat(String),
	/// The readings do not lead to the batch's root.
	#[error("the readings are not in the batch: {0:?}")]
	NotInTheBatch(bpiiot_seal::Refused),
	/// The table of channels is not that of the batch.
	#[error("the table of channels is not the batch's")]
	OtherTable,
	/// A reading has a channel that the table lacks.
	#[error("there is no channel {0} in the table")]
	NoChannel(u16),
	/// A reading cannot be of the batch.
	#[error("a reading is not of the batch's time or runs, or not in order")]
	NotOfTheBatch,
	/// What is said of the batch contradicts itself.
	#[error("there cannot be such a batch: {0:?}")]
	Malformed(bpiiot_seal::Malformed),
	/// It says nothing of an anchor.
	#[error("the file has no anchor: it was made before the batch was anchored")]
	NoAnchor,
	/// The header is not that of the block.
	#[error("the header is another block's")]
	OtherBlock,
	/// The state of the block has no such anchor.
	#[error("the chain has no such anchor in this block")]
	NotAnchored,
	/// Another batch has this number on the chain.
	#[error("the chain has anchored another batch under this number")]
	OtherBatch,
	/// Its holder was asked for it in vain.
	#[error("its holder was asked for it and has not produced it")]
	Withheld,
}
