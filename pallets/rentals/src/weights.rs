//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_rentals`.
pub trait WeightInfo {
	/// Weight of `publish_listing`.
	fn publish_listing() -> Weight;
	/// Weight of `update_listing`.
	fn update_listing() -> Weight;
	/// Weight of `withdraw_listing`.
	fn withdraw_listing() -> Weight;
	/// Weight of `rent`.
	fn rent() -> Weight;
	/// Weight of `approve`.
	fn approve() -> Weight;
	/// Weight of `decline`.
	fn decline() -> Weight;
	/// Weight of `start`.
	fn start() -> Weight;
	/// Weight of `extend`.
	fn extend() -> Weight;
	/// Weight of `set_user`.
	fn set_user() -> Weight;
	/// Weight of `remove_user`.
	fn remove_user() -> Weight;
	/// Weight of `give_back`.
	fn give_back() -> Weight;
	/// Weight of `confirm_return`.
	fn confirm_return() -> Weight;
	/// Weight of `claim`.
	fn claim() -> Weight;
	/// Weight of `waive`.
	fn waive() -> Weight;
	/// Weight of `concede`.
	fn concede() -> Weight;
	/// Weight of `dispute`.
	fn dispute() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `stop`.
	fn stop() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
	/// Weight of `resolve`.
	fn resolve() -> Weight;
}
