//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_channels`.
pub trait WeightInfo {
	/// Weight of `open`.
	fn open() -> Weight;
	/// Weight of `top_up`.
	fn top_up() -> Weight;
	/// Weight of `redeem`.
	fn redeem() -> Weight;
	/// Weight of `redeem_batch` with so many vouchers.
	fn redeem_batch(n: u32) -> Weight;
	/// Weight of `request_close`.
	fn request_close() -> Weight;
	/// Weight of `close`.
	fn close() -> Weight;
	/// Weight of `close_together`.
	fn close_together() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
}
