//! The weights of messages between chains.
//!
//! `pallet-xcm` brings none of its own. Those of the calls that users make ([`configs::xcm`](crate::configs::xcm)) are the
//! SDK's own measurements of other runtimes, rounded up, with what is read and written here; each names its source. The
//! others are shut or root's and set high. Whoever sends us a message pays by instruction.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

use super::WEIGHT_REF_TIME_PER_MICROS;

/// What one storage access may add to a proof: a value and the nodes above it.
const PROOF_OF_ACCESS: u64 = 4 * 1024;

/// The calls of `pallet-xcm`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo<T> {
	/// A call that takes 200 µs beside `reads` and `writes`.
	fn call(reads: u64, writes: u64) -> Weight {
		Weight::from_parts(200 * WEIGHT_REF_TIME_PER_MICROS, PROOF_OF_ACCESS.saturating_mul(reads))
			.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}
}

impl<T: frame_system::Config> pallet_xcm::WeightInfo for WeightInfo<T> {
	fn send() -> Weight {
		Self::call(8, 4)
	}
	fn teleport_assets() -> Weight {
		Self::call(10, 6)
	}
	/// The same as `transfer_assets`, with fewer checks.
	fn reserve_transfer_assets() -> Weight {
		<Self as pallet_xcm::WeightInfo>::transfer_assets()
	}
	/// The Westend asset hub's, of an asset of `pallet-assets` with a message to its relay chain: 182.3 µs, 14 reads,
	/// 7 writes, 6,208 bytes (SDK, 2024-12-18). Here an account may die of it, with what it has on hold, and a rest that
	/// is too small for an account is put aside.
	fn transfer_assets() -> Weight {
		Self::call(16, 10)
	}
	fn execute() -> Weight {
		Self::call(2, 1)
	}
	fn force_xcm_version() -> Weight {
		Self::call(1, 1)
	}
	fn force_default_xcm_version() -> Weight {
		Self::call(1, 1)
	}
	fn force_subscribe_version_notify() -> Weight {
		Self::call(9, 6)
	}
	fn force_unsubscribe_version_notify() -> Weight {
		Self::call(9, 6)
	}
	fn force_suspension() -> Weight {
		Self::call(1, 1)
	}
	fn migrate_supported_version() -> Weight {
		Self::call(6, 2)
	}
	fn migrate_version_notifiers() -> Weight {
		Self::call(6, 2)
	}
	fn already_notified_target() -> Weight {
		Self::call(6, 1)
	}
	fn notify_current_targets() -> Weight {
		Self::call(9, 4)
	}
	fn notify_target_migration_fail() -> Weight {
		Self::call(6, 2)
	}
	fn migrate_version_notify_targets() -> Weight {
		Self::call(6, 2)
	}
	fn migrate_and_notify_old_targets() -> Weight {
		Self::call(10, 5)
	}
	fn new_query() -> Weight {
		Self::call(1, 2)
	}
	fn take_response() -> Weight {
		Self::call(2, 2)
	}
	/// Rococo's (`rococo-runtime` 39): 41.5 µs, 2 reads and a write, and for each asset 47 µs, 3 reads, 3 writes and 3,675
	/// bytes.
	fn claim_assets(assets: u32) -> Weight {
		let each = Weight::from_parts(50 * WEIGHT_REF_TIME_PER_MICROS, 3 * PROOF_OF_ACCESS)
			.saturating_add(T::DbWeight::get().reads_writes(3, 3));
		Self::call(2, 1).saturating_add(each.saturating_mul(assets.into()))
	}
	fn add_authorized_alias() -> Weight {
		Self::call(3, 3)
	}
	fn remove_authorized_alias() -> Weight {
		Self::call(3, 3)
	}
	fn weigh_message(bytes: u32) -> Weight {
		Self::decode_xcm(bytes).saturating_mul(2)
	}
	fn decode_xcm(bytes: u32) -> Weight {
		// 20 ns a byte: ten times what decoding short instructions takes.
		Weight::from_parts(20 * WEIGHT_REF_TIME_PER_MICROS, 0)
			.saturating_add(Weight::from_parts(WEIGHT_REF_TIME_PER_MICROS / 50, 0).saturating_mul(bytes.into()))
	}
}
