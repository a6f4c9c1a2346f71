//! `bpiiot-fuzz`: attacks the runtime for so many blocks, or replays a script.

use anyhow::{Context, Result};
use bpiiot_adversary::{
	reach::Reach,
	run::{Arena, Violation, BLOCKS},
	script::Step,
	shrink::tell_short,
};
use clap::Parser;
use std::{
	path::{Path, PathBuf},
	process::ExitCode,
	time::Instant,
};

/// Random calls of random parties on the real runtime in memory.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// How many blocks
	#[arg(long, default_value_t = 1_000, value_name = "NUMBER")]
	blocks: u64,
	/// Where chance begins: the same seed gives the same calls
	#[arg(long, default_value_t = 1, value_name = "NUMBER")]
	seed: u64,
	/// Replay this script instead, and tell what came of each step
	#[arg(long, value_name = "PATH", conflicts_with_all = ["blocks", "seed"])]
	replay: Option<PathBuf>,
}

/// After so many blocks everything should have been reached.
const ENOUGH: u64 = 20_000;

fn main() -> ExitCode {
	let arguments = Arguments::parse();
	let arena = Arena::default();
	let passed = match &arguments.replay {
		Some(path) => replay(&arena, path),
		None => Ok(attack(&arena, &arguments)),
	};
	match passed {
		Ok(true) => ExitCode::SUCCESS,
		Ok(false) => ExitCode::FAILURE,
		Err(error) => {
			eprintln!("bpiiot-fuzz: {error:#}");
			ExitCode::from(2)
		}
	}
}

fn replay(arena: &Arena, path: &Path) -> Result<bool> {
	let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
	let script = arena.read(&text)?;
	match arena.replay_telling(&script, |line| println!("{line}")) {
		Ok(reach) => {
			println!("{} calls in {} blocks, all holds", reach.calls, reach.blocks);
			Ok(true)
		}
		Err(Violation { at, broken }) => {
			println!("step {}: {}: {}", at + 1, broken.rule, broken.seen);
			Ok(false)
		}
	}
}

fn attack(arena: &Arena, arguments: &Arguments) -> bool {
	let (start, mut reach, mut violations) = (Instant::now(), Reach::default(), 0);
	let scripts = arguments.blocks.div_ceil(BLOCKS);
	for number in 0..scripts {
		let blocks = BLOCKS.min(arguments.blocks - number * BLOCKS);
		let seed = arguments.seed.wrapping_add(number);
		let script = arena.invent(seed, blocks);
		match arena.replay(&script) {
			Ok(more) => reach.add(more),
			Err(violation) => {
				violations += 1;
				tell(arena, seed, &script, &violation);
			}
		}
		if (number + 1) % 20 == 0 || number + 1 == scripts {
			let rate = reach.calls as f64 / start.elapsed().as_secs_f64();
			eprintln!("{} blocks, {} calls, {rate:.0} a second", reach.blocks, reach.calls);
		}
	}
	for line in reach.table() {
		println!("{line}");
	}
	let missing = reach.missing(arena.targets());
	for line in &missing {
		println!("{line}");
	}
	let unknown = missing.iter().filter(|missing| missing.elsewhere.is_none()).count();
	println!(
		"{} blocks, {} calls, {violations} violations, {unknown} calls and errors that no test reaches",
		reach.blocks, reach.calls
	);
	violations == 0 && (unknown == 0 || arguments.blocks < ENOUGH)
}

fn tell(arena: &Arena, seed: u64, script: &[Step], violation: &Violation) {
	eprintln!(
		"seed {seed}, step {}: {}: {}; looking for a short script",
		violation.at + 1,
		violation.broken.rule,
		violation.broken.seen
	);
	tell_short(arena, script, violation);
}
