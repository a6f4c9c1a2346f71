//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_inventory`.
pub trait WeightInfo {
	/// Weight of `create_site`.
	fn create_site() -> Weight;
	/// Weight of `update_site`.
	fn update_site() -> Weight;
	/// Weight of `close_site`.
	fn close_site() -> Weight;
	/// Weight of `set_keepers`.
	fn set_keepers() -> Weight;
	/// Weight of `open_item`.
	fn open_item() -> Weight;
	/// Weight of `close_item`.
	fn close_item() -> Weight;
	/// Weight of `receive`.
	fn receive() -> Weight;
	/// Weight of `consume`.
	fn consume() -> Weight;
	/// Weight of `move_stock`.
	fn move_stock() -> Weight;
	/// Weight of `count`.
	fn count() -> Weight;
	/// Weight of `set_expiry`.
	fn set_expiry() -> Weight;
	/// Weight of `set_reorder`.
	fn set_reorder() -> Weight;
	/// Weight of `reorder`.
	fn reorder() -> Weight;
	/// Weight of `reserve`.
	fn reserve() -> Weight;
	/// Weight of `release`.
	fn release() -> Weight;
	/// Weight of `consume_reserved`.
	fn consume_reserved() -> Weight;
	/// Weight of `end_reservation`.
	fn end_reservation() -> Weight;
	/// Weight of `put_away`.
	fn put_away() -> Weight;
	/// Weight of `dismiss_arrival`.
	fn dismiss_arrival() -> Weight;
	/// Weight of `register_asset`.
	fn register_asset() -> Weight;
	/// Weight of `hand_over`.
	fn hand_over() -> Weight;
	/// Weight of `take_asset`.
	fn take_asset() -> Weight;
	/// Weight of `refuse_asset`.
	fn refuse_asset() -> Weight;
	/// Weight of `retire_asset`.
	fn retire_asset() -> Weight;
	/// Weight of `Materials::reserve` with `n` needs, but for the requests that they raise.
	fn reserve_for_job(n: u32) -> Weight;
	/// Weight of `Materials::consume`.
	fn consume_for_job() -> Weight;
	/// Weight of `Materials::release`.
	fn release_for_job() -> Weight;
	/// Weight of `Receiving::received`.
	fn received() -> Weight;
}
