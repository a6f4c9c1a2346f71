//! How escrow and its index of deadlines name what this pallet has.

use crate::{LegId, ShipmentId};
use bpiiot_primitives::{AgreementRef, JobId};

/// The name of a shipment or of a leg.
///
/// A stand-in: `AgreementRef` has no kinds but jobs yet. All ids come from [`fresh_id`](bpiiot_primitives::fresh_id), so that
/// none of these is a job's. When the runtime gets this pallet, `bpiiot-primitives` gets the ids and variants of their own,
/// and this is where they are used.
pub(crate) fn agreement_of(id: impl Into<Named>) -> AgreementRef {
	AgreementRef::Job(JobId(id.into().0))
}

/// The number of what has a name.
pub(crate) struct Named(u64);

impl From<ShipmentId> for Named {
	fn from(shipment: ShipmentId) -> Self {
		Self(shipment.0)
	}
}

impl From<LegId> for Named {
	fn from(leg: LegId) -> Self {
		Self(leg.0)
	}
}
