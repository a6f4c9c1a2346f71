//! What the sweep costs a block when very many deadlines have passed at once.

use super::{
	account_of, act, begin, chain, commit, jobs_of, multiply, order, program::Program, publish, register, terms, Money,
	CUSTOMER, DAY, PRESS, START,
};
use anyhow::{anyhow, ensure, Context, Result};
use bpiiot_harness::figure::{millis, percentile, Figure};
use bpiiot_primitives::EscrowView;
use bpiiot_runtime::{Balances, BlockNumber, Hash, Header, Runtime, RuntimeHoldReason, System, SLOT_DURATION};
use frame_support::{
	traits::fungible::MutateHold,
	weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use pallet_escrow::{Clock, HoldReason, StopClock};
use sp_io::TestExternalities;
use std::time::Duration;

/// Deadlines that have passed.
const SIZES: [u64; 2] = [100, 100_000];
/// Blocks that are looked at before the deadlines pass.
const IDLE_BLOCKS: usize = 9;
/// Blocks that are looked at afterwards.
const BLOCKS: usize = 9;

/// What a block's sweep came to.
struct Swept {
	millis: f64,
	ended: f64,
	/// What it was charged for.
	charged: Weight,
}

/// Measures it.
///
/// # Errors
/// When the sweep is charged for more than a block has.
pub fn measure() -> Result<Vec<Figure>> {
	let [few, many] = SIZES;
	let (small, large) = (sweep(few, 1)?, sweep(many, BLOCKS)?);
	let name = format!("sweep with {many} passed deadlines");
	let limit = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
	let charged = large.charged.ref_time() as f64;
	let charged_millis = charged / WEIGHT_REF_TIME_PER_MILLIS as f64;
	Ok(vec![
		Figure::new(format!("{name}, ended"), large.ended, "a block", "at most MaxSweep"),
		Figure::new(
			format!("{name}, weight"),
			100.0 * charged / limit.ref_time() as f64,
			"%",
			"of a block's, by the generated weights; never more than the block has left",
		),
		Figure::new(
			format!("{name}, time"),
			large.millis / charged_millis,
			"times",
			format!(
				"{:.1} ms in wasm, of the {charged_millis:.1} ms that it is charged for",
				large.millis
			),
		),
		Figure::new(
			format!("{name}, time of one"),
			(large.millis / large.ended) / (small.millis / small.ended),
			"times",
			format!("in wasm, of the time with {few}"),
		),
	])
}

fn sweep(size: u64, blocks: usize) -> Result<Swept> {
	let mut state = chain()?;
	let job = state.execute_with(|| -> Result<_> {
		let press = register(PRESS)?;
		act(CUSTOMER, order(publish(press, terms(Money::Native, false))?, 1))?;
		let job = jobs_of(press).pop().context("the job was ordered")?;
		// As much on hold as all the copies need.
		let escrow = pallet_jobs::Jobs::<Runtime>::get(job).context("the job exists")?.escrow;
		let each = escrow.held() + escrow.deposit() + escrow.fee();
		let reason = RuntimeHoldReason::from(HoldReason::Agreement);
		Balances::hold(&reason, &account_of(CUSTOMER), each.saturating_mul(size.into()))
			.map_err(|error| anyhow!("{error:?}"))?;
		Ok(job)
	})?;
	multiply(&mut state, job, size)?;

	let mut chain = Blocks::new(state)?;
	let idle = chain.make(IDLE_BLOCKS, false)?;
	let swept = chain.make(blocks, true)?;
	Ok(Swept {
		millis: millis(swept.time.saturating_sub(idle.time)),
		ended: swept.ended as f64 / blocks as f64,
		charged: swept.weight.saturating_sub(idle.weight),
	})
}

/// A chain whose blocks have nothing in them but what they do by themselves.
struct Blocks {
	state: TestExternalities,
	program: Program,
	last: Header,
}

/// What blocks came to.
struct Made {
	/// The median time to end one.
	time: Duration,
	/// The most that one weighs.
	weight: Weight,
	/// Jobs that ended in them.
	ended: u64,
}

impl Blocks {
	/// Ends the block that was begun, whatever is in it.
	fn new(mut state: TestExternalities) -> Result<Self> {
		let program = Program::new();
		let (last, _) = program.end_block(&mut state)?;
		Ok(Self { state, program, last })
	}

	/// Makes so many blocks, before or after all deadlines have passed.
	fn make(&mut self, count: usize, late: bool) -> Result<Made> {
		let limit = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
		let before = self.ended();
		let (mut times, mut most) = (Vec::new(), Weight::zero());
		for _ in 0..count {
			let number: BlockNumber = self.last.number + 1;
			let (parent, now): (Hash, u64) = (self.last.hash(), START + u64::from(number) * SLOT_DURATION);
			begin(&mut self.state, number, parent, now)?;
			if late {
				let late = StopClock {
					last: START + DAY + 1,
					stopped: 0,
					paused: false,
				};
				self.state.execute_with(|| Clock::<Runtime>::put(late));
				commit(&mut self.state)?;
			}
			let (header, took) = self.program.end_block(&mut self.state)?;
			let weight = self.state.execute_with(|| System::block_weight().total());
			ensure!(weight.all_lte(limit), "the block weighs {weight:?} of {limit:?}");
			times.push(took);
			most = most.max(weight);
			self.last = header;
		}
		Ok(Made {
			time: percentile(&times, 0.5),
			weight: most,
			ended: self.ended() - before,
		})
	}

	fn ended(&mut self) -> u64 {
		self.state.execute_with(|| {
			let settled = pallet_jobs::JobsOf::<Runtime>::iter_values().map(|book| book.settled);
			settled.sum()
		})
	}
}
