//! Measured figures, and their table.

use serde::Serialize;
use std::time::Duration;

/// One figure of the table.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Figure {
	/// What was measured.
	pub what: String,
	/// The value.
	pub value: f64,
	/// Its unit.
	pub unit: &'static str,
	/// How it came about.
	pub how: String,
}

impl Figure {
	/// A figure.
	pub fn new(what: impl Into<String>, value: f64, unit: &'static str, how: impl Into<String>) -> Self {
		Self {
			what: what.into(),
			value,
			unit,
			how: how.into(),
		}
	}
}

/// The figures as lines of a table.
pub fn table(figures: &[Figure]) -> Vec<String> {
	let width = figures
		.iter()
		.map(|figure| figure.what.chars().count())
		.max()
		.unwrap_or_default();
	let line = |figure: &Figure| {
		let Figure { what, value, unit, how } = figure;
		let places = if value.abs() < 10.0 { 3 } else { 1 };
		format!("{what:<width$}  {value:>10.places$} {unit:<8}  {how}")
	};
	figures.iter().map(line).collect()
}

/// The value below which this share of the times lies, by the nearest rank.
///
/// # Panics
/// When there are no times: nothing was measured.
pub fn percentile(times: &[Duration], share: f64) -> Duration {
	let mut sorted = times.to_vec();
	sorted.sort();
	let rank = (share * sorted.len() as f64).ceil() as usize;
	sorted[rank.clamp(1, sorted.len()) - 1]
}

/// Milliseconds with their fraction.
pub fn millis(time: Duration) -> f64 {
	time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn percentiles_are_by_the_nearest_rank() {
		let times: Vec<_> = (1..=1000).rev().map(Duration::from_millis).collect();
		assert_eq!(percentile(&times, 0.5), Duration::from_millis(500));
		assert_eq!(percentile(&times, 0.99), Duration::from_millis(990));
		assert_eq!(percentile(&times, 1.0), Duration::from_millis(1000));
		assert_eq!(percentile(&times[..1], 0.5), Duration::from_millis(1000));
	}

	#[test]
	fn the_table_is_aligned() {
		let lines = table(&[
			Figure::new("a", 1.5, "ms", "x"),
			Figure::new("long one", 1234.5, "1/s", "y"),
		]);
		assert_eq!(lines[0].find("ms"), lines[1].find("1/s"));
	}
}
