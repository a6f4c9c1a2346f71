//! The nodes that may be asked: how each stands, which is tried next, and when. Pure: it connects to nobody.

use super::error::ChainError;
use std::time::{Duration, Instant};

/// How long a node is left alone after it failed: the first time, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The same for one whose failure will not pass by itself, such as a node of another chain.
const LONG_PAUSE: Duration = Duration::from_secs(30);
/// A node that was connected for so long is a good one: its earlier failures are forgotten.
const GOOD: Duration = Duration::from_secs(60);

/// How a node stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
	/// It was not asked yet.
	Unasked,
	/// It is in use.
	InUse,
	/// It could be used. When it was asked last, it had finalized the block of this height.
	Ready(u64),
	/// It cannot be used, for this reason.
	Refused(ChainError),
}

/// A node and how it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
	/// Its address.
	pub url: String,
	/// How it stands.
	pub standing: Standing,
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
	/// Try this one.
	Try(usize),
	/// All of them have failed just now.
	Wait(Duration),
}

#[derive(Clone, Debug)]
struct Entry {
	endpoint: Endpoint,
	failures: u32,
	not_before: Option<Instant>,
}

/// The nodes, best first.
#[derive(Clone, Debug)]
pub struct Roster {
	entries: Vec<Entry>,
	/// Where to begin.
	first: usize,
}

impl Roster {
	/// These nodes, none of which was asked yet. One that is named twice is one.
	pub fn new(urls: impl IntoIterator<Item = String>) -> Self {
		let mut entries: Vec<Entry> = Vec::new();
		for url in urls {
			if entries.iter().any(|entry| entry.endpoint.url == url) {
				continue;
			}
			entries.push(Entry {
				endpoint: Endpoint {
					url,
					standing: Standing::Unasked,
				},
				failures: 0,
				not_before: None,
			});
		}
		Self { entries, first: 0 }
	}

	/// The address of one of them.
	pub fn url(&self, index: usize) -> &str {
		&self.entries[index].endpoint.url
	}

	/// The addresses of all, in their order.
	pub fn urls(&self) -> impl Iterator<Item = &str> {
		self.entries.iter().map(|entry| entry.endpoint.url.as_str())
	}

	/// All of them as they stand.
	pub fn endpoints(&self) -> Vec<Endpoint> {
		self.entries.iter().map(|entry| entry.endpoint.clone()).collect()
	}

	/// All but one.
	pub fn others(&self, index: usize) -> impl Iterator<Item = (usize, &str)> {
		let all = self.entries.iter().enumerate();
		all.filter(move |(other, _)| *other != index)
			.map(|(index, entry)| (index, entry.endpoint.url.as_str()))
	}

	/// Which to try next: the first, from where to begin on, that is not left alone at `now`.
	pub fn next(&self, now: Instant) -> Next {
		let count = self.entries.len();
		let mut wait = LONG_PAUSE;
		for index in (0..count).map(|step| (self.first + step) % count) {
			let left = self.entries[index]
				.not_before
				.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
			if left.is_zero() {
				return Next::Try(index);
			}
			wait = wait.min(left);
		}
		Next::Wait(wait)
	}

	/// It is in use now.
	pub fn connected(&mut self, index: usize) {
		self.entries[index].endpoint.standing = Standing::InUse;
	}

	/// It could not be used; the next one is the one after it.
	pub fn failed(&mut self, index: usize, error: ChainError, now: Instant) {
		let pause = self.pause(index, &error);
		let entry = &mut self.entries[index];
		entry.failures = entry.failures.saturating_add(1);
		entry.not_before = Some(now + pause);
		entry.endpoint.standing = Standing::Refused(error);
		self.first = (index + 1) % self.entries.len();
	}

	/// It was in use for so long, and cannot be used any more.
	pub fn lost(&mut self, index: usize, error: ChainError, lasted: Duration, now: Instant) {
		if lasted >= GOOD {
			self.entries[index].failures = 0;
		}
		self.failed(index, error, now);
	}

	fn pause(&self, index: usize, error: &ChainError) -> Duration {
		match error.passes_by_itself() {
			true => (FIRST_PAUSE * 2u32.pow(self.entries[index].failures.min(10))).min(LONGEST_PAUSE),
			false => LONG_PAUSE,
		}
	}

	/// What one that is not in use said when it was asked how far it is.
	pub fn asked(&mut self, index: usize, said: Result<u64, ChainError>) {
		let entry = &mut self.entries[index];
		entry.endpoint.standing = match said {
			Ok(height) => {
				// It is back.
				entry.not_before = None;
				Standing::Ready(height)
			}
			Err(error) => Standing::Refused(error),
		};
	}

	/// Begins with this one next.
	pub fn prefer(&mut self, index: usize) {
		self.first = index;
		self.entries[index].not_before = None;
	}

	/// The first that has finalized more than the block of this height, and how much.
	pub fn ahead_of(&self, height: u64) -> Option<(usize, u64)> {
		let heights = self
			.entries
			.iter()
			.enumerate()
			.filter_map(|(index, entry)| match entry.endpoint.standing {
				Standing::Ready(other) if other > height => Some((index, other)),
				_ => None,
			});
		heights.min_by_key(|(index, _)| *index)
	}

	/// Why none of them can be used, the gravest reason; nothing if one can, or may.
	pub fn trouble(&self) -> Option<&ChainError> {
		let reasons = self.entries.iter().map(|entry| match &entry.endpoint.standing {
			Standing::Refused(error) => Some(error),
			_ => None,
		});
		let reasons: Option<Vec<_>> = reasons.collect();
		reasons?.into_iter().min_by_key(|error| error.passes_by_itself())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use subxt::utils::H256;

	fn roster(count: usize) -> Roster {
		Roster::new((0..count).map(|index| format!("ws://{index}")))
	}

	fn unreachable(index: usize) -> ChainError {
		ChainError::Unreachable {
			endpoint: format!("ws://{index}"),
			what: "refused".to_owned(),
		}
	}

	fn other_chain() -> ChainError {
		ChainError::OtherChain {
			endpoint: "ws://0".to_owned(),
			expected: H256::zero(),
			found: H256([1; 32]),
		}
	}

	#[test]
	fn one_after_the_other_is_tried_best_first_and_then_all_are_left_alone() {
		let (mut roster, now) = (roster(3), Instant::now());
		for index in 0..3 {
			assert_eq!(roster.trouble(), None, "one was not asked yet");
			assert_eq!(roster.next(now), Next::Try(index));
			roster.failed(index, unreachable(index), now);
		}
		assert_eq!(roster.next(now), Next::Wait(FIRST_PAUSE));
		assert_eq!(roster.next(now + FIRST_PAUSE), Next::Try(0));
		assert!(roster.trouble().is_some());
	}

	#[test]
	fn the_gravest_trouble_is_told() {
		let (mut roster, now) = (roster(2), Instant::now());
		roster.failed(0, other_chain(), now);
		roster.failed(1, unreachable(1), now);
		assert_eq!(roster.trouble(), Some(&other_chain()));
	}

	#[test]
	fn one_that_is_lost_is_followed_by_the_next_at_once() {
		let (mut roster, now) = (roster(2), Instant::now());
		roster.connected(0);
		roster.lost(0, unreachable(0), GOOD, now);
		assert_eq!(roster.next(now), Next::Try(1));
		roster.connected(1);
		// AND back when that one is lost too, but not at once.
		roster.lost(1, unreachable(1), Duration::ZERO, now);
		assert_eq!(roster.next(now), Next::Wait(FIRST_PAUSE));
		assert_eq!(roster.next(now + FIRST_PAUSE), Next::Try(0));
	}

	#[test]
	fn one_that_is_named_twice_is_one() {
		let roster = Roster::new(["ws://a", "ws://b", "ws://a"].map(str::to_owned));
		assert_eq!(roster.endpoints().len(), 2);
		assert_eq!(roster.others(0).collect::<Vec<_>>(), [(1, "ws://b")]);
	}

	#[test]
	fn whoever_is_ahead_is_preferred() {
		let (mut roster, now) = (roster(3), Instant::now());
		roster.connected(0);
		roster.asked(1, Ok(10));
		roster.asked(2, Ok(12));
		assert_eq!(roster.ahead_of(12), None);
		assert_eq!(roster.ahead_of(10), Some((2, 12)));
		assert_eq!(roster.ahead_of(9), Some((1, 10)));
		roster.failed(0, unreachable(0), now);
		roster.prefer(2);
		assert_eq!(roster.next(now), Next::Try(2));
	}

	proptest! {
		#[test]
		fn whatever_fails_it_is_tried_again_soon_and_never_without_a_pause(
			failures in proptest::collection::vec((0usize..4, any::<bool>(), 0u64..100), 1..60),
		) {
			let (mut roster, mut now) = (roster(4), Instant::now());
			for (index, passes, lasted) in failures {
				let error = if passes { unreachable(index) } else { other_chain() };
				roster.lost(index, error, Duration::from_secs(lasted), now);
				let least = if passes { FIRST_PAUSE } else { LONG_PAUSE };
				prop_assert!(roster.next(now) != Next::Try(index));
				let alone = roster.entries[index].not_before.unwrap() - now;
				prop_assert!(alone >= least && alone <= LONG_PAUSE);
				if let Next::Wait(wait) = roster.next(now) {
					prop_assert!(wait <= LONG_PAUSE);
					now += wait;
					prop_assert!(matches!(roster.next(now), Next::Try(_)));
				}
			}
		}
	}
}
