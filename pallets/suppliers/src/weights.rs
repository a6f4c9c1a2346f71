//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_suppliers`.
pub trait WeightInfo {
	/// Weight of `publish_profile`.
	fn publish_profile() -> Weight;
	/// Weight of `update_profile`.
	fn update_profile() -> Weight;
	/// Weight of `remove_profile`.
	fn remove_profile() -> Weight;
	/// Weight of `rate`.
	fn rate() -> Weight;
	/// Weight of `forget_pair`.
	fn forget_pair() -> Weight;
	/// Weight of `forget_name`.
	fn forget_name() -> Weight;
}
