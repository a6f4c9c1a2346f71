//! What calls cost by their generated weights: the worst case, with machines on both sides, in an asset, with full lists.

use anyhow::{Context, Result};
use bpiiot_harness::figure::Figure;
use bpiiot_runtime::Runtime;
use frame_support::weights::{constants::RocksDbWeight, Weight};
use pallet_balances::WeightInfo;

/// The generated files.
const FILES: [(&str, &str); 8] = [
	("machines", include_str!("../../../pallets/machines/src/weights.rs")),
	("escrow", include_str!("../../../pallets/escrow/src/weights.rs")),
	("jobs", include_str!("../../../pallets/jobs/src/weights.rs")),
	("suppliers", include_str!("../../../pallets/suppliers/src/weights.rs")),
	(
		"procurement",
		include_str!("../../../pallets/procurement/src/weights.rs"),
	),
	("inventory", include_str!("../../../pallets/inventory/src/weights.rs")),
	("products", include_str!("../../../pallets/products/src/weights.rs")),
	("shipments", include_str!("../../../pallets/shipments/src/weights.rs")),
];
/// The life of a job.
const LIFE: [&str; 6] = ["order", "accept", "start", "progress", "deliver", "approve"];
/// The most that all but the database may come to, of the database, over that life.
const REST: f64 = 0.25;
/// Picoseconds in a microsecond.
const MICRO: f64 = 1e6;

/// The weight of a call, taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Touches {
	reads: u64,
	writes: u64,
	/// Without the database, in picoseconds.
	rest: u64,
	/// Of the proof.
	bytes: u64,
}

impl Touches {
	/// What the database takes, in picoseconds.
	fn database(&self) -> u64 {
		let cost = RocksDbWeight::get();
		cost.reads_writes(self.reads, self.writes).ref_time()
	}

	/// Of a call of the SDK that reads and writes one account.
	fn of_a_transfer() -> Self {
		let weight: Weight = pallet_balances::weights::SubstrateWeight::<Runtime>::transfer_keep_alive();
		let (reads, writes) = (1, 1);
		let one = Self {
			reads,
			writes,
			rest: 0,
			bytes: weight.proof_size(),
		};
		Self {
			rest: weight.ref_time().saturating_sub(one.database()),
			..one
		}
	}

	fn figure(&self, call: &str) -> Figure {
		let how = format!(
			"{} reads, {} writes: {:.0} µs in the database, {:.0} µs beside it",
			self.reads,
			self.writes,
			self.database() as f64 / MICRO,
			self.rest as f64 / MICRO
		);
		Figure::new(format!("{call}, proof at worst"), self.bytes as f64, "bytes", how)
	}
}

/// The calls of a generated file, in its order.
fn parse(file: &str) -> Result<Vec<(&str, Touches)>> {
	let functions = file
		.split_once("for SubstrateWeight")
		.context("no weights of the runtime's own database")?
		.1;
	functions
		.split("\tfn ")
		.skip(1)
		.map(|function| {
			let (name, body) = function.split_once('(').context("a function has a name")?;
			let parts = between(body, "Weight::from_parts(", ")").with_context(|| format!("{name} has no weight"))?;
			let (rest, bytes) = parts.split_once(',').with_context(|| format!("{name}: {parts}"))?;
			Ok((
				name,
				Touches {
					reads: number(between(body, ".reads(", ")").unwrap_or("0"))?,
					writes: number(between(body, ".writes(", ")").unwrap_or("0"))?,
					rest: number(rest)?,
					bytes: number(bytes)?,
				},
			))
		})
		.collect()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
	Some(text.split_once(before)?.1.split_once(after)?.0)
}

/// `1_000_u64` and `1_000`.
fn number(text: &str) -> Result<u64> {
	let digits: String = text.trim().trim_end_matches("_u64").replace('_', "");
	digits.parse().with_context(|| format!("`{text}` is no number"))
}

/// All of them, and whether a job's life is within its limit.
///
/// # Errors
/// When the generated files are not what they were.
pub fn measure() -> Result<Vec<Figure>> {
	let mut figures = vec![Touches::of_a_transfer().figure("balances.transfer_keep_alive")];
	let (mut database, mut rest) = (0, 0);
	for (pallet, file) in FILES {
		for (call, touches) in parse(file)? {
			figures.push(touches.figure(&format!("{pallet}.{call}")));
			if pallet == "jobs" && LIFE.contains(&call) {
				database += touches.database();
				rest += touches.rest;
			}
		}
	}
	let share = rest as f64 / database as f64;
	let judgement = if share <= REST { "ok" } else { "OVER" };
	figures.push(Figure::new(
		"a job's life, weight beside the database",
		100.0 * share,
		"%",
		format!("of the database's; limit {} %: {judgement}", 100.0 * REST),
	));
	Ok(figures)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_what_is_generated() {
		let file =
			"trait\n\tfn a() -> Weight;\nimpl<T> WeightInfo for SubstrateWeight<T> {\n\tfn a() -> Weight {\n\t\t\
			Weight::from_parts(1_000_000, 2_500)\n\t\t\t.saturating_add(T::DbWeight::get().reads(14_u64))\n\t\t\t\
			.saturating_add(T::DbWeight::get().writes(8_u64))\n\t}\n\tfn b() -> Weight {\n\t\tWeight::from_parts(7, 0)\n\t}\n}";
		let a = Touches {
			reads: 14,
			writes: 8,
			rest: 1_000_000,
			bytes: 2_500,
		};
		let b = Touches {
			reads: 0,
			writes: 0,
			rest: 7,
			bytes: 0,
		};
		assert_eq!(parse(file).unwrap(), [("a", a), ("b", b)]);
		assert_eq!(a.database(), 14 * 25_000_000 + 8 * 100_000_000);
		assert!(parse("nothing").is_err());
	}

	#[test]
	fn every_call_of_a_jobs_life_is_weighed() {
		let calls = parse(FILES[2].1).unwrap();
		for name in LIFE {
			assert!(calls.iter().any(|(call, _)| *call == name), "{name}");
		}
	}
}
