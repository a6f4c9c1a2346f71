//! The board behind a pseudo-terminal, in step with the clock.

use crate::{chip::FREQUENCY, LoadError, ResetCause, Uno};
use std::{
	io,
	path::PathBuf,
	time::{Duration, Instant},
};
use virtual_board::{Change, Command, Faults, Port, PortError};

/// The simulation goes on in steps of this length; bytes from the client wait that long at most.
const STEP: Duration = Duration::from_micros(200);
/// Longest time that the simulation catches up after the program was held up.
const CATCH_UP: Duration = Duration::from_millis(500);

/// What is in a board's program memory.
#[derive(Clone, Debug)]
pub enum Program {
	/// The firmware, as `make firmware` makes it (ELF).
	Firmware(PathBuf),
	/// A boot loader alone (Intel HEX), which is given a program over the line.
	BootLoader(PathBuf),
}

/// How a simulated board is made.
#[derive(Clone, Debug)]
pub struct Options {
	/// What is in its program memory.
	pub program: Program,
	/// Where the link to the serial device is made.
	pub link: PathBuf,
	/// Where the levels of the outputs are recorded, if anywhere.
	pub vcd: Option<PathBuf>,
}

/// Why a simulated board cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
	/// No program.
	#[error(transparent)]
	Load(#[from] LoadError),
	/// No serial device.
	#[error(transparent)]
	Port(#[from] PortError),
	/// The record cannot be written.
	#[error("cannot write the record of the outputs: {0}")]
	Record(#[from] io::Error),
}

/// A simulated board that has its port.
pub struct Server {
	uno: Uno,
	port: Port,
	faults: Faults,
}

impl Server {
	/// Makes the serial device and its link, and switches the board on.
	pub fn new(options: &Options) -> Result<Server, ServerError> {
		let mut uno = match &options.program {
			Program::Firmware(elf) => Uno::new(elf)?,
			Program::BootLoader(hex) => Uno::with_boot_loader(hex)?,
		};
		if let Some(path) = &options.vcd {
			uno.record(path)?;
		}
		Ok(Server {
			uno,
			port: Port::new(&options.link)?,
			faults: Faults::default(),
		})
	}

	/// Runs while `next_command` says so: it is asked in each step, and gives what somebody does to the machine.
	pub fn run(mut self, mut next_command: impl FnMut() -> Next) -> Result<Uno, ServerError> {
		let mut clock = (Instant::now(), self.uno.now());
		loop {
			match next_command() {
				Next::Stop => break,
				Next::Nothing => {}
				Next::Command(command) => self.obey(command),
			}
			clock = self.step(clock)?;
		}
		Ok(self.uno)
	}

	/// One step: the line, then the board, then a rest until the clock has caught up.
	fn step(&mut self, (since, at): (Instant, u64)) -> Result<(Instant, u64), ServerError> {
		if self.port.check()? == Change::Opened {
			// As on a real Uno.
			self.uno.reset(ResetCause::External);
		}
		let mut received = Vec::new();
		self.port.read(|byte| received.push(byte));
		self.uno.send(&received);

		let target = at + cycles(since.elapsed());
		let behind = target.saturating_sub(self.uno.now());
		self.uno.run_to(target.min(self.uno.now() + cycles(CATCH_UP)))?;
		let sent: Vec<_> = std::iter::from_fn(|| self.uno.receive())
			.map(|(_, byte)| byte)
			.collect();
		self.port.write(&sent);

		std::thread::sleep(STEP);
		match behind > cycles(CATCH_UP) {
			// Too far behind: time has stood still for the board.
			true => Ok((Instant::now(), self.uno.now())),
			false => Ok((since, at)),
		}
	}

	fn obey(&mut self, command: Command) {
		match command {
			Command::Door { closed } => self.uno.press.set_door(closed),
			Command::Reset => self.uno.reset(ResetCause::External),
			Command::Clear => self.faults = Faults::default(),
			Command::Fault(fault) => self.faults.add(fault),
			Command::Oil { .. } => eprintln!("this board has no sensor in a tank of cutting oil"),
		}
		self.uno.press.set_faults(self.faults);
	}
}

/// What comes next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
	/// Nothing special.
	Nothing,
	/// Somebody does something to the machine. Faults of the line and of the firmware do nothing here.
	Command(Command),
	/// The end.
	Stop,
}

fn cycles(time: Duration) -> u64 {
	(time.as_nanos() * u128::from(FREQUENCY) / 1_000_000_000) as u64
}
