//! What an outbox is kept on, injected.

use iot_disk::{Disk, Spare, Storage};
use std::{io, path::PathBuf, sync::Arc};

/// What an outbox is kept on. It is plugged in again after a failure: the store does not go on after one.
pub trait Medium: Send + Sync {
	/// The storage, as it is now.
	///
	/// # Errors
	/// When it cannot be reached.
	fn plug(&self) -> io::Result<Storage>;

	/// Keeps this much space, in bytes, from all others, if it is not kept already. When the disk is full it is given up, so
	/// that a write under way comes to its end.
	///
	/// # Errors
	/// When there is no such space; nothing more is kept then.
	fn take_spare(&self, bytes: u64) -> io::Result<()>;

	/// Gives that space up.
	fn give_spare(&self);
}

/// A file that exists.
pub(crate) struct FileMedium {
	pub(crate) disk: Arc<dyn Disk>,
	pub(crate) path: PathBuf,
	pub(crate) spare: Spare,
}

impl Medium for FileMedium {
	fn plug(&self) -> io::Result<Storage> {
		self.disk.open(&self.path)
	}

	fn take_spare(&self, bytes: u64) -> io::Result<()> {
		self.spare.take(bytes)
	}

	fn give_spare(&self) {
		self.spare.give();
	}
}
