//! How escrow and its index of deadlines name what this pallet has.

use crate::{PurchaseOrderId, RequestId};
use bpiiot_primitives::{AgreementRef, JobId};

/// The name of an order or a request.
///
/// A stand-in: `AgreementRef` has no kinds but jobs yet. All ids come from [`fresh_id`](bpiiot_primitives::fresh_id), so that
/// none of these is a job's. When the runtime gets this pallet, `bpiiot-primitives` gets the ids and variants of their own,
/// and this is where they are used.
pub(crate) fn agreement_of(id: impl Into<Named>) -> AgreementRef {
	AgreementRef::Job(JobId(id.into().0))
}

/// The number of what has a name.
pub(crate) struct Named(u64);

impl From<PurchaseOrderId> for Named {
	fn from(order: PurchaseOrderId) -> Self {
		Self(order.0)
	}
}

impl From<RequestId> for Named {
	fn from(request: RequestId) -> Self {
		Self(request.0)
	}
}
