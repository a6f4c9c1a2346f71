//! Counts of units on their way to the chain: of each job one at a time, and then the newest.
//!
//! A machine may make units faster than the chain finalizes, and transactions go one after the other. So a count waits in
//! no queue: the newest takes the place of those before, and what is not signed when the work is done is called off.

use crate::chain::types::JobId;
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;

/// The counts on their way, by job.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<JobId, Count>);

#[derive(Debug)]
struct Count {
	/// Calls off the one on its way, unless it is signed.
	off: CancellationToken,
	/// What is to be told after it.
	newer: Option<u32>,
}

impl Counts {
	/// So many units are made. Gives what can call this count off if it is to be sent now; else another one is on its way,
	/// and this one comes after it.
	pub(super) fn made(&mut self, job: JobId, units_done: u32) -> Option<CancellationToken> {
		if let Some(count) = self.0.get_mut(&job) {
			count.newer = Some(units_done);
			return None;
		}
		let off = CancellationToken::new();
		self.0.insert(
			job,
			Count {
				off: off.clone(),
				newer: None,
			},
		);
		Some(off)
	}

	/// The one on its way has come to an end. Gives what is to be told now.
	pub(super) fn ended(&mut self, job: JobId) -> Option<u32> {
		self.0.remove(&job)?.newer
	}

	/// Whether the one on its way is still to be told.
	pub(super) fn are_wanted(&self, job: JobId) -> bool {
		self.0.get(&job).is_some_and(|count| !count.off.is_cancelled())
	}

	/// The work is over, and with it its counts: the delivery tells, or nothing does.
	pub(super) fn over(&mut self, job: JobId) {
		if let Some(count) = self.0.get_mut(&job) {
			count.off.cancel();
			count.newer = None;
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const JOB: JobId = JobId(1);

	#[test]
	fn one_count_is_on_its_way_and_then_the_newest() {
		let mut counts = Counts::default();
		assert!(counts.made(JOB, 1).is_some());
		assert!(counts.made(JobId(2), 1).is_some(), "another job");
		for units in 2..=50 {
			assert!(counts.made(JOB, units).is_none());
		}
		assert_eq!(counts.ended(JOB), Some(50));
		assert!(counts.made(JOB, 50).is_some());
		assert_eq!(counts.ended(JOB), None);
		assert_eq!(counts.ended(JOB), None, "none is on its way");
	}

	#[test]
	fn nothing_is_told_when_the_work_is_over() {
		let mut counts = Counts::default();
		let off = counts.made(JOB, 1).unwrap();
		counts.made(JOB, 2);
		assert!(!off.is_cancelled() && counts.are_wanted(JOB));
		counts.over(JOB);
		assert!(off.is_cancelled() && !counts.are_wanted(JOB));
		assert_eq!(counts.ended(JOB), None);
		// Units that were sent back are counted anew.
		let off = counts.made(JOB, 1).unwrap();
		assert!(!off.is_cancelled());
	}
}
