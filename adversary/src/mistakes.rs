//! `bpiiot-mistakes`: makes each of the mistakes that the pallets can make on purpose, and sees that it is found.

use bpiiot_adversary::{
	run::{Arena, Violation, BLOCKS},
	script::Step,
	shrink::tell_short,
};
use bpiiot_primitives::Mistake;
use clap::Parser;
use std::process::ExitCode;

/// Makes mistakes in the runtime on purpose, and sees that random calls find each.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// Within how many blocks each must be found
	#[arg(long, default_value_t = 20_000, value_name = "NUMBER")]
	blocks: u64,
	/// Where chance begins
	#[arg(long, default_value_t = 1, value_name = "NUMBER")]
	seed: u64,
}

/// How a mistake was found.
struct Found {
	/// In how many blocks.
	blocks: u64,
	script: Vec<Step>,
	violation: Violation,
}

fn main() -> ExitCode {
	let arguments = Arguments::parse();
	let arena = Arena::default();
	let mut lines = Vec::new();
	let mut missed = 0;
	for mistake in Mistake::ALL {
		Mistake::make(Some(mistake));
		let name = format!("{mistake:?}");
		let Some(found) = find(&arena, &arguments) else {
			missed += 1;
			lines.push(format!("{name:<20}NOT FOUND in {} blocks", arguments.blocks));
			continue;
		};
		println!("## {name}");
		tell_short(&arena, &found.script, &found.violation);
		println!();
		lines.push(format!(
			"{name:<20}found within {:>6} blocks: {}",
			found.blocks, found.violation.broken.rule
		));
	}
	Mistake::make(None);
	for line in lines {
		println!("{line}");
	}
	println!("{} mistakes, {missed} not found", Mistake::ALL.len());
	match missed {
		0 => ExitCode::SUCCESS,
		_ => ExitCode::FAILURE,
	}
}

fn find(arena: &Arena, arguments: &Arguments) -> Option<Found> {
	let mut blocks = 0;
	for number in 0..arguments.blocks.div_ceil(BLOCKS) {
		let script = arena.invent(arguments.seed.wrapping_add(number), BLOCKS);
		match arena.replay(&script) {
			Ok(reach) => blocks += reach.blocks,
			Err(violation) => {
				let steps = script.iter().take(violation.at + 1);
				blocks += steps.filter(|step| matches!(step, Step::Block(..))).count() as u64;
				return Some(Found {
					blocks,
					script,
					violation,
				});
			}
		}
	}
	None
}
