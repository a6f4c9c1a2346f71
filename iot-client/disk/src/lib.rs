//! What all of the client's files have in common: they are whole or not there, whatever happens to the power, and there is
//! space for them when others have filled the disk.
//!
//! - [`write_whole`] and its kin: small files, replaced as a whole.
//! - [`Disk`]: where stores have their files, injected. [`open_or_make`] opens one, and makes it whole if there is none;
//!   [`Storage`] counts what is done to it, and holds it to its length.
//! - [`Spare`]: space that is kept from all others, and given up so that a write comes to its end.
//!
//! All calls may block.

mod files;
mod spare;
mod storage;
mod whole;

pub use files::{open_or_make, Disk, Files};
pub use spare::{free, Spare};
pub use storage::{Counters, Storage};
pub use whole::{beside, folder_of, make_folder, remove, rewrite_whole, sync_folder, write_whole};

use std::io;

/// Whether something failed for want of space.
pub fn is_full(error: &io::Error) -> bool {
	matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
