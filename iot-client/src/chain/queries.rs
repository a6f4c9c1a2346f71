//! Reads of the chain's state at one block.

use super::{
	convert,
	error::Result,
	limits::{Fees, Spending},
	runtime::{constants, runtime_apis, storage, OfferRank},
	session::At,
	types::{Balance, ChainTime, Job, JobId, Machine, MachineId, Offer, OfferId},
};
use crate::asset::Asset;
use futures::TryStreamExt;
use subxt::utils::AccountId32;

/// The chain's clocks.
///
/// # Errors
/// When the node does not answer.
pub async fn time(at: &At) -> Result<ChainTime> {
	let clock = at.storage().fetch(storage().escrow().clock(), ()).await?.decode()?;
	Ok(ChainTime::from_chain(&clock))
}

/// A machine.
///
/// # Errors
/// When the node does not answer.
pub async fn machine(at: &At, id: MachineId) -> Result<Option<Machine>> {
	let entry = at
		.storage()
		.try_fetch(storage().machines().machines(), (convert::machine_id(id),))
		.await?;
	let machine = entry.map(|entry| entry.decode()).transpose()?;
	Ok(machine.map(|machine| Machine::from_chain(id, machine)))
}

/// The machine that a key acts for, or acted for, and whether it still does.
///
/// # Errors
/// When the node does not answer.
pub async fn machine_of_key(at: &At, key: &AccountId32) -> Result<Option<(MachineId, bool)>> {
	let entry = at.storage().try_fetch(storage().machines().keys(), (*key,)).await?;
	let record = entry.map(|entry| entry.decode()).transpose()?;
	Ok(record.map(|record| (MachineId(record.machine.0), record.live)))
}

/// How many machines an account has registered or taken over: the nonce of its next registration.
///
/// # Errors
/// When the node does not answer.
pub async fn registrations(at: &At, owner: &AccountId32) -> Result<u32> {
	Ok(at
		.storage()
		.fetch(storage().machines().registrations(), (*owner,))
		.await?
		.decode()?)
}

/// What a machine's key may cost its owner, as it was when the last fee was taken; see [`Fees::at`].
///
/// # Errors
/// When the node does not answer.
pub async fn fees(at: &At, machine: MachineId) -> Result<Fees> {
	let entry = at
		.storage()
		.try_fetch(storage().machines().fees(), (convert::machine_id(machine),))
		.await?;
	let fees = entry.map(|entry| entry.decode()).transpose()?;
	Ok(fees.as_ref().map(Fees::from_chain).unwrap_or_default())
}

/// What a machine may spend, as it was when it last spent something; see [`Spending::at`]. None without a policy.
///
/// # Errors
/// When the node does not answer.
pub async fn spending(at: &At, machine: MachineId) -> Result<Option<Spending>> {
	let entry = at
		.storage()
		.try_fetch(storage().machines().spending(), (convert::machine_id(machine),))
		.await?;
	let record = entry.map(|entry| entry.decode()).transpose()?;
	Ok(record.map(Spending::from_chain))
}

/// An offer.
///
/// # Errors
/// When the node does not answer.
pub async fn offer(at: &At, id: OfferId) -> Result<Option<Offer>> {
	let entry = at
		.storage()
		.try_fetch(storage().jobs().offers(), (convert::offer_id(id),))
		.await?;
	let offer = entry.map(|entry| entry.decode()).transpose()?;
	Ok(offer.map(|offer| Offer::from_chain(id, offer)))
}

/// The offers of a machine.
///
/// # Errors
/// When the node does not answer.
pub async fn offers_of(at: &At, machine: MachineId) -> Result<Vec<OfferId>> {
	let entry = at
		.storage()
		.fetch(storage().jobs().offers_of(), (convert::machine_id(machine),))
		.await?;
	Ok(entry.decode()?.0.into_iter().map(|id| OfferId(id.0)).collect())
}

/// All offers that `wanted` takes, in pages of the node; sorts nothing.
///
/// # Errors
/// When the node does not answer.
pub async fn offers(at: &At, mut wanted: impl FnMut(&Offer) -> bool) -> Result<Vec<Offer>> {
	let mut found = Vec::new();
	let mut entries = at.storage().iter(storage().jobs().offers(), ()).await?;
	while let Some(entry) = entries.try_next().await? {
		let (id,) = entry.key()?.decode()?;
		let offer = Offer::from_chain(OfferId(id.0), entry.value().decode()?);
		if wanted(&offer) {
			found.push(offer);
		}
	}
	Ok(found)
}

/// A page of offers, and where the next one begins.
#[derive(Debug)]
pub struct OfferPage {
	/// Those whose machines take orders, by rising price of a unit.
	pub offers: Vec<Offer>,
	/// Where to go on.
	pub next: Option<OfferRank>,
}

/// The offers of a capability in a region and an asset, by rising price of a unit. The chain's index answers, with bounded
/// work for each page.
///
/// # Errors
/// When the node does not answer.
pub async fn offers_by(
	at: &At,
	capability: &str,
	region: &str,
	asset: Asset,
	max_price: Option<u128>,
	cursor: Option<OfferRank>,
) -> Result<OfferPage> {
	let (capability, region) = (convert::text(capability.to_owned()), convert::text(region.to_owned()));
	let query = runtime_apis()
		.jobs_api()
		.offers_by(capability, region, convert::asset(asset), max_price, cursor);
	let page = at.runtime_apis().call(query).await?;
	let offers = page.offers.into_iter();
	Ok(OfferPage {
		offers: offers
			.map(|found| Offer::from_chain(OfferId(found.id.0), found.offer))
			.collect(),
		next: page.next,
	})
}

/// What an order costs besides its price, in planck: the deposit for the job's record, and the fee.
///
/// # Errors
/// When the node does not answer.
pub fn order_costs(at: &At) -> Result<(u128, u128)> {
	let (jobs, constants) = (constants().jobs(), at.constants());
	Ok((constants.entry(jobs.job_deposit())?, constants.entry(jobs.order_fee())?))
}

/// A job.
///
/// # Errors
/// When the node does not answer.
pub async fn job(at: &At, id: JobId) -> Result<Option<Job>> {
	let entry = at
		.storage()
		.try_fetch(storage().jobs().jobs(), (convert::job_id(id),))
		.await?;
	let job = entry.map(|entry| entry.decode()).transpose()?;
	Ok(job.map(|job| Job::from_chain(id, job)))
}

/// The jobs of a machine that are not settled, oldest first.
///
/// # Errors
/// When the node does not answer.
pub async fn open_jobs(at: &At, machine: MachineId) -> Result<Vec<JobId>> {
	let entry = at
		.storage()
		.fetch(storage().jobs().jobs_of(), (convert::machine_id(machine),))
		.await?;
	let mut jobs: Vec<_> = entry
		.decode()?
		.open
		.0
		.into_iter()
		.map(|open| JobId(open.job.0))
		.collect();
	jobs.sort();
	Ok(jobs)
}

/// What an account has.
///
/// # Errors
/// When the node does not answer.
pub async fn balance(at: &At, account: &AccountId32) -> Result<Balance> {
	let info = at
		.storage()
		.fetch(storage().system().account(), (*account,))
		.await?
		.decode()?;
	Ok(Balance::from_chain(&info.data))
}

/// The nonce of an account's next transaction, as of this block.
///
/// # Errors
/// When the node does not answer.
pub async fn nonce(at: &At, account: &AccountId32) -> Result<u64> {
	let info = at
		.storage()
		.fetch(storage().system().account(), (*account,))
		.await?
		.decode()?;
	Ok(info.nonce.into())
}
