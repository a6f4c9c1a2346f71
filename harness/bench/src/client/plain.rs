//! What the least costs that could be done: a line and a file, with nothing of ours between them.

use super::line::pseudo_terminal;
use anyhow::{Context, Result};
use iot_outbox::{ReadingBatch, Sample};
use nix::{fcntl::OFlag, unistd};
use std::{
	fs::File,
	io::{Read, Write},
	path::Path,
	time::{Duration, Instant},
};

/// What is written for each reading that is echoed: a page of the disk.
const PAGE: usize = 4 * 1024;
/// About as long as a reading's frame.
const FRAME: usize = 24;

/// How long it takes from a frame on a pseudo-terminal to its echo, with an fsync of 4 KiB between, so many times.
///
/// # Errors
/// When the system gives no pseudo-terminal, or the disk takes nothing.
pub fn echoes(folder: &Path, count: usize) -> Result<Vec<Duration>> {
	let (master, path) = pseudo_terminal(OFlag::empty())?;
	let mut slave = File::from(super::line::open_raw(&path)?);
	let mut file = File::create(folder.join("echo"))?;
	let echo = std::thread::spawn(move || -> Result<()> {
		let mut frame = [0; FRAME];
		for _ in 0..count {
			slave.read_exact(&mut frame)?;
			file.write_all(&[frame[0]; PAGE])?;
			file.sync_data()?;
			slave.write_all(&frame)?;
		}
		Ok(())
	});
	let mut times = Vec::with_capacity(count);
	for number in 0..count {
		// So that the disk and the processor are as much at rest before each as they are between two crossings.
		std::thread::sleep(Duration::from_millis(10));
		let begun = Instant::now();
		unistd::write(&master, &[number as u8; FRAME])?;
		let mut heard = 0;
		while heard < FRAME {
			heard += unistd::read(&master, &mut [0; FRAME])?;
		}
		times.push(begun.elapsed());
	}
	echo.join().ok().context("the echo ended in disorder")??;
	Ok(times)
}

/// What appending batches to a file takes.
#[derive(Clone, Copy, Debug)]
pub struct Appended {
	/// A batch: encoded, written, and on the disk.
	pub each: Duration,
	/// Bytes of a reading.
	pub bytes_each: f64,
}

/// Appends batches of so many readings of so many channels to a file, each with an fsync.
///
/// # Errors
/// When the disk takes nothing.
pub fn append(folder: &Path, batches: u32, readings: u64, channels: u8) -> Result<Appended> {
	let mut file = File::create(folder.join("plain"))?;
	let batch = batch(readings, channels);
	let begun = Instant::now();
	let mut bytes = 0;
	for _ in 0..batches {
		let body = batch.encode()?;
		bytes = body.len();
		file.write_all(&body)?;
		file.sync_data()?;
	}
	Ok(Appended {
		each: begun.elapsed() / batches,
		bytes_each: bytes as f64 / readings as f64,
	})
}

/// Readings as the played board sends them at 20,000 a second.
fn batch(readings: u64, channels: u8) -> ReadingBatch {
	let sample = |number: u64| Sample {
		channel: (number % u64::from(channels)) as u16,
		at_ms: 1_800_000_000_000 + number / 20,
		value: super::line::USUAL + (number.wrapping_mul(7_919) % 41) as i32 - 20,
	};
	ReadingBatch {
		channels: (0..channels).map(|number| format!("channel-{number}")).collect(),
		samples: (0..readings).map(sample).collect(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_frame_is_echoed_and_every_batch_appended() {
		let folder = tempfile::tempdir().unwrap();
		assert_eq!(echoes(folder.path(), 3).unwrap().len(), 3);
		let appended = append(folder.path(), 2, 100, 5).unwrap();
		let length = std::fs::metadata(folder.path().join("plain")).unwrap().len();
		assert!(
			(length as f64 - 200.0 * appended.bytes_each).abs() < 1.0,
			"{length} bytes"
		);
	}
}
