//! A line in simulated time with the real board's logic at its other end, and in between somebody who can spoil everything.

use crate::defects::{Defect, SOUND};
use board_conformance::{
	protocol::{
		Ack, AckResult, BoardFrame, BoardMessage, ChannelInfo, ChannelKind, DecodeError, Decoder, FirmwareInfo,
		FirmwareVersion, HostFrame, HostMessage, Label, ResetCause, Scale, Session, Unit, PROTOCOL_VERSION,
	},
	Line,
};
use board_core::{Board, ChannelSet, Clock, Config, Eeprom, Inputs, Interlock, OutputFailed, Outputs, Restart, Uart};
use std::{
	collections::{HashMap, VecDeque},
	io,
	time::Duration,
};

pub const SPINDLE: u8 = 0;
pub const FEED: u8 = 1;
/// Its safe state is not 0: a brake that must be on.
pub const BRAKE: u8 = 2;
pub const SPEED: u8 = 3;
pub const DOOR: u8 = 4;

/// Eight parts, the last ones free.
const MEMORY: usize = 64;
/// Time goes on in steps of this length.
const STEP: Duration = Duration::from_micros(500);
/// Bytes that the line carries in a step.
const BYTES_A_STEP: usize = 6;
/// From the order to the reset.
const RESTART: Duration = Duration::from_millis(50);

const CHANNELS: &[ChannelInfo] = &[
	channel(SPINDLE, ChannelKind::Output, -100, 3000, 0, "spindle"),
	channel(FEED, ChannelKind::Output, 0, i32::MAX, 0, "feed"),
	channel(BRAKE, ChannelKind::Output, 0, 1, 1, "brake"),
	channel(SPEED, ChannelKind::Input, 0, 4000, 0, "speed"),
	channel(DOOR, ChannelKind::Input, 0, 1, 0, "door_closed"),
];

const INTERLOCKS: &[Interlock] = &[Interlock {
	input: DOOR,
	min: 1,
	max: 1,
	outputs: ChannelSet::of(&[SPINDLE, FEED]),
}];

pub const CONFIG: Config = Config {
	version: PROTOCOL_VERSION,
	serial: Label::literal("RIG"),
	firmware: FirmwareInfo {
		version: FirmwareVersion {
			major: 1,
			minor: 2,
			patch: 3,
		},
		hash: [7; 32],
	},
	config_len: MEMORY as u16,
	dead_man_ms: 200,
	min_interval_ms: 10,
	channels: CHANNELS,
	interlocks: INTERLOCKS,
};

pub const fn channel(number: u8, kind: ChannelKind, min: i32, max: i32, safe: i32, name: &'static str) -> ChannelInfo {
	ChannelInfo {
		channel: number,
		kind,
		unit: Unit::Count,
		scale: Scale::ONE,
		min,
		max,
		safe,
		name: Label::literal(name),
	}
}

/// The fake machine.
pub struct Machine {
	pub now: Duration,
	pub started: Duration,
	pub inputs: HashMap<u8, Option<i32>>,
	/// What the outputs are driven with, whatever the board believes.
	pub outputs: HashMap<u8, i32>,
	pub memory: [u8; MEMORY],
	pub restart_at: Option<Duration>,
	to_board: VecDeque<u8>,
	from_board: Vec<Vec<u8>>,
}

impl Clock for Machine {
	fn now_ms(&self) -> u32 {
		(self.now - self.started).as_millis() as u32
	}
}

impl Uart for Machine {
	fn read(&mut self) -> Option<u8> {
		self.to_board.pop_front()
	}

	fn write(&mut self, frame: &[u8]) -> bool {
		self.from_board.push(frame.to_vec());
		true
	}
}

impl Inputs for Machine {
	fn sample(&mut self, channel: u8) -> Option<i32> {
		self.inputs.get(&channel).copied().flatten()
	}
}

impl Outputs for Machine {
	fn drive(&mut self, channel: u8, value: i32) -> Result<(), OutputFailed> {
		self.outputs.insert(channel, value);
		Ok(())
	}
}

impl Eeprom for Machine {
	fn load(&self, address: u16) -> u8 {
		self.memory[usize::from(address)]
	}

	fn store(&mut self, address: u16, byte: u8) {
		self.memory[usize::from(address)] = byte;
	}
}

impl Restart for Machine {
	fn restart(&mut self) {
		self.restart_at.get_or_insert(self.now + RESTART);
	}
}

/// What came over the line up to a delimiter.
pub struct Block {
	/// The bytes, the delimiter at the end included.
	pub bytes: Vec<u8>,
	/// What a sound board makes of them.
	pub frame: Result<HostFrame, DecodeError>,
	/// The delimiter before them was the end of another block.
	pub shares: bool,
}

impl Block {
	/// The message, if it is one.
	pub fn message(&self) -> Option<HostMessage> {
		self.frame.as_ref().ok().map(|frame| frame.message)
	}
}

/// The line, the board, and what is wrong with it.
pub struct Rig {
	pub machine: Machine,
	pub board: Board,
	pub config: Config,
	pub defect: Defect,
	/// The last command that the board took.
	pub last: Option<HostFrame>,
	/// What the outputs were told, in this session.
	pub told: HashMap<u8, i32>,
	/// For the defects to count with.
	pub count: u32,
	pub number: u16,
	pub to_host: Vec<u8>,
	coming: VecDeque<u8>,
	block: Vec<u8>,
	delimiters: usize,
	decoder: Decoder<BoardMessage>,
}

impl Rig {
	/// A sound board beside a machine whose door is closed.
	pub fn new() -> Rig {
		Rig::of(CONFIG, SOUND)
	}

	pub fn broken(defect: Defect) -> Rig {
		Rig::of(CONFIG, defect)
	}

	pub fn of(config: Config, defect: Defect) -> Rig {
		let mut memory = [0xff; MEMORY];
		memory[..7].copy_from_slice(&[b'B', b'P', 1, 10, 0, 9, 9]);
		let mut machine = Machine {
			now: Duration::ZERO,
			started: Duration::ZERO,
			inputs: HashMap::from([(SPEED, Some(0)), (DOOR, Some(1))]),
			outputs: HashMap::new(),
			memory,
			restart_at: None,
			to_board: VecDeque::new(),
			from_board: Vec::new(),
		};
		let board =
			Board::start(config, Session(77), ResetCause::PowerOn, &mut machine).expect("a sound configuration");
		Rig {
			machine,
			board,
			config,
			defect,
			last: None,
			told: HashMap::new(),
			count: 0,
			number: 0,
			to_host: Vec::new(),
			coming: VecDeque::new(),
			block: Vec::new(),
			delimiters: 0,
			decoder: Decoder::with_version(config.version),
		}
	}

	fn step(&mut self) {
		self.machine.now += STEP;
		for _ in 0..BYTES_A_STEP {
			let Some(byte) = self.coming.pop_front() else { break };
			self.come(byte);
		}
		(self.defect.lives)(self);
		self.pass(&[]);
		if self.machine.restart_at.is_some_and(|at| at <= self.machine.now) {
			self.machine.restart_at = None;
			(self.defect.restarts)(self);
		}
	}

	fn come(&mut self, byte: u8) {
		self.block.push(byte);
		if byte != 0 {
			return;
		}
		let bytes = std::mem::take(&mut self.block);
		let shares = std::mem::take(&mut self.delimiters) == 1;
		self.delimiters = 1;
		if bytes.len() == 1 {
			self.delimiters = 2;
			return self.pass(&bytes);
		}
		let mut decoder = Decoder::with_version(self.config.version);
		decoder.push(0);
		let frame = bytes
			.iter()
			.find_map(|byte| decoder.push(*byte))
			.expect("a whole block");
		let block = Block { bytes, frame, shares };
		(self.defect.hears)(self, &block);
	}

	/// A new life of the board.
	pub fn restart(&mut self, session: Session, cause: ResetCause) {
		self.machine.started = self.machine.now;
		self.told.clear();
		self.last = None;
		self.board = Board::start(self.config, session, cause, &mut self.machine).expect("a sound configuration");
	}

	/// Gives bytes to the board, and what it says to the host.
	pub fn pass(&mut self, bytes: &[u8]) {
		for frame in self.exchange(bytes) {
			self.say(frame);
		}
	}

	/// Gives bytes to the board, and gives what it says.
	pub fn exchange(&mut self, bytes: &[u8]) -> Vec<BoardFrame> {
		let mut frames = Vec::new();
		self.machine.to_board.extend(bytes);
		loop {
			self.board.poll(&mut self.machine);
			for bytes in self.machine.from_board.drain(..) {
				frames.extend(
					bytes
						.iter()
						.filter_map(|byte| self.decoder.push(*byte))
						.filter_map(Result::ok),
				);
			}
			if self.machine.to_board.is_empty() {
				break;
			}
		}
		for frame in &mut frames {
			if let BoardMessage::Reading(reading) = &mut frame.message {
				// What the machine is really driven with.
				reading.value = self
					.machine
					.outputs
					.get(&reading.channel)
					.copied()
					.unwrap_or(reading.value);
			}
		}
		frames
	}

	/// Gives a block to the board, and notes whether it was taken.
	pub fn hear(&mut self, block: &Block) {
		let frames = self.exchange(&block.bytes);
		if let Ok(frame) = block.frame {
			let taken = |said: &BoardFrame| match said.message {
				BoardMessage::Ack(ack) if said.sequence == frame.sequence => !matches!(
					ack.result,
					AckResult::WrongSession | AckResult::Stale | AckResult::SequenceReused
				),
				_ => false,
			};
			if !matches!(frame.message, HostMessage::HelloRequest { .. }) && frames.iter().any(taken) {
				self.last = Some(frame);
				if let HostMessage::SetOutput { channel, value } = frame.message {
					self.told.insert(channel, value);
				}
			}
		}
		for frame in frames {
			self.say(frame);
		}
	}

	/// Another frame in the place of the one that came.
	pub fn hear_instead(&mut self, frame: HostFrame) {
		let bytes = frame.encode().expect("fits")[1..].to_vec();
		self.hear(&Block {
			bytes,
			frame: Ok(frame),
			shares: false,
		});
	}

	/// Says something to the host, if the defect lets it.
	pub fn say(&mut self, frame: BoardFrame) {
		let Some(frame) = (self.defect.says)(self, frame) else {
			return;
		};
		let bytes = frame.encode().expect("fits");
		self.to_host.extend((self.defect.sends)(&bytes));
	}

	/// Answers in the board's place.
	pub fn answer(&mut self, sequence: u16, result: AckResult) {
		let status = self.board.status();
		let message = BoardMessage::Ack(Ack { result, status });
		let session = self.board.session();
		self.say(BoardFrame::new(session, sequence, message));
	}

	/// The dead-man timer begins anew, and nobody sees why.
	pub fn poke(&mut self) {
		let Some(last) = self.last.filter(|last| last.session == self.board.session()) else {
			return;
		};
		let bytes = last.encode().expect("fits");
		for frame in self.exchange(&bytes) {
			if !matches!(frame.message, BoardMessage::Ack(_)) {
				self.say(frame);
			}
		}
	}

	/// Whether this command was the last one that was taken.
	pub fn is_repeated(&self, frame: &HostFrame) -> bool {
		self.last == Some(*frame)
	}

	/// How far this command is ahead of the last one, in this session.
	pub fn ahead(&self, frame: &HostFrame) -> Option<u16> {
		let last = self.last.filter(|last| last.session == frame.session)?;
		let is_command = !matches!(frame.message, HostMessage::HelloRequest { .. });
		is_command.then(|| frame.sequence.wrapping_sub(last.sequence))
	}

	/// Does what a SetOutput says, without asking the board.
	pub fn drive(&mut self, message: HostMessage) {
		if let HostMessage::SetOutput { channel, value } = message {
			if self.config.outputs().has(channel) {
				self.machine.outputs.insert(channel, value);
			}
		}
	}
}

impl Line for Rig {
	fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
		self.coming.extend(bytes);
		Ok(())
	}

	fn receive(&mut self, limit: Duration, into: &mut Vec<u8>) -> io::Result<()> {
		let end = self.machine.now + limit;
		while self.to_host.is_empty() && self.machine.now < end {
			self.step();
		}
		into.append(&mut self.to_host);
		Ok(())
	}

	fn now(&self) -> Duration {
		self.machine.now
	}
}
