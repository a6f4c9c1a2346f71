//! One life of the line between opening the port (or a reset of the board) and its end.

use super::{
	info::{assemble, check_identity, is_page},
	port::{Arrived, Wire},
	setup::{Kept, Setup, MAX_BYTES},
	BoardError, BoardInfo, LinkId, Signal, Telltale,
};
use crate::config::BoardConfig;
use board_core::image_len;
use bpiiot_protocol::{
	channel_page, config_page, Ack, AckResult, BoardFrame, BoardMessage, ChannelInfo, EventKind, FirmwareInfo,
	GapCounter, HelloPage, HostFrame, HostMessage, Identity, Session, Status, CONFIG_PAGE_LEN,
};
use std::{path::PathBuf, time::Duration};
use tokio::time::{timeout_at, Instant};
use tracing::{debug, info, trace};

/// How long to wait for one hello page before asking again.
const PAGE_RETRY: Duration = Duration::from_millis(100);
/// A hello with more channels than this is a mistake: the page number is a byte.
const MAX_CHANNELS: u8 = 64;

/// Talks to one board in one session.
pub(super) struct Link {
	wire: Wire,
	id: LinkId,
	session: Session,
	sequence: u16,
	readings: GapCounter,
	events: GapCounter,
	status: Option<Status>,
	config: BoardConfig,
	telltale: Telltale,
	/// Whether nobody knows this board yet.
	greeting: bool,
	/// What it said before that: nobody could tell whose it is.
	early: Vec<Signal>,
}

/// What is kept of what a board says while it is greeted.
const MOST_EARLY: usize = 16_384;

impl Link {
	pub fn new(wire: Wire, config: BoardConfig, telltale: Telltale) -> Self {
		Self {
			wire,
			id: LinkId::default(),
			session: Session::UNKNOWN,
			// Not always the same start: a board that was not reset remembers the last number it was given.
			sequence: rand::random(),
			readings: GapCounter::new(),
			events: GapCounter::new(),
			status: None,
			config,
			telltale,
			greeting: true,
			early: Vec::new(),
		}
	}

	/// Says hello and brings the board into a known state: all outputs safe, readings streaming. What comes of these before
	/// the board is made known is told afterwards.
	pub async fn greet(&mut self, id: LinkId) -> Result<BoardInfo, BoardError> {
		self.greeting = true;
		self.early.clear();
		self.id = id;
		self.session = Session::UNKNOWN;
		self.status = None;
		let info = self.hello().await?;
		self.check_setup(&info).await?;
		self.session = info.session;
		self.readings = GapCounter::new();
		self.events = GapCounter::new();
		self.find_sequence().await?;
		self.accepted(HostMessage::Safe).await?;
		self.accepted(HostMessage::SetStreaming {
			interval_ms: info.stream_ms,
		})
		.await?;
		self.greeting = false;
		Ok(info)
	}

	/// Tells everybody, in order.
	fn signal(&mut self, signal: Signal) {
		if self.greeting && self.early.len() < MOST_EARLY {
			return self.early.push(signal);
		}
		self.tell_early();
		self.telltale.signal(signal);
	}

	fn tell_early(&mut self) {
		for signal in self.early.drain(..) {
			self.telltale.signal(signal);
		}
	}

	/// Waits until the board has said something. Cancel-safe.
	pub async fn hear(&mut self) {
		if self.early.is_empty() {
			self.wire.wait().await;
		}
	}

	/// Passes on all that it has said.
	pub fn heard(&mut self) -> Result<(), BoardError> {
		self.tell_early();
		self.count_broken();
		while let Some(arrived) = self.wire.pop() {
			match arrived {
				Arrived::Frame(frame) => {
					self.take(frame)?;
				}
				// Noise may look like one; a board that was exchanged says hello to nobody and is lost soon.
				Arrived::OtherVersion(_) => {}
				Arrived::Closed(reason) => return Err(BoardError::Lost(reason)),
			}
		}
		Ok(())
	}

	/// Sends a command until it is acknowledged, each time with the same sequence number, so that it is executed once.
	pub async fn exchange(&mut self, message: HostMessage) -> Result<Ack, BoardError> {
		self.sequence = self.sequence.wrapping_add(1);
		let frame = HostFrame::new(self.session, self.sequence, message)
			.encode()
			.map_err(|error| BoardError::BadHello(error.to_string()))?;
		for attempt in 0..self.config.command_attempts {
			if attempt > 0 {
				self.telltale.count(|counters| counters.retries += 1);
			}
			self.wire.send(frame.clone()).await;
			let deadline = Instant::now() + Duration::from_millis(self.config.ack_timeout_ms);
			let ack = self.acknowledgement(deadline).await?;
			self.count_broken();
			if let Some(ack) = ack {
				return Ok(ack);
			}
		}
		let attempts = self.config.command_attempts;
		Err(BoardError::Lost(format!(
			"no acknowledgement after {attempts} attempts"
		)))
	}

	/// Like [`Self::exchange`]; anything but done is an error.
	pub async fn accepted(&mut self, message: HostMessage) -> Result<Ack, BoardError> {
		let ack = self.exchange(message).await?;
		match ack.result {
			AckResult::Done => Ok(ack),
			result => Err(BoardError::Refused(result)),
		}
	}

	/// Closes the port and waits until it is free.
	pub async fn close(self) {
		self.wire.close().await;
	}

	/// How the line is used.
	pub fn config(&self) -> &BoardConfig {
		&self.config
	}

	async fn acknowledgement(&mut self, deadline: Instant) -> Result<Option<Ack>, BoardError> {
		while let Ok(arrived) = timeout_at(deadline, self.wire.next()).await {
			let frame = match arrived {
				Arrived::Frame(frame) => frame,
				Arrived::OtherVersion(_) => continue,
				Arrived::Closed(reason) => return Err(BoardError::Lost(reason)),
			};
			if let Some((sequence, ack)) = self.take(frame)? {
				if sequence == self.sequence {
					return Ok(Some(ack));
				}
			}
		}
		Ok(None)
	}

	/// Passes readings and events on and hands acknowledgements back with their sequence number.
	fn take(&mut self, frame: BoardFrame) -> Result<Option<(u16, Ack)>, BoardError> {
		if frame.session != self.session {
			return Err(BoardError::Reset);
		}
		match frame.message {
			BoardMessage::Hello(_) => {}
			BoardMessage::Reading(reading) => {
				let before = self.readings.lost();
				if self.readings.observe(frame.session, frame.sequence) == bpiiot_protocol::Arrival::Old {
					return Ok(None);
				}
				let lost = self.readings.lost() - before;
				self.telltale.count(|counters| {
					counters.readings += 1;
					counters.readings_lost += lost;
				});
				let (channel, value, board_ms) = (reading.channel, reading.value, reading.board_ms);
				trace!(
					link = self.id.0,
					sequence = frame.sequence,
					channel,
					value,
					board_ms,
					"reading"
				);
				self.signal(Signal::Reading {
					link: self.id,
					channel,
					value,
					board_ms,
				});
			}
			BoardMessage::Event(event) => {
				let before = self.events.lost();
				if self.events.observe(frame.session, frame.sequence) == bpiiot_protocol::Arrival::Old {
					return Ok(None);
				}
				let lost = self.events.lost() - before;
				self.telltale.count(|counters| counters.events_lost += lost);
				let (link, sequence, board_ms) = (self.id.0, frame.sequence, event.board_ms);
				match event.kind {
					// Sensors may come and go many times a second.
					EventKind::InputLost { .. } | EventKind::InputBack { .. } => {
						debug!(link, sequence, board_ms, event = ?event.kind, "the board tells of an event");
					}
					kind => info!(link, sequence, board_ms, event = ?kind, "the board tells of an event"),
				}
				if !matches!(event.kind, EventKind::Reset { .. }) {
					self.signal(Signal::Event {
						link: self.id,
						kind: event.kind,
					});
				}
			}
			BoardMessage::Ack(ack) if ack.result == AckResult::WrongSession => return Err(BoardError::Reset),
			BoardMessage::Ack(ack) => {
				// In each acknowledgement, so that a lost event is noticed all the same.
				if self.status.map(|status| status.flags) != Some(ack.status.flags) {
					self.signal(Signal::Status {
						link: self.id,
						status: ack.status,
					});
				}
				self.status = Some(ack.status);
				return Ok(Some((frame.sequence, ack)));
			}
		}
		Ok(None)
	}

	/// Tells how many frames were damaged on the line.
	fn count_broken(&self) {
		let broken = self.wire.broken();
		self.telltale.count(|counters| counters.broken_frames = broken);
	}

	/// Makes sure that the next command is new to the board: one that was not reset may remember a number near ours.
	async fn find_sequence(&mut self) -> Result<(), BoardError> {
		for _ in 0..3 {
			match self.exchange(HostMessage::KeepAlive).await?.result {
				AckResult::Done => return Ok(()),
				// Half of the number circle counts as older: this is in the other half.
				AckResult::Stale => self.sequence = self.sequence.wrapping_add(u16::MAX / 2),
				AckResult::SequenceReused => {}
				result => return Err(BoardError::Refused(result)),
			}
		}
		Err(BoardError::Refused(AckResult::Stale))
	}

	/// Fetches all pages. Starts over when the board is reset in between.
	async fn hello(&mut self) -> Result<BoardInfo, BoardError> {
		let deadline = Instant::now() + Duration::from_millis(self.config.hello_timeout_ms);
		loop {
			let (session, identity) = match self.page(0, deadline).await? {
				(session, HelloPage::Identity(identity)) => (session, identity),
				_ => continue,
			};
			check_identity(&identity)?;
			if identity.channels > MAX_CHANNELS {
				return Err(BoardError::BadHello(format!("it names {} channels", identity.channels)));
			}
			if let Some((firmware, channels)) = self.other_pages(session, &identity, deadline).await? {
				let info = assemble(self.id, session, self.config.stream_ms, identity, firmware, channels)?;
				return self.right_board(info);
			}
		}
	}

	/// The pages after the first; `None` when the board was reset meanwhile.
	async fn other_pages(
		&mut self,
		session: Session,
		identity: &Identity,
		deadline: Instant,
	) -> Result<Option<(FirmwareInfo, Vec<ChannelInfo>)>, BoardError> {
		let mut firmware = None;
		let mut channels = Vec::new();
		for number in 1..channel_page(identity.channels) {
			let (page_session, page) = self.page(number, deadline).await?;
			if page_session != session {
				return Ok(None);
			}
			match page {
				HelloPage::Identity(_) | HelloPage::Configuration(_) => {}
				HelloPage::Firmware(page) => firmware = Some(page),
				HelloPage::Channel(channel) => channels.push(channel),
			}
		}
		Ok(firmware.map(|firmware| (firmware, channels)))
	}

	/// The configuration that the board keeps.
	pub async fn kept(&mut self) -> Result<Kept, BoardError> {
		let deadline = Instant::now() + Duration::from_millis(self.config.hello_timeout_ms);
		let mut memory = Vec::new();
		let mut wanted = 1;
		let mut first_session = None;
		while memory.len() < wanted {
			// Fits, since no image is longer than there are pages for.
			let part = (memory.len() / CONFIG_PAGE_LEN) as u8;
			let (session, page) = match self.ask(config_page(part), deadline).await? {
				Some(answer) => answer,
				None if part == 0 => return Ok(Kept::Nowhere),
				// It says that it is longer than the memory.
				None => break,
			};
			if *first_session.get_or_insert(session) != session {
				return Err(BoardError::Reset);
			}
			let HelloPage::Configuration(bytes) = page else {
				return Err(BoardError::BadHello(format!(
					"page {} is another page",
					config_page(part)
				)));
			};
			memory.extend(bytes);
			wanted = image_len(&memory).min(MAX_BYTES);
		}
		Ok(Setup::of_memory(&memory))
	}

	/// Refuses a board that is not what the configuration says, if it says what a board shall be.
	async fn check_setup(&mut self, info: &BoardInfo) -> Result<(), BoardError> {
		let Some(wanted) = self.config.configuration.clone() else {
			return Ok(());
		};
		let differences = match self.kept().await? {
			Kept::Setup(kept) => wanted.differences(&kept),
			Kept::Nothing => vec![format!("board {} was never given a configuration", info.serial)],
			Kept::Damaged(error) => vec![format!("what the board keeps cannot be used: {error}")],
			Kept::Nowhere => vec!["this board keeps no configuration; leave out board.configuration".to_owned()],
		};
		match differences.is_empty() {
			true => Ok(()),
			false => Err(BoardError::OtherConfiguration(differences)),
		}
	}

	/// Asks for one page until it comes or the time is up.
	async fn page(&mut self, number: u8, deadline: Instant) -> Result<(Session, HelloPage), BoardError> {
		let answer = self.ask(number, deadline).await?;
		answer.ok_or_else(|| BoardError::BadHello(format!("it has no page {number}")))
	}

	/// The same; `None` when the board says that there is no such page.
	async fn ask(&mut self, number: u8, deadline: Instant) -> Result<Option<(Session, HelloPage)>, BoardError> {
		// The same number each time: an answer that is late is one all the same.
		self.sequence = self.sequence.wrapping_add(1);
		let request = HostMessage::HelloRequest { page: number };
		let frame = HostFrame::new(Session::UNKNOWN, self.sequence, request)
			.encode()
			.map_err(|error| BoardError::BadHello(error.to_string()))?;
		while Instant::now() < deadline {
			self.wire.send(frame.clone()).await;
			let again = deadline.min(Instant::now() + PAGE_RETRY);
			while let Ok(arrived) = timeout_at(again, self.wire.next()).await {
				match arrived {
					Arrived::Frame(BoardFrame {
						session,
						sequence,
						message: BoardMessage::Hello(page),
						..
					}) if is_page(&page, number) && sequence == self.sequence => return Ok(Some((session, page))),
					Arrived::Frame(BoardFrame {
						sequence,
						message: BoardMessage::Ack(ack),
						..
					}) if ack.result == AckResult::NoSuchChannel && sequence == self.sequence => return Ok(None),
					Arrived::Frame(_) => {}
					Arrived::OtherVersion(theirs) => return Err(BoardError::ProtocolVersion { theirs }),
					Arrived::Closed(reason) => return Err(BoardError::Lost(reason)),
				}
			}
		}
		let heard = self.wire.heard();
		Err(BoardError::NotABoard {
			port: self.port(),
			heard,
		})
	}

	fn right_board(&self, info: BoardInfo) -> Result<BoardInfo, BoardError> {
		match &self.config.serial {
			Some(expected) if *expected != info.serial => Err(BoardError::OtherBoard {
				expected: expected.clone(),
				found: info.serial,
			}),
			_ => Ok(info),
		}
	}

	fn port(&self) -> PathBuf {
		self.config.port.clone()
	}
}
