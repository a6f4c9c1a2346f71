//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_telemetry`.
pub trait WeightInfo {
	/// Weight of `set_room`.
	fn set_room() -> Weight;
	/// Weight of `anchor`.
	fn anchor() -> Weight;
	/// Weight of `prune` with `n` anchors.
	fn prune(n: u32) -> Weight;
	/// Weight of `challenge`.
	fn challenge() -> Weight;
	/// Weight of `produce` with `n` readings.
	fn produce(n: u32) -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `Evidence::admissible_readings` with `n` readings, but for what is asked of certificates.
	fn admissible(n: u32) -> Weight;
}
