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

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// An amount of the native token, in planck, or of the asset of goods or freight, in its smallest unit.
pub type Balance = u128;

/// Declares a 64-bit identifier that [`fresh_id`](bpiiot_primitives::fresh_id) mints.
macro_rules! fresh {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord,
			Debug, Default,
		)]
		pub struct $name(pub u64);
	};
}

fresh! {
	/// A shipment and all that becomes of it.
	ShipmentId
}
fresh! {
	/// A leg of a shipment: what one carrier has agreed to, and all that becomes of it.
	LegId
}
