//! How a history does, in figures.

use serde::Serialize;

/// How a history does. Counts are since it was opened.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stats {
	/// Readings taken.
	pub readings: u64,
	/// Rows that wait for the next write.
	pub rows_waiting: u64,
	/// Rows that were dropped because the disk took nothing for too long.
	pub rows_lost: u64,
	/// Pieces of the file that could not be read when they were asked for.
	pub pieces_unread: u64,
	/// Bytes in the file as they count: steps of a second, of a minute, of an hour.
	pub kept_bytes: [u64; 3],
	/// The size of the file, in bytes.
	pub file_bytes: u64,
	/// Bytes written to the file.
	pub written_bytes: u64,
	/// How often the disk was made to write all (fsync).
	pub syncs: u64,
	/// Whether the disk has no space for it.
	pub disk_full: bool,
	/// Why nothing is written now, if so.
	pub problem: Option<String>,
}

impl Stats {
	/// Bytes written to the file for each reading; `None` before the first.
	pub fn bytes_written_per_reading(&self) -> Option<f64> {
		(self.readings > 0).then(|| self.written_bytes as f64 / self.readings as f64)
	}
}
