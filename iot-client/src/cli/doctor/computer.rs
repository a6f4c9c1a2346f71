//! The computer itself: nothing here is ever wrong, but it is asked for when something is.

use super::finding::Finding;
use std::{fs, thread};

/// The checks of this module, in their order.
pub const CHECKS: [&str; 2] = ["memory", "processors"];
/// Opening a key that Polkadot.js wrote takes 128 MiB for a moment (scrypt with N = 2^17 and r = 8), and the client is there, too.
const LITTLE: u64 = 192;

/// Looks at memory and processors.
pub fn check() -> Vec<Finding> {
	let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
	let cores = thread::available_parallelism().map(std::num::NonZero::get).ok();
	vec![judge_memory(&memory), judge_cores(cores)]
}

fn judge_memory(meminfo: &str) -> Finding {
	let mebi = |key: &str| {
		let line = meminfo.lines().find_map(|line| line.strip_prefix(key))?;
		let kibi: u64 = line.trim_start_matches(':').split_whitespace().next()?.parse().ok()?;
		Some(kibi / 1024)
	};
	let (Some(total), Some(free)) = (mebi("MemTotal"), mebi("MemAvailable")) else {
		return Finding::skipped("memory", "this system does not say");
	};
	let what = format!("{free} of {total} MiB are available");
	match free < LITTLE {
		true => Finding::warning(
			"memory",
			what,
			"stop what is not needed: opening a key takes up to 128 MiB for a moment",
		),
		false => Finding::ok("memory", what),
	}
}

fn judge_cores(cores: Option<usize>) -> Finding {
	match cores {
		Some(cores) => Finding::ok("processors", format!("{cores}; one is enough")),
		None => Finding::skipped("processors", "this system does not say"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::doctor::finding::Level;

	#[test]
	fn memory_is_read_as_the_kernel_writes_it() {
		let meminfo = "MemTotal:         949440 kB\nMemFree:   1 kB\nMemAvailable:     524288 kB\n";
		let finding = judge_memory(meminfo);
		assert_eq!(finding, Finding::ok("memory", "512 of 927 MiB are available"));
		assert_eq!(judge_memory(&meminfo.replace("524288", "51200")).level, Level::Warning);
		for odd in ["", "MemTotal:", "MemTotal: many kB\nMemAvailable: few kB"] {
			assert_eq!(judge_memory(odd).level, Level::Skipped);
		}
	}
}
