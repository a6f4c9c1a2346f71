//! The table of what was tried.

use crate::tests::Seen;
use anyhow::Result;
use serde::Serialize;
use std::{future::Future, time::Instant};

/// One thing that was tried.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Row {
	name: String,
	claim: String,
	passed: bool,
	seconds: f64,
	/// What was seen, or what went wrong.
	seen: Seen,
}

/// All that was tried.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Report {
	rows: Vec<Row>,
}

impl Report {
	/// Tries something that tells what it saw.
	pub async fn try_out(&mut self, name: &str, claim: &str, work: impl Future<Output = Result<Seen>>) {
		let start = Instant::now();
		let result = work.await;
		self.add(name, claim, start, result);
	}

	/// Tries something that gives a value.
	pub async fn note<T>(&mut self, name: &str, claim: &str, work: impl Future<Output = Result<T>>) -> Option<T> {
		let start = Instant::now();
		let (value, result) = match work.await {
			Ok(value) => (Some(value), Ok(Seen::new())),
			Err(error) => (None, Err(error)),
		};
		self.add(name, claim, start, result);
		value
	}

	fn add(&mut self, name: &str, claim: &str, start: Instant, result: Result<Seen>) {
		let passed = result.is_ok();
		let row = Row {
			name: name.to_owned(),
			claim: claim.to_owned(),
			passed,
			seconds: start.elapsed().as_secs_f64(),
			seen: result.unwrap_or_else(|error| format!("{error:#}").lines().map(str::to_owned).collect()),
		};
		for line in lines(&row) {
			eprintln!("  {line}");
		}
		self.rows.push(row);
	}

	/// Whether nothing failed.
	pub fn passed(&self) -> bool {
		self.rows.iter().all(|row| row.passed)
	}

	/// For people.
	pub fn table(&self) -> Vec<String> {
		let seconds: f64 = self.rows.iter().map(|row| row.seconds).sum();
		let failed = self.rows.iter().filter(|row| !row.passed).count();
		let last = format!(
			"{} tried, {failed} failed, {:.0} min {:.0} s",
			self.rows.len(),
			(seconds / 60.0).floor(),
			seconds % 60.0
		);
		self.rows.iter().flat_map(lines).chain([last]).collect()
	}

	/// For programs.
	///
	/// # Errors
	/// None that we know of.
	pub fn json(&self) -> Result<String> {
		Ok(serde_json::to_string_pretty(self)? + "\n")
	}
}

fn lines(row: &Row) -> Vec<String> {
	let result = if row.passed { "ok" } else { "FAILED" };
	let first = format!("{:<16}{result:<8}{:>5.0} s  {}", row.name, row.seconds, row.claim);
	let more = row.seen.iter().map(|line| format!("{:>32}{line}", ""));
	[first].into_iter().chain(more).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use anyhow::bail;

	#[tokio::test]
	async fn a_failure_is_told_and_makes_the_whole_fail() {
		let mut report = Report::default();
		report
			.try_out("one", "holds", async { Ok(vec!["seen".to_owned()]) })
			.await;
		assert!(report.passed());
		let value: Option<()> = report.note("two", "holds not", async { bail!("because") }).await;
		assert_eq!((value, report.passed()), (None, false));
		let table = report.table().join("\n");
		assert!(
			table.contains("seen") && table.contains("because") && table.contains("2 tried, 1 failed"),
			"{table}"
		);
	}
}
