//! What the calls weigh. The trait alone: the runtime does not have the pallet yet, and `make weights` writes this file from
//! the runtime's wasm once it has.

use frame_support::weights::Weight;

/// Weight functions needed for `pallet_diagnostics`.
pub trait WeightInfo {
	/// Weight of `enrol`.
	fn enrol() -> Weight;
	/// Weight of `discharge`.
	fn discharge() -> Weight;
	/// Weight of `appoint_maintainer`.
	fn appoint_maintainer() -> Weight;
	/// Weight of `set_wear`.
	fn set_wear() -> Weight;
	/// Weight of `set_rule`.
	fn set_rule() -> Weight;
	/// Weight of `remove_rule`.
	fn remove_rule() -> Weight;
	/// Weight of `report` with `m` metrics, when no rule fires.
	fn report(m: u32) -> Weight;
	/// Weight of a rule that fires in a report, but for what it costs to ask for quotes.
	fn fire() -> Weight;
	/// Weight of `open_ticket`.
	fn open_ticket() -> Weight;
	/// Weight of `close_ticket`.
	fn close_ticket() -> Weight;
	/// Weight of `remove_ticket`.
	fn remove_ticket() -> Weight;
	/// Weight of `request_quotes`, but for what it costs to ask for quotes.
	fn request_quotes() -> Weight;
	/// Weight of `offer_service`.
	fn offer_service() -> Weight;
	/// Weight of `withdraw_offer`.
	fn withdraw_offer() -> Weight;
	/// Weight of `accept_offer`.
	fn accept_offer() -> Weight;
	/// Weight of `assign`.
	fn assign() -> Weight;
	/// Weight of `acknowledge`.
	fn acknowledge() -> Weight;
	/// Weight of `start_work`.
	fn start_work() -> Weight;
	/// Weight of `declare_done`.
	fn declare_done() -> Weight;
	/// Weight of `submit_reading`, but for what it costs to check the proof.
	fn submit_reading() -> Weight;
	/// Weight of `give_up`.
	fn give_up() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `concede`.
	fn concede() -> Weight;
	/// Weight of `dispute`.
	fn dispute() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
	/// Weight of `remove_order`.
	fn remove_order() -> Weight;
	/// Weight of `accredit_issuer`.
	fn accredit_issuer() -> Weight;
	/// Weight of `remove_issuer`.
	fn remove_issuer() -> Weight;
	/// Weight of `register_certificate`.
	fn register_certificate() -> Weight;
	/// Weight of `revoke_certificate`.
	fn revoke_certificate() -> Weight;
	/// Weight of `prune_certificate`.
	fn prune_certificate() -> Weight;
	/// Weight of an award.
	fn award() -> Weight;
	/// Weight of `resolve`.
	fn resolve() -> Weight;
	/// Weight of `is_calibrated`.
	fn is_calibrated() -> Weight;
}
