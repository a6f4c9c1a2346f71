//! Haggling over an order and arguing over a delivery: counter-offers, evidence, and what an arbiter does.

use super::{
	args::{Arbiter, MaybeSigner},
	customer, money, CliError, Desk, Result,
};
use crate::{
	amount::Written,
	chain::{
		types::{CounterOffer, JobId, JobState},
		Call,
	},
	recipe::content_hash,
};
use std::{fs, path::Path, time::Duration};
use subxt::utils::H256;

/// Answers an order with other terms.
pub(super) async fn counter(
	desk: &Desk<'_>,
	id: JobId,
	unit_price: Option<&Written>,
	deliver_in: Option<Duration>,
	signer: &MaybeSigner,
) -> Result<u8> {
	let (chain, wallet) = (desk.chain()?, desk.anyone(signer)?);
	let (at, head) = desk.at_newest(&chain).await?;
	let job = customer::record(&at, id).await?;
	if job.state != JobState::Ordered {
		return Err(CliError::refused(format!(
			"job {id} is {}; only an order that waits for acceptance can be answered with other terms",
			customer::in_words(job.state)
		)));
	}
	let money = money::denomination(&at, job.escrow.asset).await?;
	let unit_price = match unit_price {
		Some(written) => money.read(written.as_str()).map_err(CliError::refused)?,
		None => job.unit_price,
	};
	let deliver_by = match deliver_in {
		Some(time) => head.time.unix.saturating_add(time.as_millis() as u64),
		// The chain keeps it on the agreement clock.
		None => job.deliver_by.saturating_add(head.time.stopped),
	};
	let counter = CounterOffer { unit_price, deliver_by };
	desk.send(&chain, &wallet, Call::CounterOffer { job: id, counter })
		.await
}

/// Agrees to a counter-offer.
pub(super) async fn agree(desk: &Desk<'_>, id: JobId, max_price: Option<&Written>, signer: &MaybeSigner) -> Result<u8> {
	let (chain, wallet) = (desk.chain()?, desk.anyone(signer)?);
	let (at, _) = desk.at_newest(&chain).await?;
	let job = customer::record(&at, id).await?;
	let counter = job
		.counter
		.ok_or_else(|| CliError::refused(format!("there is no counter-offer for job {id}; see `watch {id}`")))?;
	let money = money::denomination(&at, job.escrow.asset).await?;
	if let Some(written) = max_price {
		let limit = money.read(written.as_str()).map_err(CliError::refused)?;
		let price = counter.unit_price.saturating_mul(job.units.into());
		if price > limit {
			return Err(CliError::refused(format!(
				"the machine wants {} for {} units, more than your limit of {}",
				money.show(price),
				job.units,
				money.show(limit)
			)));
		}
	}
	desk.send(&chain, &wallet, Call::AcceptCounterOffer { job: id, counter })
		.await
}

/// What an arbiter does.
pub(super) async fn arbiter(desk: &Desk<'_>, what: &Arbiter) -> Result<u8> {
	match what {
		Arbiter::Register { fee, profile, signer } => {
			let profile = maybe_hash_of(profile.as_deref())?;
			desk.simply(Call::RegisterArbiter { fee: *fee, profile }, signer).await
		}
		Arbiter::Retire { signer } => desk.simply(Call::RetireArbiter, signer).await,
		Arbiter::Accept { job, signer } => desk.simply(Call::AcceptCase(*job), signer).await,
		Arbiter::Rule {
			job,
			to_machine,
			bond_to,
			ruling,
			signer,
		} => {
			let call = Call::Rule {
				job: *job,
				to_payee: *to_machine,
				bond_to_payee: bond_to == "machine",
				ruling: maybe_hash_of(ruling.as_deref())?,
			};
			desk.simply(call, signer).await
		}
	}
}

fn maybe_hash_of(path: Option<&Path>) -> Result<H256> {
	path.map_or(Ok(H256::zero()), hash_of)
}

/// What the chain gets of a file.
pub(super) fn hash_of(path: &Path) -> Result<H256> {
	let bytes =
		fs::read(path).map_err(|error| CliError::refused(format!("cannot read {}: {error}", path.display())))?;
	Ok(H256(content_hash(&bytes)))
}
