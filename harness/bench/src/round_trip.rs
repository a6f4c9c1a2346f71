//! A command to the board and its acknowledgement, over the pseudo-terminal.

use crate::alone::Alone;
use anyhow::{Context, Result};
use bpiiot_harness::figure::{millis, percentile, Figure};
use iot_client::{
	board::{self, SerialLine},
	config::Config,
};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const START_LIMIT: Duration = Duration::from_secs(20);
/// Round trips before the ones that count.
const WARM_UP: usize = 100;

/// Sends `count` commands, one after the other.
///
/// # Errors
/// When the board does not answer.
pub async fn measure(count: usize) -> Result<Vec<Figure>> {
	let alone = Alone::start().await?;
	let config = Config::load(&alone.site.config())?.board;
	let stop = CancellationToken::new();
	let (handle, bridge) = board::start(config.clone(), Arc::new(SerialLine::new(&config)), stop.clone());
	handle.wait_online(START_LIMIT).await?;

	let mut times = Vec::with_capacity(count);
	{
		let (lease, _signals) = handle.lease()?;
		let output = lease
			.info()
			.channel("coolant")
			.context("the board has no coolant")?
			.channel;
		for index in 0..WARM_UP + count {
			let start = Instant::now();
			lease.set(output, (index % 2) as i32).await?;
			times.push(start.elapsed());
		}
	}
	stop.cancel();
	bridge.await?;
	alone.stop().await?;
	let times = &times[WARM_UP..];
	let how = format!("{count} commands, acknowledged, over the pseudo-terminal");
	Ok(vec![
		Figure::new(
			"board round trip, median",
			millis(percentile(times, 0.5)),
			"ms",
			how.clone(),
		),
		Figure::new(
			"board round trip, 99th of 100",
			millis(percentile(times, 0.99)),
			"ms",
			how,
		),
	])
}
