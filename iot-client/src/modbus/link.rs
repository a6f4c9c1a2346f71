//! One connection to a Modbus machine, from meeting it to losing it.

use super::{
	channel::Channel,
	exchange::{explain, Exchange, Trouble},
	plan::{blocks, Block},
	ModbusConfig, Place, Watchdog,
};
use crate::board::{BoardError, BoardInfo, Command, LinkId, MachineLink, Signal, Telltale};
use bpiiot_protocol::{Ack, AckResult, ChannelKind, EventKind, FirmwareVersion, Session, Status};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
	time::Duration,
};
use tokio::time::{sleep, sleep_until, Instant};
use tokio_modbus::{ExceptionCode, Request};

/// How long to wait before an output is read once more that does not read as it was written: the machine's controller looks
/// at its registers some ten times a second, or more often.
const READ_AGAIN: Duration = Duration::from_millis(20);

/// A connected machine.
pub(super) struct ModbusLink {
	config: Arc<ModbusConfig>,
	exchange: Exchange,
	telltale: Telltale,
	id: LinkId,
	began: Instant,
	/// Requests that read everything, and those that read the outputs.
	all: Vec<Block>,
	outputs: Vec<Block>,
	next_poll: Instant,
	/// What each output is known to be driven with.
	driven: BTreeMap<u8, i32>,
	/// Outputs that read otherwise than they were driven, until they are made safe.
	tripped: BTreeSet<u8>,
	/// Inputs that cannot be read.
	unread: BTreeSet<u8>,
	/// What the watchdog was told last.
	counter: u16,
	/// Events since it was met; wraps.
	events: u16,
	/// The flags that were told last.
	flags: Option<u8>,
}

impl ModbusLink {
	pub fn new(config: Arc<ModbusConfig>, exchange: Exchange, telltale: Telltale) -> Self {
		let channels = || config.channels.iter();
		let outputs = channels().filter(|channel| channel.info.kind == ChannelKind::Output);
		Self {
			all: blocks(channels().map(numbered)),
			outputs: blocks(outputs.map(numbered)),
			exchange,
			telltale,
			id: LinkId::default(),
			began: Instant::now(),
			next_poll: Instant::now(),
			driven: BTreeMap::new(),
			tripped: BTreeSet::new(),
			unread: BTreeSet::new(),
			// Not always the same start, so that a machine that was not restarted sees another number at once.
			counter: rand::random(),
			events: 0,
			flags: None,
			config,
		}
	}

	/// What the machine says that it is, with where it is: the identification does not tell two machines of a kind apart.
	async fn serial(&mut self) -> Result<String, BoardError> {
		let place = format!("modbus:{}:{}", self.config.address, self.config.unit);
		let said = match self.config.identify {
			true => self.exchange.identity().await.map_err(|reason| {
				BoardError::Lost(format!(
					"asked what it is, {reason}; set modbus.identify = false if it cannot be asked"
				))
			})?,
			false => None,
		};
		match (&self.config.serial, said) {
			(None, None) => Ok(place),
			(None, Some(said)) => Ok(said),
			(Some(expected), Some(said)) if *expected == said => Ok(said),
			(Some(expected), said) => Err(BoardError::OtherMachine {
				expected: expected.clone(),
				found: said.unwrap_or_default(),
			}),
		}
	}

	fn info(&self, serial: String) -> BoardInfo {
		BoardInfo {
			link: self.id,
			session: Session(rand::random()),
			serial,
			firmware: FirmwareVersion {
				major: 0,
				minor: 0,
				patch: 0,
			},
			firmware_hash: self.config.table_hash(),
			dead_man_ms: self.config.watchdog.map_or(0, |watchdog| watchdog.within_ms),
			min_interval_ms: self.config.poll_ms,
			stream_ms: self.config.poll_ms,
			channels: self.config.channels.iter().map(|channel| channel.info).collect(),
		}
	}

	/// Refuses a configuration with a register that the machine does not have.
	async fn check_places(&mut self) -> Result<(), BoardError> {
		for block in self.all.clone() {
			match self.exchange.read(&block).await {
				Ok(_) => {}
				Err(Trouble::Lost(reason)) => return Err(BoardError::Lost(reason)),
				Err(Trouble::Refused(_)) => self.check_each(&block).await?,
			}
		}
		Ok(())
	}

	async fn check_each(&mut self, block: &Block) -> Result<(), BoardError> {
		for channel in self.channels_of(block) {
			match self.exchange.read(&alone(&channel)).await {
				Err(Trouble::Refused(code @ (ExceptionCode::IllegalFunction | ExceptionCode::IllegalDataAddress))) => {
					return Err(BoardError::NotThere {
						what: format!("to read {}", channel.what()),
						why: explain(code),
					})
				}
				Err(Trouble::Lost(reason)) => return Err(BoardError::Lost(reason)),
				// A sensor that fails is for the polls to tell.
				Ok(_) | Err(Trouble::Refused(_)) => {}
			}
		}
		Ok(())
	}

	/// Tells the watchdog another number.
	async fn feed(&mut self, watchdog: Watchdog) -> Result<(), BoardError> {
		self.counter = self.counter.wrapping_add(1);
		let request = Request::WriteSingleRegister(watchdog.register, self.counter);
		self.exchange.write(request).await.map_err(|trouble| match trouble {
			Trouble::Lost(reason) => BoardError::Lost(reason),
			Trouble::Refused(code) => BoardError::Lost(format!(
				"it refuses the watchdog's register, holding {}: {}; correct modbus.watchdog",
				watchdog.register,
				explain(code)
			)),
		})
	}

	/// Reads everything and signals it.
	async fn poll(&mut self) -> Result<(), BoardError> {
		for block in self.all.clone() {
			self.poll_block(&block).await?;
		}
		self.tell_status();
		Ok(())
	}

	async fn poll_block(&mut self, block: &Block) -> Result<(), BoardError> {
		match self.exchange.read(block).await {
			Ok(words) => {
				for channel in self.channels_of(block) {
					let value = block.part(&channel.place, &words);
					self.saw(&channel, value.and_then(|words| channel.place.encoding.decode(words)))?;
				}
				Ok(())
			}
			Err(Trouble::Lost(reason)) => Err(BoardError::Lost(reason)),
			// One of them cannot be read: which one?
			Err(Trouble::Refused(_)) if block.channels.len() > 1 => {
				for channel in self.channels_of(block) {
					let value = self.read_alone(&channel).await?;
					self.saw(&channel, value)?;
				}
				Ok(())
			}
			Err(Trouble::Refused(_)) => {
				for channel in self.channels_of(block) {
					self.saw(&channel, None)?;
				}
				Ok(())
			}
		}
	}

	/// `None` when the machine refuses to read it.
	async fn read_alone(&mut self, channel: &Channel) -> Result<Option<i64>, BoardError> {
		match self.exchange.read(&alone(channel)).await {
			Ok(words) => Ok(channel.place.encoding.decode(&words)),
			Err(Trouble::Refused(_)) => Ok(None),
			Err(Trouble::Lost(reason)) => Err(BoardError::Lost(reason)),
		}
	}

	/// A channel was read, or could not be.
	fn saw(&mut self, channel: &Channel, value: Option<i64>) -> Result<(), BoardError> {
		let number = channel.info.channel;
		let Some(value) = value.and_then(|value| i32::try_from(value).ok()) else {
			if channel.info.kind == ChannelKind::Output {
				return Err(BoardError::Lost(format!(
					"the output {} cannot be read",
					channel.what()
				)));
			}
			if self.unread.insert(number) {
				self.event(EventKind::InputLost { channel: number });
			}
			return Ok(());
		};
		if self.unread.remove(&number) {
			self.event(EventKind::InputBack { channel: number });
		}
		self.telltale.count(|counters| counters.readings += 1);
		self.telltale.signal(Signal::Reading {
			link: self.id,
			channel: number,
			value,
			// Wraps, as a board's counter does.
			board_ms: self.began.elapsed().as_millis() as u32,
		});
		if self.driven.get(&number).is_some_and(|driven| *driven != value) {
			self.trip(channel, value);
		}
		Ok(())
	}

	/// An output is not as it was driven: an interlock of the machine's own, its watchdog, or somebody at its panel.
	fn trip(&mut self, channel: &Channel, value: i32) {
		let number = channel.info.channel;
		tracing::warn!(output = %channel.info.name, value, "the machine changed an output by itself");
		self.driven.insert(number, value);
		self.tripped.insert(number);
		self.event(EventKind::InterlockTripped { input: number, value });
	}

	fn event(&mut self, kind: EventKind) {
		self.events = self.events.wrapping_add(1);
		self.telltale.signal(Signal::Event { link: self.id, kind });
	}

	/// Drives one output, if it may be, and answers when it reads as it was written.
	async fn set(&mut self, number: u8, value: i32) -> Result<AckResult, BoardError> {
		let config = self.config.clone();
		let Some(channel) = config.channels.get(usize::from(number)) else {
			return Ok(AckResult::NoSuchChannel);
		};
		let info = &channel.info;
		if info.kind != ChannelKind::Output {
			return Ok(AckResult::NotAnOutput);
		}
		if !(info.min..=info.max).contains(&value) {
			return Ok(AckResult::OutOfLimits);
		}
		if value != info.safe && self.tripped.contains(&number) {
			return Ok(AckResult::Tripped);
		}
		// From here on until it is read back nobody knows.
		self.driven.remove(&number);
		let error = match self.write(channel, value).await {
			Ok(()) => match self.read_back(channel, value).await? {
				None => {
					self.driven.insert(number, value);
					return Ok(AckResult::Done);
				}
				Some(reads) => BoardError::NotTaken {
					channel: info.name.to_string(),
					wrote: value,
					reads,
				},
			},
			Err(Trouble::Refused(code)) => BoardError::Exception {
				what: format!("to write {value} to {}", channel.what()),
				why: explain(code),
			},
			Err(Trouble::Lost(reason)) => return Err(BoardError::Lost(reason)),
		};
		self.fall_back(channel).await?;
		Err(error)
	}

	/// Makes one output safe that did not take what it was told.
	async fn fall_back(&mut self, channel: &Channel) -> Result<(), BoardError> {
		let safe = channel.info.safe;
		let why = match self.write(channel, safe).await {
			Ok(()) => match self.read_back(channel, safe).await? {
				None => {
					self.driven.insert(channel.info.channel, safe);
					return Ok(());
				}
				Some(reads) => format!("{} reads {reads}, not {safe}", channel.what()),
			},
			Err(Trouble::Refused(code)) => format!("{}: {}", channel.what(), explain(code)),
			Err(Trouble::Lost(reason)) => return Err(BoardError::Lost(reason)),
		};
		Err(BoardError::NotSafe(why))
	}

	/// Makes every output safe, each one even if another refuses, and answers when all of them read so.
	async fn make_safe(&mut self) -> Result<AckResult, BoardError> {
		self.driven.clear();
		let mut refused = Vec::new();
		let config = self.config.clone();
		let outputs = config
			.channels
			.iter()
			.filter(|channel| channel.info.kind == ChannelKind::Output);
		for channel in outputs.clone() {
			match self.write(channel, channel.info.safe).await {
				Ok(()) => {}
				Err(Trouble::Refused(code)) => refused.push(format!("{}: {}", channel.what(), explain(code))),
				Err(Trouble::Lost(reason)) => return Err(BoardError::Lost(reason)),
			}
		}
		if !refused.is_empty() {
			return Err(BoardError::NotSafe(refused.join("; ")));
		}
		let mut wrong = self.not_safe().await?;
		for _ in 1..self.config.attempts {
			if wrong.is_empty() {
				break;
			}
			sleep(READ_AGAIN).await;
			wrong = self.not_safe().await?;
		}
		if !wrong.is_empty() {
			return Err(BoardError::NotSafe(wrong.join("; ")));
		}
		self.driven = outputs
			.map(|channel| (channel.info.channel, channel.info.safe))
			.collect();
		self.tripped.clear();
		Ok(AckResult::Done)
	}

	/// The outputs that do not read as safe.
	async fn not_safe(&mut self) -> Result<Vec<String>, BoardError> {
		let mut wrong = Vec::new();
		for block in self.outputs.clone() {
			let words = self.exchange.read(&block).await.map_err(|trouble| match trouble {
				Trouble::Lost(reason) => BoardError::Lost(reason),
				Trouble::Refused(code) => BoardError::NotSafe(format!("outputs cannot be read: {}", explain(code))),
			})?;
			for channel in self.channels_of(&block) {
				let words = block.part(&channel.place, &words);
				let reads = words.and_then(|words| channel.place.encoding.decode(words));
				let safe = channel.info.safe;
				match reads {
					Some(reads) if reads == i64::from(safe) => {}
					Some(reads) => wrong.push(format!("{} reads {reads}, not {safe}", channel.what())),
					None => wrong.push(format!("{} cannot be read", channel.what())),
				}
			}
		}
		Ok(wrong)
	}

	async fn write(&mut self, channel: &Channel, value: i32) -> Result<(), Trouble> {
		match channel.place.write(value) {
			Some(request) => self.exchange.write(request).await,
			// The configuration was checked: limits fit the type, outputs are in tables that can be written.
			None => Err(Trouble::Refused(ExceptionCode::IllegalDataValue)),
		}
	}

	/// What an output reads when it is not `wanted`. It is given some time to become so.
	async fn read_back(&mut self, channel: &Channel, wanted: i32) -> Result<Option<i64>, BoardError> {
		let mut attempt = 1;
		loop {
			let reads = self.read_alone(channel).await?;
			let reads =
				reads.ok_or_else(|| BoardError::Lost(format!("the output {} cannot be read", channel.what())))?;
			if reads == i64::from(wanted) {
				return Ok(None);
			}
			if attempt >= self.config.attempts {
				return Ok(Some(reads));
			}
			attempt += 1;
			sleep(READ_AGAIN).await;
		}
	}

	fn channels_of(&self, block: &Block) -> Vec<Channel> {
		let channels = block.channels.iter();
		channels
			.filter_map(|channel| self.config.channels.get(usize::from(*channel)).cloned())
			.collect()
	}

	fn status(&self) -> Status {
		let outputs = self.config.channels.iter().map(|channel| &channel.info);
		let all_safe = outputs
			.filter(|info| info.kind == ChannelKind::Output)
			.all(|info| self.driven.get(&info.channel) == Some(&info.safe));
		let flags = [
			(true, Status::STREAMING),
			(all_safe, Status::ALL_SAFE),
			(!self.tripped.is_empty(), Status::TRIPPED),
			(!self.unread.is_empty(), Status::INPUT_LOST),
		];
		Status {
			flags: flags
				.into_iter()
				.filter(|(is_set, _)| *is_set)
				.fold(0, |all, (_, flag)| all | flag),
			events: self.events,
		}
	}

	/// Signals the status if its flags are others.
	fn tell_status(&mut self) -> Status {
		let status = self.status();
		if self.flags.replace(status.flags) != Some(status.flags) {
			self.telltale.signal(Signal::Status { link: self.id, status });
		}
		status
	}
}

impl MachineLink for ModbusLink {
	/// It is time to read everything.
	type Heard = ();

	const ANY_COMMAND_IS_A_SIGN_OF_LIFE: bool = false;

	async fn greet(&mut self, id: LinkId) -> Result<BoardInfo, BoardError> {
		self.id = id;
		self.began = Instant::now();
		let serial = self.serial().await?;
		// Before anything else is looked at: nobody knows what it does since the link before.
		let safe = self.make_safe().await;
		if matches!(safe, Ok(_) | Err(BoardError::NotSafe(_))) {
			// A register that is not there is the better reason.
			self.check_places().await?;
		}
		safe?;
		if let Some(watchdog) = self.config.watchdog {
			self.feed(watchdog).await?;
		}
		self.next_poll = Instant::now();
		Ok(self.info(serial))
	}

	/// A third of the watchdog's time, so that one lost request trips nothing.
	fn keep_alive(&self, _: &BoardInfo) -> Option<Duration> {
		let watchdog = self.config.watchdog?;
		Some(Duration::from_millis(u64::from(watchdog.within_ms / 3).max(1)))
	}

	async fn hear(&mut self) {
		sleep_until(self.next_poll).await;
	}

	async fn take(&mut self, (): ()) -> Result<(), BoardError> {
		let due = self.next_poll;
		self.poll().await?;
		// Those that are behind are left out.
		let every = Duration::from_millis(u64::from(self.config.poll_ms));
		self.next_poll = (due + every).max(Instant::now());
		Ok(())
	}

	async fn obey(&mut self, command: Command) -> Result<Ack, BoardError> {
		let result = match command {
			Command::KeepAlive => {
				match (self.config.watchdog, self.all.first().cloned()) {
					(Some(watchdog), _) => self.feed(watchdog).await?,
					(None, Some(block)) => self.poll_block(&block).await?,
					(None, None) => {}
				}
				AckResult::Done
			}
			Command::Set { channel, value } => self.set(channel, value).await?,
			Command::ReadAll => {
				self.poll().await?;
				AckResult::Done
			}
			Command::MakeSafe => self.make_safe().await?,
		};
		let status = self.tell_status();
		Ok(Ack { result, status })
	}

	async fn close(self) {
		self.exchange.close().await;
	}
}

fn numbered(channel: &Channel) -> (u8, Place) {
	(channel.info.channel, channel.place)
}

fn alone(channel: &Channel) -> Block {
	Block::of(channel.info.channel, &channel.place)
}
