//! Lines that a person or a test types while the machine runs.

use crate::Command;
use nix::{errno::Errno, unistd};
use std::os::fd::AsFd;

/// Longest console line.
const CONSOLE_LINE: usize = 1024;

/// What was typed and is no whole line yet.
#[derive(Debug, Default)]
pub(crate) struct Console {
	line: Vec<u8>,
}

impl Console {
	/// Reads what is there and gives its commands; `None` when the other end is closed. Complains about what is no command.
	pub(crate) fn read(&mut self, from: impl AsFd) -> Option<Vec<Command>> {
		let mut buffer = [0; 256];
		let count = match unistd::read(from, &mut buffer) {
			Err(Errno::EINTR | Errno::EAGAIN) => return Some(Vec::new()),
			Ok(0) | Err(_) => return None,
			Ok(count) => count,
		};
		let mut commands = Vec::new();
		for byte in &buffer[..count] {
			match byte {
				b'\n' => commands.extend(self.take_line()),
				// An endless line is no command; what is beyond the limit is not kept.
				byte if self.line.len() < CONSOLE_LINE => self.line.push(*byte),
				_ => {}
			}
		}
		Some(commands)
	}

	fn take_line(&mut self) -> Option<Command> {
		let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
		if line.trim().is_empty() {
			return None;
		}
		line.parse().inspect_err(|error| eprintln!("{error}")).ok()
	}
}
