//! What everything costs: time on the reference machine and size of the proof.
//!
//! A pallet of the SDK brings the weights that its makers measured; ours are measured on this runtime (`make weights`) and
//! stand with each pallet. Here is what is composed in this runtime.

pub mod asset_tx_payment;
pub mod timestamp;
pub mod weight_reclaim;
pub mod xcm;

/// The constants of a block, as the SDK measured them on the reference machine. The database's are those of RocksDB:
/// our node uses ParityDB, which is faster, but a collator may choose.
pub use frame_support::weights::constants::{
	BlockExecutionWeight, ExtrinsicBaseWeight, RocksDbWeight as DbWeight, WEIGHT_REF_TIME_PER_MICROS,
	WEIGHT_REF_TIME_PER_SECOND,
};
