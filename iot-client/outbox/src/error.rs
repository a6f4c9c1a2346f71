//! Why an outbox cannot do what it was asked.

use crate::Lane;
use std::path::PathBuf;

/// Why an outbox cannot do what it was asked. Cheap to clone: those who share a write share its error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
	/// Another process, or this one, has it open.
	#[error("{0} is in use by another iot-client; stop that one first, or give this one its own state_dir")]
	InUse(PathBuf),
	/// It is not an outbox.
	#[error("{path} is not an outbox ({found}); nothing was changed: move it away, or name another file")]
	Foreign {
		/// The file.
		path: PathBuf,
		/// What it is, as far as that can be told.
		found: String,
	},
	/// It was one, and is damaged beyond what a power cut does.
	#[error("{path} is damaged ({problem}); nothing was changed: keep a copy, move it away, and check the disk")]
	Damaged {
		/// The file.
		path: PathBuf,
		/// What was found.
		problem: String,
	},
	/// It is of another release.
	#[error("{path} has the format {found}, which this release cannot read (it knows {known}); empty it with the release that wrote it")]
	OtherFormat {
		/// The file.
		path: PathBuf,
		/// Its format.
		found: u32,
		/// Ours.
		known: u32,
	},
	/// The disk has no room for the file to grow. What was there is there still.
	#[error("the disk of {path} is full and nothing that waits may go for this: free some space, or lower max_bytes")]
	DiskFull {
		/// The file.
		path: PathBuf,
	},
	/// The disk or the store failed. After it a message may be in the outbox or not.
	#[error("{path} cannot be read or written (is the disk worn or gone?): {problem}")]
	Store {
		/// The file.
		path: PathBuf,
		/// What failed.
		problem: String,
	},
	/// All that waits is more urgent.
	#[error(
		"no room for {bytes} bytes of lane {lane}: what waits is more urgent and fills the {most} bytes of the outbox"
	)]
	NoRoom {
		/// The lane of the message that found no room.
		lane: Lane,
		/// What it counts, in bytes.
		bytes: u64,
		/// The limit, in bytes.
		most: u64,
	},
	/// One message is too large.
	#[error("a message of topic \"{topic}\" has {bytes} bytes; the most is {most}: put it in parts")]
	TooLarge {
		/// Its topic.
		topic: String,
		/// Its body, in bytes.
		bytes: u64,
		/// The most, in bytes.
		most: u64,
	},
	/// A topic is too long.
	#[error("the topic \"{topic}..\" has {bytes} bytes; the most is 128")]
	TopicTooLong {
		/// How it begins.
		topic: String,
		/// Its length, in bytes.
		bytes: usize,
	},
	/// The limits make no sense: each with its value and what would be right.
	#[error("the outbox's limits cannot be: {0}")]
	Limits(String),
}
