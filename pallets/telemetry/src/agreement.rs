//! How escrow's index of deadlines names a challenge.

use crate::ChallengeId;
use bpiiot_primitives::{AgreementRef, JobId};

/// The name of a challenge.
///
/// A stand-in: `AgreementRef` has no kinds but jobs yet. All ids come from [`fresh_id`](bpiiot_primitives::fresh_id), so that
/// none of these is a job's. When the runtime gets this pallet, `bpiiot-primitives` gets the id and a variant of its own,
/// and this is where it is used.
pub(crate) fn agreement_of(challenge: ChallengeId) -> AgreementRef {
	AgreementRef::Job(JobId(challenge.0))
}
