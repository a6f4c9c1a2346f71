//! What of a file is not on the disk yet.

use rand::{seq::SliceRandom, Rng};
use std::{collections::BTreeMap, fs::File, io, os::unix::fs::FileExt};

/// What a disk writes whole or not at all, in bytes, most of the time.
const SECTOR: usize = 512;
/// One sector in so many is written in two pieces.
const SPLIT: u32 = 8;

/// A file as whoever writes it sees it, over the real one.
#[derive(Debug)]
pub(super) struct Cache {
	file: File,
	length: u64,
	/// What the real file has from here on does not count any more: the file was made shorter.
	cut_off: u64,
	/// Written, and not on the disk.
	sectors: BTreeMap<u64, [u8; SECTOR]>,
}

/// What reaches the disk at one stroke.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
	Length(u64),
	Bytes { offset: u64, bytes: Vec<u8> },
}

impl Cache {
	pub(super) fn new(file: File) -> io::Result<Self> {
		let length = file.metadata()?.len();
		Ok(Self {
			file,
			length,
			cut_off: u64::MAX,
			sectors: BTreeMap::new(),
		})
	}

	pub(super) fn len(&self) -> u64 {
		self.length
	}

	pub(super) fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		self.within(offset, out.len())?;
		self.read_real(offset, out)?;
		let end = offset + out.len() as u64;
		for (number, bytes) in self.sectors.range(offset / SECTOR as u64..end.div_ceil(SECTOR as u64)) {
			let start = number * SECTOR as u64;
			let (from, to) = (start.max(offset), (start + SECTOR as u64).min(end));
			let (source, target) = (span(from - start, to - start), span(from - offset, to - offset));
			if let (Some(source), Some(target)) = (bytes.get(source), out.get_mut(target)) {
				target.copy_from_slice(source);
			}
		}
		Ok(())
	}

	/// Zeros where the real file has nothing that counts.
	fn read_real(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		out.fill(0);
		let most = self.cut_off.saturating_sub(offset).min(out.len() as u64);
		let Some(out) = out.get_mut(span(0, most)) else {
			return Ok(());
		};
		let mut done = 0;
		while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
			match self.file.read_at(rest, offset + done as u64)? {
				0 => break,
				read => done += read,
			}
		}
		Ok(())
	}

	/// Writes, and gives the numbers of the sectors that are not on the disk now.
	pub(super) fn write(&mut self, offset: u64, data: &[u8]) -> io::Result<Vec<u64>> {
		self.within(offset, data.len())?;
		let (mut at, mut rest, mut written) = (offset, data, Vec::new());
		while !rest.is_empty() {
			let (number, begin) = (at / SECTOR as u64, (at % SECTOR as u64) as usize);
			let (part, more) = rest.split_at(rest.len().min(SECTOR - begin));
			let mut sector = self.sector(number)?;
			if let Some(target) = sector.get_mut(begin..begin + part.len()) {
				target.copy_from_slice(part);
			}
			self.sectors.insert(number, sector);
			written.push(number);
			at += part.len() as u64;
			rest = more;
		}
		Ok(written)
	}

	fn sector(&self, number: u64) -> io::Result<[u8; SECTOR]> {
		if let Some(sector) = self.sectors.get(&number) {
			return Ok(*sector);
		}
		let mut sector = [0; SECTOR];
		self.read_real(number * SECTOR as u64, &mut sector)?;
		Ok(sector)
	}

	pub(super) fn set_len(&mut self, length: u64) -> io::Result<()> {
		if length < self.length {
			self.sectors.split_off(&length.div_ceil(SECTOR as u64));
			let (last, rest) = (length / SECTOR as u64, (length % SECTOR as u64) as usize);
			if let Some(sector) = self.sectors.get_mut(&last) {
				sector.iter_mut().skip(rest).for_each(|byte| *byte = 0);
			}
			self.cut_off = self.cut_off.min(length);
		}
		self.length = length;
		Ok(())
	}

	/// Lets one sector go to the disk before its time, if that can be: not beyond where the file was cut off.
	pub(super) fn go_early(&mut self, number: u64) -> io::Result<()> {
		if (number + 1) * SECTOR as u64 > self.cut_off {
			return Ok(());
		}
		match self.sectors.remove(&number) {
			Some(sector) => self.apply(&self.piece(number, &sector, 0, SECTOR)),
			None => Ok(()),
		}
	}

	/// Lets the length go to the disk before its time.
	pub(super) fn length_goes_early(&mut self) -> io::Result<()> {
		if self.cut_off < self.file.metadata()?.len() {
			self.file.set_len(self.cut_off)?;
		}
		self.cut_off = u64::MAX;
		self.file.set_len(self.length)
	}

	/// All that is not on the disk, in an order by chance; but what was cut off goes first.
	pub(super) fn pieces(&self, chance: &mut impl Rng) -> io::Result<Vec<Piece>> {
		let mut pieces = Vec::new();
		for (number, sector) in &self.sectors {
			let split = if chance.random_ratio(1, SPLIT) {
				chance.random_range(1..SECTOR)
			} else {
				SECTOR
			};
			pieces.push(self.piece(*number, sector, 0, split));
			pieces.push(self.piece(*number, sector, split, SECTOR));
		}
		pieces.retain(|piece| !matches!(piece, Piece::Bytes { bytes, .. } if bytes.is_empty()));
		let real = self.file.metadata()?.len();
		let kept = real.min(self.cut_off);
		if kept < self.length {
			pieces.push(Piece::Length(self.length));
		}
		pieces.shuffle(chance);
		if kept < real {
			pieces.insert(0, Piece::Length(kept));
		}
		Ok(pieces)
	}

	fn piece(&self, number: u64, sector: &[u8; SECTOR], from: usize, to: usize) -> Piece {
		let start = number * SECTOR as u64;
		// The last sector need not be a whole one.
		let end = usize::try_from(self.length.saturating_sub(start)).map_or(to, |end| to.min(end));
		Piece::Bytes {
			offset: start + from as u64,
			bytes: sector.get(from..end).unwrap_or_default().to_vec(),
		}
	}

	/// Has one piece reach the disk.
	pub(super) fn apply(&self, piece: &Piece) -> io::Result<()> {
		match piece {
			Piece::Length(length) => self.file.set_len(*length),
			Piece::Bytes { offset, bytes } => self.file.write_all_at(bytes, *offset),
		}
	}

	/// All of it is on the disk.
	pub(super) fn is_synced(&mut self) {
		self.sectors.clear();
		self.cut_off = u64::MAX;
	}

	fn within(&self, offset: u64, length: usize) -> io::Result<()> {
		match offset.checked_add(length as u64) {
			Some(end) if end <= self.length => Ok(()),
			_ => Err(io::ErrorKind::UnexpectedEof.into()),
		}
	}
}

/// A range for a slice; one that no slice has if it is too large for this computer.
fn span(from: u64, to: u64) -> std::ops::Range<usize> {
	let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
	place(from)..place(to)
}
