//! The file: a tar as POSIX has it (ustar), which `tar --list` and `tar --extract` understand.
//! <https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html>
//!
//! Only what [`Writer`] writes is read: regular files, with the one header that follows from name and size. So there is
//! nothing else whose meaning could surprise: no links, no owners, no modes, no extensions.

use super::BackupError;
use std::io::{self, ErrorKind, Read, Write};

/// The most files of an archive.
pub const MOST_FILES: usize = 100_000;
/// The largest file, in bytes: evidence of a million readings takes a tenth of it.
pub const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// All files together, in bytes.
pub const MOST_IN_ALL: u64 = 64 * 1024 * 1024 * 1024;

const BLOCK: usize = 512;
/// The room for the last part of a name, and for what is before it.
const NAME: usize = 100;
const PREFIX: usize = 155;
const PREFIX_AT: usize = 345;
const CHECKSUM_AT: usize = 148;

type Header = [u8; BLOCK];

/// Writes an archive.
pub(super) struct Writer<W>(W);

impl<W: Write> Writer<W> {
	pub fn new(out: W) -> Self {
		Self(out)
	}

	/// Adds a file of this name and size.
	pub fn add(&mut self, name: &str, bytes: u64, content: &mut dyn Read) -> io::Result<()> {
		let header = header(name, bytes).ok_or_else(|| io::Error::other("a name was not checked"))?;
		self.0.write_all(&header)?;
		let copied = io::copy(&mut Read::take(&mut *content, bytes), &mut self.0)?;
		// One byte more means that it grew.
		if copied != bytes || content.read(&mut [0])? != 0 {
			return Err(ErrorKind::UnexpectedEof.into());
		}
		self.0.write_all(&[0; BLOCK][..padding(bytes)])
	}

	/// Ends it.
	pub fn end(mut self) -> io::Result<W> {
		self.0.write_all(&[0; 2 * BLOCK])?;
		self.0.flush()?;
		Ok(self.0)
	}
}

/// Whether a name can be that of a file in an archive: below a folder, whatever that is, and written in one way only.
pub(super) fn is_name(name: &str) -> bool {
	let parts_are_plain = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
	parts_are_plain && !name.chars().any(char::is_control) && split(name).is_some()
}

/// The two places in the header for a name.
fn split(name: &str) -> Option<(&str, &str)> {
	if name.len() <= NAME {
		return Some(("", name));
	}
	let ways = name.char_indices().filter(|(_, letter)| *letter == '/');
	let mut ways = ways.map(|(at, _)| (&name[..at], &name[at + 1..]));
	ways.find(|(before, last)| before.len() <= PREFIX && last.len() <= NAME)
}

fn header(name: &str, bytes: u64) -> Option<Header> {
	let (before, last) = split(name)?;
	let size = format!("{bytes:011o}");
	if size.len() > 11 {
		return None;
	}
	let mut header = [0; BLOCK];
	let mut put = |at: usize, text: &[u8]| {
		for (place, byte) in header.iter_mut().skip(at).zip(text) {
			*place = *byte;
		}
	};
	put(0, last.as_bytes());
	put(100, b"0000600\0");
	put(108, b"0000000\0");
	put(116, b"0000000\0");
	put(124, size.as_bytes());
	put(136, b"00000000000\0");
	put(CHECKSUM_AT, b"        ");
	put(156, b"0");
	put(257, b"ustar\x0000");
	put(329, b"0000000\0");
	put(337, b"0000000\0");
	put(PREFIX_AT, before.as_bytes());
	let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
	let sum = format!("{sum:06o}\0 ");
	for (place, byte) in header.iter_mut().skip(CHECKSUM_AT).zip(sum.as_bytes()) {
		*place = *byte;
	}
	Some(header)
}

fn padding(bytes: u64) -> usize {
	let over = (bytes % BLOCK as u64) as usize;
	(BLOCK - over) % BLOCK
}

/// Name and size in a header, if it is the one that we would have written.
fn parse(block: &Header) -> Option<(String, u64)> {
	let text = |at: usize, room: usize| {
		let bytes: Vec<u8> = block
			.iter()
			.skip(at)
			.take(room)
			.copied()
			.take_while(|byte| *byte != 0)
			.collect();
		String::from_utf8(bytes).ok()
	};
	let (last, before) = (text(0, NAME)?, text(PREFIX_AT, PREFIX)?);
	let bytes = u64::from_str_radix(&text(124, 11)?, 8).ok()?;
	let name = match before.is_empty() {
		true => last,
		false => format!("{before}/{last}"),
	};
	(is_name(&name) && header(&name, bytes)? == *block).then_some((name, bytes))
}

/// Reads an archive to its end: gives each file's name, size and content to `each`, in their order.
pub(super) fn read(
	source: &mut impl Read,
	mut each: impl FnMut(&str, u64, &mut dyn Read) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
	let (mut files, mut in_all) = (0_usize, 0_u64);
	loop {
		let block = block(source)?;
		if block == [0; BLOCK] {
			return end(source);
		}
		let Some((name, bytes)) = parse(&block) else {
			return Err(BackupError::Damaged(format!(
				"file {files} in it has no header of ours"
			)));
		};
		(files, in_all) = (files + 1, in_all.saturating_add(bytes));
		let most = MOST_BYTES.min(MOST_IN_ALL.saturating_sub(in_all - bytes));
		if bytes > most {
			let path = name.into();
			return Err(BackupError::TooLarge { path, bytes, most });
		}
		// The last one is the manifest.
		if files > MOST_FILES + 1 {
			return Err(BackupError::TooMany);
		}
		let mut content = Read::take(&mut *source, bytes);
		each(&name, bytes, &mut content)?;
		io::copy(&mut content, &mut io::sink()).map_err(unreadable)?;
		if content.limit() != 0 {
			return Err(BackupError::Cut);
		}
		let mut rest = vec![0; padding(bytes)];
		source.read_exact(&mut rest).map_err(unreadable)?;
		if rest.iter().any(|byte| *byte != 0) {
			return Err(BackupError::Damaged(format!("there is something behind {name}")));
		}
	}
}

fn end(source: &mut impl Read) -> Result<(), BackupError> {
	if block(source)? != [0; BLOCK] || source.read(&mut [0]).map_err(unreadable)? != 0 {
		return Err(BackupError::Damaged("there is something behind its end".to_owned()));
	}
	Ok(())
}

fn block(source: &mut impl Read) -> Result<Header, BackupError> {
	let mut block = [0; BLOCK];
	source.read_exact(&mut block).map_err(unreadable)?;
	Ok(block)
}

pub(super) fn unreadable(error: io::Error) -> BackupError {
	match error.kind() {
		ErrorKind::UnexpectedEof => BackupError::Cut,
		_ => BackupError::Damaged(error.to_string()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_name_goes_below_a_folder_and_nowhere_else() {
		let (long, longer) = ("a/".repeat(77) + &"b".repeat(100), "b".repeat(101));
		for name in [
			"a",
			"a/b.toml",
			"etc/iot-client/machine.toml",
			"a/…",
			"a b",
			"..a/b",
			&long,
		] {
			assert!(is_name(name), "{name}");
			assert_eq!(parse(&header(name, 7).unwrap()), Some((name.to_owned(), 7)), "{name}");
		}
		for name in [
			"", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", "..", ".", "a\nb", "a\0b", &longer,
		] {
			assert!(!is_name(name), "{name:?}");
		}
	}

	#[test]
	fn only_the_header_that_we_write_is_read() {
		let good = header("a/b", 9).unwrap();
		for at in 0..BLOCK {
			let mut other = good;
			other[at] ^= 1;
			assert_ne!(parse(&other), Some(("a/b".to_owned(), 9)), "byte {at}");
		}
		// A link, a folder, a device, an extension: each with a checksum that fits.
		for kind in *b"123456xgLK\0" {
			let mut other = good;
			other[156] = kind;
			let sum = good.iter().map(|byte| u32::from(*byte)).sum::<u32>();
			assert!(sum > 0 && parse(&other).is_none(), "{kind}");
		}
	}

	#[test]
	fn sizes_fill_whole_blocks() {
		assert_eq!([0, 1, 511, 512, 513].map(padding), [0, 511, 1, 0, 511]);
	}
}
