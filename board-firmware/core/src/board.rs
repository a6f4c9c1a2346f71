//! The board's main loop, one round at a time.

use crate::{outbox::Outbox, safety::Safety, Config, ConfigError, Hardware};
use bpiiot_protocol::{
	Ack, AckResult, BoardMessage, DecodeCounters, DecodeError, Decoder, EventKind, HelloPage, HostFrame, HostMessage,
	ResetCause, Session, Status, CONFIG_PAGES_START, CONFIG_PAGE_LEN,
};

use core::mem::MaybeUninit;

/// Bytes taken from the line in one round, so that a chattering host cannot keep the interlocks from being looked at.
const BYTES_A_ROUND: usize = 64;

/// A board from one reset to the next.
#[derive(Debug)]
pub struct Board {
	config: Config,
	session: Session,
	decoder: Decoder<HostMessage>,
	safety: Safety,
	outbox: Outbox,
	last: Option<Taken>,
	stream: Option<Stream>,
}

/// The last command that was taken, to answer its repetitions.
#[derive(Clone, Copy, Debug)]
struct Taken {
	sequence: u16,
	message: HostMessage,
	result: AckResult,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
	interval_ms: u32,
	sampled_ms: u32,
}

impl Board {
	/// Starts a life of the board: all outputs safe, nothing heard, the reset told to the host.
	///
	/// `session` must differ from the one before. Fails when the configuration is wrong; outputs are then untouched.
	pub fn start<H: Hardware>(
		config: Config,
		session: Session,
		cause: ResetCause,
		hw: &mut H,
	) -> Result<Board, ConfigError> {
		check(&config, session)?;
		let mut board = Board::unstarted(&config, session);
		board.begin(cause, hw);
		Ok(board)
	}

	/// The same in a given place, for a controller whose stack has no room for a board.
	pub fn start_in<'a, H: Hardware>(
		place: &'a mut MaybeUninit<Board>,
		config: &Config,
		session: Session,
		cause: ResetCause,
		hw: &mut H,
	) -> Result<&'a mut Board, ConfigError> {
		check(config, session)?;
		let board = place.write(Board::unstarted(config, session));
		board.begin(cause, hw);
		Ok(board)
	}

	#[inline(always)]
	fn unstarted(config: &Config, session: Session) -> Board {
		Board {
			config: *config,
			session,
			decoder: Decoder::with_version(config.version),
			safety: Safety::new(config),
			outbox: Outbox::new(config.version, session),
			last: None,
			stream: None,
		}
	}

	fn begin<H: Hardware>(&mut self, cause: ResetCause, hw: &mut H) {
		self.safety.start(hw);
		self.outbox.event(hw.now_ms(), EventKind::Reset { cause });
	}

	/// The number of this life.
	pub fn session(&self) -> Session {
		self.session
	}

	/// What came in over the line so far.
	pub fn counters(&self) -> DecodeCounters {
		self.decoder.counters()
	}

	/// The value of a channel now; `None` when it does not exist or cannot be read.
	pub fn value(&self, channel: u8) -> Option<i32> {
		self.config
			.channel(channel)
			.and_then(|info| self.safety.value(info.channel))
	}

	/// The state that the next acknowledgement will carry.
	pub fn status(&self) -> Status {
		let streaming = if self.stream.is_some() { Status::STREAMING } else { 0 };
		Status {
			flags: self.safety.flags() | streaming,
			events: self.outbox.event_count(),
		}
	}

	/// One round: look at the inputs, take what came in, watch the time, send what is due. Call it again and again; a
	/// round never waits. Real firmware feeds its watchdog after each one.
	pub fn poll<H: Hardware>(&mut self, hw: &mut H) {
		let now = hw.now_ms();
		let outbox = &mut self.outbox;
		// Inputs first: no command is judged by an old picture of the door.
		self.safety.watch(hw, |event| outbox.event(now, event));
		self.receive(hw, now);
		let outbox = &mut self.outbox;
		self.safety.check_dead_man(hw, now, |event| outbox.event(now, event));
		self.sample(now);
		self.outbox.flush(hw, &self.safety, now);
	}

	fn receive<H: Hardware>(&mut self, hw: &mut H, now: u32) {
		for _ in 0..BYTES_A_ROUND {
			if self.outbox.is_replying() {
				break;
			}
			let Some(byte) = hw.read() else { break };
			match self.decoder.push(byte) {
				Some(Ok(frame)) => self.take(hw, frame, now),
				// Whatever the host asked in its version, the answer says which version is spoken here.
				Some(Err(DecodeError::Version { .. })) => self.hello(hw, 0, 0),
				Some(Err(_)) | None => {}
			}
		}
	}

	fn take<H: Hardware>(&mut self, hw: &mut H, frame: HostFrame, now: u32) {
		if let HostMessage::HelloRequest { page } = frame.message {
			return self.hello(hw, frame.sequence, page);
		}
		let result = self.judge(hw, &frame, now);
		self.acknowledge(frame.sequence, result);
	}

	/// Executes a command, unless it belongs to another session or was taken before.
	fn judge<H: Hardware>(&mut self, hw: &mut H, frame: &HostFrame, now: u32) -> AckResult {
		if frame.session != self.session {
			return AckResult::WrongSession;
		}
		if let Some(last) = self.last {
			let ahead = frame.sequence.wrapping_sub(last.sequence);
			if ahead == 0 && last.message != frame.message {
				return AckResult::SequenceReused;
			}
			if ahead == 0 {
				self.safety.heard(now);
				return last.result;
			}
			// Half of the number circle lies ahead, half behind.
			if ahead > u16::MAX / 2 {
				return AckResult::Stale;
			}
		}
		self.safety.heard(now);
		let result = self.execute(hw, frame.message, now);
		self.last = Some(Taken {
			sequence: frame.sequence,
			message: frame.message,
			result,
		});
		result
	}

	fn execute<H: Hardware>(&mut self, hw: &mut H, command: HostMessage, now: u32) -> AckResult {
		match command {
			HostMessage::SetOutput { channel, value } => self.safety.set_output(hw, channel, value),
			HostMessage::Safe => self.safety.safe(hw),
			HostMessage::ReadAll => {
				self.outbox.read_first(self.config.inputs().or(self.config.outputs()));
				AckResult::Done
			}
			HostMessage::SetStreaming { interval_ms } => self.set_streaming(interval_ms, now),
			HostMessage::WriteConfig { part, bytes } => self.write_config(hw, part, &bytes),
			HostMessage::Restart => {
				let result = self.safety.safe(hw);
				hw.restart();
				result
			}
			// A hello request is answered before it comes here.
			HostMessage::KeepAlive | HostMessage::HelloRequest { .. } => AckResult::Done,
		}
	}

	fn set_streaming(&mut self, interval_ms: u32, now: u32) -> AckResult {
		if interval_ms != 0 && interval_ms < self.config.min_interval_ms {
			return AckResult::OutOfLimits;
		}
		// The first sample is due at once.
		let sampled_ms = now.wrapping_sub(interval_ms);
		self.stream = (interval_ms != 0).then_some(Stream {
			interval_ms,
			sampled_ms,
		});
		AckResult::Done
	}

	fn sample(&mut self, now: u32) {
		let Some(stream) = &mut self.stream else { return };
		let late = now.wrapping_sub(stream.sampled_ms);
		if late < stream.interval_ms {
			return;
		}
		// In step with the interval, unless a whole one was missed.
		let in_step = stream.sampled_ms.wrapping_add(stream.interval_ms);
		stream.sampled_ms = if late < stream.interval_ms.saturating_mul(2) {
			in_step
		} else {
			now
		};
		self.outbox.sampled(self.config.inputs().or(self.config.outputs()));
	}

	/// Writes where it says something new. Nothing else is done meanwhile, so only with every output safe.
	fn write_config<H: Hardware>(&mut self, hw: &mut H, part: u8, bytes: &[u8; CONFIG_PAGE_LEN]) -> AckResult {
		let Some(start) = self.part_start(part) else {
			return AckResult::NoSuchChannel;
		};
		if !self.status().has(Status::ALL_SAFE) {
			return AckResult::NotSafe;
		}
		for (byte, address) in bytes.iter().zip(start..) {
			if hw.load(address) != *byte {
				hw.store(address, *byte);
			}
		}
		AckResult::Done
	}

	/// The address of a part of the kept configuration, if there is such a part.
	fn part_start(&self, part: u8) -> Option<u16> {
		let start = u16::from(part) * CONFIG_PAGE_LEN as u16;
		(start + CONFIG_PAGE_LEN as u16 <= self.config.config_len).then_some(start)
	}

	fn page<H: Hardware>(&self, hw: &H, page: u8) -> Option<HelloPage> {
		let Some(part) = page.checked_sub(CONFIG_PAGES_START) else {
			return self.config.hello(page);
		};
		let start = self.part_start(part)?;
		let mut bytes = [0; CONFIG_PAGE_LEN];
		for (byte, address) in bytes.iter_mut().zip(start..) {
			*byte = hw.load(address);
		}
		Some(HelloPage::Configuration(bytes))
	}

	fn hello<H: Hardware>(&mut self, hw: &H, sequence: u16, page: u8) {
		match self.page(hw, page) {
			Some(page) => self.outbox.reply(sequence, BoardMessage::Hello(page)),
			None => self.acknowledge(sequence, AckResult::NoSuchChannel),
		}
	}

	fn acknowledge(&mut self, sequence: u16, result: AckResult) {
		self.outbox.reply(
			sequence,
			BoardMessage::Ack(Ack {
				result,
				status: self.status(),
			}),
		);
	}
}

fn check(config: &Config, session: Session) -> Result<(), ConfigError> {
	config.check()?;
	match session {
		Session::UNKNOWN => Err(ConfigError::NoSession),
		_ => Ok(()),
	}
}
