//! The loop that everything runs in: network, serial line, console, signals, time.

use super::{
	frames::{rtu_answer, take_rtu, take_tcp, tcp_answer, RtuTaken},
	panel::{Panel, WATCHDOG_MS},
	pdu::answer,
};
use crate::{console::Console, noise::Noise, port::Port, Command, Fault, Faults, PortError};
use nix::{
	errno::Errno,
	poll::{poll, PollFd, PollFlags, PollTimeout},
};
use std::{
	io::{self, ErrorKind, Read, Write},
	net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
	os::fd::{AsFd, BorrowedFd},
	path::PathBuf,
	time::{Duration, Instant},
};

/// The loop goes round at least this often, ms.
const ROUND_MS: u16 = 2;
/// Longest time that the simulation catches up after the program was held up.
const CATCH_UP_MS: u128 = 1000;
/// So many may be connected at once.
const MOST_CLIENTS: usize = 8;
/// Bytes of one client that are no whole question yet, or that it does not read.
const MOST_BYTES: usize = 2048;
/// A question on the serial line that is not whole after so long is none.
const RTU_SILENCE: Duration = Duration::from_millis(20);
/// With noise: one byte in so many is damaged.
const DAMAGED_BYTE_IN: u32 = 200;

/// How a Modbus machine is made.
#[derive(Clone, Debug)]
pub struct ModbusOptions {
	/// Where it listens in the network; port 0 for any that is free.
	pub tcp: Option<SocketAddr>,
	/// Where the link to its serial device is made.
	pub rtu: Option<PathBuf>,
	/// Its unit identifier on the serial line. In the network it answers to any.
	pub unit: u8,
	/// The watchdog's time, in ms.
	pub watchdog_ms: u32,
	/// Faults from the start.
	pub faults: Vec<Fault>,
}

impl ModbusOptions {
	/// A sound machine in the network of this computer alone, at any port.
	pub fn tcp() -> Self {
		ModbusOptions {
			tcp: Some((Ipv4Addr::LOCALHOST, 0).into()),
			rtu: None,
			unit: 1,
			watchdog_ms: WATCHDOG_MS,
			faults: Vec::new(),
		}
	}

	/// A sound machine on a serial line whose link is at `link`.
	pub fn rtu(link: impl Into<PathBuf>) -> Self {
		ModbusOptions {
			tcp: None,
			rtu: Some(link.into()),
			..Self::tcp()
		}
	}
}

/// Why a Modbus machine cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ModbusError {
	/// No serial device.
	#[error(transparent)]
	Port(#[from] PortError),
	/// It cannot listen.
	#[error("cannot listen at {0}: {1}; choose another address, or port 0 for one that is free")]
	Listen(SocketAddr, io::Error),
	/// Neither network nor serial line.
	#[error("the machine is reached neither by network nor by serial line; give it one")]
	Nowhere,
	/// No such thing here.
	#[error("a Modbus machine has no fault '{0}'; there are spindle-stall, sensor-stuck, drift, dropout and, on a serial line, line-noise")]
	NoSuchFault(Fault),
	/// The system refuses to wait.
	#[error("cannot wait for input: {0}")]
	Poll(#[from] Errno),
	/// Its thread died.
	#[error("the Modbus machine's thread panicked")]
	Panicked,
	/// The console of a running machine is gone.
	#[error("the Modbus machine has stopped")]
	Stopped,
}

/// What one can see of a running machine.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ModbusState {
	/// What spindle, feed, clamp and coolant are driven with.
	pub outputs: [i32; 4],
	/// Whether the watchdog made them safe and was not written since.
	pub expired: bool,
	/// How many are connected.
	pub clients: usize,
	/// Questions answered since the program started.
	pub questions: u64,
}

#[derive(Debug)]
struct Client {
	stream: TcpStream,
	incoming: Vec<u8>,
	outgoing: Vec<u8>,
}

#[derive(Debug)]
struct SerialLine {
	port: Port,
	incoming: Vec<u8>,
	heard: Instant,
}

/// A machine that listens and waits to be run.
#[derive(Debug)]
pub struct ModbusServer {
	unit: u8,
	faults: Faults,
	panel: Panel,
	listener: Option<TcpListener>,
	clients: Vec<Client>,
	line: Option<SerialLine>,
	noise: Noise,
	questions: u64,
	simulated_ms: u128,
	started: Instant,
	console: Console,
	rtu: Option<PathBuf>,
}

impl ModbusServer {
	/// Begins to listen.
	pub fn new(options: ModbusOptions) -> Result<Self, ModbusError> {
		for fault in &options.faults {
			check_fault(*fault)?;
		}
		let faults: Faults = options.faults.into_iter().collect();
		let mut panel = Panel::new(Duration::from_millis(u64::from(options.watchdog_ms)));
		panel.set_faults(faults);
		let listener = options.tcp.map(listen).transpose()?;
		let line = match &options.rtu {
			Some(link) => Some(SerialLine {
				port: Port::new(link)?,
				incoming: Vec::new(),
				heard: Instant::now(),
			}),
			None => None,
		};
		if listener.is_none() && line.is_none() {
			return Err(ModbusError::Nowhere);
		}
		Ok(Self {
			unit: options.unit,
			faults,
			panel,
			listener,
			clients: Vec::new(),
			line,
			noise: Noise::new(0x5eed),
			questions: 0,
			simulated_ms: 0,
			started: Instant::now(),
			console: Console::default(),
			rtu: options.rtu,
		})
	}

	/// Where it is, as a client's configuration has it: by network if it is there.
	pub fn address(&self) -> String {
		let tcp = self.listener.as_ref().and_then(|listener| listener.local_addr().ok());
		match (tcp, &self.rtu) {
			(Some(address), _) => format!("tcp://{address}"),
			(None, Some(link)) => format!("rtu:{}", link.display()),
			(None, None) => String::new(),
		}
	}

	/// What one can see now.
	pub fn state(&self) -> ModbusState {
		ModbusState {
			outputs: self.panel.outputs(),
			expired: self.panel.is_expired(),
			clients: self.clients.len(),
			questions: self.questions,
		}
	}

	/// Runs until `stop` becomes readable, or, with `console_owns`, until the console's other end is closed.
	///
	/// The console takes [`Command`]s, one a line. `watcher` sees the state after each round, and before an answer goes out: who
	/// has read of a change finds it in the state too.
	pub fn run(
		mut self,
		console: impl AsFd,
		console_owns: bool,
		stop: Option<impl AsFd>,
		mut watcher: impl FnMut(ModbusState),
	) -> Result<(), ModbusError> {
		let mut console = Some(console);
		loop {
			let (has_line, has_stop) = self.wait(console.as_ref(), stop.as_ref())?;
			if has_stop {
				return Ok(());
			}
			if let (true, Some(open)) = (has_line, &console) {
				match self.console.read(open) {
					Some(commands) => commands.into_iter().for_each(|command| self.obey(command)),
					None if console_owns => return Ok(()),
					None => console = None,
				}
			}
			self.pass_time();
			self.serve_clients(&mut watcher);
			self.serve_line(&mut watcher)?;
			watcher(self.state());
		}
	}

	/// Waits until something comes or a round is over. Tells whether the console and `stop` have something.
	fn wait(&self, console: Option<&impl AsFd>, stop: Option<&impl AsFd>) -> Result<(bool, bool), Errno> {
		let mut waited: Vec<BorrowedFd<'_>> = Vec::new();
		waited.extend(stop.map(AsFd::as_fd));
		waited.extend(console.map(AsFd::as_fd));
		waited.extend(self.listener.as_ref().map(AsFd::as_fd));
		waited.extend(self.clients.iter().map(|client| client.stream.as_fd()));
		waited.extend(self.line.as_ref().and_then(|line| line.port.client()));
		let mut fds: Vec<_> = waited
			.into_iter()
			.map(|fd| PollFd::new(fd, PollFlags::POLLIN))
			.collect();
		match poll(&mut fds, PollTimeout::from(ROUND_MS)) {
			Ok(_) | Err(Errno::EINTR) => {}
			Err(error) => return Err(error),
		}
		let ready = |index: usize| fds.get(index).and_then(PollFd::any).unwrap_or(false);
		let stop_ready = stop.is_some() && ready(0);
		Ok((console.is_some() && ready(usize::from(stop.is_some())), stop_ready))
	}

	fn pass_time(&mut self) {
		let elapsed_ms = self.started.elapsed().as_millis();
		let behind_ms = elapsed_ms.saturating_sub(self.simulated_ms).min(CATCH_UP_MS);
		self.panel.advance(behind_ms as u32);
		self.simulated_ms = elapsed_ms;
	}

	fn serve_clients(&mut self, watcher: &mut impl FnMut(ModbusState)) {
		while let Some(Ok((stream, _))) = self.listener.as_ref().map(TcpListener::accept) {
			// Too many: it is closed again at once, as a controller with few sockets does.
			let is_ready = stream
				.set_nonblocking(true)
				.and_then(|()| stream.set_nodelay(true))
				.is_ok();
			if is_ready && self.clients.len() < MOST_CLIENTS {
				self.clients.push(Client {
					stream,
					incoming: Vec::new(),
					outgoing: Vec::new(),
				});
			}
		}
		for mut client in std::mem::take(&mut self.clients) {
			let stays = client.read() && self.answer_client(&mut client);
			if !client.outgoing.is_empty() {
				watcher(self.state());
			}
			if stays && client.write() {
				self.clients.push(client);
			}
		}
	}

	/// Whether the client speaks Modbus.
	fn answer_client(&mut self, client: &mut Client) -> bool {
		loop {
			match take_tcp(&mut client.incoming) {
				Ok(Some(question)) => {
					let pdu = answer(&mut self.panel, &question.pdu);
					self.questions += 1;
					client.outgoing.extend(tcp_answer(&question, &pdu));
				}
				Ok(None) => return client.incoming.len() < MOST_BYTES && client.outgoing.len() < MOST_BYTES,
				Err(()) => return false,
			}
		}
	}

	fn serve_line(&mut self, watcher: &mut impl FnMut(ModbusState)) -> Result<(), ModbusError> {
		let Some(mut line) = self.line.take() else {
			return Ok(());
		};
		line.port.check()?;
		let before = line.incoming.len();
		let noisy = self.faults.has(Fault::LineNoise);
		line.port.read(|byte| {
			if line.incoming.len() < MOST_BYTES {
				line.incoming.push(damage(&mut self.noise, noisy, byte));
			}
		});
		if line.incoming.len() > before {
			line.heard = Instant::now();
		} else if line.heard.elapsed() > RTU_SILENCE {
			line.incoming.clear();
		}
		if let RtuTaken::Question { unit, pdu } = take_rtu(&mut line.incoming) {
			// Another unit's question is none of its business; one to everybody has no answer.
			let is_meant = unit == self.unit || unit == 0;
			let pdu = is_meant.then(|| answer(&mut self.panel, &pdu));
			if let (Some(pdu), true) = (pdu, unit == self.unit) {
				self.questions += 1;
				let bytes = rtu_answer(unit, &pdu).into_iter();
				let bytes: Vec<_> = bytes.map(|byte| damage(&mut self.noise, noisy, byte)).collect();
				watcher(self.state());
				line.port.write(&bytes);
			}
		}
		self.line = Some(line);
		Ok(())
	}

	fn obey(&mut self, command: Command) {
		match command {
			Command::Door { closed } => self.panel.set_door(closed),
			Command::Reset => {
				self.panel.restart();
				self.clients.clear();
			}
			Command::Oil { .. } => eprintln!("this machine has no tank of cutting oil"),
			Command::Clear => self.set_faults(Faults::default()),
			Command::Fault(fault) => match check_fault(fault) {
				Ok(()) => {
					let mut faults = self.faults;
					faults.add(fault);
					self.set_faults(faults);
				}
				Err(error) => eprintln!("{error}"),
			},
		}
	}

	fn set_faults(&mut self, faults: Faults) {
		self.faults = faults;
		self.panel.set_faults(faults);
	}
}

impl Client {
	/// Whether it is still there.
	fn read(&mut self) -> bool {
		let mut buffer = [0; 512];
		loop {
			match self.stream.read(&mut buffer) {
				Ok(0) => return false,
				Ok(count) => self.incoming.extend_from_slice(&buffer[..count]),
				Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
				Err(error) if error.kind() == ErrorKind::Interrupted => {}
				Err(_) => return false,
			}
			if self.incoming.len() >= MOST_BYTES {
				return true;
			}
		}
	}

	/// Whether it is still there.
	fn write(&mut self) -> bool {
		while !self.outgoing.is_empty() {
			match self.stream.write(&self.outgoing) {
				Ok(0) => return false,
				Ok(count) => drop(self.outgoing.drain(..count)),
				Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
				Err(error) if error.kind() == ErrorKind::Interrupted => {}
				Err(_) => return false,
			}
		}
		true
	}
}

fn listen(address: SocketAddr) -> Result<TcpListener, ModbusError> {
	let listener = TcpListener::bind(address).map_err(|error| ModbusError::Listen(address, error))?;
	let set = listener.set_nonblocking(true);
	set.map_err(|error| ModbusError::Listen(address, error))?;
	Ok(listener)
}

/// Faults of a board and of its line are none of this machine.
fn check_fault(fault: Fault) -> Result<(), ModbusError> {
	match fault {
		Fault::SpindleStall | Fault::SensorStuck | Fault::Drift | Fault::Dropout | Fault::LineNoise => Ok(()),
		Fault::Reset | Fault::WrongVersion => Err(ModbusError::NoSuchFault(fault)),
	}
}

fn damage(noise: &mut Noise, noisy: bool, byte: u8) -> u8 {
	match noisy && noise.once_in(DAMAGED_BYTE_IN) {
		true => byte ^ (1 << (noise.byte() % 8)),
		false => byte,
	}
}
