//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_products`.
pub trait WeightInfo {
	/// Weight of `accredit`.
	fn accredit() -> Weight;
	/// Weight of `withdraw_accreditation`.
	fn withdraw_accreditation() -> Weight;
	/// Weight of `assign_prefix`.
	fn assign_prefix() -> Weight;
	/// Weight of `set_room`.
	fn set_room() -> Weight;
	/// Weight of `revoke_prefix`.
	fn revoke_prefix() -> Weight;
	/// Weight of `release_prefix`.
	fn release_prefix() -> Weight;
	/// Weight of `register_item`.
	fn register_item() -> Weight;
	/// Weight of `register_range`.
	fn register_range() -> Weight;
	/// Weight of `register_lot`.
	fn register_lot() -> Weight;
	/// Weight of `withdraw`.
	fn withdraw() -> Weight;
	/// Weight of `make` with `i` inputs and `o` outputs that takes over no recall.
	fn make(i: u32, o: u32) -> Weight;
	/// Weight of `amend`.
	fn amend() -> Weight;
	/// Weight of `transfer`.
	fn transfer() -> Weight;
	/// Weight of `pack` with `n` things.
	fn pack(n: u32) -> Weight;
	/// Weight of `unpack` with `n` things.
	fn unpack(n: u32) -> Weight;
	/// Weight of `attach_tag`.
	fn attach_tag() -> Weight;
	/// Weight of `verify_tag`.
	fn verify_tag() -> Weight;
	/// Weight of `certify`.
	fn certify() -> Weight;
	/// Weight of `revoke_certificate`.
	fn revoke_certificate() -> Weight;
	/// Weight of `remove_certificate`.
	fn remove_certificate() -> Weight;
	/// Weight of `recall`.
	fn recall() -> Weight;
	/// Weight of `narrow`.
	fn narrow() -> Weight;
	/// Weight of `lift`.
	fn lift() -> Weight;
	/// Weight of `confirm`.
	fn confirm() -> Weight;
	/// Weight of `contest`.
	fn contest() -> Weight;
	/// Weight of `judge`.
	fn judge() -> Weight;
	/// Weight of `settle_contest`.
	fn settle_contest() -> Weight;
	/// Weight of `spread` for `n` steps.
	fn spread(n: u32) -> Weight;
	/// Weight of `close_recall`.
	fn close_recall() -> Weight;
	/// What it costs a making to take over one recall.
	fn inherit() -> Weight;
	/// What it costs a block to look for a recall that spreads.
	fn spread_look() -> Weight;
}
