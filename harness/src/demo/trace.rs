//! What the terminals of a board showed, beside what the client says that it commanded.

use super::books::Check;
use anyhow::{Context, Result};
use std::{fs::File, io::BufRead, io::BufReader, path::Path};
use vcd::{Command, IdCode, Parser, Value};

/// The output that is looked at, as board and recipe call it.
pub const SPINDLE: &str = "spindle_rpm";
/// The speed for which its terminal is high all the time, in rpm.
const FULL_SPEED: i64 = 3_000;
/// A period of the pulses, in ns: 16 MHz through 2¹⁴.
const PERIOD_NS: u64 = 1_024_000;
/// What is seen for fewer periods is the rest of a pulse that a command cut.
const FEWEST: usize = 3;

/// Which part of a period the spindle's terminal is high for this speed, in percent.
pub fn percent(rpm: i64) -> u64 {
	u64::try_from(100 * rpm / FULL_SPEED).unwrap_or_default()
}

/// Whether the terminal showed what was commanded: these parts of a period in turn, and nothing before and after.
pub fn check(record: &Path, commanded: &[u64]) -> Result<Check> {
	let file = File::open(record).with_context(|| format!("cannot open {}", record.display()))?;
	let shown = shown(BufReader::new(file), SPINDLE)?;
	let mut commanded = [&[0], commanded, &[0]].concat();
	commanded.dedup();
	let text = |parts: &[u64]| {
		parts
			.iter()
			.map(|part| format!("{part} %"))
			.collect::<Vec<_>>()
			.join(", ")
	};
	let holds = shown == commanded;
	let mut what = format!(
		"the spindle's terminal showed what the recipe's steps commanded: {}",
		text(&commanded)
	);
	if !holds {
		what.push_str(&format!("; it showed {}", text(&shown)));
	}
	Ok(Check { what, holds })
}

/// For how many percent of a period a terminal was high, each as long as it stayed so.
fn shown(record: impl BufRead, name: &str) -> Result<Vec<u64>> {
	let changes = changes(record, name)?;
	let mut parts: Vec<(u64, usize)> = Vec::new();
	let mut add = |part: u64, periods: usize| match parts.last_mut() {
		Some((last, count)) if *last == part => *count += periods,
		_ => parts.push((part, periods)),
	};
	// A level that lasts is one that no pulses make.
	let periods = |time: u64| usize::try_from(time / PERIOD_NS).unwrap_or(usize::MAX);
	for pair in changes.windows(2) {
		let [(since, high), (until, _)] = pair else { continue };
		let lasted = until - since;
		match (*high, periods(lasted)) {
			(true, 0) => add((100 * lasted + PERIOD_NS / 2) / PERIOD_NS, 1),
			(true, count) => add(100, count),
			(false, 0) => {}
			(false, count) => add(0, count),
		}
	}
	// What the last change left lasts for ever.
	if let Some((_, high)) = changes.last() {
		add(100 * u64::from(*high), FEWEST);
	}
	let mut steady: Vec<_> = parts
		.into_iter()
		.filter(|(_, count)| *count >= FEWEST)
		.map(|(part, _)| part)
		.collect();
	steady.dedup();
	Ok(steady)
}

/// When a terminal changed, in ns, and to which level.
fn changes(record: impl BufRead, name: &str) -> Result<Vec<(u64, bool)>> {
	let mut parser = Parser::new(record);
	let header = parser.parse_header().context("the record has no header")?;
	let signal: IdCode = header
		.find_var(&["uno", name])
		.with_context(|| format!("the record has no {name}"))?
		.code;
	let mut now = 0;
	let mut changes: Vec<(u64, bool)> = Vec::new();
	for command in parser {
		// It is written while it is read: what cannot be read is the end.
		match command {
			Ok(Command::Timestamp(time)) => now = time,
			Ok(Command::ChangeScalar(code, value)) if code == signal => {
				let high = value == Value::V1;
				if changes.last().is_none_or(|(_, last)| *last != high) {
					changes.push((now, high));
				}
			}
			Ok(_) => {}
			Err(_) => break,
		}
	}
	Ok(changes)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fmt::Write as _;

	const HEADER: &str =
		"$timescale 1 ns $end\n$scope module uno $end\n$var wire 1 j spindle_rpm $end\n$var wire 1 h clamp $end\n\
		$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n0j\n0h\n$end\n";

	/// A record of pulses, so many of each part of a period in percent, and nothing before and after.
	fn record(pulses: &[(u64, u64)]) -> String {
		let mut text = HEADER.to_owned();
		let mut now = 7 * PERIOD_NS;
		for (part, count) in pulses {
			for _ in 0..*count {
				let high = part * PERIOD_NS / 100;
				write!(text, "#{now}\n1j\n#{}\n0j\n", now + high).unwrap();
				now += PERIOD_NS;
			}
		}
		text
	}

	#[test]
	fn pulses_are_read_and_cut_ones_passed_over() {
		let text = record(&[(10, 49), (14, 1), (20, 49), (60, 300), (60, 20), (33, 1)]);
		assert_eq!(shown(text.as_bytes(), SPINDLE).unwrap(), [0, 10, 20, 60, 0]);
	}

	#[test]
	fn a_pause_and_a_level_that_lasts_are_seen() {
		let mut text = record(&[(60, 10)]);
		let at = |periods: u64| periods * PERIOD_NS;
		write!(text, "#{}\n1j\n#{}\n0j\n", at(40), at(60)).unwrap();
		assert_eq!(shown(text.as_bytes(), SPINDLE).unwrap(), [0, 60, 0, 100, 0]);
		// Another terminal is no concern.
		assert_eq!(shown(text.as_bytes(), "clamp").unwrap(), [0]);
		assert!(shown(text.as_bytes(), "nothing").is_err());
		assert!(shown(&b"no record"[..], SPINDLE).is_err());
	}

	#[test]
	fn what_was_not_commanded_is_found() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("outputs.vcd");
		std::fs::write(&path, record(&[(10, 49), (20, 49)])).unwrap();
		assert!(check(&path, &[10, 20, 20]).unwrap().holds);
		for other in [&[10][..], &[10, 20, 30], &[20, 10]] {
			let check = check(&path, other).unwrap();
			assert!(
				!check.holds && check.what.contains("it showed 0 %, 10 %, 20 %, 0 %"),
				"{}",
				check.what
			);
		}
	}
}
