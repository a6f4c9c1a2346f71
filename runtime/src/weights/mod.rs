//! What everything costs: time on the reference machine and size of the proof.
//!
//! A pallet of the SDK brings the weights that its makers measured; ours are measured on this runtime (`make weights`) and
//! stand with each pallet. Here are those for which the SDK has none, or none that hold on this runtime; `make weights`
//! measures them too.

pub mod asset_tx_payment;
pub mod checks;
pub mod cumulus_pallet_weight_reclaim;
pub mod pallet_asset_tx_payment;
pub mod pallet_timestamp;
pub mod pallet_xcm;

use frame_support::weights::Weight;

/// The constants of a block, as the SDK measured them on the reference machine. The database's are those of RocksDB:
/// our node uses ParityDB, which is faster, but a collator may choose.
pub use frame_support::weights::constants::{
	BlockExecutionWeight, ExtrinsicBaseWeight, RocksDbWeight as DbWeight, WEIGHT_REF_TIME_PER_MICROS,
	WEIGHT_REF_TIME_PER_SECOND,
};

/// An instruction of a message from elsewhere: a millisecond and 64 KiB, more than any of them takes. The dearest moves
/// an asset from one account to another: 5 reads and 5 writes of 625 µs in all, and less than 100 µs of computing.
pub const MESSAGE_INSTRUCTION: Weight = Weight::from_parts(1_000 * WEIGHT_REF_TIME_PER_MICROS, 64 * 1024);
