//! The way to a board and back.

use std::{
	io::{self, ErrorKind, Read, Write},
	thread,
	time::{Duration, Instant},
};

/// A line with a board at its other end.
pub trait Line {
	/// Sends bytes to the board.
	fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

	/// Appends what has come from the board. When nothing has, waits at most `limit` for the first byte.
	fn receive(&mut self, limit: Duration, into: &mut Vec<u8>) -> io::Result<()>;

	/// The line's own time since any moment. On a simulated line this is simulated time, which passes in
	/// [`receive`](Line::receive) only.
	fn now(&self) -> Duration;
}

impl<L: Line + ?Sized> Line for &mut L {
	fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
		(**self).send(bytes)
	}

	fn receive(&mut self, limit: Duration, into: &mut Vec<u8>) -> io::Result<()> {
		(**self).receive(limit, into)
	}

	fn now(&self) -> Duration {
		(**self).now()
	}
}

/// Longest time that a port may refuse to take bytes.
const SENDING: Duration = Duration::from_secs(5);
/// A port that says at once that nothing is there is asked again after so long.
const PAUSE: Duration = Duration::from_millis(1);

/// A serial port, or anything else that is read and written, in real time.
///
/// A read must give up soon when nothing comes: a read timeout of 20 ms is good, 50 ms the longest. `TimedOut`, `WouldBlock` and
/// `Interrupted` mean that nothing came; that nothing will ever come again, which is a read of no bytes, is an error.
#[derive(Debug)]
pub struct Port<P> {
	/// The port itself.
	pub port: P,
	opened: Instant,
}

impl<P: Read + Write> Port<P> {
	/// A line through this port.
	pub fn new(port: P) -> Port<P> {
		Port {
			port,
			opened: Instant::now(),
		}
	}
}

impl<P: Read + Write> Line for Port<P> {
	fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
		let end = Instant::now() + SENDING;
		while !bytes.is_empty() {
			match self.port.write(bytes) {
				Ok(0) => return Err(ErrorKind::WriteZero.into()),
				Ok(count) => bytes = &bytes[count..],
				Err(error) if is_passing(&error) && Instant::now() < end => pause(&error),
				Err(error) => return Err(error),
			}
		}
		match self.port.flush() {
			Err(error) if !is_passing(&error) => Err(error),
			_ => Ok(()),
		}
	}

	fn receive(&mut self, limit: Duration, into: &mut Vec<u8>) -> io::Result<()> {
		let end = Instant::now() + limit;
		let mut buffer = [0; 256];
		loop {
			match self.port.read(&mut buffer) {
				Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
				Ok(count) => {
					into.extend(&buffer[..count]);
					return Ok(());
				}
				Err(error) if !is_passing(&error) => return Err(error),
				Err(_) if Instant::now() >= end => return Ok(()),
				Err(error) => pause(&error),
			}
		}
	}

	fn now(&self) -> Duration {
		self.opened.elapsed()
	}
}

fn is_passing(error: &io::Error) -> bool {
	matches!(
		error.kind(),
		ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted
	)
}

/// A port that does not wait by itself must not be asked a million times.
fn pause(error: &io::Error) {
	if error.kind() == ErrorKind::WouldBlock {
		thread::sleep(PAUSE);
	}
}

/// A reader and a writer that are one port.
#[derive(Debug)]
pub struct Pair<R, W> {
	/// From the board.
	pub reader: R,
	/// To the board.
	pub writer: W,
}

impl<R: Read, W> Read for Pair<R, W> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		self.reader.read(buffer)
	}
}

impl<R, W: Write> Write for Pair<R, W> {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.writer.write(bytes)
	}

	fn flush(&mut self) -> io::Result<()> {
		self.writer.flush()
	}
}
