//! From this computer's times to those of the reference machine.

use anyhow::{Context, Result};
use frame_support::weights::constants::RocksDbWeight;
use pallet_balances::WeightInfo;

/// Writes the time of one call, in picoseconds.
pub const TEMPLATE: &str = "{{#each benchmarks as |benchmark|}}{{benchmark.base_weight}}{{/each}}";

/// What precedes each time in a file of weights.
const TIME: &str = "Weight::from_parts(";
/// Where the file says how it was scaled.
const NOTE: &str = "@scale@";

/// What a second here is on the reference machine, when a transfer takes so many picoseconds here.
pub fn of_reference(here: &str) -> Option<f64> {
	let here: f64 = here.trim().replace('_', "").parse().ok()?;
	let there = <() as WeightInfo>::transfer_keep_alive();
	let database = RocksDbWeight::get().reads_writes(1, 1);
	Some(there.saturating_sub(database).ref_time() as f64 / here)
}

/// A file of weights with all times scaled.
pub fn scaled(file: &str, scale: f64) -> Result<String> {
	let mut parts = file.split(TIME);
	let mut scaled = parts.next().unwrap_or_default().to_owned();
	for part in parts {
		let (time, rest) = part.split_once(',').context("a time without an end")?;
		let time: f64 = time
			.replace('_', "")
			.parse()
			.with_context(|| format!("{time} is no time"))?;
		scaled.push_str(&format!("{TIME}{},{rest}", grouped((time * scale).round() as u64)));
	}
	let note = format!("Times are\n//! {scale:.3} of those here: as on the SDK's reference machine, by a transfer.");
	Ok(scaled.replace(NOTE, &note))
}

/// Thousands apart.
fn grouped(number: u64) -> String {
	let digits = number.to_string();
	let mut grouped = String::new();
	for (place, digit) in digits.chars().enumerate() {
		if place > 0 && (digits.len() - place).is_multiple_of(3) {
			grouped.push('_');
		}
		grouped.push(digit);
	}
	grouped
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn times_are_scaled_and_nothing_else_is() {
		let file = "entries. @scale@\n// Minimum execution time: 9_000\nWeight::from_parts(1_000_500, 4401)\nWeight::from_parts(7, 0)";
		let said = scaled(file, 0.5).unwrap();
		assert!(said.ends_with(
			"// Minimum execution time: 9_000\nWeight::from_parts(500_250, 4401)\nWeight::from_parts(4, 0)"
		));
		assert!(said.contains("0.500 of those here"));
		assert!(scaled("Weight::from_parts(a, 1)", 1.0).is_err());
	}

	#[test]
	fn a_computer_that_is_twice_as_slow_is_scaled_by_half() {
		let there = of_reference("1").unwrap();
		let half = of_reference(&format!("{}", 2.0 * there)).unwrap();
		assert!((half - 0.5).abs() < 1e-9, "{half}");
		assert!(of_reference("nothing").is_none());
	}
}
