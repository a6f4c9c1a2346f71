//! What a machine has measured, as its client seals it.

use bpiiot_primitives::MachineId;
use bpiiot_runtime::{Runtime, System};
use bpiiot_seal::{table_hash, Batch, Channel, Hash, Proof, Reading, Sealer};
use codec::Encode;
use pallet_diagnostics::Proof as Shown;
use pallet_telemetry::{AllSeries, SeriesOf};

/// The channel by which a spindle is judged.
pub const VIBRATION: u16 = 3;
/// The board's session.
pub const SESSION: u32 = 77;

/// The hash of the machine's table of channels.
pub fn table() -> Hash {
	let channel = Channel {
		number: VIBRATION,
		unit: 5,
		zero: 0,
		multiplier: 1,
		divisor: 1_000,
		name: "vibration".to_owned(),
	};
	table_hash(&[channel]).expect("it is a table")
}

/// How far the machine's series is.
pub fn series(machine: MachineId) -> SeriesOf<Runtime> {
	AllSeries::<Runtime>::get(machine).expect("there is room for it")
}

/// Readings of the vibration at these times (unix ms), which follow what the series has.
pub fn measured(machine: MachineId, seen: &[(u64, i64)]) -> Vec<Reading> {
	let next = series(machine).end.map_or(0, |end| end.sequence + 1);
	let reading = |(sequence, (at, value)): (u64, &(u64, i64))| Reading {
		channel: VIBRATION,
		session: SESSION,
		sequence,
		at: *at,
		value: *value,
	};
	(next..).zip(seen).map(reading).collect()
}

/// The readings as the machine's next batch.
pub fn sealed(machine: MachineId, readings: &[Reading]) -> Batch {
	let series = series(machine);
	let mut sealer = Sealer::new(series.end, series.to);
	for reading in readings {
		sealer.push(reading).expect("they are in order");
	}
	let batch = sealer.finish(series.number + 1, series.last, table());
	batch.expect("there are readings")
}

/// The proof of so many readings in a row.
pub fn proven(batch: u64, readings: &[Reading], first: u32, count: u32) -> Proof {
	Proof::of(batch, readings, first, count).expect("there are such places")
}

/// The proof of one reading, as an order takes it.
pub fn shown(batch: u64, readings: &[Reading], place: u32) -> Shown {
	let proof = proven(batch, readings, place, 1).encode();
	proof.try_into().expect("it is short")
}

/// The hash of the chain's first block.
pub fn genesis_hash() -> Hash {
	System::block_hash(0).0
}
