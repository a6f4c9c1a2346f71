//! Thousands of signed calls at once: all of them must get into finalized blocks, once each.

use crate::blocks::{body, fullness, middle_and_tail, Watch};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::View,
	crowd::{Crowd, Numbered, Unsigned},
	process::Log,
};
use futures::StreamExt;
use std::{
	collections::HashMap,
	time::{Duration, Instant},
};
use subxt::utils::H256;

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
/// What is in none after a while is signed for the runtime of then and sent again, as a client does it.
///
/// # Errors
/// When the node refuses one, or one is in no block or in two.
pub async fn wave(crowd: &mut Crowd, name: &'static str, calls: Vec<Unsigned>) -> Result<Wave> {
	let numbered = crowd.number(calls).await?;
	let chain = crowd.chain().clone();
	let mut looked_at = chain.now().await?.number();
	let watch = Watch::start(chain.clone());
	let mut blocks = chain.follow().await?;
	let start = Instant::now();
	let mut sent = Sent::new(numbered);
	sent.send(crowd, name).await?;
	let mut fullest = (0, 0.0, 0.0);
	while sent.missing() > 0 {
		let missing = sent.missing();
		ensure!(
			start.elapsed() < LIMIT,
			"{name}: {missing} of {} calls are in no finalized block after {LIMIT:?}",
			sent.calls.len()
		);
		let newest = blocks.next().await?.number();
		for number in looked_at + 1..=newest {
			let view = chain.at_height(number).await?;
			let ours = sent.found(&view, body(&chain, &view).await?)?;
			if ours > fullest.0 {
				let full = fullness(&view).await?;
				fullest = (ours, full.time, full.proof);
			}
		}
		looked_at = looked_at.max(newest);
		if sent.last.elapsed() > SEND_AGAIN && sent.missing() > 0 {
			eprintln!(
				"    {name}: {} calls are in no block yet, they are sent again",
				sent.missing()
			);
			sent.send_again(crowd).await?;
		}
	}
	watch.has_seen(looked_at).await?;
	sent.measure(name, start, fullest, &watch)
}

/// Calls that were sent, and what became of them.
struct Sent {
	calls: Vec<Numbered>,
	/// Each call's index, by its bytes; a call that was signed twice has two.
	bytes: HashMap<Vec<u8>, usize>,
	/// When each was sent first.
	at: Vec<Instant>,
	/// The blocks that they are in.
	blocks: Vec<Option<(u64, H256)>>,
	last: Instant,
}

impl Sent {
	fn new(calls: Vec<Numbered>) -> Self {
		Self {
			bytes: HashMap::new(),
			at: Vec::new(),
			blocks: vec![None; calls.len()],
			calls,
			last: Instant::now(),
		}
	}

	fn missing(&self) -> usize {
		self.blocks.iter().filter(|block| block.is_none()).count()
	}

	/// Sends all of them. Each must be taken, but what was signed for a runtime that is replaced meanwhile.
	async fn send(&mut self, crowd: &Crowd, name: &str) -> Result<()> {
		let version = crowd.chain().runtime_version(None).await?;
		let signed = crowd.sign(&self.calls).await?;
		let mut refused = None;
		let mut answers = std::pin::pin!(crowd.send(&signed));
		while let Some(answer) = answers.next().await {
			if let Err(error) = answer {
				refused.get_or_insert(format!("call {} was refused: {error}", self.at.len()));
			}
			self.at.push(Instant::now());
		}
		self.bytes.extend(signed.iter().cloned().zip(0..));
		ensure!(self.bytes.len() == self.calls.len(), "{name}: two calls are alike");
		self.last = Instant::now();
		if let Some(refused) = refused {
			ensure!(
				crowd.chain().runtime_version(None).await? != version,
				"{name}: {refused}"
			);
			eprintln!("    {name}: the runtime was replaced; {refused}; what is in no block is sent again");
			self.send_again(crowd).await?;
		}
		Ok(())
	}

	/// Sends what is missing, as a client does it: through every node that it knows. Of some they say that they have them.
	async fn send_again(&mut self, crowd: &Crowd) -> Result<()> {
		let missing: Vec<_> = (0..self.calls.len())
			.filter(|index| self.blocks[*index].is_none())
			.collect();
		let calls: Vec<_> = missing.iter().map(|index| self.calls[*index].clone()).collect();
		let signed = crowd.sign(&calls).await?;
		crowd.send_everywhere(&signed).await;
		self.bytes.extend(signed.into_iter().zip(missing));
		self.last = Instant::now();
		Ok(())
	}

	/// Notes which calls a finalized block has, and gives their number.
	fn found(&mut self, view: &View, body: Vec<Vec<u8>>) -> Result<usize> {
		let mut ours = 0;
		for index in body.iter().filter_map(|bytes| self.bytes.get(bytes)) {
			let block = &mut self.blocks[*index];
			ensure!(
				block.is_none(),
				"call {index} is in two blocks, the second is {}",
				view.number()
			);
			*block = Some((view.number(), view.hash()));
			ours += 1;
		}
		Ok(ours)
	}

	fn measure(&self, name: &'static str, start: Instant, fullest: (usize, f64, f64), watch: &Watch) -> Result<Wave> {
		let (mut inclusion, mut finality, mut last) = (Vec::new(), Vec::new(), start);
		let mut numbers = Vec::new();
		for (block, at) in self.blocks.iter().zip(&self.at) {
			let (number, hash) = block.context("a call is in no block")?;
			let (imported, finalized) = watch.times(number, hash)?;
			inclusion.push(imported.saturating_duration_since(*at));
			finality.push(finalized.saturating_duration_since(*at));
			last = last.max(finalized);
			numbers.push(number);
		}
		let ends = numbers.iter().min().zip(numbers.iter().max());
		let (first_block, last_block) = ends.context("nothing was sent")?;
		Ok(Wave {
			name,
			calls: self.calls.len(),
			blocks: (*first_block, *last_block),
			fullest,
			rate: self.calls.len() as f64 / last.duration_since(start).as_secs_f64(),
			inclusion: middle_and_tail(&inclusion),
			finality: middle_and_tail(&finality),
		})
	}
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
