//! A host on the other end of the line. Every wait has an end.

use serialport::{SerialPort, TTYPort};
use std::{
	collections::VecDeque,
	io::{ErrorKind, Read, Write},
	path::Path,
	time::{Duration, Instant},
};
use virtual_board::protocol::{
	Ack, AckResult, BoardFrame, BoardMessage, DecodeError, Decoder, EventKind, HelloPage, HostFrame, HostMessage,
	Reading, Session, BAUD_RATE,
};

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long to wait for one answer before the command is repeated.
const ANSWER: Duration = Duration::from_millis(300);

/// A client with the port open.
pub struct Client {
	port: TTYPort,
	decoder: Decoder<BoardMessage>,
	frames: VecDeque<BoardFrame>,
	pub errors: Vec<DecodeError>,
	pub session: Session,
	pub sequence: u16,
}

impl Client {
	/// Opens the port and takes nothing from it yet.
	pub fn open(path: &Path) -> Client {
		let name = path.to_str().expect("a path in UTF-8");
		let port = TTYPort::open(&serialport::new(name, BAUD_RATE).timeout(Duration::from_millis(20)));
		Client {
			port: port.expect("the port opens"),
			decoder: Decoder::new(),
			frames: VecDeque::new(),
			errors: Vec::new(),
			session: Session::UNKNOWN,
			sequence: 0,
		}
	}

	/// Opens the port and learns the session by a hello.
	pub fn connect(path: &Path) -> Client {
		let mut client = Client::open(path);
		client.hello(0);
		client
	}

	pub fn write(&mut self, bytes: &[u8]) {
		self.port.write_all(bytes).expect("the port takes bytes");
	}

	pub fn put(&mut self, frame: HostFrame) {
		self.write(&frame.encode().expect("fits"));
	}

	/// Reads what is there, waiting a moment when there is nothing. An error means that the board hung up.
	pub fn pump(&mut self) -> std::io::Result<()> {
		let mut buffer = [0; 256];
		let count = match self.port.read(&mut buffer) {
			Err(error) if error.kind() == ErrorKind::TimedOut => 0,
			result => result?,
		};
		for byte in &buffer[..count] {
			match self.decoder.push(*byte) {
				Some(Ok(frame)) => self.frames.push_back(frame),
				Some(Err(error)) => self.errors.push(error),
				None => {}
			}
		}
		Ok(())
	}

	/// Waits until so many bytes lie unread.
	pub fn leave_unread(&mut self, bytes: u32) {
		let deadline = Instant::now() + PATIENCE;
		while self.port.bytes_to_read().expect("the line is up") < bytes {
			assert!(Instant::now() < deadline, "nothing comes");
			std::thread::yield_now();
		}
	}

	/// The next frame that `wanted` finds something in; others are dropped. `None` when it does not come in time.
	pub fn find<T>(&mut self, within: Duration, mut wanted: impl FnMut(&BoardFrame) -> Option<T>) -> Option<T> {
		let deadline = Instant::now() + within;
		loop {
			while let Some(frame) = self.frames.pop_front() {
				if let Some(found) = wanted(&frame) {
					return Some(found);
				}
			}
			if Instant::now() >= deadline {
				return None;
			}
			self.pump().expect("the line is up");
		}
	}

	/// Asks until the answer comes.
	fn ask<T>(&mut self, frame: HostFrame, mut answer: impl FnMut(&BoardFrame) -> Option<T>) -> T {
		let deadline = Instant::now() + PATIENCE;
		while Instant::now() < deadline {
			self.put(frame);
			let own = |reply: &BoardFrame| (reply.sequence == frame.sequence).then(|| answer(reply)).flatten();
			if let Some(found) = self.find(ANSWER, own) {
				return found;
			}
		}
		panic!("no answer to {frame:?}; errors: {:?}", self.errors);
	}

	/// Asks for a hello page and takes over the board's session.
	pub fn hello(&mut self, page: u8) -> HelloPage {
		self.sequence += 1;
		let request = HostFrame::new(Session::UNKNOWN, self.sequence, HostMessage::HelloRequest { page });
		let (session, page) = self.ask(request, |reply| match reply.message {
			BoardMessage::Hello(page) => Some((reply.session, page)),
			_ => None,
		});
		self.session = session;
		page
	}

	/// Sends this frame until it is acknowledged.
	pub fn acknowledged(&mut self, frame: HostFrame) -> Ack {
		self.ask(frame, |reply| match reply.message {
			BoardMessage::Ack(ack) => Some(ack),
			_ => None,
		})
	}

	/// Sends a new command until it is acknowledged.
	pub fn command(&mut self, message: HostMessage) -> AckResult {
		self.sequence += 1;
		self.acknowledged(HostFrame::new(self.session, self.sequence, message))
			.result
	}

	pub fn set(&mut self, channel: u8, value: i32) -> AckResult {
		self.command(HostMessage::SetOutput { channel, value })
	}

	/// Waits for an event.
	pub fn event(&mut self, kind: EventKind) {
		let event = self.find(PATIENCE, |frame| match frame.message {
			BoardMessage::Event(event) if event.kind == kind => Some(()),
			_ => None,
		});
		assert!(event.is_some(), "{kind:?} does not come");
	}

	/// Waits for a reading as wanted, keeping the board company meanwhile.
	pub fn reading(&mut self, channel: u8, wanted: impl Fn(i32) -> bool) -> Reading {
		let deadline = Instant::now() + PATIENCE;
		while Instant::now() < deadline {
			let reading = self.find(Duration::from_millis(100), |frame| match frame.message {
				BoardMessage::Reading(reading) if reading.channel == channel && wanted(reading.value) => Some(reading),
				_ => None,
			});
			if let Some(reading) = reading {
				return reading;
			}
			assert_eq!(self.command(HostMessage::KeepAlive), AckResult::Done);
		}
		panic!("channel {channel} never reads as wanted");
	}
}
