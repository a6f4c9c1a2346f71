//! The serial port: read by whoever waits for it, as soon as the kernel says that there is something; written by a thread.
//!
//! A board that sends its readings in a burst wakes the client once for all of them. A thread that reads would be woken besides,
//! and would wake a worker of the runtime, which wakes another to look for more. The writer has to have a thread: a port that is
//! full holds it up.

use super::BoardError;
use crate::config::BoardConfig;
use bpiiot_protocol::{BoardFrame, BoardMessage, DecodeError, Decoder, EncodedFrame};
use nix::fcntl::OFlag;
use serialport::{ClearBuffer, SerialPort, TTYPort};
use std::{
	collections::VecDeque,
	fs::{self, File, OpenOptions},
	io::{self, ErrorKind, Write},
	os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
	path::{Path, PathBuf},
	sync::Arc,
	thread::{self, JoinHandle},
	time::Duration,
};
use tokio::{
	// The runtime's way to read whatever the kernel can be waited upon for; that it be a pipe nobody asks.
	net::unix::pipe::Receiver,
	sync::mpsc,
	task::{spawn_blocking, yield_now},
};

/// How long a write waits for room, and a read by whoever has a thread for it.
const TIMEOUT: Duration = Duration::from_millis(50);
/// Bytes that are taken off the line at a time: more than a board with many channels says in one go, and no more frames than
/// the queues of those who listen take easily.
const AT_ONCE: usize = 1024;
/// Frames on their way to the writing thread: one command and, when it is overtaken, one `Safe`.
const WRITE_QUEUE: usize = 4;

/// The two ends of an opened port.
pub struct Port {
	/// From the board. A read never waits: a worker of the runtime does it.
	pub reader: File,
	/// To the board. A write may wait.
	pub writer: Box<dyn Write + Send>,
}

/// Opens the port; the bridge is given one, so that tests can give it another.
pub trait OpenPort: Send + Sync + 'static {
	/// Opens the port, or says what to do. May block.
	fn open(&self) -> Result<Port, BoardError>;
	/// The port's path, for messages.
	fn path(&self) -> &Path;
}

/// The real serial port of the configuration.
#[derive(Clone, Debug)]
pub struct SerialLine {
	path: PathBuf,
	baud: u32,
}

impl SerialLine {
	/// The port that `config` names.
	pub fn new(config: &BoardConfig) -> Self {
		Self {
			path: config.port.clone(),
			baud: config.baud,
		}
	}
}

impl OpenPort for SerialLine {
	fn open(&self) -> Result<Port, BoardError> {
		self.opened(|| {
			// Shared with us alone, and with nobody else after that.
			let mut writer = self.tty(false)?;
			let reader = once_more(&writer)?;
			writer.set_exclusive(true)?;
			Ok(Port {
				reader,
				writer: Box::new(writer),
			})
		})
	}

	fn path(&self) -> &Path {
		&self.path
	}
}

impl SerialLine {
	/// The two ends of the port, from the board and to it, for whoever has a thread to wait in.
	///
	/// # Errors
	/// When it cannot be opened; in words what to do.
	pub(crate) fn ends(&self) -> Result<(TTYPort, TTYPort), BoardError> {
		self.opened(|| {
			let writer = self.tty(true)?;
			Ok((writer.try_clone_native()?, writer))
		})
	}

	fn tty(&self, exclusive: bool) -> serialport::Result<TTYPort> {
		let builder = serialport::new(self.path.to_string_lossy(), self.baud).timeout(TIMEOUT);
		let tty = builder.exclusive(exclusive).open_native()?;
		// What came before now was said to somebody else.
		tty.clear(ClearBuffer::All)?;
		Ok(tty)
	}

	fn opened<T>(&self, open: impl FnOnce() -> serialport::Result<T>) -> Result<T, BoardError> {
		check_access(&self.path)?;
		open().map_err(|error| self.explain(&error))
	}

	fn explain(&self, error: &serialport::Error) -> BoardError {
		let port = self.path.clone();
		match error.kind {
			serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => BoardError::Permission { port },
			// What the library says when another program holds the lock on the port; a missing one was found before.
			serialport::ErrorKind::NoDevice => BoardError::PortBusy { port },
			_ => BoardError::Open {
				port,
				reason: error.to_string(),
				candidates: candidates(Path::new("/dev")),
			},
		}
	}
}

/// Opens a port a second time, to be read without waiting. That is a flag of the opening, and who writes must not have it.
fn once_more(tty: &TTYPort) -> io::Result<File> {
	let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
	OpenOptions::new()
		.read(true)
		.custom_flags(flags.bits())
		.open(format!("/proc/self/fd/{}", tty.as_raw_fd()))
}

/// Tells a missing device and a missing permission apart, which the library does not on every system.
fn check_access(path: &Path) -> Result<(), BoardError> {
	match fs::metadata(path) {
		Ok(_) => Ok(()),
		Err(error) if error.kind() == ErrorKind::PermissionDenied => {
			Err(BoardError::Permission { port: path.to_owned() })
		}
		Err(_) => Err(BoardError::NoSuchPort {
			port: path.to_owned(),
			candidates: candidates(Path::new("/dev")),
		}),
	}
}

/// Serial devices in `dev` that a board may be behind, in order of their names.
pub fn candidates(dev: &Path) -> Vec<PathBuf> {
	const PREFIXES: [&str; 5] = ["ttyACM", "ttyUSB", "ttyAMA", "ttyS", "ttyO"];
	let entries = fs::read_dir(dev).into_iter().flatten().flatten();
	let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
	let mut found: Vec<_> = names
		.filter(|name| PREFIXES.iter().any(|prefix| is_numbered(name, prefix)))
		.map(|name| dev.join(name))
		.collect();
	found.sort();
	found
}

fn is_numbered(name: &str, prefix: &str) -> bool {
	name.strip_prefix(prefix)
		.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What comes off the line.
#[derive(Debug)]
pub(super) enum Arrived {
	/// A sound frame.
	Frame(BoardFrame),
	/// A sound frame in another version of the protocol.
	OtherVersion(u8),
	/// The line is gone.
	Closed(String),
}

/// An opened port.
pub(super) struct Wire {
	reader: Receiver,
	buffer: Box<[u8]>,
	decoder: Decoder<BoardMessage>,
	/// Came off the line, and was not taken yet.
	arrived: VecDeque<Arrived>,
	/// The last read left something on the line.
	more: bool,
	heard: u64,
	broken: u64,
	out: mpsc::Sender<EncodedFrame>,
	/// Why nothing can be written any more.
	ended: mpsc::Receiver<String>,
	writing: JoinHandle<()>,
}

impl Wire {
	/// Opens the port and starts its thread.
	pub async fn open(opener: Arc<dyn OpenPort>) -> Result<Self, BoardError> {
		let path = opener.path().to_owned();
		let opening = spawn_blocking(move || opener.open());
		let port = opening.await.map_err(|_| BoardError::Stopped)??;
		let reader = Receiver::from_file_unchecked(port.reader).map_err(|error| BoardError::Open {
			port: path,
			reason: error.to_string(),
			candidates: Vec::new(),
		})?;
		let (out, queue) = mpsc::channel(WRITE_QUEUE);
		let (end, ended) = mpsc::channel(1);
		let writing = thread::spawn(move || write_frames(port.writer, queue, &end));
		Ok(Self {
			reader,
			buffer: vec![0; AT_ONCE].into(),
			decoder: Decoder::new(),
			arrived: VecDeque::new(),
			more: false,
			heard: 0,
			broken: 0,
			out,
			ended,
			writing,
		})
	}

	/// The next thing off the line. Cancel-safe.
	pub async fn next(&mut self) -> Arrived {
		loop {
			if let Some(arrived) = self.arrived.pop_front() {
				return arrived;
			}
			self.wait().await;
		}
	}

	/// What has come already.
	pub fn pop(&mut self) -> Option<Arrived> {
		self.arrived.pop_front()
	}

	/// Waits until something has come off the line. Cancel-safe.
	pub async fn wait(&mut self) {
		if std::mem::take(&mut self.more) {
			// Whoever listens takes first what is said already: their queues are bounded.
			yield_now().await;
		}
		while self.arrived.is_empty() {
			let read = tokio::select! {
				biased;
				ready = self.reader.readable() => ready.and_then(|()| self.reader.try_read(&mut self.buffer)),
				why = self.ended.recv() => Err(io::Error::other(why.unwrap_or_default())),
			};
			match read {
				Ok(0) => self.close_with("the device was removed"),
				Ok(count) => self.decode(count),
				Err(error) if is_passing(&error) => {}
				Err(error) => self.close_with(&error.to_string()),
			}
		}
	}

	fn close_with(&mut self, reason: &str) {
		self.arrived.push_back(Arrived::Closed(reason.to_owned()));
	}

	fn decode(&mut self, count: usize) {
		self.heard += count as u64;
		self.more = count == self.buffer.len();
		for byte in &self.buffer[..count] {
			match self.decoder.push(*byte) {
				None => {}
				Some(Ok(frame)) => self.arrived.push_back(Arrived::Frame(frame)),
				Some(Err(DecodeError::Version { theirs, .. })) => {
					self.arrived.push_back(Arrived::OtherVersion(theirs));
				}
				Some(Err(_)) => self.broken += 1,
			}
		}
	}

	/// Puts a frame on the line; a dead line shows at [`Self::next`].
	pub async fn send(&mut self, frame: EncodedFrame) {
		let _ = self.out.send(frame).await;
	}

	/// Bytes that came so far.
	pub fn heard(&self) -> u64 {
		self.heard
	}

	/// Broken frames so far.
	pub fn broken(&self) -> u64 {
		self.broken
	}

	/// Closes the port and waits until it is free to be opened again.
	pub async fn close(self) {
		let Self {
			reader, out, writing, ..
		} = self;
		// The thread ends when nobody can send it anything any more.
		drop((reader, out));
		let _ = spawn_blocking(move || writing.join()).await;
	}
}

fn write_frames(
	mut writer: Box<dyn Write + Send>,
	mut queue: mpsc::Receiver<EncodedFrame>,
	ended: &mpsc::Sender<String>,
) {
	while let Some(frame) = queue.blocking_recv() {
		match writer.write_all(&frame) {
			Ok(()) => {}
			// The board does not read; the command is retried, or the board counts as lost.
			Err(error) if is_passing(&error) => {}
			Err(error) => {
				// When nobody listens any more, nobody needs to know.
				let _ = ended.try_send(error.to_string());
				return;
			}
		}
	}
}

/// Whether a read or a write only has nothing to do now.
pub(crate) fn is_passing(error: &io::Error) -> bool {
	matches!(
		error.kind(),
		ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::WouldBlock
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use bpiiot_protocol::{Reading, Session};
	use futures::FutureExt;
	use std::{
		os::{fd::OwnedFd, unix::net::UnixStream},
		sync::Mutex,
	};
	use tokio::time::timeout;

	const SOON: Duration = Duration::from_secs(20);

	/// One end of a socket, to be opened once.
	struct Socket(Mutex<Option<UnixStream>>);

	impl OpenPort for Socket {
		fn open(&self) -> Result<Port, BoardError> {
			let ours = self.0.lock().unwrap().take().ok_or(BoardError::Stopped)?;
			ours.set_nonblocking(true).unwrap();
			Ok(Port {
				reader: OwnedFd::from(ours.try_clone().unwrap()).into(),
				writer: Box::new(ours),
			})
		}

		fn path(&self) -> &Path {
			Path::new("socket")
		}
	}

	/// A wire and its other end.
	async fn pair() -> (Wire, UnixStream) {
		let (ours, theirs) = UnixStream::pair().unwrap();
		let socket = Arc::new(Socket(Mutex::new(Some(ours))));
		(Wire::open(socket).await.unwrap(), theirs)
	}

	fn frames(numbers: std::ops::Range<u16>) -> Vec<u8> {
		let frame = |sequence| {
			let (channel, value, board_ms) = (0, 400, 7);
			let reading = BoardMessage::Reading(Reading {
				channel,
				value,
				board_ms,
			});
			BoardFrame::new(Session(1), sequence, reading)
				.encode()
				.unwrap()
				.to_vec()
		};
		numbers.flat_map(frame).collect()
	}

	fn number(arrived: Option<Arrived>) -> Option<u16> {
		match arrived? {
			Arrived::Frame(frame) => Some(frame.sequence),
			other => panic!("{other:?}"),
		}
	}

	#[tokio::test]
	async fn what_comes_together_is_there_after_one_wait() {
		let (mut wire, mut theirs) = pair().await;
		theirs.write_all(&frames(0..6)).unwrap();
		timeout(SOON, wire.wait()).await.unwrap();
		let came: Vec<_> = std::iter::from_fn(|| number(wire.pop())).collect();
		assert_eq!(came, [0, 1, 2, 3, 4, 5]);
		wire.close().await;
	}

	#[tokio::test]
	async fn frames_come_whole_and_in_order_however_the_line_cuts_them() {
		let (mut wire, mut theirs) = pair().await;
		// More than is read at a time, so that frames are cut.
		let burst = frames(0..300);
		assert!(burst.len() > 4 * AT_ONCE);
		theirs.write_all(&burst).unwrap();
		for sequence in 0..300 {
			let arrived = timeout(SOON, wire.next()).await.unwrap();
			assert_eq!(number(Some(arrived)), Some(sequence));
		}
		// A part of a frame is nothing yet, and its wait can be given up.
		let frame = frames(300..301);
		let (first, rest) = frame.split_at(9);
		theirs.write_all(first).unwrap();
		assert!(wire.wait().now_or_never().is_none());
		theirs.write_all(rest).unwrap();
		let arrived = timeout(SOON, wire.next()).await.unwrap();
		assert_eq!(number(Some(arrived)), Some(300));
		assert_eq!((wire.heard(), wire.broken()), ((burst.len() + frame.len()) as u64, 0));
		wire.close().await;
	}

	#[tokio::test]
	async fn a_line_that_is_gone_is_told_after_what_it_said_last() {
		let (mut wire, mut theirs) = pair().await;
		theirs.write_all(&frames(0..1)).unwrap();
		drop(theirs);
		assert_eq!(number(Some(timeout(SOON, wire.next()).await.unwrap())), Some(0));
		assert!(matches!(timeout(SOON, wire.next()).await.unwrap(), Arrived::Closed(_)));
		wire.close().await;
	}

	#[test]
	fn lists_serial_devices_and_nothing_else() {
		let dev = tempfile::tempdir().unwrap();
		for name in [
			"ttyUSB1",
			"ttyACM0",
			"tty",
			"tty1",
			"ttyS",
			"ttyS0",
			"null",
			"ttyprintk",
		] {
			fs::write(dev.path().join(name), "").unwrap();
		}
		let names: Vec<_> = candidates(dev.path())
			.iter()
			.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
			.collect();
		assert_eq!(names, ["ttyACM0", "ttyS0", "ttyUSB1"]);
	}

	#[test]
	fn a_missing_port_is_named_with_what_to_do() {
		let line = SerialLine {
			path: "/dev/does-not-exist".into(),
			baud: 115_200,
		};
		let Err(error) = line.open().map(|_| ()) else {
			panic!("opened a port that does not exist")
		};
		let text = error.to_string();
		assert!(
			text.contains("/dev/does-not-exist") && text.contains("board.port"),
			"{text}"
		);
	}

	#[test]
	fn a_file_that_is_no_serial_device_is_refused() {
		let file = tempfile::NamedTempFile::new().unwrap();
		let line = SerialLine {
			path: file.path().to_owned(),
			baud: 115_200,
		};
		assert!(matches!(line.open().map(|_| ()), Err(BoardError::Open { .. })));
	}
}
