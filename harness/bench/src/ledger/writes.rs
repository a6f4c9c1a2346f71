//! How many records each step of a job writes: what the chain can do in a second hangs on it.

use super::{
	act, chain, commit, fund, jobs_of, let_dollars_in, let_spend, order, publish, register, terms, transaction, Money,
	CUSTOMER, PRESS, ROBOT,
};
use anyhow::{Context, Result};
use bpiiot_harness::figure::Figure;
use bpiiot_primitives::JobId;
use bpiiot_runtime::{genesis_config_presets::account_of, RuntimeCall, BPI};
use pallet_jobs::Call;
use sp_io::TestExternalities;
use std::collections::BTreeSet;

/// A kind of job, and the most records that order, accept, start, progress, deliver and the last approval may write.
struct Kind {
	name: &'static str,
	money: Money,
	bond: bool,
	customer: &'static str,
	limits: [Option<usize>; 6],
}

const NAMES: [&str; 6] = ["order", "accept", "start", "progress", "deliver", "approve"];

const KINDS: [Kind; 4] = [
	Kind {
		name: "native, no bond",
		money: Money::Native,
		bond: false,
		customer: CUSTOMER,
		limits: [Some(6), Some(1), Some(1), Some(1), Some(2), Some(8)],
	},
	Kind {
		name: "native, bond",
		money: Money::Native,
		bond: true,
		customer: CUSTOMER,
		limits: [Some(6), Some(3), Some(1), Some(1), Some(2), Some(8)],
	},
	Kind {
		name: "asset, no bond",
		money: Money::Dollars,
		bond: false,
		customer: CUSTOMER,
		limits: [Some(9), Some(1), Some(1), Some(1), Some(2), Some(12)],
	},
	Kind {
		name: "asset, a machine orders",
		money: Money::Dollars,
		bond: false,
		customer: ROBOT,
		limits: [Some(11), Some(1), Some(1), Some(1), Some(2), Some(14)],
	},
];

/// Counts them, in bare calls and in whole transactions.
///
/// # Errors
/// When any call fails.
pub fn measure() -> Result<Vec<Figure>> {
	let mut figures = Vec::new();
	let transfer = || -> RuntimeCall {
		pallet_balances::Call::transfer_keep_alive {
			dest: account_of("Supplier").into(),
			value: BPI,
		}
		.into()
	};
	let transfers = [false, true].map(|whole| -> Result<usize> {
		let mut chain = chain()?;
		written(&mut chain, || step(CUSTOMER, transfer(), whole))
	});
	let [bare, whole] = transfers;
	figures.push(figure("balances.transfer_keep_alive".to_owned(), bare?, whole?, None));
	for kind in &KINDS {
		let (bare, whole) = (life(kind, false)?, life(kind, true)?);
		for (index, name) in NAMES.iter().enumerate() {
			let what = format!("jobs.{name} ({})", kind.name);
			figures.push(figure(what, bare[index], whole[index], kind.limits[index]));
		}
	}
	Ok(figures)
}

pub(super) fn figure(what: String, bare: usize, whole: usize, limit: Option<usize>) -> Figure {
	let limit = match limit {
		Some(limit) if bare <= limit => format!("limit {limit}: ok; "),
		Some(limit) => format!("limit {limit}: OVER; "),
		None => String::new(),
	};
	let extensions = whole.saturating_sub(bare);
	let how = format!("{limit}{extensions} more by the transaction's extensions");
	Figure::new(format!("{what}, writes"), bare as f64, "records", how)
}

/// The records that each step of a job writes.
fn life(kind: &Kind, whole: bool) -> Result<[usize; 6]> {
	let mut chain = chain()?;
	let (press, offer) = chain.execute_with(|| -> Result<_> {
		let_dollars_in()?;
		let press = register(PRESS)?;
		if kind.bond {
			fund(press, kind.money)?;
			let_spend(press, kind.money)?;
		}
		if kind.customer == ROBOT {
			let robot = register(ROBOT)?;
			fund(robot, kind.money)?;
			let_spend(robot, kind.money)?;
		}
		Ok((press, publish(press, terms(kind.money, kind.bond))?))
	})?;
	let order = written(&mut chain, || step(kind.customer, order(offer, 1), whole))?;
	let job = chain
		.execute_with(|| jobs_of(press))
		.pop()
		.context("the job was ordered")?;
	let mut of = |who: &str, call: Call<_>| written(&mut chain, || step(who, call.into(), whole));
	Ok([
		order,
		of(PRESS, Call::accept { job })?,
		of(PRESS, Call::start { job })?,
		of(PRESS, Call::progress { job, units_done: 1 })?,
		of(PRESS, deliver(job))?,
		of(kind.customer, Call::approve { job, units: 1 })?,
	])
}

fn deliver(job: JobId) -> Call<bpiiot_runtime::Runtime> {
	Call::deliver {
		job,
		units: 1,
		result: Default::default(),
	}
}

pub(super) fn step(who: &str, call: RuntimeCall, whole: bool) -> Result<()> {
	match whole {
		true => transaction::send(who, call),
		false => act(who, call),
	}
}

/// How many records `step` writes, but for what every block writes anyway.
pub(super) fn written(chain: &mut TestExternalities, step: impl FnOnce() -> Result<()>) -> Result<usize> {
	Ok(keys_written(chain, step)?.len())
}

/// The keys of the records that `step` writes, but for those that every block writes anyway.
pub(super) fn keys_written(
	chain: &mut TestExternalities,
	step: impl FnOnce() -> Result<()>,
) -> Result<BTreeSet<Vec<u8>>> {
	commit(chain)?;
	chain.execute_with(step)?;
	let changes = chain.overlayed_changes().changes();
	let keys = changes.map(|(key, _)| key.clone());
	Ok(keys.filter(|key| !is_the_blocks_own(key)).collect())
}

/// Events and their number, the block's weight and length, the depth of transactions.
fn is_the_blocks_own(key: &[u8]) -> bool {
	if key == frame_support::storage::transactional::TRANSACTION_LEVEL_KEY {
		return true;
	}
	let of_system = sp_io::hashing::twox_128(b"System");
	let account = sp_io::hashing::twox_128(b"Account");
	key.starts_with(&of_system) && !key.get(16..).is_some_and(|entry| entry.starts_with(&account))
}
