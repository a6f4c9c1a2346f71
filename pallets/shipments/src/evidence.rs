//! What loggers have measured. `telemetry` gives it its meaning.

use crate::Channel;
use bpiiot_primitives::{MachineId, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::{ConstU32, DispatchError},
	BoundedVec,
};
use scale_info::TypeInfo;

/// A proof as its pallet reads it; nothing here looks into it. At most 4,096 bytes.
pub type Proof = BoundedVec<u8, ConstU32<4096>>;

/// What a machine has measured, or has not.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measured {
	/// On this channel nothing but values from `lowest` to `highest`, for all of the time.
	#[codec(index = 0)]
	Values {
		/// The channel.
		channel: Channel,
		/// The lowest value.
		lowest: i64,
		/// The highest value.
		highest: i64,
	},
	/// Nothing: there is no reading between these two moments, nor will there be one.
	#[codec(index = 1)]
	Nothing,
}

/// Why what a machine has measured shows nothing.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Objection {
	/// Its sensor was never calibrated.
	#[codec(index = 0)]
	NotCalibrated,
	/// Its calibration had expired by then.
	#[codec(index = 1)]
	CalibrationExpired,
	/// It came to the chain too late to say when it was measured.
	#[codec(index = 2)]
	AnchoredTooLate,
}

/// What a proof shows. One reading is a time of no length.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
	/// Whose readings they are.
	pub logger: MachineId,
	/// The moment of the first one, or of the last one before a silence.
	pub from: UnixMillis,
	/// The moment of the last one, or of the first one after a silence.
	pub until: UnixMillis,
	/// What they say.
	pub measured: Measured,
	/// Why they are not admissible, if they are not.
	pub objection: Option<Objection>,
}

/// Reads proofs.
pub trait Evidence {
	/// What a proof shows.
	///
	/// # Errors
	/// The implementation's own: it is no proof, or of nothing that was anchored.
	fn read(proof: &Proof) -> Result<Shown, DispatchError>;

	/// A proof that shows this: the dearest to read.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_proof(shown: Shown) -> Proof;
}
