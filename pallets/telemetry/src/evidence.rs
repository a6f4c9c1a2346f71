//! Which readings are evidence, and what other pallets may ask of a machine's.

use crate::{AllSeries, Anchor, Anchors, Config, Pallet, Record, WeightInfo};
use bpiiot_primitives::{MachineId, UnixMillis};
use bpiiot_seal::{Hash, Proof, Reading, Refused};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{traits::Get, weights::Weight};
use scale_info::TypeInfo;

/// Why readings are no evidence.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
	/// The machine has never anchored a batch of this number.
	#[codec(index = 0)]
	NeverAnchored,
	/// The batch's anchor was pruned.
	#[codec(index = 1)]
	Pruned,
	/// The proof does not lead to the batch's root.
	#[codec(index = 2)]
	NotProven(Refused),
	/// The readings are in the batch and cannot be: not of its time, or not in order.
	#[codec(index = 3)]
	Disorderly,
	/// The batch's readings were asked for once, and not produced.
	#[codec(index = 4)]
	Withheld,
	/// It was measured before the batch before was anchored.
	#[codec(index = 5)]
	BeforePredecessor,
	/// It was too old when it was anchored.
	#[codec(index = 6)]
	TooOld,
	/// Its sensor had no valid certificate, or none that was registered before the batch was anchored.
	#[codec(index = 7)]
	NotCalibrated,
	/// There are several readings where there should be one.
	#[codec(index = 8)]
	SeveralReadings,
}

/// A reading that is evidence.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Admitted {
	/// The reading.
	pub reading: Reading,
	/// The hash of the table of channels, by which its raw count has a meaning: a bound is one of a table.
	pub channels: Hash,
	/// When its batch was anchored.
	pub anchored_at: UnixMillis,
}

/// What other pallets ask of a machine's readings.
pub trait Evidence {
	/// The one reading that is proven, if it is evidence.
	///
	/// # Errors
	/// Why it is none.
	fn admissible_reading(machine: &MachineId, proof: &Proof) -> Result<Admitted, Why>;

	/// The anchor of the readings that are proven, if all of them are evidence. They follow each other without a gap but
	/// what was lost.
	///
	/// # Errors
	/// Why one of them is none.
	fn admissible_readings(machine: &MachineId, proof: &Proof) -> Result<Anchor, Why>;

	/// What it costs to ask for so many readings at once.
	fn weight(readings: u32) -> Weight;

	/// Whether a batch's readings were asked for and not produced.
	fn is_withheld(machine: &MachineId, batch: u64) -> bool;

	/// How the machine's holder answers to challenges.
	fn record(machine: &MachineId) -> Record;
}

/// Tells who may ask for a machine's readings.
pub trait EvidenceUse<AccountId> {
	/// Whether `who` is party to something that rests on the readings of this batch. Its number says when it was measured.
	fn is_party(who: &AccountId, machine: &MachineId, batch: u64) -> bool;

	/// Makes somebody a party.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_party(who: &AccountId, machine: &MachineId);
}

/// Nothing rests on readings.
impl<AccountId> EvidenceUse<AccountId> for () {
	fn is_party(_: &AccountId, _: &MachineId, _: u64) -> bool {
		false
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_party(_: &AccountId, _: &MachineId) {}
}

/// Tells which channels are calibrated.
pub trait Calibration {
	/// Whether a channel was under a certificate that was valid at `measured_at` and registered before `anchored_at`.
	fn is_calibrated(machine: &MachineId, channel: u16, measured_at: UnixMillis, anchored_at: UnixMillis) -> bool;
}

/// No certificate is asked for.
impl Calibration for () {
	fn is_calibrated(_: &MachineId, _: u16, _: UnixMillis, _: UnixMillis) -> bool {
		true
	}
}

impl Anchor {
	/// Whether proven readings can be of this batch: all of its time, and in order.
	pub fn fits(&self, proof: &Proof) -> bool {
		let times = self.from..=self.to;
		proof.is_in_order() && proof.readings.iter().all(|reading| times.contains(&reading.at))
	}

	/// Whether what was measured at a time is evidence by that: between the anchor before and this one, and at most so many
	/// milliseconds old when it was anchored.
	///
	/// # Errors
	/// Why not.
	pub fn admits(&self, at: UnixMillis, max_age: u64) -> Result<(), Why> {
		if at < self.after {
			return Err(Why::BeforePredecessor);
		}
		// Nothing is anchored before it was measured.
		if self.anchored_at.saturating_sub(at) > max_age {
			return Err(Why::TooOld);
		}
		Ok(())
	}

	/// Whether all of the batch is evidence by its times.
	pub fn is_admissible(&self, max_age: u64) -> bool {
		!self.withheld && self.admits(self.from, max_age).is_ok()
	}
}

impl<T: Config> Pallet<T> {
	/// The anchor of proven readings, whether they are evidence or not.
	pub(crate) fn proven(machine: &MachineId, proof: &Proof) -> Result<Anchor, Why> {
		let anchor = Anchors::<T>::get(machine, proof.batch).ok_or_else(|| Self::why_unknown(machine, proof.batch))?;
		proof.verify(&anchor.root, anchor.count).map_err(Why::NotProven)?;
		if !anchor.fits(proof) {
			return Err(Why::Disorderly);
		}
		Ok(anchor)
	}

	/// That proven readings of a batch are evidence.
	pub(crate) fn ensure_evidence(machine: &MachineId, anchor: &Anchor, readings: &[Reading]) -> Result<(), Why> {
		if anchor.withheld {
			return Err(Why::Withheld);
		}
		for reading in readings {
			anchor.admits(reading.at, T::MaxAge::get())?;
			let anchored_at = anchor.anchored_at;
			if !T::Calibration::is_calibrated(machine, reading.channel, reading.at, anchored_at) {
				return Err(Why::NotCalibrated);
			}
		}
		Ok(())
	}

	/// Anchors one reading as a batch of its own, under this table of channels, and gives its proof.
	#[cfg(feature = "runtime-benchmarks")]
	pub fn benchmark_anchored(machine: &MachineId, reading: Reading, channels: Hash, anchored_at: UnixMillis) -> Proof {
		let batch = u64::MAX.saturating_sub(reading.at);
		let proof = Proof {
			batch,
			first: 0,
			readings: alloc::vec![reading],
			path: alloc::vec::Vec::new(),
		};
		let anchor = Anchor {
			hash: [0; 32],
			root: proof.root(1).unwrap_or_default(),
			channels,
			count: 1,
			lost: 0,
			jumps: 0,
			from: reading.at,
			to: reading.at,
			after: 0,
			anchored_at,
			kept_from: 0,
			withheld: false,
		};
		Anchors::<T>::insert(machine, batch, anchor);
		proof
	}

	fn why_unknown(machine: &MachineId, batch: u64) -> Why {
		let oldest = AllSeries::<T>::get(machine).map(|series| series.oldest);
		match oldest {
			Some(oldest) if (1..oldest).contains(&batch) => Why::Pruned,
			_ => Why::NeverAnchored,
		}
	}
}

impl<T: Config> Evidence for Pallet<T> {
	fn admissible_reading(machine: &MachineId, proof: &Proof) -> Result<Admitted, Why> {
		let [reading] = proof.readings[..] else {
			return Err(Why::SeveralReadings);
		};
		let anchor = Self::admissible_readings(machine, proof)?;
		Ok(Admitted {
			reading,
			channels: anchor.channels,
			anchored_at: anchor.anchored_at,
		})
	}

	fn admissible_readings(machine: &MachineId, proof: &Proof) -> Result<Anchor, Why> {
		let anchor = Self::proven(machine, proof)?;
		Self::ensure_evidence(machine, &anchor, &proof.readings)?;
		Ok(anchor)
	}

	fn weight(readings: u32) -> Weight {
		T::WeightInfo::admissible(readings)
	}

	fn is_withheld(machine: &MachineId, batch: u64) -> bool {
		Anchors::<T>::get(machine, batch).is_some_and(|anchor| anchor.withheld)
	}

	fn record(machine: &MachineId) -> Record {
		AllSeries::<T>::get(machine)
			.map(|series| series.tally.record)
			.unwrap_or_default()
	}
}
