//! What all tests of the crate use, each some of it.
#![allow(dead_code)]

use bpiiot_seal::{Batch, Channel, Reading, Sealer};

/// The time of the first reading, in unix ms.
pub const START: u64 = 1_790_000_000_000;
/// A chain, and a machine on it.
pub const GENESIS: [u8; 32] = [9; 32];
pub const MACHINE: [u8; 32] = [7; 32];

/// The readings that the golden vectors are of: the Python tests have the same rule.
pub fn reading(place: u64) -> Reading {
	Reading {
		channel: (place % 5) as u16,
		session: if place < 40 { 0xC0FF_EE01 } else { 0x0BAD_CAFE },
		sequence: if place < 40 { 3 * place } else { place - 40 },
		at: START + 10 * place,
		value: (place * place * 31 % 1_009) as i64 - 500,
	}
}

/// The first so many of them.
pub fn readings(count: u64) -> Vec<Reading> {
	(0..count).map(reading).collect()
}

/// The table of their channels.
pub fn table() -> Vec<Channel> {
	let names = ["spindle", "temperature", "vibration", "door", "Öl"];
	let channel = |(number, name): (usize, &&str)| Channel {
		number: number as u16,
		unit: number as u8 + 1,
		zero: -10 * number as i32,
		multiplier: 1 - 2 * (number as i32 % 2),
		divisor: 10u32.pow(number as u32),
		name: name.to_string(),
	};
	names.iter().enumerate().map(channel).collect()
}

/// The readings as the first batch of a series.
pub fn sealed(readings: &[Reading]) -> Batch {
	let mut sealer = Sealer::new(None, 0);
	readings
		.iter()
		.for_each(|reading| sealer.push(reading).expect("in order"));
	let table = bpiiot_seal::table_hash(&table()).expect("a table");
	sealer.finish(1, [0; 32], table).expect("there are readings")
}
