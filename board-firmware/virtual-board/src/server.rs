//! The loop that everything runs in: line, console, signals, time.

use crate::{
	console::Console,
	memory::Memory,
	port::{Change, Port},
	rig::Rig,
	Command, Fault, Faults, PortError,
};
use board_core::{
	protocol::{DecodeCounters, Label, ResetCause, Session, Status, PROTOCOL_VERSION},
	Board, ConfigError, ImageError, MAX_CHANNELS,
};
use nix::{
	errno::Errno,
	poll::{poll, PollFd, PollFlags, PollTimeout},
};
use std::{
	hash::{BuildHasher, RandomState},
	os::fd::AsFd,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

/// The serial number of a board that was given none.
pub const BOARD_SERIAL: Label = Label::literal("VIRTUAL-1");
/// The dead-man time in milliseconds of a board that was given none.
pub const DEAD_MAN_MS: u32 = 1000;

/// The loop goes round at least this often, ms.
const ROUND_MS: u16 = 2;
/// Longest time that the simulation catches up after the program was held up.
const CATCH_UP_MS: u128 = 1000;
/// From a reset until the firmware listens. A real Uno's boot loader takes longer.
const BOOT: Duration = Duration::from_millis(20);
/// See [`Fault::Reset`].
const WATCHDOG_AFTER: Duration = Duration::from_secs(2);
/// Rounds of the board in one round of the loop at most.
const BOARD_ROUNDS: usize = 32;

/// How a virtual board is made.
#[derive(Clone, Debug)]
pub struct Options {
	/// Where the link to the serial device is made.
	pub link: PathBuf,
	/// The board's serial number.
	pub serial: Label,
	/// The protocol version that the board speaks.
	pub protocol_version: u8,
	/// The dead-man time in milliseconds.
	pub dead_man_ms: u32,
	/// Whether the press has a tank of cutting oil, whose level is input 9 in the place of the tool's wear.
	pub tank: bool,
	/// Faults from the start.
	pub faults: Vec<Fault>,
}

impl Options {
	/// A sound board at `link`.
	pub fn new(link: impl Into<PathBuf>) -> Self {
		Options {
			link: link.into(),
			serial: BOARD_SERIAL,
			protocol_version: PROTOCOL_VERSION,
			dead_man_ms: DEAD_MAN_MS,
			tank: false,
			faults: Vec::new(),
		}
	}
}

/// Why a virtual board cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
	/// No serial device.
	#[error(transparent)]
	Port(#[from] PortError),
	/// The options make no board.
	#[error("the board cannot be configured so: {0}")]
	Config(#[from] ConfigError),
	/// The configuration does not fit the board's memory.
	#[error("the board's memory cannot keep its configuration: {0}")]
	Image(#[from] ImageError),
	/// The system refuses to wait.
	#[error("cannot wait for input: {0}")]
	Poll(#[from] Errno),
	/// Its thread died.
	#[error("the virtual board's thread panicked")]
	Panicked,
	/// The console of a running board is gone.
	#[error("the virtual board has stopped")]
	Stopped,
}

/// What one can see of a running board.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct State {
	/// The board's session.
	pub session: Session,
	/// Resets since the program started, the first start not counted.
	pub resets: u32,
	/// Whether a client has the port open.
	pub connected: bool,
	/// The board's flags and event counter.
	pub status: Status,
	/// Values of the channels, by number: driven values of outputs, last samples of inputs (`None`: cannot be read).
	pub values: [Option<i32>; MAX_CHANNELS],
	/// What the board received in this session.
	pub counters: DecodeCounters,
	/// Bytes that a client did not read in time, since the program started.
	pub lost_bytes: u64,
}

/// A virtual board that has its port and waits to be run.
#[derive(Debug)]
pub struct Server {
	options: Options,
	faults: Faults,
	port: Port,
	rig: Rig,
	board: Board,
	resets: u32,
	connected: bool,
	lost_bytes: u64,
	simulated_ms: u128,
	started: Instant,
	/// Since when an output is away from its safe state.
	unsafe_since: Option<Instant>,
	console: Console,
}

impl Server {
	/// Makes the serial device and its link, and starts the board.
	pub fn new(options: Options) -> Result<Server, ServerError> {
		let faults: Faults = options.faults.iter().copied().collect();
		let memory = Memory::new(version(&options, faults), &options)?;
		let config = memory.setup().config;
		let mut rig = Rig::new(memory);
		rig.noisy = faults.has(Fault::LineNoise);
		rig.press.set_faults(faults);
		// A number that no board before this one is likely to have had.
		let session = Session((RandomState::new().hash_one(()) as u32).max(1));
		let board = Board::start(config, session, ResetCause::PowerOn, &mut rig)?;
		let port = Port::new(&options.link)?;
		Ok(Server {
			options,
			faults,
			port,
			rig,
			board,
			resets: 0,
			connected: false,
			lost_bytes: 0,
			simulated_ms: 0,
			started: Instant::now(),
			unsafe_since: None,
			console: Console::default(),
		})
	}

	/// Where the serial device is.
	pub fn path(&self) -> &Path {
		&self.options.link
	}

	/// What one can see now.
	pub fn state(&self) -> State {
		let mut values = [None; MAX_CHANNELS];
		values
			.iter_mut()
			.zip(0..)
			.for_each(|(value, channel)| *value = self.board.value(channel));
		State {
			session: self.board.session(),
			resets: self.resets,
			connected: self.connected,
			status: self.board.status(),
			values,
			counters: self.board.counters(),
			lost_bytes: self.lost_bytes,
		}
	}

	/// Runs until `stop` becomes readable, or, with `console_owns`, until the console's other end is closed.
	///
	/// The console takes [`Command`]s, one a line. `watcher` sees the state after each round, and before anything
	/// goes out on the line: who has read of a change on the line finds it in the state too.
	pub fn run(
		mut self,
		console: impl AsFd,
		console_owns: bool,
		stop: Option<impl AsFd>,
		mut watcher: impl FnMut(State),
	) -> Result<(), ServerError> {
		let mut console = Some(console);
		loop {
			let (has_line, has_stop) = wait(&self.port, console.as_ref(), stop.as_ref())?;
			if has_stop {
				return Ok(());
			}
			if let (true, Some(open)) = (has_line, &console) {
				match self.console.read(open) {
					Some(commands) => commands.into_iter().try_for_each(|command| self.obey(command))?,
					None if console_owns => return Ok(()),
					None => console = None,
				}
			}
			self.round(&mut watcher)?;
			watcher(self.state());
		}
	}

	/// One round: the line, the machine, the board.
	fn round(&mut self, watcher: &mut impl FnMut(State)) -> Result<(), ServerError> {
		if self.port.check()? == Change::Opened {
			self.connected = true;
			self.reset(ResetCause::External)?;
		}
		let rig = &mut self.rig;
		if self.port.read(|byte| rig.receive(byte)) == Change::Closed {
			self.connected = false;
		}
		let elapsed_ms = self.started.elapsed().as_millis();
		let behind_ms = elapsed_ms.saturating_sub(self.simulated_ms).min(CATCH_UP_MS);
		self.rig.press.advance(behind_ms as u32);
		self.simulated_ms = elapsed_ms;
		if self.rig.since_reset() >= BOOT {
			self.run_board(watcher);
		}
		if self.rig.restarting {
			self.reset(ResetCause::Ordered)?;
		}
		self.bite_watchdog()
	}

	fn run_board(&mut self, watcher: &mut impl FnMut(State)) {
		for _ in 0..BOARD_ROUNDS {
			self.board.poll(&mut self.rig);
			if !self.rig.transmit.is_empty() {
				watcher(self.state());
				self.lost_bytes += self.port.write(&self.rig.transmit) as u64;
				self.rig.transmit.clear();
			}
			if !self.rig.has_received() || self.rig.restarting {
				break;
			}
		}
	}

	fn bite_watchdog(&mut self) -> Result<(), ServerError> {
		if self.board.status().has(Status::ALL_SAFE) {
			self.unsafe_since = None;
			return Ok(());
		}
		let since = *self.unsafe_since.get_or_insert_with(Instant::now);
		if self.faults.has(Fault::Reset) && since.elapsed() >= WATCHDOG_AFTER {
			self.reset(ResetCause::Watchdog)?;
		}
		Ok(())
	}

	fn reset(&mut self, cause: ResetCause) -> Result<(), ServerError> {
		self.rig.reset();
		let session = Session(self.board.session().0.wrapping_add(1).max(1));
		let version = version(&self.options, self.faults);
		let config = self.rig.memory.reset(version).config;
		self.board = Board::start(config, session, cause, &mut self.rig)?;
		self.resets += 1;
		self.unsafe_since = None;
		Ok(())
	}

	fn obey(&mut self, command: Command) -> Result<(), ServerError> {
		match command {
			Command::Door { closed } => {
				self.rig.press.set_door(closed);
				Ok(())
			}
			Command::Oil { level } => {
				self.rig.press.set_oil(level);
				Ok(())
			}
			Command::Reset => self.reset(ResetCause::External),
			Command::Clear => self.set_faults(Faults::default()),
			Command::Fault(fault) => {
				let mut faults = self.faults;
				faults.add(fault);
				self.set_faults(faults)
			}
		}
	}

	fn set_faults(&mut self, faults: Faults) -> Result<(), ServerError> {
		let before = std::mem::replace(&mut self.faults, faults);
		self.rig.press.set_faults(faults);
		self.rig.noisy = faults.has(Fault::LineNoise);
		if faults.has(Fault::WrongVersion) != before.has(Fault::WrongVersion) {
			// Other firmware means a reset.
			self.reset(ResetCause::PowerOn)?;
		}
		Ok(())
	}
}

fn version(options: &Options, faults: Faults) -> u8 {
	match faults.has(Fault::WrongVersion) {
		true => options.protocol_version.wrapping_add(1),
		false => options.protocol_version,
	}
}

/// Waits until something comes or a round is over. Tells whether the console and `stop` have something.
fn wait(port: &Port, console: Option<&impl AsFd>, stop: Option<&impl AsFd>) -> Result<(bool, bool), Errno> {
	let watched = |fd| PollFd::new(fd, PollFlags::POLLIN);
	let line = port.client().map(watched);
	let console = console.map(|console| watched(console.as_fd()));
	let stop = stop.map(|stop| watched(stop.as_fd()));
	let has_console = console.is_some();
	let has_stop = stop.is_some();
	let mut fds: Vec<_> = [stop, console, line].into_iter().flatten().collect();
	match poll(&mut fds, PollTimeout::from(ROUND_MS)) {
		Ok(_) | Err(Errno::EINTR) => {}
		Err(error) => return Err(error),
	}
	let ready = |index: usize| fds.get(index).and_then(PollFd::any).unwrap_or(false);
	let stop_ready = has_stop && ready(0);
	let console_ready = has_console && ready(usize::from(has_stop));
	Ok((console_ready, stop_ready))
}
