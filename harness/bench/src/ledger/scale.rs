//! What an approval costs with few and with very many open jobs.

use super::{
	act, chain, commit, jobs_of, multiply, order, publish, register, terms, Money, CUSTOMER, ORDERS_EACH, PRESS,
};
use anyhow::{Context, Result};
use bpiiot_harness::figure::{millis, percentile, Figure};
use bpiiot_primitives::JobId;
use codec::Encode;
use pallet_jobs::Call;
use std::time::Instant;

/// Open jobs.
const SIZES: [u64; 4] = [10, 1_000, 100_000, 1_000_000];

/// Measures it.
///
/// # Errors
/// When any call fails.
pub fn measure() -> Result<Vec<Figure>> {
	let mut figures = Vec::new();
	let mut few = None;
	for size in SIZES {
		let (time, proof) = approve(size)?;
		let few = *few.get_or_insert(time);
		let name = format!("jobs.approve with {size} open jobs");
		let how = "natively, of the time with 10; the last approval of a job, with a trie in memory";
		figures.push(Figure::new(format!("{name}, time"), time / few, "times", how));
		figures.push(Figure::new(
			format!("{name}, proof"),
			proof as f64,
			"bytes",
			"of what a validator must be shown",
		));
	}
	Ok(figures)
}

/// The median time of an approval in ms, and the bytes of its proof.
fn approve(size: u64) -> Result<(f64, usize)> {
	let mut chain = chain()?;
	let jobs = chain.execute_with(|| -> Result<Vec<JobId>> {
		let press = register(PRESS)?;
		let offer = publish(press, terms(Money::Native, false))?;
		for _ in 0..ORDERS_EACH {
			act(CUSTOMER, order(offer, 1))?;
		}
		let jobs = jobs_of(press);
		for job in &jobs {
			let job = *job;
			act(PRESS, Call::accept { job })?;
			act(PRESS, Call::start { job })?;
			act(
				PRESS,
				Call::deliver {
					job,
					units: 1,
					result: Default::default(),
				},
			)?;
		}
		Ok(jobs)
	})?;
	let (first, rest) = jobs.split_first().context("jobs were ordered")?;
	multiply(&mut chain, *first, size.saturating_sub(jobs.len() as u64))?;
	let mut times = Vec::new();
	for job in rest {
		let job = *job;
		let start = Instant::now();
		chain.execute_with(|| act(CUSTOMER, Call::approve { job, units: 1 }))?;
		times.push(start.elapsed());
		commit(&mut chain)?;
	}
	let job = *first;
	let (done, proof) = chain.execute_and_prove(|| act(CUSTOMER, Call::approve { job, units: 1 }));
	done?;
	Ok((millis(percentile(&times, 0.5)), proof.encoded_size()))
}
