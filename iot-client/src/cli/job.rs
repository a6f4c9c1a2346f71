//! Commands about a job that was ordered: whoever may sign them.

use super::{args::JobCommand, customer, dispute, Desk, Result};
use crate::chain::{market::Rateable, Call, MarketCall};

pub(super) async fn job(desk: &Desk<'_>, what: &JobCommand) -> Result<u8> {
	match what {
		JobCommand::Approve { job, units, signer } => customer::approve(desk, *job, *units, signer).await,
		JobCommand::Reject {
			job,
			units,
			reason,
			signer,
		} => customer::reject(desk, *job, *units, reason, signer).await,
		JobCommand::Rate { job, stars, signer } => {
			let (agreement, stars) = (Rateable::Job(*job), *stars);
			desk.by_anyone(MarketCall::Rate { agreement, stars }.into(), signer)
				.await
		}
		JobCommand::Cancel { job, reason, signer } => {
			let reason = customer::reason_hash(reason);
			desk.by_anyone(Call::Cancel { job: *job, reason }, signer).await
		}
		JobCommand::Rework { job, reason, signer } => {
			let reason = customer::reason_hash(reason);
			desk.by_anyone(Call::RequestRework { job: *job, reason }, signer).await
		}
		JobCommand::Accept { job } => desk.by_key(Call::Accept(*job)).await,
		JobCommand::Decline { job, reason } => {
			let reason = customer::reason_hash(reason);
			desk.by_key(Call::Decline { job: *job, reason }).await
		}
		JobCommand::Counter {
			job,
			unit_price,
			deliver_in,
			signer,
		} => dispute::counter(desk, *job, unit_price.as_ref(), *deliver_in, signer).await,
		JobCommand::Agree { job, max_price, signer } => dispute::agree(desk, *job, max_price.as_ref(), signer).await,
		JobCommand::Concede { job, signer } => desk.by_anyone(Call::Concede(*job), signer).await,
		JobCommand::Dispute { job, evidence, signer } => {
			let evidence = dispute::hash_of(evidence)?;
			desk.by_anyone(Call::Dispute { job: *job, evidence }, signer).await
		}
		JobCommand::Evidence { job, file, signer } => {
			let evidence = dispute::hash_of(file)?;
			desk.by_anyone(Call::SubmitEvidence { job: *job, evidence }, signer)
				.await
		}
		JobCommand::EndDispute { job, signer } => desk.simply(Call::EndDispute(*job), signer).await,
		JobCommand::Arbiter { what } => dispute::arbiter(desk, what).await,
		JobCommand::Expire { job, signer } => desk.simply(Call::Expire(*job), signer).await,
		JobCommand::Remove { job, signer } => desk.by_anyone(Call::Remove(*job), signer).await,
	}
}
