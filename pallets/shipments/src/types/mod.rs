//! What the pallet stores, and what others name it by.

mod leg;
mod shipment;
mod terms;

pub use leg::{Breach, Claim, ClaimKind, Leg, LegState};
pub use shipment::{
	Decision, Decisions, Holder, Hop, Outcome, Refusal, Refusals, Shipment, ShipmentPlace, ShipmentState, Tender,
	MAX_HOPS,
};
pub use terms::{
	Carriage, Channel, FreightTerms, Limit, Line, Lines, Step, Terms, Windows, MAX_LEGS, MAX_LIMITS, MAX_LINES,
	MAX_STEPS,
};

pub use bpiiot_primitives::{LegId, ShipmentId};

/// An amount of the native token, in planck, or of the asset of goods or freight, in its smallest unit.
pub type Balance = u128;
