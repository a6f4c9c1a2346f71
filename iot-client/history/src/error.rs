//! Why a history cannot do what it was asked.

use std::path::PathBuf;

/// Why a history cannot do what it was asked. None of these is a reason for the machine to stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
	/// The limits make no sense: each with its value and what would be right.
	#[error("the history's limits cannot be: {0}")]
	Limits(String),
	/// A channel's name is empty or too long.
	#[error("the channel \"{name}\" has a name of {bytes} bytes; a name has 1 to {most}")]
	Name {
		/// How it begins.
		name: String,
		/// Its length, in bytes.
		bytes: usize,
		/// The most, in bytes.
		most: usize,
	},
	/// There are as many channels as there may be.
	#[error("the channel \"{name}\" is not kept: {most} are known since the start, and that is the most")]
	TooManyChannels {
		/// The one too many.
		name: String,
		/// The most.
		most: usize,
	},
	/// The question makes no sense.
	#[error("{0}")]
	Query(String),
	/// Another process, or a reader of this one, has the file open.
	#[error("{0} is in use by another iot-client; stop that one first, or give this one its own state_dir")]
	InUse(PathBuf),
	/// The disk has no room for the file to grow. What was there is there still; what is new waits in memory.
	#[error("the disk of {0} is full: free some space; what was measured lately is kept in memory as long as it fits")]
	DiskFull(PathBuf),
	/// The file has its largest size, and what is in it leaves no room. That is not to be: the limits leave it much.
	#[error("{0} is full though it has its largest size; it is put aside, and a new one begun")]
	NoRoom(PathBuf),
	/// It is damaged, or no history.
	#[error("{path} cannot be used as a history: {problem}")]
	Damaged {
		/// The file.
		path: PathBuf,
		/// What was found.
		problem: String,
	},
	/// The disk or the store failed. It is tried again.
	#[error("{path} cannot be read or written (is the disk worn or gone?): {problem}")]
	Store {
		/// The file.
		path: PathBuf,
		/// What failed.
		problem: String,
	},
}
