//! What a person or a test can do to the machine while it runs: one line each.

use crate::{Fault, UnknownFault};
use std::{fmt, str::FromStr};

/// One command line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Command {
	/// `fault NAME`: a fault begins.
	Fault(Fault),
	/// `clear`: all faults end.
	Clear,
	/// `door open`, `door closed`: somebody moves the door.
	Door {
		/// The door is closed after this.
		closed: bool,
	},
	/// `reset`: somebody presses the reset button.
	Reset,
	/// `oil N`: somebody fills the tank of cutting oil, or lets some out.
	Oil {
		/// How full it is after this, thousandths.
		level: u16,
	},
}

impl fmt::Display for Command {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Command::Fault(fault) => write!(f, "fault {fault}"),
			Command::Clear => f.write_str("clear"),
			Command::Door { closed: true } => f.write_str("door closed"),
			Command::Door { closed: false } => f.write_str("door open"),
			Command::Reset => f.write_str("reset"),
			Command::Oil { level } => write!(f, "oil {level}"),
		}
	}
}

impl FromStr for Command {
	type Err = UnknownCommand;

	fn from_str(line: &str) -> Result<Self, UnknownCommand> {
		let words: Vec<_> = line.split_whitespace().collect();
		match words[..] {
			["fault", name] => Ok(Command::Fault(name.parse()?)),
			["clear"] => Ok(Command::Clear),
			["door", "open"] => Ok(Command::Door { closed: false }),
			["door", "closed"] => Ok(Command::Door { closed: true }),
			["reset"] => Ok(Command::Reset),
			["oil", level] => {
				let level = level.parse().ok().filter(|level| *level <= 1000);
				let level = level.ok_or_else(|| UnknownCommand::Line(line.trim().into()))?;
				Ok(Command::Oil { level })
			}
			_ => Err(UnknownCommand::Line(line.trim().into())),
		}
	}
}

/// A line that is no command.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UnknownCommand {
	/// No such command.
	#[error("'{0}' is no command; there are 'fault NAME', 'clear', 'door open', 'door closed', 'reset' and 'oil N' with N from 0 to 1000")]
	Line(String),
	/// No such fault.
	#[error(transparent)]
	Fault(#[from] UnknownFault),
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_command_reads_back_what_it_prints() {
		let faults = Fault::ALL.into_iter().map(Command::Fault);
		let others = [
			Command::Clear,
			Command::Door { closed: true },
			Command::Door { closed: false },
			Command::Reset,
			Command::Oil { level: 0 },
			Command::Oil { level: 1000 },
		];
		for command in faults.chain(others) {
			assert_eq!(command.to_string().parse(), Ok(command));
		}
		assert_eq!("  door   open ".parse(), Ok(Command::Door { closed: false }));
	}

	#[test]
	fn a_wrong_line_is_told_what_would_be_right() {
		let error = |line: &str| line.parse::<Command>().expect_err("no command").to_string();
		assert!(error("open door").starts_with("'open door' is no command; there are 'fault NAME'"));
		assert!(error("fault fire").starts_with("no fault is called 'fire'; there are spindle-stall"));
		assert!(error("oil 1001").starts_with("'oil 1001' is no command"));
		assert!(error("").starts_with("'' is no command"));
		for fault in Fault::ALL {
			assert!(error("fault fire").contains(fault.name()), "{fault} is listed");
		}
	}
}
