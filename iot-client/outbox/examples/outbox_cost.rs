//! What an outbox costs the flash, the disk and the processor: measured on a file in the folder for temporary files.
//!
//! `cargo run --release -p iot-outbox --example outbox_cost`

use iot_outbox::{InFlight, Lane, Limits, NewMessage, Outbox, OutboxError, ReadingBatch, Sample, SystemClock};
use std::{path::Path, sync::Arc, time::Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
	let folder = tempfile::tempdir()?;
	writes(folder.path())?;
	threads(folder.path())?;
	sizes(folder.path())?;
	codec()?;
	Ok(())
}

fn open(path: &Path, gather_ms: u64) -> Result<Outbox, OutboxError> {
	let limits = Limits {
		gather_ms,
		..Limits::default()
	};
	Outbox::open(path, limits, Arc::new(SystemClock::new()))
}

fn message(size: usize) -> NewMessage {
	NewMessage {
		lane: Lane::Reading,
		at_ms: 0,
		topic: "readings".to_owned(),
		body: (0..size).map(|n| (n * 31 % 251) as u8).collect(),
	}
}

/// Bytes and syncs for each message: put alone, put by the hundred, and put and delivered.
fn writes(folder: &Path) -> Result<(), OutboxError> {
	println!("| body, bytes | how | bytes written a message | syncs a message | ms a message |");
	println!("|---|---|---|---|---|");
	for size in [100, 1_000, 20_000, 100_000] {
		for (how, at_once, deliver) in [
			("alone", 1, false),
			("by the hundred", 100, false),
			("alone, delivered", 1, true),
		] {
			let outbox = open(&folder.join(format!("{size}-{at_once}-{deliver}")), 0)?;
			// So that the file has its size and its pages.
			outbox.put_all(vec![message(size); 100])?;
			let before = outbox.stats();
			let start = Instant::now();
			let count = if at_once == 1 { 200 } else { 10 };
			for _ in 0..count {
				outbox.put_all(vec![message(size); at_once])?;
				if deliver {
					let next = outbox.next(&InFlight::new(), at_once, usize::MAX)?;
					outbox.delivered(&next.iter().map(|message| message.id).collect::<Vec<_>>())?;
				}
			}
			let after = outbox.stats();
			let messages = (after.put - before.put) as f64;
			println!(
				"| {size} | {how} | {:.0} | {:.2} | {:.2} |",
				(after.written_bytes - before.written_bytes) as f64 / messages,
				(after.syncs - before.syncs) as f64 / messages,
				start.elapsed().as_secs_f64() * 1000.0 / messages,
			);
		}
	}
	Ok(())
}

/// Eight threads that put at the same time.
fn threads(folder: &Path) -> Result<(), OutboxError> {
	println!("\n| threads | gather_ms | bytes written a message | syncs a message |");
	println!("|---|---|---|---|");
	for (threads, gather_ms) in [(1, 0), (1, 5), (8, 0), (8, 5)] {
		let outbox = open(&folder.join(format!("threads-{threads}-{gather_ms}")), gather_ms)?;
		let before = outbox.stats();
		std::thread::scope(|scope| {
			for _ in 0..threads {
				scope.spawn(|| (0..50).try_for_each(|_| outbox.put(message(1_000)).map(drop)));
			}
		});
		let after = outbox.stats();
		let messages = (after.put - before.put) as f64;
		println!(
			"| {threads} | {gather_ms} | {:.0} | {:.2} |",
			(after.written_bytes - before.written_bytes) as f64 / messages,
			(after.syncs - before.syncs) as f64 / messages,
		);
	}
	Ok(())
}

/// The file against what is counted, and how long it takes to open.
fn sizes(folder: &Path) -> Result<(), OutboxError> {
	println!("\n| body, bytes | messages | counted, bytes | file, bytes | factor | open, ms |");
	println!("|---|---|---|---|---|---|");
	for (size, count) in [
		(100, 50_000),
		(1_000, 20_000),
		(5_000, 8_000),
		(20_000, 2_500),
		(40_000, 1_200),
	] {
		let path = folder.join(format!("size-{size}"));
		let outbox = open(&path, 0)?;
		for _ in 0..count / 10 {
			outbox.put_all(vec![message(size); 10])?;
		}
		drop(outbox);
		let start = Instant::now();
		let stats = open(&path, 0)?.stats();
		println!(
			"| {size} | {} | {} | {} | {:.2} | {:.0} |",
			stats.messages(),
			stats.used_bytes,
			stats.file_bytes,
			stats.file_bytes as f64 / stats.used_bytes as f64,
			start.elapsed().as_secs_f64() * 1000.0,
		);
	}
	Ok(())
}

/// A second of 20,000 readings of 20 channels.
fn codec() -> Result<(), iot_outbox::BatchError> {
	let batch = ReadingBatch {
		channels: (0..20).map(|n| format!("channel-{n}")).collect(),
		samples: (0..20_000_u64)
			.map(|n| Sample {
				channel: (n % 20) as u16,
				at_ms: 1_800_000_000_000 + n / 20,
				value: 512 + ((n * 7919) % 41) as i32 - 20,
			})
			.collect(),
	};
	let start = Instant::now();
	let bytes = batch.encode()?;
	let encoded = start.elapsed();
	let start = Instant::now();
	let read = ReadingBatch::decode(&bytes)?;
	let decoded = start.elapsed();
	println!(
		"\n{} readings: {} bytes, {:.2} each; encoded in {:.1} ms, decoded in {:.1} ms",
		read.samples.len(),
		bytes.len(),
		bytes.len() as f64 / read.samples.len() as f64,
		encoded.as_secs_f64() * 1000.0,
		decoded.as_secs_f64() * 1000.0,
	);
	Ok(())
}
