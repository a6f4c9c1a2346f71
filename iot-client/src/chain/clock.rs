//! How the chain's time runs beside this computer's.
//!
//! The chain's time is what counts for deadlines; this computer's clock only says how long a movement takes. On a real
//! network both run alike. A development chain stamps 6 s on every block however fast it makes them.

use std::{collections::VecDeque, time::Instant};

/// How many blocks are looked back on.
const WINDOW: usize = 32;

/// How the chain's time runs, as seen from this computer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
	/// Chain milliseconds that pass in a second of this computer; 1000 on a real network, never taken as less.
	pub per_second: u64,
	/// Chain milliseconds from sending a transaction to seeing it finalized.
	pub latency: u64,
}

impl Default for Pace {
	fn default() -> Self {
		Self {
			per_second: 1_000,
			latency: 0,
		}
	}
}

/// Watches finalized blocks arrive.
#[derive(Debug, Default)]
pub struct PaceMeter {
	seen: VecDeque<Sample>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
	at: Instant,
	number: u64,
	chain_ms: u64,
}

impl PaceMeter {
	/// Notes that at `at` the newest finalized block was `number`, with `chain_ms` on the chain's clock.
	pub fn note(&mut self, at: Instant, number: u64, chain_ms: u64) {
		if self.seen.back().is_some_and(|last| number <= last.number) {
			return;
		}
		if self.seen.len() == WINDOW {
			self.seen.pop_front();
		}
		self.seen.push_back(Sample { at, number, chain_ms });
	}

	/// The pace, when the newest block that any node knows is `lag` blocks ahead of the finalized one.
	pub fn pace(&self, lag: u64) -> Pace {
		let (Some(first), Some(last)) = (self.seen.front(), self.seen.back()) else {
			return Pace::default();
		};
		let chain = last.chain_ms.saturating_sub(first.chain_ms);
		let blocks = last.number.saturating_sub(first.number);
		let here = last.at.duration_since(first.at).as_millis() as u64;
		// One block until it is included, one more because it may just have missed that one.
		let latency = chain.checked_div(blocks).unwrap_or(0).saturating_mul(lag + 2);
		let per_second = chain
			.saturating_mul(1_000)
			.checked_div(here)
			.unwrap_or(1_000)
			.max(1_000);
		Pace { per_second, latency }
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Duration;

	fn meter(blocks: u64, real_ms: u64, chain_ms: u64) -> PaceMeter {
		let (start, mut meter) = (Instant::now(), PaceMeter::default());
		for number in 0..blocks {
			meter.note(
				start + Duration::from_millis(number * real_ms),
				number,
				1_000_000 + number * chain_ms,
			);
		}
		meter
	}

	#[test]
	fn a_real_network_runs_like_the_clock_on_the_wall() {
		assert_eq!(
			meter(100, 6_000, 6_000).pace(0),
			Pace {
				per_second: 1_000,
				latency: 12_000
			}
		);
		assert_eq!(
			meter(100, 6_000, 6_000).pace(5),
			Pace {
				per_second: 1_000,
				latency: 42_000
			}
		);
	}

	#[test]
	fn a_development_chain_runs_faster() {
		assert_eq!(
			meter(100, 250, 6_000).pace(0),
			Pace {
				per_second: 24_000,
				latency: 12_000
			}
		);
	}

	#[test]
	fn a_halted_chain_is_not_taken_as_slow() {
		assert_eq!(meter(10, 60_000, 6_000).pace(0).per_second, 1_000);
	}

	#[test]
	fn knows_nothing_without_two_blocks() {
		assert_eq!(PaceMeter::default().pace(3), Pace::default());
		assert_eq!(meter(1, 250, 6_000).pace(3), Pace::default());
	}

	#[test]
	fn a_block_that_is_seen_again_counts_once() {
		let mut meter = meter(10, 250, 6_000);
		let before = meter.pace(0);
		meter.note(Instant::now() + Duration::from_secs(99), 9, 1_054_000);
		assert_eq!(meter.pace(0), before);
	}
}
