//! How escrow and its index of deadlines name a channel.

use crate::ChannelId;
use bpiiot_primitives::{AgreementRef, JobId};

/// The name of a channel.
///
/// A stand-in: `AgreementRef` has no kinds but jobs yet. All ids come from [`fresh_id`](bpiiot_primitives::fresh_id), so that no
/// channel's is a job's. When the runtime gets this pallet, `bpiiot-primitives` gets a variant for channels, and this is where it
/// is used.
pub(crate) fn agreement_of(channel: ChannelId) -> AgreementRef {
	AgreementRef::Job(JobId(channel.0))
}
