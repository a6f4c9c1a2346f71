//! What failed is tried again, but ever more rarely: a transaction can cost a fee each time. What costs nothing is tried again
//! sooner.

use crate::chain::types::JobId;
use std::collections::BTreeMap;

/// The longest pause after a transaction that failed, as a power of two of blocks.
const LONGEST: u32 = 6;
/// The same after something that costs nothing.
const LONGEST_FREE: u32 = 3;

/// Pauses after failures, by job and call.
#[derive(Debug, Default)]
pub(super) struct Pauses(BTreeMap<(JobId, &'static str), Pause>);

#[derive(Debug)]
struct Pause {
	failures: u32,
	until: u64,
	why: String,
}

impl Pauses {
	/// Notes that a call about a job failed at this height.
	pub(super) fn failed(&mut self, job: JobId, call: &'static str, block: u64, why: String) {
		self.note(job, call, block, why, LONGEST);
	}

	/// Notes that something about a job could not be done at this height, at no cost.
	pub(super) fn not_now(&mut self, job: JobId, doing: &'static str, block: u64, why: String) {
		self.note(job, doing, block, why, LONGEST_FREE);
	}

	fn note(&mut self, job: JobId, call: &'static str, block: u64, why: String, longest: u32) {
		let pause = self.0.entry((job, call)).or_insert(Pause {
			failures: 0,
			until: 0,
			why: String::new(),
		});
		pause.failures += 1;
		pause.until = block + (1 << pause.failures.min(longest));
		pause.why = why;
	}

	/// Whether a call about a job must still wait at this height.
	pub(super) fn holds(&self, job: JobId, call: &'static str, block: u64) -> bool {
		self.0.get(&(job, call)).is_some_and(|pause| block < pause.until)
	}

	/// Forgets what failed about a job and has succeeded now.
	pub(super) fn succeeded(&mut self, job: JobId, call: &'static str) {
		self.0.remove(&(job, call));
	}

	/// Forgets a job.
	pub(super) fn forget(&mut self, job: JobId) {
		self.0.retain(|(other, _), _| *other != job);
	}

	/// Forgets everything: what made the calls fail has passed.
	pub(super) fn clear(&mut self) {
		self.0.clear();
	}

	/// What failed and why, in words.
	pub(super) fn complaints(&self) -> impl Iterator<Item = String> + '_ {
		self.0.iter().map(|((job, call), pause)| {
			format!(
				"{call} of job {job} failed {} times, and is tried again: {}",
				pause.failures, pause.why
			)
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn pauses_grow_to_a_limit_and_end_with_the_job() {
		let (mut pauses, job, call) = (Pauses::default(), JobId(1), "jobs.start");
		assert!(!pauses.holds(job, call, 0));
		for (block, until) in [(10, 12), (12, 16), (16, 24)] {
			pauses.failed(job, call, block, "why".to_owned());
			assert!(pauses.holds(job, call, until - 1) && !pauses.holds(job, call, until));
		}
		(0..100).for_each(|_| pauses.failed(job, call, 1_000, "why".to_owned()));
		assert!(!pauses.holds(job, call, 1_064));
		assert!(!pauses.holds(job, "jobs.deliver", 1_000) && !pauses.holds(JobId(2), call, 1_000));
		assert_eq!(pauses.complaints().count(), 1);
		pauses.not_now(job, "working", 1_000, "the door is open".to_owned());
		(0..100).for_each(|_| pauses.not_now(job, "working", 1_000, "the door is open".to_owned()));
		assert!(pauses.holds(job, "working", 1_007) && !pauses.holds(job, "working", 1_008));
		pauses.succeeded(job, "working");
		assert!(!pauses.holds(job, "working", 1_000) && pauses.holds(job, call, 1_000));
		pauses.forget(job);
		assert_eq!(pauses.complaints().count(), 0);
		pauses.failed(job, call, 1_000, "why".to_owned());
		pauses.clear();
		assert!(!pauses.holds(job, call, 1_000));
	}
}
