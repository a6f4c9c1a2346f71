//! A serial line with several who may speak, one at a time (Modbus over serial line 1.02).
//!
//! Nothing on this line says which question an answer belongs to. So no question is asked before the line has been silent,
//! and after a question without an answer it must have been silent for as long as an answer may take.

use super::{LineSettings, Parity};
use crate::board::{candidates, is_passing, BoardError};
use serialport::{ClearBuffer, DataBits, SerialPort, StopBits, TTYPort};
use std::{
	io::{self, ErrorKind, Read, Write},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	thread::{self, JoinHandle},
	time::Duration,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
	sync::mpsc,
	time::{sleep, Instant},
};

/// The silence between two messages is this long at any speed above 19200 baud (section 2.5.1.1).
const SHORTEST_GAP: Duration = Duration::from_micros(1_750);
/// How often it is looked whether the line is silent.
const LOOK: Duration = Duration::from_millis(2);
/// How long a read waits before it looks whether it should stop.
const READ_TIMEOUT: Duration = Duration::from_millis(50);
/// Reads on their way from the reading thread, and messages on their way to the writing one.
const QUEUE: usize = 16;
/// The longest message, in bytes (section 2.5.1).
pub(super) const LONGEST: usize = 256;

/// An opened serial line with its two threads.
pub(super) struct Line {
	came: mpsc::Receiver<io::Result<Vec<u8>>>,
	/// `None` once closed, so that the writing thread ends.
	out: Option<mpsc::Sender<Vec<u8>>>,
	stop: Arc<AtomicBool>,
	threads: Vec<JoinHandle<()>>,
	settings: LineSettings,
	/// The last time that something was on the line, as far as is known.
	since: Instant,
	/// The last question has no answer.
	unanswered: bool,
	/// An answer to a question before the last one may still come.
	late: bool,
}

impl Line {
	/// Opens the device. May take as long as the system wants.
	pub async fn open(device: PathBuf, settings: LineSettings) -> Result<Self, BoardError> {
		let opening = tokio::task::spawn_blocking(move || open(&device, settings));
		let (reader, writer) = opening.await.map_err(|_| BoardError::Stopped)??;
		Ok(Self::over(reader, writer, settings))
	}

	fn over(reader: TTYPort, writer: TTYPort, settings: LineSettings) -> Self {
		let (came_in, came) = mpsc::channel(QUEUE);
		let (out, queue) = mpsc::channel(QUEUE);
		let stop = Arc::new(AtomicBool::new(false));
		let reading = {
			let (came, stop) = (came_in.clone(), stop.clone());
			thread::spawn(move || read(reader, &came, &stop))
		};
		let writing = thread::spawn(move || write(writer, queue, &came_in));
		Self {
			came,
			out: Some(out),
			stop,
			threads: vec![reading, writing],
			settings,
			since: Instant::now(),
			unanswered: false,
			late: false,
		}
	}

	/// How long so many bytes take on the line.
	pub fn time_of(&self, bytes: usize) -> Duration {
		self.settings.time_of(bytes)
	}

	/// Waits until the line is silent, and throws away what still comes. An answer may take `limit`.
	pub async fn settle(&mut self, limit: Duration) -> io::Result<()> {
		let gap = self.settings.gap();
		let give_up = Instant::now() + limit * 4 + Duration::from_secs(1);
		let mut quiet = if self.unanswered || self.late { limit } else { gap };
		loop {
			if self.throw_away()? {
				self.since = Instant::now();
				if !self.late {
					(self.unanswered, quiet) = (false, gap);
				}
			}
			let (now, until) = (Instant::now(), self.since + quiet);
			if now >= until {
				break;
			}
			if now > give_up {
				return Err(io::Error::new(ErrorKind::InvalidData, "the line is never silent"));
			}
			sleep((until - now).min(LOOK)).await;
		}
		if !self.unanswered {
			self.late = false;
		}
		Ok(())
	}

	/// Whether there was anything.
	fn throw_away(&mut self) -> io::Result<bool> {
		let mut any = false;
		loop {
			match self.came.try_recv() {
				Ok(Ok(_)) => any = true,
				Ok(Err(error)) => return Err(error),
				Err(mpsc::error::TryRecvError::Empty) => return Ok(any),
				Err(mpsc::error::TryRecvError::Disconnected) => return Err(gone()),
			}
		}
	}

	/// A question is asked now.
	pub fn asked(&mut self) {
		self.late |= self.unanswered;
		self.unanswered = true;
		self.since = Instant::now();
	}

	/// Its answer, or one like it, has come.
	pub fn answered(&mut self) {
		self.unanswered = false;
		self.since = Instant::now();
	}

	/// Carries bytes between `client` and the line, until the line is gone.
	pub async fn carry(&mut self, mut client: DuplexStream) -> io::Error {
		let mut asked = vec![0; LONGEST];
		loop {
			tokio::select! {
				biased;
				came = self.came.recv() => {
					let bytes = match came.unwrap_or_else(|| Err(gone())) {
						Ok(bytes) => bytes,
						Err(error) => return error,
					};
					if let Err(error) = client.write_all(&bytes).await {
						return error;
					}
				}
				count = client.read(&mut asked) => {
					let count = match count {
						Ok(count @ 1..) => count,
						Ok(0) => return gone(),
						Err(error) => return error,
					};
					let Some(out) = &self.out else { return gone() };
					if out.send(asked[..count].to_vec()).await.is_err() {
						return gone();
					}
				}
			}
		}
	}

	/// Closes the line and waits until it is free to be opened again.
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

impl Drop for Line {
	fn drop(&mut self) {
		self.stop.store(true, Ordering::Relaxed);
		self.out = None;
		self.came.close();
	}
}

fn gone() -> io::Error {
	io::Error::new(ErrorKind::BrokenPipe, "the serial device was removed")
}

fn read(mut reader: TTYPort, came: &mpsc::Sender<io::Result<Vec<u8>>>, stop: &AtomicBool) {
	let mut buffer = [0; LONGEST];
	while !stop.load(Ordering::Relaxed) {
		let bytes = match reader.read(&mut buffer) {
			Ok(0) => Err(gone()),
			Ok(count) => Ok(buffer[..count].to_vec()),
			Err(error) if is_passing(&error) => continue,
			Err(error) => Err(error),
		};
		let is_end = bytes.is_err();
		if came.blocking_send(bytes).is_err() || is_end {
			return;
		}
	}
}

fn write(mut writer: TTYPort, mut queue: mpsc::Receiver<Vec<u8>>, came: &mpsc::Sender<io::Result<Vec<u8>>>) {
	while let Some(bytes) = queue.blocking_recv() {
		match writer.write_all(&bytes) {
			Ok(()) => {}
			// The question is asked again, or the machine counts as lost.
			Err(error) if is_passing(&error) => {}
			Err(error) => {
				let _ = came.blocking_send(Err(error));
				return;
			}
		}
	}
}

impl LineSettings {
	fn time_of(&self, bytes: usize) -> Duration {
		let parity = u64::from(self.parity != Parity::None);
		let bits = bytes as u64 * (9 + parity + u64::from(self.stop_bits));
		Duration::from_micros((bits * 1_000_000).div_ceil(u64::from(self.baud.max(1))))
	}

	/// Three and a half bytes.
	fn gap(&self) -> Duration {
		(self.time_of(7) / 2).max(SHORTEST_GAP)
	}
}

/// Both ends of the device, from the machine and to it.
fn open(device: &Path, settings: LineSettings) -> Result<(TTYPort, TTYPort), BoardError> {
	let unreachable = |reason: String| BoardError::Unreachable {
		address: format!("rtu:{}", device.display()),
		reason,
	};
	if !device.exists() {
		let found = candidates(Path::new("/dev"));
		let found: Vec<_> = found.iter().map(|path| path.display().to_string()).collect();
		return Err(unreachable(match found.is_empty() {
			true => "there is no such device, and no other serial port".to_owned(),
			false => format!("there is no such device; serial ports here: {}", found.join(", ")),
		}));
	}
	let open = || -> serialport::Result<(TTYPort, TTYPort)> {
		let writer = serialport::new(device.to_string_lossy(), settings.baud)
			.data_bits(DataBits::Eight)
			.parity(match settings.parity {
				Parity::None => serialport::Parity::None,
				Parity::Even => serialport::Parity::Even,
				Parity::Odd => serialport::Parity::Odd,
			})
			.stop_bits(match settings.stop_bits {
				1 => StopBits::One,
				_ => StopBits::Two,
			})
			.timeout(READ_TIMEOUT)
			.open_native()?;
		// What came before now was said to somebody else.
		writer.clear(ClearBuffer::All)?;
		Ok((writer.try_clone_native()?, writer))
	};
	open().map_err(|error| {
		unreachable(match error.kind {
			serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => {
				"not allowed; add this user to the group that owns it (on Debian `sudo adduser $USER dialout`)"
					.to_owned()
			}
			serialport::ErrorKind::NoDevice => "another program has it open".to_owned(),
			_ => error.to_string(),
		})
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::time::timeout;

	const SOON: Duration = Duration::from_secs(20);
	const SETTINGS: LineSettings = LineSettings {
		baud: 115_200,
		parity: Parity::None,
		stop_bits: 1,
	};

	/// A line and its other end.
	async fn pair() -> (Line, TTYPort) {
		let (theirs, ours) = TTYPort::pair().unwrap();
		let device = ours.name().unwrap().into();
		drop(ours);
		(Line::open(device, SETTINGS).await.unwrap(), theirs)
	}

	#[test]
	fn a_byte_takes_its_bits_and_the_gap_is_three_and_a_half() {
		let slow = LineSettings {
			baud: 9_600,
			parity: Parity::Even,
			stop_bits: 1,
		};
		// 11 bits each.
		assert_eq!(slow.time_of(8), Duration::from_micros(9_167));
		assert_eq!(slow.gap().as_micros(), 4_010);
		assert_eq!(SETTINGS.gap(), SHORTEST_GAP);
	}

	#[tokio::test]
	async fn an_owed_answer_is_thrown_away_as_soon_as_it_is_there() {
		let (mut line, mut theirs) = pair().await;
		line.asked();
		let began = Instant::now();
		theirs.write_all(b"late").unwrap();
		// Much sooner than the limit, and nothing is left.
		timeout(SOON, line.settle(Duration::from_secs(60)))
			.await
			.unwrap()
			.unwrap();
		assert!(began.elapsed() < SOON);
		assert!(!line.unanswered && !line.throw_away().unwrap());
	}

	#[tokio::test]
	async fn after_a_question_without_an_answer_the_line_must_be_silent_for_the_time_of_one() {
		let limit = Duration::from_millis(80);
		let (mut line, mut theirs) = pair().await;
		line.asked();
		timeout(SOON, line.settle(limit)).await.unwrap().unwrap();
		// Asked again: the answer may be that to the first question, and another one follow.
		line.asked();
		line.answered();
		let answered = Instant::now();
		let second = async {
			sleep(limit / 2).await;
			theirs.write_all(b"second").unwrap();
		};
		let (settled, ()) = timeout(SOON, async { tokio::join!(line.settle(limit), second) })
			.await
			.unwrap();
		settled.unwrap();
		assert!(answered.elapsed() >= limit + limit / 2);
		assert!(!line.late && !line.throw_away().unwrap());
	}

	#[tokio::test]
	async fn a_missing_device_is_named_with_what_to_do() {
		let error = Line::open("/dev/does-not-exist".into(), SETTINGS)
			.await
			.map(|_| ())
			.unwrap_err();
		let text = error.to_string();
		assert!(
			text.contains("rtu:/dev/does-not-exist") && text.contains("modbus.address"),
			"{text}"
		);
	}
}
