//! How escrow and its index of deadlines name what this pallet has.

use bpiiot_primitives::{AgreementRef, LegId, ShipmentId};

/// The name of a shipment or of a leg.
pub(crate) fn agreement_of(id: impl Into<Named>) -> AgreementRef {
	id.into().0
}

/// What has a name.
pub(crate) struct Named(AgreementRef);

impl From<ShipmentId> for Named {
	fn from(shipment: ShipmentId) -> Self {
		Self(AgreementRef::Shipment(shipment))
	}
}

impl From<LegId> for Named {
	fn from(leg: LegId) -> Self {
		Self(AgreementRef::Leg(leg))
	}
}
