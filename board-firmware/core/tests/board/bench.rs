//! The bench: hardware made of plain fields, and a host that speaks the protocol.

use board_core::{
	protocol::{
		Ack, AckResult, BoardFrame, BoardMessage, ChannelInfo, ChannelKind, Decoder, EventKind, FirmwareInfo,
		FirmwareVersion, HostFrame, HostMessage, Label, Reading, ResetCause, Scale, Session, Unit, MAX_FRAME,
		PROTOCOL_VERSION,
	},
	Board, ChannelSet, Clock, Config, Eeprom, Inputs, Interlock, OutputFailed, Outputs, Restart, Uart,
};
use std::collections::{HashMap, HashSet, VecDeque};

pub const SPINDLE: u8 = 0;
pub const FEED: u8 = 1;
/// Its safe state is not 0: a brake that must be on.
pub const BRAKE: u8 = 2;
pub const SPEED: u8 = 3;
pub const DOOR: u8 = 4;
pub const PRESSURE: u8 = 5;

pub const DEAD_MAN_MS: u32 = 500;
/// Three parts of 8 bytes, and some bytes that make no part.
pub const CONFIG_LEN: u16 = 26;
pub const SESSION: Session = Session(77);

const CHANNELS: &[ChannelInfo] = &[
	channel(SPINDLE, ChannelKind::Output, -100, 3000, 0, "spindle"),
	channel(FEED, ChannelKind::Output, 0, 50_000, 0, "feed"),
	channel(BRAKE, ChannelKind::Output, 0, 1, 1, "brake"),
	channel(SPEED, ChannelKind::Input, 0, 4000, 0, "speed"),
	channel(DOOR, ChannelKind::Input, 0, 1, 0, "door_closed"),
	channel(PRESSURE, ChannelKind::Input, -50, 50, 0, "pressure"),
];

const INTERLOCKS: &[Interlock] = &[
	Interlock {
		input: DOOR,
		min: 1,
		max: 1,
		outputs: ChannelSet::of(&[SPINDLE, FEED]),
	},
	Interlock {
		input: PRESSURE,
		min: -50,
		max: 40,
		outputs: ChannelSet::of(&[FEED]),
	},
];

pub const CONFIG: Config = Config {
	version: PROTOCOL_VERSION,
	serial: Label::literal("BENCH"),
	firmware: FirmwareInfo {
		version: FirmwareVersion {
			major: 1,
			minor: 2,
			patch: 3,
		},
		hash: [7; 32],
	},
	config_len: CONFIG_LEN,
	dead_man_ms: DEAD_MAN_MS,
	min_interval_ms: 10,
	channels: CHANNELS,
	interlocks: INTERLOCKS,
};

const fn channel(channel: u8, kind: ChannelKind, min: i32, max: i32, safe: i32, name: &'static str) -> ChannelInfo {
	let name = Label::literal(name);
	ChannelInfo {
		channel,
		kind,
		unit: Unit::Count,
		scale: Scale::ONE,
		min,
		max,
		safe,
		name,
	}
}

/// The fake machine.
pub struct Machine {
	pub now_ms: u32,
	pub to_board: VecDeque<u8>,
	pub from_board: Vec<u8>,
	/// Bytes that the line takes before it is full.
	pub room: usize,
	/// Whether the line says beforehand that it is full.
	pub says_when_full: bool,
	/// Frames that the line was offered and did not take.
	pub refused: usize,
	pub inputs: HashMap<u8, Option<i32>>,
	pub outputs: HashMap<u8, i32>,
	/// Every value ever driven, in order.
	pub driven: Vec<(u8, i32)>,
	/// Outputs that fail for now.
	pub broken: HashSet<u8>,
	pub memory: [u8; CONFIG_LEN as usize],
	/// Bytes that were written to the memory.
	pub stored: usize,
	pub restarts: u32,
}

impl Clock for Machine {
	fn now_ms(&self) -> u32 {
		self.now_ms
	}
}

impl Uart for Machine {
	fn read(&mut self) -> Option<u8> {
		self.to_board.pop_front()
	}

	fn is_ready(&self) -> bool {
		!self.says_when_full || self.room >= MAX_FRAME
	}

	fn write(&mut self, frame: &[u8]) -> bool {
		let fits = frame.len() <= self.room;
		self.refused += usize::from(!fits);
		if fits {
			self.room -= frame.len();
			self.from_board.extend(frame);
		}
		fits
	}
}

impl Inputs for Machine {
	fn sample(&mut self, channel: u8) -> Option<i32> {
		self.inputs[&channel]
	}
}

impl Outputs for Machine {
	fn drive(&mut self, channel: u8, value: i32) -> Result<(), OutputFailed> {
		if self.broken.contains(&channel) {
			return Err(OutputFailed);
		}
		self.driven.push((channel, value));
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
		self.stored += 1;
	}
}

impl Restart for Machine {
	fn restart(&mut self) {
		self.restarts += 1;
	}
}

/// A board on the bench, and its host.
pub struct Bench {
	pub machine: Machine,
	pub board: Board,
	decoder: Decoder<BoardMessage>,
	sequence: u16,
}

impl Bench {
	/// A board after a reset: door closed, pressure well, everything still, the reset event taken.
	pub fn new() -> Bench {
		let mut bench = Bench::with(CONFIG);
		let frames = bench.poll();
		assert_eq!(
			events(&frames),
			[EventKind::Reset {
				cause: ResetCause::PowerOn
			}]
		);
		bench
	}

	pub fn with(config: Config) -> Bench {
		let mut machine = Machine {
			now_ms: 0,
			to_board: VecDeque::new(),
			from_board: Vec::new(),
			room: usize::MAX,
			says_when_full: false,
			refused: 0,
			inputs: HashMap::from([(SPEED, Some(0)), (DOOR, Some(1)), (PRESSURE, Some(0))]),
			outputs: HashMap::from([(SPINDLE, 1), (FEED, 1), (BRAKE, 0)]),
			driven: Vec::new(),
			broken: HashSet::new(),
			memory: [0xff; CONFIG_LEN as usize],
			stored: 0,
			restarts: 0,
		};
		let board = Board::start(config, SESSION, ResetCause::PowerOn, &mut machine).expect("a sound configuration");
		Bench {
			machine,
			board,
			decoder: Decoder::with_version(config.version),
			sequence: 0,
		}
	}

	/// Lets the board run one round and gives what it sent.
	pub fn poll(&mut self) -> Vec<BoardFrame> {
		self.board.poll(&mut self.machine);
		let bytes = std::mem::take(&mut self.machine.from_board);
		bytes
			.iter()
			.filter_map(|byte| self.decoder.push(*byte))
			.map(|frame| frame.expect("a sound frame"))
			.collect()
	}

	/// Lets time pass, then one round.
	pub fn wait(&mut self, ms: u32) -> Vec<BoardFrame> {
		self.machine.now_ms = self.machine.now_ms.wrapping_add(ms);
		self.poll()
	}

	pub fn put(&mut self, frame: HostFrame) {
		self.machine.to_board.extend(frame.encode().expect("fits"));
	}

	/// Sends one frame and lets the board run one round.
	pub fn exchange(&mut self, frame: HostFrame) -> Vec<BoardFrame> {
		self.put(frame);
		self.poll()
	}

	/// Sends a new command and gives the result of its acknowledgement.
	pub fn command(&mut self, message: HostMessage) -> AckResult {
		self.sequence += 1;
		self.send(self.sequence, message).result
	}

	/// Sends a command with this number and gives its acknowledgement.
	pub fn send(&mut self, sequence: u16, message: HostMessage) -> Ack {
		let frames = self.exchange(HostFrame::new(SESSION, sequence, message));
		let mut acks = acks(&frames);
		assert_eq!(acks.len(), 1, "{frames:?}");
		let (of, ack) = acks.remove(0);
		assert_eq!(of, sequence);
		ack
	}

	pub fn set(&mut self, channel: u8, value: i32) -> AckResult {
		self.command(HostMessage::SetOutput { channel, value })
	}

	pub fn is_safe(&self) -> bool {
		CONFIG
			.outputs()
			.iter()
			.all(|channel| Some(self.machine.outputs[&channel]) == CONFIG.channel(channel).map(|info| info.safe))
	}
}

pub fn events(frames: &[BoardFrame]) -> Vec<EventKind> {
	let event = |frame: &BoardFrame| match frame.message {
		BoardMessage::Event(event) => Some(event.kind),
		_ => None,
	};
	frames.iter().filter_map(event).collect()
}

/// Readings with their counters.
pub fn readings(frames: &[BoardFrame]) -> Vec<(u16, Reading)> {
	let reading = |frame: &BoardFrame| match frame.message {
		BoardMessage::Reading(reading) => Some((frame.sequence, reading)),
		_ => None,
	};
	frames.iter().filter_map(reading).collect()
}

/// Acknowledgements with the numbers of their commands.
pub fn acks(frames: &[BoardFrame]) -> Vec<(u16, Ack)> {
	let ack = |frame: &BoardFrame| match frame.message {
		BoardMessage::Ack(ack) => Some((frame.sequence, ack)),
		_ => None,
	};
	frames.iter().filter_map(ack).collect()
}
