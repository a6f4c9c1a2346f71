//! What the sweep costs a block when very many deadlines have passed at once.

use super::{
	account_of, act, chain, commit, jobs_of, multiply, order, publish, register, terms, Money, CUSTOMER, DAY, PRESS,
	START,
};
use crate::bench::{millis, percentile, Figure};
use anyhow::{anyhow, ensure, Context, Result};
use bpiiot_runtime::{Balances, Escrow, Runtime, RuntimeHoldReason, System};
use frame_support::{
	traits::{fungible::MutateHold, Hooks},
	weights::Weight,
};
use pallet_escrow::{Clock, HoldReason, StopClock};
use std::time::Instant;

/// Deadlines that have passed.
const SIZES: [u64; 2] = [100, 100_000];
/// Blocks that are looked at.
const BLOCKS: usize = 9;

/// What a block's sweep came to.
struct Swept {
	millis: f64,
	ended: f64,
	/// Of the weight of a block.
	weight: f64,
}

/// Measures it.
///
/// # Errors
/// When the sweep takes more than it may.
pub fn measure() -> Result<Vec<Figure>> {
	let [few, many] = SIZES;
	let (small, large) = (sweep(few, 1)?, sweep(many, BLOCKS)?);
	let name = format!("sweep with {many} passed deadlines");
	Ok(vec![
		Figure::new(format!("{name}, ended"), large.ended, "a block", "at most MaxSweep"),
		Figure::new(
			format!("{name}, weight"),
			100.0 * large.weight,
			"%",
			"of a block's, by the generated weights; never more than the block has left",
		),
		Figure::new(
			format!("{name}, time"),
			large.millis / small.millis,
			"times",
			format!("natively, of the time with {few}"),
		),
	])
}

fn sweep(size: u64, blocks: usize) -> Result<Swept> {
	let mut chain = chain()?;
	let job = chain.execute_with(|| -> Result<_> {
		let press = register(PRESS)?;
		act(CUSTOMER, order(publish(press, terms(Money::Native, false))?, 1))?;
		let job = jobs_of(press).pop().context("the job was ordered")?;
		// As much on hold as all the copies need.
		let record = pallet_jobs::Jobs::<Runtime>::get(job).context("the job exists")?;
		for (reason, amount) in [
			(HoldReason::Price, record.unit_price),
			(
				HoldReason::Deposit,
				bpiiot_primitives::EscrowView::deposit(&record.escrow),
			),
			(HoldReason::Fee, bpiiot_primitives::EscrowView::fee(&record.escrow)),
		] {
			let reason: RuntimeHoldReason = reason.into();
			// A BPI each would be more than the customer has.
			Balances::hold(&reason, &account_of(CUSTOMER), amount.saturating_mul(size.into()))
				.map_err(|error| anyhow!("{error:?}"))?;
		}
		Ok(job)
	})?;
	multiply(&mut chain, job, size)?;
	chain.execute_with(|| {
		Clock::<Runtime>::put(StopClock {
			last: START + DAY + 1,
			stopped: 0,
			paused: false,
		});
	});
	commit(&mut chain)?;
	let limit = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
	let (mut times, mut ended, mut most) = (Vec::new(), 0, Weight::zero());
	for _ in 0..blocks {
		chain.execute_with(System::reset_events);
		let start = Instant::now();
		let spent = chain.execute_with(|| Escrow::on_idle(System::block_number(), limit));
		times.push(start.elapsed());
		commit(&mut chain)?;
		ensure!(spent.all_lte(limit), "the sweep took {spent:?} of {limit:?}");
		most = most.max(spent);
		ended = chain.execute_with(|| {
			let settled = pallet_jobs::JobsOf::<Runtime>::iter_values().map(|book| book.settled);
			settled.sum::<u64>()
		});
	}
	Ok(Swept {
		millis: millis(percentile(&times, 0.5)),
		ended: ended as f64 / blocks as f64,
		weight: most.ref_time() as f64 / limit.ref_time() as f64,
	})
}
