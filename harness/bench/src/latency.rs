//! From an order in a finalized block to the first movement of an actuator.

use anyhow::Result;
use bpiiot_harness::{
	chain::JobState,
	figure::{millis, percentile, Figure},
	world::World,
};
use std::time::{Duration, Instant};

const JOB_LIMIT: Duration = Duration::from_secs(300);

/// Orders one bracket after the other, `count` times, and waits for each to be paid.
///
/// # Errors
/// When a job is not done.
pub async fn measure(block_time: Duration, count: u32) -> Result<Vec<Figure>> {
	let (mut world, _, offer) = World::ready(block_time, None).await?;
	let mut times = Vec::new();
	for _ in 0..count {
		times.push(one(&mut world, offer).await?);
	}
	world.stop().await?;
	let how = format!(
		"{count} orders at blocks of {} ms, as the client sees them",
		block_time.as_millis()
	);
	Ok(vec![
		Figure::new(
			"order finalized to first movement, median",
			millis(percentile(&times, 0.5)),
			"ms",
			how.clone(),
		),
		Figure::new(
			"order finalized to first movement, slowest",
			millis(percentile(&times, 1.0)),
			"ms",
			how,
		),
	])
}

async fn one(world: &mut World, offer: u64) -> Result<Duration> {
	let order = world.brackets(1)?;
	let known = world.chain.now().await?.jobs().await?;
	let seen = async {
		let look = async |view: &bpiiot_harness::chain::View| {
			let jobs = view.jobs().await?;
			Ok(jobs
				.into_keys()
				.find(|job| !known.contains_key(job))
				.map(|job| (job, Instant::now())))
		};
		world.chain.wait_for("the order", JOB_LIMIT, look).await
	};
	let (ordered, seen) = tokio::join!(world.order(offer, &order), seen);
	let (job, ordered_at) = (ordered?, seen?.1);
	let moved_at = first_movement(world, job).await?;
	world
		.wait_for_job(job, JOB_LIMIT, |state| state == JobState::Delivered)
		.await?;
	world.approve(job).await?;
	Ok(moved_at.saturating_duration_since(ordered_at))
}

/// When the client says that it drove an output for this job.
async fn first_movement(world: &mut World, job: u64) -> Result<Instant> {
	world.own_daemon()?.wait_for_news(job, "output", JOB_LIMIT).await?;
	Ok(Instant::now())
}
