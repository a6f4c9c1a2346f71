//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_procurement`.
pub trait WeightInfo {
	/// Weight of `publish_quote`.
	fn publish_quote() -> Weight;
	/// Weight of `update_quote`.
	fn update_quote() -> Weight;
	/// Weight of `set_stock`.
	fn set_stock() -> Weight;
	/// Weight of `withdraw_quote`.
	fn withdraw_quote() -> Weight;
	/// Weight of `buy`.
	fn buy() -> Weight;
	/// Weight of `deliver`.
	fn deliver() -> Weight;
	/// Weight of `confirm`.
	fn confirm() -> Weight;
	/// Weight of `reject`.
	fn reject() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `concede`.
	fn concede() -> Weight;
	/// Weight of `dispute`.
	fn dispute() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
	/// Weight of `raise_request`.
	fn raise_request() -> Weight;
	/// Weight of `cancel_request`.
	fn cancel_request() -> Weight;
	/// Weight of `expire_request`.
	fn expire_request() -> Weight;
	/// Weight of `remove_request`.
	fn remove_request() -> Weight;
	/// Weight of `bid`.
	fn bid() -> Weight;
	/// Weight of `seal_bid`.
	fn seal_bid() -> Weight;
	/// Weight of `reveal_bid`.
	fn reveal_bid() -> Weight;
	/// Weight of `forfeit_bid`.
	fn forfeit_bid() -> Weight;
	/// Weight of `reclaim_bid`.
	fn reclaim_bid() -> Weight;
	/// Weight of `award`.
	fn award() -> Weight;
	/// Weight of `award_to`.
	fn award_to() -> Weight;
	/// Weight of `award_private`.
	fn award_private() -> Weight;
	/// Weight of `counter_offer`.
	fn counter_offer() -> Weight;
	/// Weight of `accept_counter_offer`.
	fn accept_counter_offer() -> Weight;
	/// Weight of `resolve`.
	fn resolve() -> Weight;
}
