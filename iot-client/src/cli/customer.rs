//! Commands of those who order.

use super::{
	args::{Command, Signer},
	costs::{asset_of, priced, Costs},
	money::{self, Denominations},
	CliError, Desk, Result,
};
use crate::{
	asset::{Asset, Denomination},
	chain::{
		assets,
		finalized::FinalizedBlocks,
		queries, runtime,
		types::{ChainTime, Job, JobId, JobState, MachineId, Offer, Outcome},
		Call, Chain, ChainError,
	},
	parse::{show_millis, ParseError},
	recipe::{content_hash, Recipe},
	wallet::{blake2_256, Wallet},
};
use std::{fs, path::Path, time::Duration};
use subxt::utils::{AccountId32, H256};

/// The exit status of a watched job that ended without delivery.
const NOT_DELIVERED: u8 = 10;
/// The longest URI that the chain takes, in bytes.
const URI_LIMIT: usize = 128;

/// The hash that the chain gets for a reason; zero for none.
pub(super) fn reason_hash(reason: &str) -> H256 {
	match reason.is_empty() {
		true => H256::zero(),
		false => H256(blake2_256([reason.as_bytes()])),
	}
}

/// Shows offers, asset by asset, cheapest first.
pub(super) async fn find(desk: &Desk<'_>) -> Result<u8> {
	let Command::Find {
		capability,
		machine,
		asset,
		max_price,
		units,
		limit,
		skip,
	} = &desk.cli.command
	else {
		return Ok(0);
	};
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	// A price says something in its asset only.
	let asset = asset.or(max_price.as_ref().map(|_| Asset::Native));
	let max_price = match (max_price, asset) {
		(Some(price), Some(asset)) => {
			let money = money::denomination(&at, asset).await?;
			Some(money.read(price.as_str()).map_err(CliError::refused)?)
		}
		_ => None,
	};
	let wanted = |offer: &Offer| {
		capability.as_ref().is_none_or(|word| *word == offer.terms.capability)
			&& machine.is_none_or(|machine| machine == offer.machine)
			&& asset.is_none_or(|asset| asset == offer.terms.asset)
			&& max_price.is_none_or(|price| offer.terms.unit_price <= price)
			&& offer.terms.max_units >= *units
	};
	let mut offers = queries::offers(&at, wanted).await?;
	offers.sort_by_key(|offer| (offer.terms.asset, offer.terms.unit_price, offer.id));
	let count = offers.len();
	let shown: Vec<_> = offers.into_iter().skip(*skip).take(*limit).collect();
	let denominations = Denominations::of(&at, shown.iter().map(|offer| offer.terms.asset)).await?;
	for offer in shown {
		let (terms, money) = (&offer.terms, denominations.get(offer.terms.asset));
		let asset = match terms.asset {
			Asset::Native => String::new(),
			Asset::Number(_) => format!(", in {money}"),
		};
		let text = format!(
			"offer {}  {}  {} a unit, at most {} units, within {} or more, review {}, bond {}{asset}\n    machine {}",
			offer.id,
			terms.capability,
			money.show(terms.unit_price),
			terms.max_units,
			show_millis(terms.lead_time),
			show_millis(terms.review_window),
			money.show(terms.bond),
			offer.machine,
		);
		desk.say(text, &money::offer_json(&offer, &money));
	}
	if !desk.cli.json && count > skip + limit {
		eprintln!("{} more; see them with --skip {}", count - skip - limit, skip + limit);
	}
	if count == 0 && !desk.cli.json {
		eprintln!("no offer fits");
	}
	Ok(0)
}

/// Orders work.
pub(super) async fn order(desk: &Desk<'_>) -> Result<u8> {
	let Command::Order {
		offer,
		units,
		recipe,
		uri,
		max_price,
		deliver_in,
		watch,
		signer,
	} = &desk.cli.command
	else {
		return Ok(0);
	};
	let hash = read_recipe(recipe)?;
	let recipe_uri = recipe_uri(recipe, uri.as_deref())?;
	let (chain, customer) = (desk.chain()?, desk.signer(signer)?);
	let (at, head) = desk.at_newest(&chain).await?;
	let offer = queries::offer(&at, *offer).await?;
	let offer = offer.ok_or_else(|| CliError::refused("there is no such offer, or it was withdrawn; see `find`"))?;
	let asset = asset_of(&at, &offer).await?;
	let money = &asset.denomination;
	let max_price = match max_price {
		Some(written) => Some(money.read(written.as_str()).map_err(CliError::refused)?),
		None => None,
	};
	let price = priced(&offer, money, *units, max_price)?;
	if (deliver_in.as_millis() as u64) < offer.terms.lead_time {
		let needed = show_millis(offer.terms.lead_time);
		return Err(CliError::refused(format!(
			"the offer needs at least {needed} to deliver; see --deliver-in"
		)));
	}
	let costs = Costs::of(&asset, price, queries::order_costs(&at)?)?;
	costs.ensure_affordable(
		&asset,
		&customer.account(),
		assets::holding(&at, money.asset(), &customer.account()).await?,
	)?;
	let call = Call::Order {
		offer: offer.id,
		version: offer.version,
		units: *units,
		max_price: max_price.unwrap_or(price),
		recipe: hash,
		recipe_uri,
		deliver_by: head.time.unix.saturating_add(deliver_in.as_millis() as u64),
	};
	let (block, events) = desk.submit(&chain, &customer, call).await?;
	let job = runtime::ordered_job(&events)?;
	let text = format!(
		"job {job} ordered in block {}: {units} units for {}, on hold; besides {} for the record, until `remove`, and a fee of {}",
		block.number,
		money.show(price),
		money.show(costs.deposit),
		money.show(costs.fee)
	);
	let json = serde_json::json!({
		"job": job, "asset": money.asset(), "symbol": money.symbol(), "price": money.number(price),
		"deposit": money.number(costs.deposit), "fee": money.number(costs.fee), "block": block.number,
		"customer": customer.account(), "offer": offer.id,
	});
	desk.say(text, &json);
	match watch {
		true => follow(desk, &chain, job).await,
		false => Ok(0),
	}
}

fn read_recipe(path: &Path) -> Result<H256> {
	let bytes = fs::read(path)
		.map_err(|error| CliError::refused(format!("cannot read the recipe {}: {error}", path.display())))?;
	Recipe::parse(&bytes).map_err(|error| CliError::refused(format!("{}: {error}", path.display())))?;
	Ok(H256(content_hash(&bytes)))
}

fn recipe_uri(path: &Path, typed: Option<&str>) -> Result<String> {
	let uri = match (typed, path.file_name()) {
		(Some(uri), _) => uri.to_owned(),
		(None, Some(name)) => format!("file:{}", name.to_string_lossy()),
		(None, None) => {
			return Err(CliError::refused(format!(
				"{} has no file name; give --uri",
				path.display()
			)))
		}
	};
	match uri.len() {
		1..=URI_LIMIT => Ok(uri),
		_ => Err(CliError::refused(format!(
			"the recipe's address must have 1 to {URI_LIMIT} bytes: {uri:?}"
		))),
	}
}

/// Approves delivered units.
pub(super) async fn approve(desk: &Desk<'_>, job: JobId, units: Option<u32>, signer: &Signer) -> Result<u8> {
	review(desk, job, units, signer, |units| Call::Approve { job, units }).await
}

/// Rejects delivered units.
pub(super) async fn reject(
	desk: &Desk<'_>,
	job: JobId,
	units: Option<u32>,
	reason: &str,
	signer: &Signer,
) -> Result<u8> {
	let reason = reason_hash(reason);
	review(desk, job, units, signer, |units| Call::Reject { job, units, reason }).await
}

async fn review(
	desk: &Desk<'_>,
	job: JobId,
	units: Option<u32>,
	signer: &Signer,
	call: impl FnOnce(u32) -> Call,
) -> Result<u8> {
	let (chain, customer) = (desk.chain()?, desk.signer(signer)?);
	let (at, _) = desk.at_newest(&chain).await?;
	let record = queries::job(&at, job).await?.ok_or_else(|| no_job(job))?;
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

fn no_job(job: JobId) -> CliError {
	CliError::refused(format!(
		"there is no job {job} on this chain, or its record was removed"
	))
}

fn in_words(state: JobState) -> String {
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

async fn follow(desk: &Desk<'_>, chain: &Chain, id: JobId) -> Result<u8> {
	let mut blocks = FinalizedBlocks::after(chain.clone(), None);
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
					let _ = tokio::time::timeout(Duration::from_secs(1), chain.news()).await;
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
			return Ok(if outcome == Outcome::Completed {
				0
			} else {
				NOT_DELIVERED
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
			"ordered    {} units at {}; to be accepted within {}",
			job.units,
			money.show(job.unit_price),
			left(job.accept_by)
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
	fn a_recipe_is_named_after_its_file_unless_told_otherwise() {
		let path = Path::new("recipes/bracket.toml");
		assert_eq!(recipe_uri(path, None).unwrap(), "file:bracket.toml");
		assert_eq!(
			recipe_uri(path, Some("https://example.com/b.toml")).unwrap(),
			"https://example.com/b.toml"
		);
		assert!(recipe_uri(path, Some("")).is_err());
		assert!(recipe_uri(path, Some(&"x".repeat(129))).is_err());
	}

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
		assert_eq!(reason_hash("crooked").0, content_hash(b"crooked"));
	}
}
