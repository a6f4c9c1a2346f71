//! Thousands of signed calls at once: all of them must get into finalized blocks, once each.

use crate::blocks::{body, fullness, middle_and_tail, Watch};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	crowd::{Crowd, Unsigned},
	process::Log,
};
use futures::StreamExt;
use std::{
	collections::HashMap,
	time::{Duration, Instant},
};

/// How long all calls of one wave may take.
const LIMIT: Duration = Duration::from_secs(900);
/// What was sent and is in no block after this time is sent again, as a client does it.
const SEND_AGAIN: Duration = Duration::from_secs(90);

/// What became of one wave of calls.
#[derive(Clone, PartialEq, Debug)]
pub struct Wave {
	/// What was called.
	pub name: &'static str,
	/// How many.
	pub calls: usize,
	/// The blocks that they are in, from the first to the last.
	pub blocks: (u64, u64),
	/// Of the fullest of them: the calls, and the shares of time and proof.
	pub fullest: (usize, f64, f64),
	/// Finalized calls a second, from the first one's sending to the last one's finality.
	pub rate: f64,
	/// Seconds to inclusion: the median, and the 99th of 100.
	pub inclusion: (f64, f64),
	/// Seconds to finality.
	pub finality: (f64, f64),
}

impl Wave {
	/// A line for people.
	pub fn line(&self) -> String {
		let Self {
			name,
			calls,
			blocks,
			fullest,
			rate,
			inclusion,
			finality,
		} = self;
		format!(
			"{name}: {calls} calls, each once, in blocks {}..={}; {rate:.1}/s finalized; inclusion p50 {:.1} s, p99 {:.1} s; \
			finality p50 {:.1} s, p99 {:.1} s; fullest block {} calls, {:.0} % of the time, {:.0} % of the proof",
			blocks.0,
			blocks.1,
			inclusion.0,
			inclusion.1,
			finality.0,
			finality.1,
			fullest.0,
			fullest.1 * 100.0,
			fullest.2 * 100.0
		)
	}
}

/// Signs calls, sends all of them at once, and waits until every one is in a finalized block.
///
/// # Errors
/// When the node refuses one, or one is in no block or in two.
pub async fn wave(crowd: &mut Crowd, name: &'static str, calls: Vec<Unsigned>) -> Result<Wave> {
	let signed = crowd.sign(calls).await?;
	let chain = crowd.chain().clone();
	let first = chain.now().await?.number();
	let watch = Watch::start(chain.clone());
	// The subscriptions take a moment.
	let mut blocks = chain.follow().await?;
	let start = Instant::now();
	let mut sent = HashMap::new();
	{
		let mut answers = std::pin::pin!(crowd.send(&signed).enumerate());
		while let Some((index, answer)) = answers.next().await {
			answer.with_context(|| format!("{name}: call {index} was refused"))?;
			sent.insert(&signed[index], Instant::now());
		}
	}

	let mut waiting: HashMap<&Vec<u8>, ()> = signed.iter().map(|bytes| (bytes, ())).collect();
	ensure!(waiting.len() == signed.len(), "{name}: two calls are alike");
	let (mut included, mut fullest) = (Vec::new(), (0, 0.0, 0.0));
	let mut looked_at = first;
	let mut sent_last = Instant::now();
	while !waiting.is_empty() {
		ensure!(
			start.elapsed() < LIMIT,
			"{name}: {} of {} calls are in no finalized block after {LIMIT:?}",
			waiting.len(),
			signed.len()
		);
		let newest = blocks.next().await?.number();
		for number in looked_at + 1..=newest {
			let view = chain.at_height(number).await?;
			let mut ours = 0;
			for bytes in body(&chain, &view).await? {
				if let Some(at) = sent.get(&bytes) {
					ensure!(
						waiting.remove(&bytes).is_some(),
						"{name}: a call is in two blocks, the second is {number}"
					);
					included.push((number, view.hash(), *at));
					ours += 1;
				}
			}
			if ours > fullest.0 {
				let full = fullness(&view).await?;
				fullest = (ours, full.time, full.proof);
			}
		}
		looked_at = looked_at.max(newest);
		if sent_last.elapsed() > SEND_AGAIN && !waiting.is_empty() {
			tracing_line(name, waiting.len());
			let again: Vec<_> = signed
				.iter()
				.filter(|bytes| waiting.contains_key(bytes))
				.cloned()
				.collect();
			crowd.send(&again).for_each(|_| async {}).await;
			sent_last = Instant::now();
		}
	}

	let (mut to_inclusion, mut to_finality) = (Vec::new(), Vec::new());
	let mut last = start;
	for (number, hash, at) in &included {
		let (best, finalized) = watch.times(*number, *hash)?;
		to_inclusion.push(best.saturating_duration_since(*at));
		to_finality.push(finalized.saturating_duration_since(*at));
		last = last.max(finalized);
	}
	let numbers = included.iter().map(|(number, ..)| *number);
	Ok(Wave {
		name,
		calls: signed.len(),
		blocks: (
			numbers.clone().min().unwrap_or_default(),
			numbers.max().unwrap_or_default(),
		),
		fullest,
		rate: signed.len() as f64 / last.duration_since(start).as_secs_f64(),
		inclusion: middle_and_tail(&to_inclusion),
		finality: middle_and_tail(&to_finality),
	})
}

fn tracing_line(name: &str, missing: usize) {
	eprintln!("    {name}: {missing} calls are in no block yet, they are sent again");
}

/// The largest block that a collator has handed to validators, in kB as they were sent (compressed), by its log.
///
/// # Errors
/// When the log cannot be read.
pub fn largest_pov(log: &mut Log) -> Result<f64> {
	let mut largest: f64 = 0.0;
	while let Some(line) = log.next_line()? {
		largest = largest.max(pov(&line).unwrap_or_default());
	}
	Ok(largest)
}

fn pov(line: &str) -> Option<f64> {
	let (_, rest) = line.split_once("Compressed PoV size: ")?;
	rest.split("kb").next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_what_a_collator_logs_of_a_block_s_size() {
		let line = "2026-11-28 20:00:00 [Parachain] Compressed PoV size: 12.345kb";
		assert_eq!(pov(line), Some(12.345));
		assert_eq!(pov("[Parachain] Imported #3"), None);
	}
}
