//! How escrow and its index of deadlines name a rental.

use crate::RentalId;
use bpiiot_primitives::{AgreementRef, JobId};

/// The name of a rental.
///
/// A stand-in: `AgreementRef` has no kinds but jobs yet. All ids come from [`fresh_id`](bpiiot_primitives::fresh_id), so that
/// none of these is a job's. When the runtime gets this pallet, `bpiiot-primitives` gets the ids and a variant of their own,
/// and this is where it is used.
pub(crate) fn agreement_of(rental: RentalId) -> AgreementRef {
	AgreementRef::Job(JobId(rental.0))
}
