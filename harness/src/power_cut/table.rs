//! What the cuts hit, and what came of it.

use super::{plan::Cut, torn::Torn, News};
use anyhow::{ensure, Result};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
	time::Duration,
};

/// What the cuts hit, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct Table {
	cuts: BTreeMap<&'static str, Row>,
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
	/// What was torn amid a sync.
	pub torn: Vec<Torn>,
}

/// How often the power went at one moment.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
	plain: u32,
	torn: u32,
	/// Of the torn ones, those amid a sync.
	amid: u32,
}

impl Table {
	/// How many cuts there were.
	pub fn cuts(&self) -> u32 {
		self.cuts.values().map(|row| row.plain + row.torn).sum()
	}

	/// Takes note of a cut; `amid`: amid a sync.
	pub(super) fn cut(&mut self, moment: &'static str, cut: Cut, amid: bool) {
		let row = self.cuts.entry(moment).or_default();
		match cut {
			Cut::Plain => row.plain += 1,
			Cut::Torn => row.torn += 1,
		}
		row.amid += u32::from(amid);
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
		let heads = ("the power went while", "plain", "torn", "amid a sync");
		writeln!(f, "{:<28}{:>6}{:>6}{:>13}", heads.0, heads.1, heads.2, heads.3)?;
		let mut sum = Row::default();
		for (moment, row) in &self.cuts {
			writeln!(f, "  {moment:<26}{:>6}{:>6}{:>13}", row.plain, row.torn, row.amid)?;
			sum.plain += row.plain;
			sum.torn += row.torn;
			sum.amid += row.amid;
		}
		writeln!(f, "  {:<26}{:>6}{:>6}{:>13}\n", "in all", sum.plain, sum.torn, sum.amid)?;
		self.show_torn(f)?;
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
			"0 lost, 0 calls sent twice, 0 jobs run twice, and journal, outbox and history always opened"
		)
	}
}

impl Table {
	/// What was torn, file by file.
	fn show_torn(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut files = BTreeMap::<_, (u32, usize, usize)>::new();
		for torn in &self.torn {
			let name = torn.file.file_name().unwrap_or_default().to_string_lossy();
			let (cuts, written, of) = files.entry(name).or_default();
			*cuts += 1;
			*written += torn.written;
			*of += torn.of;
		}
		for (name, (cuts, written, of)) in files {
			writeln!(f, "{name}: {cuts} syncs torn, after {written} of their {of} pieces")?;
		}
		Ok(())
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
		table.cut("a", Cut::Plain, false);
		table.cut("a", Cut::Torn, true);
		table.cut("a", Cut::Torn, false);
		table.cut("b", Cut::Plain, false);
		assert_eq!(table.cuts(), 4);
		let rows: Vec<String> = table.to_string().lines().map(|line| line.replace(' ', "")).collect();
		for row in ["a121", "b100", "inall221"] {
			assert!(rows.iter().any(|line| line == row), "{row}: {rows:?}");
		}
	}

	#[test]
	fn what_was_torn_is_told_by_file() {
		let torn = |file: &str, written, of| Torn {
			file: file.into(),
			written,
			of,
		};
		let table = Table {
			torn: vec![
				torn("x/journal", 3, 10),
				torn("x/journal", 5, 10),
				torn("x/outbox", 0, 2),
			],
			..Table::default()
		};
		let text = table.to_string();
		assert!(
			text.contains("journal: 2 syncs torn, after 8 of their 20 pieces"),
			"{text}"
		);
		assert!(
			text.contains("outbox: 1 syncs torn, after 0 of their 2 pieces"),
			"{text}"
		);
	}
}
