//! A host on the other end of the line that panics where it is disappointed. Every wait has an end.

use board_conformance::{Host, HostError, Port};
use serialport::{SerialPort, TTYPort};
use std::{
	ops::{Deref, DerefMut},
	path::Path,
	time::{Duration, Instant},
};
use virtual_board::protocol::{
	Ack, AckResult, BoardFrame, EventKind, HelloPage, HostFrame, HostMessage, Reading, BAUD_RATE,
};

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A client with the port open.
pub struct Client(Host<Port<TTYPort>>);

impl Deref for Client {
	type Target = Host<Port<TTYPort>>;

	fn deref(&self) -> &Self::Target {
		&self.0
	}
}

impl DerefMut for Client {
	fn deref_mut(&mut self) -> &mut Self::Target {
		&mut self.0
	}
}

/// Opens the port.
pub fn open(path: &Path) -> Port<TTYPort> {
	let name = path.to_str().expect("a path in UTF-8");
	let port = TTYPort::open(&serialport::new(name, BAUD_RATE).timeout(Duration::from_millis(20)));
	Port::new(port.expect("the port opens"))
}

impl Client {
	/// Opens the port and takes nothing from it yet.
	pub fn open(path: &Path) -> Client {
		let mut host = Host::new(open(path));
		host.patience = PATIENCE;
		Client(host)
	}

	/// Opens the port and learns the session by a hello.
	pub fn connect(path: &Path) -> Client {
		let mut client = Client::open(path);
		client.hello(0);
		client
	}

	pub fn write(&mut self, bytes: &[u8]) {
		self.0.write(bytes).expect("the port takes bytes");
	}

	pub fn put(&mut self, frame: HostFrame) {
		self.0.put(frame).expect("the port takes a frame");
	}

	/// Reads what is there, waiting a moment when there is nothing. An error means that the board hung up.
	pub fn pump(&mut self) -> Result<(), HostError> {
		self.0.pump(Duration::ZERO)
	}

	/// Waits until so many bytes lie unread.
	pub fn leave_unread(&mut self, bytes: u32) {
		let deadline = Instant::now() + PATIENCE;
		while self.line.port.bytes_to_read().expect("the line is up") < bytes {
			assert!(Instant::now() < deadline, "nothing comes");
			std::thread::yield_now();
		}
	}

	/// The next frame that `wanted` finds something in; others are dropped. `None` when it does not come in time.
	pub fn find<T>(&mut self, within: Duration, mut wanted: impl FnMut(&BoardFrame) -> Option<T>) -> Option<T> {
		self.0
			.find(within, |heard| wanted(&heard.frame))
			.expect("the line is up")
	}

	/// Asks for a hello page and takes over the board's session.
	pub fn hello(&mut self, page: u8) -> HelloPage {
		self.0.hello(page).expect("the page")
	}

	/// Sends this frame until it is acknowledged.
	pub fn acknowledged(&mut self, frame: HostFrame) -> Ack {
		self.0.acknowledged(frame).expect("an answer")
	}

	/// Sends a new command until it is acknowledged.
	pub fn command(&mut self, message: HostMessage) -> AckResult {
		self.0.command(message).expect("an answer").result
	}

	pub fn set(&mut self, channel: u8, value: i32) -> AckResult {
		self.command(HostMessage::SetOutput { channel, value })
	}

	/// Waits for an event.
	pub fn event(&mut self, kind: EventKind) {
		self.0.event(kind).expect("the event");
	}

	/// Waits for a reading as wanted, keeping the board company meanwhile.
	pub fn reading(&mut self, channel: u8, wanted: impl Fn(i32) -> bool) -> Reading {
		self.0.reading(channel, wanted).expect("the reading")
	}
}
