//! Commands of those who order.

use super::{
	args::MaybeSigner,
	money::{self, Denominations},
	CliError, Desk, Result,
};
use crate::{
	asset::Denomination,
	chain::{
		assets,
		finalized::FinalizedBlocks,
		queries,
		types::{ChainTime, Job, JobId, JobState, MachineId, Outcome},
		At, Call, Chain, ChainError,
	},
	parse::{show_millis, ParseError},
	wallet::{blake2_256, Wallet},
};
use std::time::Duration;
use subxt::utils::{AccountId32, H256};

/// The exit status of a watched job that ended without delivery.
const NOT_DELIVERED: u8 = 10;

/// The hash that the chain gets for a reason; zero for none.
pub(super) fn reason_hash(reason: &str) -> H256 {
	match reason.is_empty() {
		true => H256::zero(),
		false => H256(blake2_256([reason.as_bytes()])),
	}
}

/// Approves delivered units.
pub(super) async fn approve(desk: &Desk<'_>, job: JobId, units: Option<u32>, signer: &MaybeSigner) -> Result<u8> {
	review(desk, job, units, signer, |units| Call::Approve { job, units }).await
}

/// Rejects delivered units.
pub(super) async fn reject(
	desk: &Desk<'_>,
	job: JobId,
	units: Option<u32>,
	reason: &str,
	signer: &MaybeSigner,
) -> Result<u8> {
	let reason = reason_hash(reason);
	review(desk, job, units, signer, |units| Call::Reject { job, units, reason }).await
}

async fn review(
	desk: &Desk<'_>,
	job: JobId,
	units: Option<u32>,
	signer: &MaybeSigner,
	call: impl FnOnce(u32) -> Call,
) -> Result<u8> {
	let (chain, customer) = (desk.chain()?, desk.anyone(signer)?);
	let (at, _) = desk.at_newest(&chain).await?;
	let record = record(&at, job).await?;
	let in_review = record.in_review();
	if in_review == 0 {
		let message = format!(
			"job {job} is {}; there is nothing to approve or reject",
			in_words(record.state)
		);
		return Err(CliError::refused(message));
	}
	let units = units.unwrap_or(in_review);
	let call = call(units);
	let name = call.name();
	let (block, _) = desk.submit(&chain, &customer, call).await?;
	let text = format!(
		"done in block {}: {name} {job}, {units} of {in_review} units",
		block.number
	);
	desk.say(
		text,
		&serde_json::json!({ "call": name, "job": job, "units": units, "block": block.number }),
	);
	Ok(0)
}

/// The record of a job.
pub(super) async fn record(at: &At, job: JobId) -> Result<Job> {
	queries::job(at, job).await?.ok_or_else(|| no_job(job))
}

fn no_job(job: JobId) -> CliError {
	CliError::refused(format!(
		"there is no job {job} on this chain, or its record was removed"
	))
}

pub(super) fn in_words(state: JobState) -> String {
	match state {
		JobState::Settled(outcome) => format!("settled: {}", outcome.words()),
		state => state.name().to_owned(),
	}
}

/// Follows a job until it is settled.
pub(super) async fn watch(desk: &Desk<'_>, job: JobId) -> Result<u8> {
	let chain = desk.chain()?;
	desk.at_newest(&chain).await?;
	follow(desk, &chain, job).await
}

pub(super) async fn follow(desk: &Desk<'_>, chain: &Chain, id: JobId) -> Result<u8> {
	let mut blocks = FinalizedBlocks::after(chain.clone(), None);
	let mut news = chain.news();
	let mut known: Option<Job> = None;
	let mut money = None;
	loop {
		let block = blocks.next().await?;
		let (job, time) = loop {
			let session = chain.session().await;
			let seen = async {
				let at = session.at(block).await?;
				let job = queries::job(&at, id).await?;
				if let (None, Some(job)) = (&money, &job) {
					money = assets::denomination(&at, job.escrow.asset).await?;
				}
				Ok::<_, ChainError>((job, queries::time(&at).await?))
			};
			match seen.await {
				Ok(seen) => break seen,
				// The node forgot that block's state while we were away; a later block tells the same.
				Err(ChainError::Pruned) => break (known.clone(), Default::default()),
				Err(error) if error.passes_by_itself() => {
					let _ = tokio::time::timeout(Duration::from_secs(1), news.next()).await;
				}
				Err(error) => return Err(error.into()),
			}
		};
		let Some(job) = job else {
			return match known {
				Some(_) => Err(CliError::refused(format!("the record of job {id} was removed"))),
				None => Err(no_job(id)),
			};
		};
		if known.as_ref() != Some(&job) {
			let money = money
				.clone()
				.unwrap_or_else(|| Denominations::default().get(job.escrow.asset));
			let text = format!("block {}  {}", block.number, describe(&job, &money, time));
			let json = serde_json::json!({
				"event": job.state.name(), "block": block.number, "time": time.unix, "paused": time.paused,
				"job": money::job_json(&job, &money),
			});
			desk.say(text, &json);
		}
		if let JobState::Settled(outcome) = job.state {
			return Ok(match outcome {
				Outcome::Completed | Outcome::Arbitrated => 0,
				_ => NOT_DELIVERED,
			});
		}
		known = Some(job);
	}
}

fn describe(job: &Job, money: &Denomination, time: ChainTime) -> String {
	let paused = match time.paused {
		true => " of the agreement clock, which is paused",
		false => "",
	};
	let left = |deadline: u64| show_millis(deadline.saturating_sub(time.agreement())) + paused;
	match job.state {
		JobState::Ordered => format!(
			"ordered    {} units at {}; to be accepted within {}{}",
			job.units,
			money.show(job.unit_price),
			left(job.accept_by),
			counter_text(job, money, time)
		),
		JobState::Accepted => format!("accepted   to be delivered within {}", left(job.deliver_by)),
		JobState::Started => format!("started    {} of {} units done", job.units_done, job.units),
		JobState::Delivered => format!(
			"delivered  {} units, evidence {}; {} approved, {} rejected; review ends in {}",
			job.units_done,
			crate::parse::hex(job.result),
			job.approved,
			job.rejected,
			left(job.review_until)
		),
		JobState::Rejected => format!(
			"rejected   {} of {} units; the machine's side may dispute that within {}",
			job.contested,
			job.units_done,
			left(job.challenge_until)
		),
		JobState::Disputed => format!(
			"disputed   {} units, {} on hold for them; the arbiter is {}",
			job.contested,
			money.show(job.unit_price.saturating_mul(job.contested.into())),
			job.escrow
				.arbiter
				.map_or("nobody".to_owned(), |named| named.account.to_string())
		),
		JobState::Settled(outcome) => {
			format!(
				"settled    {}; {} units approved, {} rejected",
				outcome.words(),
				job.approved,
				job.rejected
			)
		}
	}
}

/// What the machine has proposed instead, if anything.
fn counter_text(job: &Job, money: &Denomination, time: ChainTime) -> String {
	let Some(counter) = job.counter else {
		return String::new();
	};
	format!(
		"\n           the machine proposes {} a unit, delivered within {}: `agree {}`, or wait, or `cancel {}`",
		money.show(counter.unit_price),
		show_millis(counter.deliver_by.saturating_sub(time.unix)),
		job.id,
		job.id
	)
}

/// The account that was typed: an address, a machine's id, or a well-known account.
pub(super) fn account(typed: &str) -> Result<AccountId32> {
	if typed.starts_with("//") {
		return Ok(Wallet::dev(typed)?.account());
	}
	let account: Result<MachineId, ParseError> = typed.parse();
	account.map(|id| id.account()).map_err(|_| {
		CliError::refused(format!(
			"`{typed}` is not an account; write an address, a machine's id, or //Customer"
		))
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn accounts_can_be_written_in_three_ways() {
		let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		assert_eq!(account("//Alice").unwrap().to_string(), alice);
		assert_eq!(account(alice).unwrap().to_string(), alice);
		assert_eq!(account(&MachineId([7; 32]).to_string()).unwrap(), AccountId32([7; 32]));
		assert!(account("alice").unwrap_err().to_string().contains("//Customer"));
	}

	#[test]
	fn a_reason_counts_by_its_hash_and_no_reason_as_zero() {
		assert_eq!(reason_hash(""), H256::zero());
		assert_eq!(reason_hash("crooked").0, blake2_256([b"crooked".as_slice()]));
	}
}
