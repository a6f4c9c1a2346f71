//! Levels over time, in the Value Change Dump form that waveform viewers read.

use crate::chip::FREQUENCY;
use std::{
	fs::File,
	io::{self, LineWriter, Write},
	path::Path,
};

/// A file that levels are written to, line by line, so that it can be looked at while the board runs.
pub(crate) struct Vcd {
	file: LineWriter<File>,
	last_ns: u64,
}

impl Vcd {
	/// Begins a file. Each signal is a terminal and its name; all are low at first.
	pub(crate) fn create(path: &Path, signals: &[(u8, &str)]) -> io::Result<Vcd> {
		let mut file = LineWriter::new(File::create(path)?);
		writeln!(file, "$timescale 1 ns $end\n$scope module uno $end")?;
		for (terminal, name) in signals {
			writeln!(file, "$var wire 1 {} {name} $end", code(*terminal))?;
		}
		writeln!(file, "$upscope $end\n$enddefinitions $end\n#0\n$dumpvars")?;
		for (terminal, _) in signals {
			writeln!(file, "0{}", code(*terminal))?;
		}
		writeln!(file, "$end")?;
		Ok(Vcd { file, last_ns: 0 })
	}

	/// A terminal has another level from this cycle on.
	pub(crate) fn change(&mut self, cycle: u64, terminal: u8, high: bool) -> io::Result<()> {
		let ns = (u128::from(cycle) * 1_000_000_000 / u128::from(FREQUENCY)) as u64;
		if ns != self.last_ns {
			writeln!(self.file, "#{ns}")?;
			self.last_ns = ns;
		}
		writeln!(self.file, "{}{}", u8::from(high), code(terminal))
	}
}

/// The signal's short name in the file.
fn code(terminal: u8) -> char {
	char::from(b'a' + terminal)
}
