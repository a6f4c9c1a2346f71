//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_shipments`.
pub trait WeightInfo {
	/// Weight of `offer`.
	fn offer() -> Weight;
	/// Weight of `agree`.
	fn agree() -> Weight;
	/// Weight of `agree_to_carry`.
	fn agree_to_carry() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `hand_over`.
	fn hand_over() -> Weight;
	/// Weight of `take_over`.
	fn take_over() -> Weight;
	/// Weight of `present`.
	fn present() -> Weight;
	/// Weight of `decline_handover`.
	fn decline_handover() -> Weight;
	/// Weight of `report_loss`.
	fn report_loss() -> Weight;
	/// Weight of `refuse`.
	fn refuse() -> Weight;
	/// Weight of `accept_delivery`.
	fn accept_delivery() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `concede`.
	fn concede() -> Weight;
	/// Weight of `dispute`.
	fn dispute() -> Weight;
	/// Weight of `claim_breach`.
	fn claim_breach() -> Weight;
	/// Weight of `report_damage`.
	fn report_damage() -> Weight;
	/// Weight of `concede_claim`.
	fn concede_claim() -> Weight;
	/// Weight of `dispute_claim`.
	fn dispute_claim() -> Weight;
	/// Weight of `expire_leg`.
	fn expire_leg() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
	/// Weight of `resolve`.
	fn resolve() -> Weight;
	/// Weight of `resolve_claim`.
	fn resolve_claim() -> Weight;
}
