//! A host on one end of a line, with a board on the other. Every wait has an end.

use crate::Line;
use bpiiot_protocol::{
	Ack, AckResult, BoardFrame, BoardMessage, DecodeError, Decoder, EncodeError, Event, EventKind, HelloPage,
	HostFrame, HostMessage, Reading, Session,
};
use std::{collections::VecDeque, io, time::Duration};

/// Until a frame is sent again.
const ANSWER: Duration = Duration::from_millis(300);
/// Until a wait is given up: a boot loader may take two seconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// The line is looked at this often while it is waited for.
const SLICE: Duration = Duration::from_millis(20);
/// What takes longer than it should by so much was held up: the computer had something else to do.
const HELD_UP: Duration = Duration::from_millis(100);

/// A frame from the board.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heard {
	/// When it had come, by the line's own time.
	pub at: Duration,
	/// What it was.
	pub frame: BoardFrame,
}

impl Heard {
	/// The event, if it is one.
	pub fn event(&self) -> Option<Event> {
		match self.frame.message {
			BoardMessage::Event(event) => Some(event),
			_ => None,
		}
	}

	/// The reading, if it is one.
	pub fn reading(&self) -> Option<Reading> {
		match self.frame.message {
			BoardMessage::Reading(reading) => Some(reading),
			_ => None,
		}
	}

	/// The acknowledgement, if it is one.
	pub fn ack(&self) -> Option<Ack> {
		match self.frame.message {
			BoardMessage::Ack(ack) => Some(ack),
			_ => None,
		}
	}

	/// The hello page, if it is one.
	pub fn page(&self) -> Option<HelloPage> {
		match self.frame.message {
			BoardMessage::Hello(page) => Some(page),
			_ => None,
		}
	}
}

/// One reading of every channel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Readings {
	/// The readings with their counters, in the order in which they came.
	pub all: Vec<(u16, Reading)>,
	/// What ended them.
	pub ack: Ack,
	/// When that had come.
	pub at: Duration,
}

impl Readings {
	/// The raw value of a channel, if it was read.
	pub fn value(&self, channel: u8) -> Option<i32> {
		let mut readings = self.all.iter().map(|(_, reading)| reading);
		readings
			.find(|reading| reading.channel == channel)
			.map(|reading| reading.value)
	}
}

/// Everything that came in a while.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Record {
	/// The bytes as they came.
	pub bytes: Vec<u8>,
	/// The frames in them.
	pub frames: Vec<Heard>,
}

/// Why a host did not get what it waited for.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
	/// The line is gone.
	#[error("the line failed: {0}")]
	Line(#[from] io::Error),
	/// Nothing came in time.
	#[error("{what} did not come within {} ms{}", within.as_millis(), broken(*errors, last_error))]
	Missing {
		/// What was waited for.
		what: String,
		/// For how long.
		within: Duration,
		/// What came meanwhile and was no frame: how often.
		errors: usize,
		/// The last one of them.
		last_error: Option<DecodeError>,
	},
	/// The board did not do what every board does.
	#[error("{command:?} was answered with {result:?}")]
	Refused {
		/// What it was told.
		command: HostMessage,
		/// What it said.
		result: AckResult,
	},
	/// The message does not fit a frame, which none of this protocol's messages does.
	#[error(transparent)]
	TooLong(#[from] EncodeError),
}

fn broken(errors: usize, last: &Option<DecodeError>) -> String {
	match last {
		None => String::new(),
		Some(last) => format!("; {errors} times something came that was no frame, lastly: {last}"),
	}
}

/// What disturbs a measurement, since it was last asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disturbance {
	/// The longest time for which the computer had something else to do.
	pub(crate) held_up: Option<Duration>,
	/// The first event, other than a reset.
	pub(crate) event: Option<EventKind>,
	/// The first thing that was no frame.
	pub(crate) error: Option<DecodeError>,
}

/// A host. It begins with a [`hello`](Host::hello), which tells it the board's session.
#[derive(Debug)]
pub struct Host<L> {
	/// The line, for what this host has no word for.
	pub line: L,
	/// The board's session, as of the last hello.
	pub session: Session,
	/// The number of the last command or hello request.
	pub sequence: u16,
	/// Until a frame that was not answered is sent again.
	pub answer: Duration,
	/// Until a wait is given up.
	pub patience: Duration,
	/// What came that was no frame.
	pub errors: Vec<DecodeError>,
	decoder: Decoder<BoardMessage>,
	frames: VecDeque<Heard>,
	bytes: Vec<u8>,
	record: Option<Record>,
	disturbance: Disturbance,
	/// When the line was last looked after.
	looked_at: Option<Duration>,
}

impl<L: Line> Host<L> {
	/// A host that knows nothing of the board yet, and has read nothing.
	pub fn new(line: L) -> Host<L> {
		Host {
			line,
			session: Session::UNKNOWN,
			sequence: 0,
			answer: ANSWER,
			patience: PATIENCE,
			errors: Vec::new(),
			decoder: Decoder::new(),
			frames: VecDeque::new(),
			bytes: Vec::new(),
			record: None,
			disturbance: Disturbance::default(),
			looked_at: None,
		}
	}

	/// A host that has learned the board's session.
	pub fn connect(line: L) -> Result<Host<L>, HostError> {
		let mut host = Host::new(line);
		host.hello(0)?;
		Ok(host)
	}

	/// Sends any bytes.
	pub fn write(&mut self, bytes: &[u8]) -> Result<(), HostError> {
		self.line.send(bytes)?;
		self.looked_at = Some(self.line.now());
		Ok(())
	}

	/// Sends a frame, made by hand, once.
	pub fn put(&mut self, frame: HostFrame) -> Result<(), HostError> {
		self.write(&frame.encode()?)
	}

	/// The number for the next command.
	pub fn next_sequence(&mut self) -> u16 {
		self.sequence = self.sequence.wrapping_add(1);
		self.sequence
	}

	/// The next command as a frame, which is not sent yet.
	pub fn next_frame(&mut self, message: HostMessage) -> HostFrame {
		let sequence = self.next_sequence();
		HostFrame::new(self.session, sequence, message)
	}

	/// Takes what has come. When nothing has, waits at most `limit` for the first byte.
	pub fn pump(&mut self, limit: Duration) -> Result<(), HostError> {
		let before = self.line.now();
		self.bytes.clear();
		self.line.receive(limit, &mut self.bytes)?;
		let at = self.line.now();
		self.note_hold_up(before, limit, at);
		for byte in &self.bytes {
			let heard = match self.decoder.push(*byte) {
				Some(Ok(frame)) => Heard { at, frame },
				Some(Err(error)) => {
					self.errors.push(error);
					// Another version is no noise.
					let is_noise = !matches!(error, DecodeError::Version { .. });
					self.disturbance.error = self.disturbance.error.or(is_noise.then_some(error));
					continue;
				}
				None => continue,
			};
			let event = heard.event().map(|event| event.kind);
			// A reset is not what a machine does, but a board.
			let event = event.filter(|event| !matches!(event, EventKind::Reset { .. }));
			self.disturbance.event = self.disturbance.event.or(event);
			if let Some(record) = &mut self.record {
				record.frames.push(heard);
			}
			self.frames.push_back(heard);
		}
		if let Some(record) = &mut self.record {
			record.bytes.extend(&self.bytes);
		}
		Ok(())
	}

	fn note_hold_up(&mut self, before: Duration, limit: Duration, at: Duration) {
		let idle = before.saturating_sub(self.looked_at.unwrap_or(before));
		let over = at.saturating_sub(before).saturating_sub(limit);
		let longest = idle.max(over).max(self.disturbance.held_up.unwrap_or_default());
		if longest >= HELD_UP {
			self.disturbance.held_up = Some(longest);
		}
		self.looked_at = Some(at);
	}

	/// What has disturbed since this was last called.
	pub(crate) fn take_disturbance(&mut self) -> Disturbance {
		self.looked_at = None;
		std::mem::take(&mut self.disturbance)
	}

	/// An event of this kind is no disturbance: it was waited for.
	pub(crate) fn expected(&mut self, kind: EventKind) {
		self.disturbance.event = self.disturbance.event.filter(|event| *event != kind);
	}

	/// From now on everything that comes is also kept for [`take_record`](Host::take_record).
	pub fn record(&mut self) {
		self.record = Some(Record::default());
	}

	/// Everything that came since [`record`](Host::record), which this ends.
	pub fn take_record(&mut self) -> Record {
		self.record.take().unwrap_or_default()
	}

	/// The frames that have come and were not looked at.
	pub fn take_frames(&mut self) -> Vec<Heard> {
		self.frames.drain(..).collect()
	}

	/// Lets time pass. What comes meanwhile is still to be looked at.
	pub fn wait(&mut self, time: Duration) -> Result<(), HostError> {
		let end = self.line.now() + time;
		while self.line.now() < end {
			let left = end.saturating_sub(self.line.now());
			self.pump(left.min(SLICE))?;
		}
		Ok(())
	}

	/// The next frame that `wanted` finds something in; those before it are dropped. `None` when it does not come in time.
	pub fn find<T>(
		&mut self,
		within: Duration,
		mut wanted: impl FnMut(&Heard) -> Option<T>,
	) -> Result<Option<T>, HostError> {
		let end = self.line.now() + within;
		loop {
			while let Some(heard) = self.frames.pop_front() {
				if let Some(found) = wanted(&heard) {
					return Ok(Some(found));
				}
			}
			let left = end.saturating_sub(self.line.now());
			if left.is_zero() {
				return Ok(None);
			}
			self.pump(left.min(SLICE))?;
		}
	}

	/// The same, where it is an error that it does not come: `what` names it.
	pub fn wait_for<T>(&mut self, what: &str, wanted: impl FnMut(&Heard) -> Option<T>) -> Result<T, HostError> {
		let found = self.find(self.patience, wanted)?;
		found.ok_or_else(|| self.missing(what))
	}

	/// What is said of something that did not come.
	fn missing(&self, what: &str) -> HostError {
		HostError::Missing {
			what: what.to_owned(),
			within: self.patience,
			errors: self.errors.len(),
			last_error: self.errors.last().copied(),
		}
	}

	/// Sends a frame, and again each time that no answer came, until `answer` finds one.
	pub fn ask<T>(&mut self, frame: HostFrame, mut answer: impl FnMut(&Heard) -> Option<T>) -> Result<T, HostError> {
		let end = self.line.now() + self.patience;
		loop {
			self.put(frame)?;
			let left = end.saturating_sub(self.line.now());
			if let Some(found) = self.find(left.min(self.answer), &mut answer)? {
				return Ok(found);
			}
			if self.line.now() >= end {
				return Err(self.missing(&format!("the answer to {:?}", frame.message)));
			}
		}
	}

	/// Asks for a hello page and takes over the board's session. `None` when there is no such page.
	pub fn find_page(&mut self, page: u8) -> Result<Option<HelloPage>, HostError> {
		let message = HostMessage::HelloRequest { page };
		let request = HostFrame::new(Session::UNKNOWN, self.next_sequence(), message);
		let (session, found) = self.ask(request, |heard| {
			if heard.frame.sequence != request.sequence {
				return None;
			}
			match heard.frame.message {
				BoardMessage::Hello(page) => Some((heard.frame.session, Ok(page))),
				BoardMessage::Ack(ack) => Some((heard.frame.session, Err(ack.result))),
				_ => None,
			}
		})?;
		self.session = session;
		match found {
			Ok(page) => Ok(Some(page)),
			Err(AckResult::NoSuchChannel) => Ok(None),
			Err(result) => Err(HostError::Refused {
				command: message,
				result,
			}),
		}
	}

	/// Asks for a hello page that every board has, and takes over the board's session.
	pub fn hello(&mut self, page: u8) -> Result<HelloPage, HostError> {
		let found = self.find_page(page)?;
		found.ok_or(HostError::Refused {
			command: HostMessage::HelloRequest { page },
			result: AckResult::NoSuchChannel,
		})
	}

	/// Sends a command, made by hand, until it is acknowledged.
	pub fn acknowledged(&mut self, frame: HostFrame) -> Result<Ack, HostError> {
		self.ask(frame, |heard| {
			heard.ack().filter(|_| heard.frame.sequence == frame.sequence)
		})
	}

	/// Sends a new command until it is acknowledged.
	pub fn command(&mut self, message: HostMessage) -> Result<Ack, HostError> {
		let frame = self.next_frame(message);
		self.acknowledged(frame)
	}

	/// Drives an output, or tries to.
	pub fn set(&mut self, channel: u8, value: i32) -> Result<Ack, HostError> {
		self.command(HostMessage::SetOutput { channel, value })
	}

	/// The next event, whatever it is.
	pub fn next_event(&mut self) -> Result<Event, HostError> {
		self.wait_for("an event", Heard::event)
	}

	/// Waits for an event of this kind; others are dropped.
	pub fn event(&mut self, kind: EventKind) -> Result<Event, HostError> {
		self.wait_for(&format!("the event {kind:?}"), |heard| {
			heard.event().filter(|event| event.kind == kind)
		})
	}

	/// Waits for a reading as wanted, and keeps the board company meanwhile.
	pub fn reading(&mut self, channel: u8, wanted: impl Fn(i32) -> bool) -> Result<Reading, HostError> {
		let end = self.line.now() + self.patience;
		while self.line.now() < end {
			let reading = self.find(5 * SLICE, |heard| {
				let reading = heard.reading()?;
				(reading.channel == channel && wanted(reading.value)).then_some(reading)
			})?;
			if let Some(reading) = reading {
				return Ok(reading);
			}
			self.keep_alive()?;
		}
		Err(self.missing(&format!("a reading of channel {channel} as wanted")))
	}

	/// Has every channel read.
	pub fn read_all(&mut self) -> Result<Readings, HostError> {
		let frame = self.next_frame(HostMessage::ReadAll);
		let mut all = Vec::new();
		let (at, ack) = self.ask(frame, |heard| {
			if let Some(reading) = heard.reading() {
				all.push((heard.frame.sequence, reading));
			}
			let ack = heard.ack().filter(|_| heard.frame.sequence == frame.sequence)?;
			Some((heard.at, ack))
		})?;
		Ok(Readings { all, ack, at })
	}

	/// Gives one sign of life.
	pub fn keep_alive(&mut self) -> Result<Ack, HostError> {
		let command = HostMessage::KeepAlive;
		let ack = self.command(command)?;
		match ack.result {
			AckResult::Done => Ok(ack),
			result => Err(HostError::Refused { command, result }),
		}
	}

	/// Lets time pass, and gives a sign of life at once and then each `every`.
	pub fn keep_alive_for(&mut self, time: Duration, every: Duration) -> Result<(), HostError> {
		let end = self.line.now() + time;
		loop {
			let left = end.saturating_sub(self.line.now());
			if left.is_zero() {
				return Ok(());
			}
			self.keep_alive()?;
			self.wait(every.min(left))?;
		}
	}
}
