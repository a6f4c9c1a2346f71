//! The serial port: blocking threads on one side, bounded channels on the other.

use super::BoardError;
use crate::config::BoardConfig;
use bpiiot_protocol::{BoardFrame, BoardMessage, DecodeError, Decoder, EncodedFrame};
use serialport::{ClearBuffer, SerialPort};
use std::{
	fs,
	io::{self, ErrorKind, Read, Write},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		Arc,
	},
	thread::{self, JoinHandle},
	time::Duration,
};
use tokio::sync::mpsc;

/// How long a read waits before it looks whether it should stop.
const READ_TIMEOUT: Duration = Duration::from_millis(50);
/// Frames on their way from the reading thread to the bridge.
const FRAME_QUEUE: usize = 256;
/// Frames on their way to the writing thread: one command and, when it is overtaken, one `Safe`.
const WRITE_QUEUE: usize = 4;

/// The two ends of an opened port. Reads must give up with [`ErrorKind::TimedOut`] now and then.
pub struct Port {
	/// From the board.
	pub reader: Box<dyn Read + Send>,
	/// To the board.
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
		check_access(&self.path)?;
		let open = || -> serialport::Result<Port> {
			let name = self.path.to_string_lossy();
			let writer = serialport::new(name, self.baud).timeout(READ_TIMEOUT).open_native()?;
			// What came before now was said to somebody else.
			writer.clear(ClearBuffer::All)?;
			let reader = writer.try_clone_native()?;
			Ok(Port {
				reader: Box::new(reader),
				writer: Box::new(writer),
			})
		};
		open().map_err(|error| self.explain(&error))
	}

	fn path(&self) -> &Path {
		&self.path
	}
}

impl SerialLine {
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

/// What the threads have seen, shared with the bridge.
#[derive(Debug, Default)]
pub(super) struct LineCounters {
	/// Bytes read.
	pub heard: AtomicU64,
	/// Broken frames.
	pub broken: AtomicU64,
}

/// An opened port with its two threads.
pub(super) struct Wire {
	arrived: mpsc::Receiver<Arrived>,
	/// `None` once closed, so that the writing thread ends.
	out: Option<mpsc::Sender<EncodedFrame>>,
	counters: Arc<LineCounters>,
	stop: Arc<AtomicBool>,
	threads: Vec<JoinHandle<()>>,
}

impl Wire {
	/// Opens the port and starts its threads.
	pub async fn open(opener: Arc<dyn OpenPort>) -> Result<Self, BoardError> {
		let port = tokio::task::spawn_blocking(move || opener.open())
			.await
			.map_err(|_| BoardError::Stopped)??;
		let (arrived_in, arrived) = mpsc::channel(FRAME_QUEUE);
		let (out, out_queue) = mpsc::channel(WRITE_QUEUE);
		let counters = Arc::new(LineCounters::default());
		let stop = Arc::new(AtomicBool::new(false));
		let reading = {
			let (reader, arrived, counters, stop) = (port.reader, arrived_in.clone(), counters.clone(), stop.clone());
			thread::spawn(move || read_frames(reader, &arrived, &counters, &stop))
		};
		let writing = thread::spawn(move || write_frames(port.writer, out_queue, &arrived_in));
		Ok(Self {
			arrived,
			out: Some(out),
			counters,
			stop,
			threads: vec![reading, writing],
		})
	}

	/// The next thing off the line. Cancel-safe.
	pub async fn next(&mut self) -> Arrived {
		self.arrived
			.recv()
			.await
			.unwrap_or_else(|| Arrived::Closed("its threads have ended".to_owned()))
	}

	/// Puts a frame on the line; a dead line shows at [`Self::next`].
	pub async fn send(&self, frame: EncodedFrame) {
		if let Some(out) = &self.out {
			let _ = out.send(frame).await;
		}
	}

	/// What came in so far.
	pub fn counters(&self) -> &LineCounters {
		&self.counters
	}

	/// Closes the port and waits until it is free to be opened again.
	pub async fn close(mut self) {
		let threads = std::mem::take(&mut self.threads);
		drop(self);
		let _ = tokio::task::spawn_blocking(move || {
			for thread in threads {
				let _ = thread.join();
			}
		})
		.await;
	}
}

impl Drop for Wire {
	fn drop(&mut self) {
		self.stop.store(true, Ordering::Relaxed);
		self.out = None;
		self.arrived.close();
	}
}

fn read_frames(
	mut reader: Box<dyn Read + Send>,
	arrived: &mpsc::Sender<Arrived>,
	counters: &LineCounters,
	stop: &AtomicBool,
) {
	let mut decoder = Decoder::<BoardMessage>::new();
	let mut buffer = [0u8; 512];
	while !stop.load(Ordering::Relaxed) {
		let count = match reader.read(&mut buffer) {
			Ok(0) => return report(arrived, "the device was removed"),
			Ok(count) => count,
			Err(error) if is_passing(&error) => continue,
			Err(error) => return report(arrived, &error.to_string()),
		};
		counters.heard.fetch_add(count as u64, Ordering::Relaxed);
		for result in buffer[..count].iter().filter_map(|byte| decoder.push(*byte)) {
			let event = match result {
				Ok(frame) => Arrived::Frame(frame),
				Err(DecodeError::Version { theirs, .. }) => Arrived::OtherVersion(theirs),
				Err(_) => {
					counters.broken.fetch_add(1, Ordering::Relaxed);
					continue;
				}
			};
			if arrived.blocking_send(event).is_err() {
				return;
			}
		}
	}
}

fn write_frames(
	mut writer: Box<dyn Write + Send>,
	mut queue: mpsc::Receiver<EncodedFrame>,
	arrived: &mpsc::Sender<Arrived>,
) {
	while let Some(frame) = queue.blocking_recv() {
		match writer.write_all(&frame) {
			Ok(()) => {}
			// The board does not read; the command is retried, or the board counts as lost.
			Err(error) if is_passing(&error) => {}
			Err(error) => return report(arrived, &error.to_string()),
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

fn report(arrived: &mpsc::Sender<Arrived>, reason: &str) {
	// When nobody listens any more, nobody needs to know.
	let _ = arrived.blocking_send(Arrived::Closed(reason.to_owned()));
}

#[cfg(test)]
mod tests {
	use super::*;

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
