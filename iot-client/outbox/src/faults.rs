//! A disk in memory that loses power and runs full, for tests of what must survive both.
//!
//! What was written counts as kept only after a sync. At a power cut each write since then is, by chance, kept, lost, or
//! torn: of its sectors of 512 bytes some are kept and some are not, and one may end in its middle; whether a later write
//! is kept says nothing about an earlier one, and a change of the length is lost or kept by itself, as on a drive with a
//! cache and a file system that writes in its own order. The chance is that of a seed, so a failure can be seen again.
//!
//! ```
//! use iot_outbox::faults::FaultyDisk;
//! use redb::{Database, ReadableDatabase, TableDefinition};
//!
//! const TABLE: TableDefinition<u64, u64> = TableDefinition::new("table");
//! let disk = FaultyDisk::new(7);
//! let database = Database::builder().create_with_backend(disk.plug())?;
//! let write = database.begin_write()?;
//! write.open_table(TABLE)?.insert(1, 2)?;
//! write.commit()?;
//!
//! disk.cut();
//! drop(database);
//! let database = Database::builder().create_with_backend(disk.plug())?;
//! assert_eq!(database.begin_read()?.open_table(TABLE)?.get_owned(1)?.map(|value| value.value()), Some(2));
//! # Ok::<(), redb::Error>(())
//! ```

use crate::Medium;
use iot_disk::Storage;
use redb::StorageBackend;
use std::{
	collections::BTreeSet,
	io,
	ops::Bound,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What a disk writes whole or not at all, in bytes, most of the time.
const SECTOR: usize = 512;
/// What space is given out in, in bytes.
const BLOCK: u64 = 4096;

/// The disk. Clones are the same one.
#[derive(Clone, Debug)]
pub struct FaultyDisk(Arc<Mutex<Disk>>);

#[derive(Debug)]
struct Disk {
	/// What a power cut leaves, and what was done since, in its order.
	kept: Vec<u8>,
	unsynced: Vec<Change>,
	/// What a read gives.
	seen: Vec<u8>,
	/// Space in bytes for the blocks that were written, and for the spare.
	space: Option<u64>,
	/// The most that its length may be.
	longest: Option<u64>,
	blocks: BTreeSet<u64>,
	spare: u64,
	/// Changes until the power goes by itself.
	power_for: Option<u64>,
	on: bool,
	/// Which plug is the one in use, by its number, and the number of the last.
	locked_by: Option<u64>,
	plugs: u64,
	/// Plugs up to this one are dead.
	dead: u64,
	chance: u64,
	written: u64,
	syncs: u64,
}

#[derive(Debug)]
enum Change {
	Write { offset: usize, bytes: Vec<u8> },
	Length(usize),
}

/// The disk as a store sees it. One at a time can be in use; one from before a power cut gives errors.
#[derive(Debug)]
pub struct Plug {
	disk: FaultyDisk,
	number: u64,
}

impl FaultyDisk {
	/// An empty disk with as much space as there is memory.
	pub fn new(seed: u64) -> Self {
		Self(Arc::new(Mutex::new(Disk {
			kept: Vec::new(),
			unsynced: Vec::new(),
			seen: Vec::new(),
			space: None,
			longest: None,
			blocks: BTreeSet::new(),
			spare: 0,
			power_for: None,
			on: true,
			locked_by: None,
			plugs: 0,
			dead: 0,
			chance: seed,
			written: 0,
			syncs: 0,
		})))
	}

	/// Plugs the disk in.
	pub fn plug(&self) -> Plug {
		let mut disk = self.disk();
		disk.plugs += 1;
		Plug {
			disk: self.clone(),
			number: disk.plugs,
		}
	}

	/// The power goes, and comes back: what was plugged in before is dead, and what was not synced is kept, lost or torn.
	pub fn cut(&self) {
		let mut disk = self.disk();
		let unsynced = std::mem::take(&mut disk.unsynced);
		for change in unsynced {
			disk.survive(change);
		}
		disk.seen = disk.kept.clone();
		disk.dead = disk.plugs;
		disk.locked_by = None;
		disk.power_for = None;
		disk.on = true;
	}

	/// The power goes by itself after so many more changes (writes, lengths, syncs): from then on all fails, until
	/// [`FaultyDisk::cut`] says what is left.
	pub fn cut_after(&self, changes: u64) {
		self.disk().power_for = Some(changes);
	}

	/// Whether the power has not gone by itself.
	pub fn is_on(&self) -> bool {
		self.disk().on
	}

	/// Sets the space, in bytes; `None`: no end. As on most file systems a length costs none, but the first write to a block
	/// of 4096 bytes does, and fails on a full disk (ENOSPC).
	pub fn set_space(&self, bytes: Option<u64>) {
		self.disk().space = bytes;
	}

	/// Sets the longest length, in bytes; `None`: no end. A longer one fails as on a full disk whose file system gives blocks
	/// out with the length.
	pub fn set_longest(&self, bytes: Option<u64>) {
		self.disk().longest = bytes;
	}

	/// The space that is used, in bytes, with the spare.
	pub fn used(&self) -> u64 {
		self.disk().used()
	}

	/// Its length now, in bytes.
	pub fn length(&self) -> u64 {
		self.disk().seen.len() as u64
	}

	/// What is on it now.
	pub fn contents(&self) -> Vec<u8> {
		self.disk().seen.clone()
	}

	/// Bytes written since it was made.
	pub fn written(&self) -> u64 {
		self.disk().written
	}

	/// How often it was synced since it was made.
	pub fn syncs(&self) -> u64 {
		self.disk().syncs
	}

	/// Changes one byte of what is kept, as wear does. Beyond its end nothing happens.
	pub fn spoil(&self, offset: usize) {
		let mut disk = self.disk();
		let Disk { kept, seen, .. } = &mut *disk;
		for bytes in [kept, seen] {
			if let Some(byte) = bytes.get_mut(offset) {
				*byte ^= 0xff;
			}
		}
	}

	fn disk(&self) -> MutexGuard<'_, Disk> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Medium for FaultyDisk {
	fn plug(&self) -> io::Result<Storage> {
		Ok(Storage::new(Self::plug(self)))
	}

	fn take_spare(&self, bytes: u64) -> io::Result<()> {
		let mut disk = self.disk();
		if disk.spare < bytes {
			let more = bytes - disk.spare;
			disk.space_for(more)?;
			disk.spare = bytes;
		}
		Ok(())
	}

	fn give_spare(&self) {
		self.disk().spare = 0;
	}
}

impl Disk {
	/// One change, if there is power for it.
	fn spend(&mut self) -> io::Result<()> {
		match &mut self.power_for {
			Some(0) => self.on = false,
			Some(left) => *left -= 1,
			None => {}
		}
		self.power()
	}

	fn power(&self) -> io::Result<()> {
		if self.on {
			Ok(())
		} else {
			Err(io::Error::other("the power is off"))
		}
	}

	fn used(&self) -> u64 {
		self.blocks.len() as u64 * BLOCK + self.spare
	}

	fn space_for(&self, more: u64) -> io::Result<()> {
		match self.space {
			Some(space) if self.used() + more > space => Err(io::ErrorKind::StorageFull.into()),
			_ => Ok(()),
		}
	}

	/// Gives out the blocks of a write.
	fn fill_blocks(&mut self, offset: u64, length: u64) -> io::Result<()> {
		let end = offset.saturating_add(length).div_ceil(BLOCK);
		let new: Vec<u64> = (offset / BLOCK..end)
			.filter(|block| !self.blocks.contains(block))
			.collect();
		if !new.is_empty() {
			self.space_for(new.len() as u64 * BLOCK)?;
		}
		self.blocks.extend(new);
		Ok(())
	}

	/// Applies what is left of a change after a power cut.
	fn survive(&mut self, change: Change) {
		match (self.roll(3), change) {
			(0, _) => {}
			(1, Change::Length(length)) | (2, Change::Length(length)) => self.kept.resize(length, 0),
			(1, Change::Write { offset, bytes }) => write_at(&mut self.kept, offset, &bytes),
			(_, Change::Write { offset, bytes }) => self.tear(offset, &bytes),
			(_, Change::Length(_)) => {}
		}
	}

	fn tear(&mut self, mut offset: usize, mut bytes: &[u8]) {
		while !bytes.is_empty() {
			let (sector, rest) = bytes.split_at(bytes.len().min(SECTOR - offset % SECTOR));
			match self.roll(8) {
				0..4 => write_at(&mut self.kept, offset, sector),
				4 => {
					let part = self.roll(sector.len() as u64 + 1) as usize;
					write_at(&mut self.kept, offset, &sector[..part.min(sector.len())]);
				}
				_ => {}
			}
			offset += sector.len();
			bytes = rest;
		}
	}

	/// A number below `sides`, by chance (splitmix64).
	fn roll(&mut self, sides: u64) -> u64 {
		self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = self.chance;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		(mixed ^ (mixed >> 31)) % sides.max(1)
	}
}

/// Writes as far as there is something; what lies beyond the end has no place.
fn write_at(bytes: &mut [u8], offset: usize, data: &[u8]) {
	let room = bytes.len().saturating_sub(offset).min(data.len());
	if let (Some(place), Some(data)) = (bytes.get_mut(offset..offset + room), data.get(..room)) {
		place.copy_from_slice(data);
	}
}

impl Plug {
	/// The disk, if this plug is alive and there is power.
	fn live(&self) -> io::Result<MutexGuard<'_, Disk>> {
		let disk = self.disk.disk();
		disk.power()?;
		if self.number <= disk.dead {
			return Err(io::Error::other("the power was off since this was plugged in"));
		}
		Ok(disk)
	}

	fn lock(&self) -> Result<bool, redb::BackendError> {
		let mut disk = self.live()?;
		let free = disk.locked_by.is_none_or(|number| number == self.number);
		if free {
			disk.locked_by = Some(self.number);
		}
		Ok(free)
	}

	fn unlock(&self) {
		let mut disk = self.disk.disk();
		if disk.locked_by == Some(self.number) {
			disk.locked_by = None;
		}
	}
}

fn place(offset: u64) -> io::Result<usize> {
	usize::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput.into())
}

impl StorageBackend for Plug {
	fn len(&self) -> io::Result<u64> {
		Ok(self.live()?.seen.len() as u64)
	}

	fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		let disk = self.live()?;
		let from = place(offset)?;
		let bytes = disk
			.seen
			.get(from..from.saturating_add(out.len()))
			.ok_or(io::ErrorKind::UnexpectedEof)?;
		out.copy_from_slice(bytes);
		Ok(())
	}

	fn set_len(&self, len: u64) -> io::Result<()> {
		let mut disk = self.live()?;
		disk.spend()?;
		let length = place(len)?;
		if disk
			.longest
			.is_some_and(|longest| len > longest && length > disk.seen.len())
		{
			return Err(io::ErrorKind::StorageFull.into());
		}
		disk.blocks.split_off(&len.div_ceil(BLOCK));
		disk.seen.resize(length, 0);
		disk.unsynced.push(Change::Length(length));
		Ok(())
	}

	fn sync_data(&self) -> io::Result<()> {
		let mut disk = self.live()?;
		disk.spend()?;
		disk.syncs += 1;
		let unsynced = std::mem::take(&mut disk.unsynced);
		for change in unsynced {
			match change {
				Change::Write { offset, bytes } => write_at(&mut disk.kept, offset, &bytes),
				Change::Length(length) => disk.kept.resize(length, 0),
			}
		}
		Ok(())
	}

	fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
		let mut disk = self.live()?;
		disk.spend()?;
		let at = place(offset)?;
		if at.saturating_add(data.len()) > disk.seen.len() {
			return Err(io::ErrorKind::UnexpectedEof.into());
		}
		disk.fill_blocks(offset, data.len() as u64)?;
		let offset = at;
		disk.written += data.len() as u64;
		write_at(&mut disk.seen, offset, data);
		disk.unsynced.push(Change::Write {
			offset,
			bytes: data.to_vec(),
		});
		Ok(())
	}

	fn close(&self) -> io::Result<()> {
		self.unlock();
		Ok(())
	}

	fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, redb::BackendError> {
		self.lock()
	}

	fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, redb::BackendError> {
		self.lock()
	}

	fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), redb::BackendError> {
		self.lock()?
			.then_some(())
			.ok_or_else(|| io::Error::other("another has the lock").into())
	}

	fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), redb::BackendError> {
		self.lock_range(start, end)
	}

	fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), redb::BackendError> {
		Ok(())
	}

	fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, redb::BackendError> {
		let disk = self.live()?;
		Ok(disk.locked_by.is_some_and(|number| number != self.number))
	}
}

#[cfg(test)]
mod tests;
