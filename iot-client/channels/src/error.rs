//! Why an end stops.

use std::path::PathBuf;

/// Why an end stops. What is on the disk is there still.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelsError {
	/// Another process, or this one, has the file open.
	#[error("{0} is in use by another iot-client; stop that one first, or give this one its own state_dir")]
	InUse(PathBuf),
	/// It is no file of channels.
	#[error("{path} is no file of channels ({found}); nothing was changed: move it away, or name another file")]
	Foreign {
		/// The file.
		path: PathBuf,
		/// What it is, as far as that can be told.
		found: String,
	},
	/// The disk has no room. What was there is there still.
	#[error("the disk of {0} is full: no voucher is taken and nothing supplied until there is room")]
	DiskFull(PathBuf),
	/// The disk or the store failed. What it was given last may be there or not; open it again.
	#[error("{path} cannot be read or written (is the disk worn or gone?): {problem}")]
	Store {
		/// The file.
		path: PathBuf,
		/// What failed.
		problem: String,
	},
	/// The line is cut, or was never there.
	#[error("the line to the other end of the channels: {0}")]
	Line(String),
	/// The other end says what no end says.
	#[error("the other end of the channels is cut off: {0}")]
	Misbehaves(String),
	/// The channel is known already.
	#[error("channel {0} is open at this end already")]
	Known(u64),
}
