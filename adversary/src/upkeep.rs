//! What machines have measured and who looks after them: series, challenges, tickets, orders and certificates. Looked at once a
//! block, and read anew for each call.

use crate::draw::Draw;
use bpiiot_primitives::{ChallengeId, MachineId, ServiceOrderId, TicketId};
use bpiiot_runtime::{AccountId, Runtime};
use bpiiot_seal::{Batch, Proof, Reading, Sealer};
use pallet_diagnostics::{CareOf, Cares, Issuers, MetricId, OrderOf, Orders, SensorOf, Sensors, TicketOf, Tickets};
use pallet_telemetry::{AllSeries, Anchor, Anchors, ChallengeOf, Challenges, SeriesOf};
use std::collections::BTreeMap;

/// The channel by which orders are judged.
pub const METRIC: u16 = 3;
/// The table of channels.
pub const TABLE: [u8; 32] = [8; 32];
/// A good value, a bad one, and that of a machine that stands.
pub const GOOD: i64 = 2_000;
pub const BAD: i64 = 9_000;
pub const IDLE: i64 = 0;
/// Between two readings of a batch, in milliseconds.
pub const STEP: u64 = 60_000;
/// The board's session.
const SESSION: u32 = 7;

/// What there is.
#[derive(Clone, Debug, Default)]
pub struct Upkeep {
	/// How far the series of machines are.
	pub series: BTreeMap<MachineId, SeriesOf<Runtime>>,
	/// The anchors that are kept.
	pub anchors: BTreeMap<(MachineId, u64), Anchor>,
	/// The challenges.
	pub challenges: BTreeMap<ChallengeId, ChallengeOf<Runtime>>,
	/// The machines that are looked after.
	pub cares: BTreeMap<MachineId, CareOf<Runtime>>,
	/// The tickets.
	pub tickets: BTreeMap<TicketId, TicketOf<Runtime>>,
	/// The maintenance orders.
	pub orders: BTreeMap<ServiceOrderId, OrderOf<Runtime>>,
	/// The sensors with certificates.
	pub sensors: BTreeMap<(MachineId, MetricId), SensorOf<Runtime>>,
	/// Who is accredited.
	pub issuers: Vec<AccountId>,
}

impl Upkeep {
	/// Looks at the ledger.
	pub fn look() -> Self {
		let mut issuers: Vec<_> = Issuers::<Runtime>::iter_keys().collect();
		issuers.sort_unstable();
		Self {
			series: AllSeries::<Runtime>::iter().collect(),
			anchors: Anchors::<Runtime>::iter()
				.map(|(machine, batch, anchor)| ((machine, batch), anchor))
				.collect(),
			challenges: Challenges::<Runtime>::iter().collect(),
			cares: Cares::<Runtime>::iter().collect(),
			tickets: Tickets::<Runtime>::iter().collect(),
			orders: Orders::<Runtime>::iter().collect(),
			sensors: Sensors::<Runtime>::iter()
				.map(|(machine, metric, sensor)| ((machine, metric), sensor))
				.collect(),
			issuers,
		}
	}

	/// A machine that is looked after, as it is.
	pub fn care(&self, draw: &mut Draw<'_>) -> Option<(MachineId, CareOf<Runtime>)> {
		let id = draw.mostly(&self.cares, |_| true)?;
		Some((id, Cares::<Runtime>::get(id)?))
	}

	/// A ticket, as it is: mostly one that `is` wants.
	pub fn ticket(
		&self,
		draw: &mut Draw<'_>,
		is: impl Fn(&TicketOf<Runtime>) -> bool,
	) -> Option<(TicketId, TicketOf<Runtime>)> {
		let id = draw.mostly(&self.tickets, is)?;
		Some((id, Tickets::<Runtime>::get(id)?))
	}

	/// An order, as it is: mostly one that `is` wants.
	pub fn order(
		&self,
		draw: &mut Draw<'_>,
		is: impl Fn(&OrderOf<Runtime>) -> bool,
	) -> Option<(ServiceOrderId, OrderOf<Runtime>)> {
		let id = draw.mostly(&self.orders, is)?;
		Some((id, Orders::<Runtime>::get(id)?))
	}

	/// A sensor with certificates, as it is.
	pub fn sensor(&self, draw: &mut Draw<'_>) -> Option<(MachineId, MetricId, SensorOf<Runtime>)> {
		let (machine, metric) = draw.mostly(&self.sensors, |_| true)?;
		Some((machine, metric, Sensors::<Runtime>::get(machine, metric)?))
	}
}

/// What a machine has measured in a batch of this number: known from what the chain keeps, so that anybody here can show it. The
/// count of clock jumps says which kind it is; of every fourth kind nobody has the readings.
pub fn readings(batch: u64, from: u64, count: u32, kind: u16) -> Vec<Reading> {
	let value = [GOOD, BAD, IDLE, GOOD][usize::from(kind % 4)];
	let reading = |place: u64| Reading {
		channel: METRIC,
		session: SESSION,
		sequence: batch * 1_000 + place,
		at: from + place * STEP,
		value,
	};
	(0..u64::from(count)).map(reading).collect()
}

/// Whether nobody has the readings of a batch of this kind.
pub fn is_junk(kind: u16) -> bool {
	kind % 4 == 3
}

/// The machine's next batch: so many readings from a moment on.
pub fn sealed(series: &SeriesOf<Runtime>, from: u64, count: u32, kind: u16) -> Option<Batch> {
	let number = series.number + 1;
	let mut sealer = Sealer::new(series.end, series.to);
	for reading in readings(number, from, count, kind) {
		sealer.push(&reading).ok()?;
	}
	let mut batch = sealer.finish(number, series.last, TABLE)?;
	batch.jumps = kind;
	if is_junk(kind) {
		batch.root = [kind as u8; 32];
	}
	Some(batch)
}

/// The proof of so many readings of a batch that was anchored.
pub fn proof(batch: u64, anchor: &Anchor, first: u32, count: u32) -> Option<Proof> {
	let all = readings(batch, anchor.from, anchor.count, anchor.jumps);
	Proof::of(batch, &all, first, count)
}
