//! Steps, one a line: `block 6000 full`, or who makes which call with which numbers, `entitled jobs.accept 3 0 7`.

use crate::draw::NUMBERS;
use anyhow::{bail, Context, Result};
use std::{fmt, str::FromStr};

/// How much room a block leaves for what is swept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idle {
	/// All that there is.
	Full,
	/// Enough for a few.
	Little,
	/// None.
	None,
}

/// Who makes a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum By {
	/// Somebody who may, the so-manieth of them.
	Entitled(u16),
	/// Governance.
	Root,
	/// A party, by name.
	Party(String),
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
	/// The block ends, and the next begins so many milliseconds later.
	Block(u64, Idle),
	/// A call.
	Call {
		/// Who makes it.
		by: By,
		/// Which, as `pallet.call`.
		form: String,
		/// The numbers that choose its arguments.
		numbers: Vec<u16>,
	},
}

impl fmt::Display for Step {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Block(after, idle) => {
				let idle = match idle {
					Idle::Full => "full",
					Idle::Little => "little",
					Idle::None => "none",
				};
				write!(f, "block {after} {idle}")
			}
			Self::Call { by, form, numbers } => {
				match by {
					By::Entitled(0) => f.write_str("entitled")?,
					By::Entitled(which) => write!(f, "entitled/{which}")?,
					By::Root => f.write_str("root")?,
					By::Party(name) => f.write_str(name)?,
				}
				write!(f, " {form}")?;
				// What is not written is zero.
				let last = numbers
					.iter()
					.rposition(|number| *number != 0)
					.map_or(0, |last| last + 1);
				numbers.iter().take(last).try_for_each(|number| write!(f, " {number}"))
			}
		}
	}
}

impl FromStr for Step {
	type Err = anyhow::Error;

	fn from_str(line: &str) -> Result<Self> {
		let mut words = line.split_whitespace();
		let first = words.next().context("an empty line is no step")?;
		if first == "block" {
			let after = words.next().context("a block needs its milliseconds")?.parse()?;
			let idle = match words.next() {
				Some("full") => Idle::Full,
				Some("little") => Idle::Little,
				Some("none") => Idle::None,
				other => bail!("'{line}': a block leaves full, little or none, not {other:?}"),
			};
			return Ok(Self::Block(after, idle));
		}
		let by = match first.split_once('/') {
			Some(("entitled", which)) => By::Entitled(which.parse()?),
			_ if first == "entitled" => By::Entitled(0),
			_ if first == "root" => By::Root,
			_ => By::Party(first.to_owned()),
		};
		let form = words
			.next()
			.with_context(|| format!("'{line}': which call?"))?
			.to_owned();
		let numbers: Vec<u16> = words
			.map(|word| {
				word.parse()
					.with_context(|| format!("'{line}': {word} is no number below 65536"))
			})
			.collect::<Result<_>>()?;
		if numbers.len() > NUMBERS {
			bail!("'{line}': more than {NUMBERS} numbers");
		}
		Ok(Self::Call { by, form, numbers })
	}
}

/// Reads a script. Empty lines, and what follows a `#`, are for people.
///
/// # Errors
/// When a line is no step.
pub fn read(text: &str) -> Result<Vec<Step>> {
	let lines = text
		.lines()
		.map(|line| line.split('#').next().unwrap_or_default().trim());
	lines.filter(|line| !line.is_empty()).map(str::parse).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_script_reads_as_it_is_written() {
		let text = "block 6000 full\nentitled jobs.accept 3 0 7\nentitled/2 jobs.cancel\nthief machines.withdraw 1\nroot escrow.pause\n";
		let steps = read(text).unwrap();
		assert_eq!(steps.len(), 5);
		let written: String = steps.iter().map(|step| format!("{step}\n")).collect();
		assert_eq!(written, text);
		assert_eq!(
			read("# nothing\n\n  block 1 none # a short one\n").unwrap(),
			[Step::Block(1, Idle::None)]
		);
		for wrong in [
			"block",
			"block x full",
			"block 1 half",
			"thief",
			"thief jobs.accept 70000",
		] {
			assert!(read(wrong).is_err(), "{wrong}");
		}
	}
}
