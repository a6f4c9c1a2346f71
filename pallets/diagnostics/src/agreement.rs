//! How escrow and its index of deadlines name what this pallet has.

use crate::ServiceOrderId;
use bpiiot_primitives::{AgreementRef, JobId};

/// The name of an order.
///
/// A stand-in: `AgreementRef` has no kinds but jobs yet. All ids come from [`fresh_id`](bpiiot_primitives::fresh_id), so that
/// none of these is a job's. When the runtime gets this pallet, `bpiiot-primitives` gets the id and a variant of its own, and
/// this is where it is used.
pub(crate) fn agreement_of(order: ServiceOrderId) -> AgreementRef {
	AgreementRef::Job(JobId(order.0))
}
