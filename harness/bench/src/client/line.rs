//! A board that is played at the other end of a pseudo-terminal: as many channels and readings as are wanted, and a reading
//! at the very moment that it is wanted.

use anyhow::{Context, Result};
use bpiiot_protocol::{
	Ack, AckResult, BoardFrame, BoardMessage, ChannelInfo, ChannelKind, Decoder, FirmwareInfo, FirmwareVersion,
	HelloPage, HostFrame, HostMessage, Identity, Label, Reading, Scale, Session, Status, Unit, CHANNEL_PAGES_START,
	PROTOCOL_VERSION, SCHEMA_HASH,
};
use nix::{
	errno::Errno,
	fcntl::{open, OFlag},
	poll::{poll, PollFd, PollFlags, PollTimeout},
	pty::{grantpt, posix_openpt, ptsname_r, unlockpt, PtyMaster},
	sys::{
		stat::Mode,
		termios::{cfmakeraw, tcgetattr, tcsetattr, SetArg},
	},
	unistd,
};
use std::{
	os::fd::{AsFd, OwnedFd},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		mpsc, Arc,
	},
	thread::{sleep, JoinHandle},
	time::{Duration, Instant},
};

/// The loop goes round at least this often, in ms.
const ROUND_MS: u16 = 1;
/// Readings that are late are caught up with at so many times their rate: a board does not save up for a burst.
const CATCH_UP: f64 = 4.0;
/// Bytes that may wait for the line before readings are kept back.
const OUT: usize = 8 * 1024;
/// What every channel reads, about, and what no channel reads but where a threshold is crossed.
pub const USUAL: i32 = 400;
/// See [`USUAL`].
pub const CROSSED: i32 = 2_000;

/// The master of a fresh pseudo-terminal, and the path of its other end, which has neither echo nor line editing.
///
/// # Errors
/// When the system gives none.
pub fn pseudo_terminal(flags: OFlag) -> Result<(PtyMaster, PathBuf)> {
	let no_terminal = "cannot make a pseudo-terminal; is /dev/pts mounted?";
	let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC | flags).context(no_terminal)?;
	grantpt(&master)?;
	unlockpt(&master)?;
	let path = PathBuf::from(ptsname_r(&master)?);
	open_raw(&path)?;
	Ok((master, path))
}

/// Opens a serial device as one that passes on bytes as they are.
///
/// # Errors
/// When it cannot be opened.
pub fn open_raw(path: &Path) -> Result<OwnedFd> {
	let device = open(path, OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC, Mode::empty());
	let device = device.with_context(|| format!("cannot open {}", path.display()))?;
	let mut settings = tcgetattr(&device)?;
	cfmakeraw(&mut settings);
	tcsetattr(&device, SetArg::TCSANOW, &settings)?;
	Ok(device)
}

/// A played board. It is gone when this is dropped.
#[derive(Debug)]
pub struct PlayedBoard {
	path: PathBuf,
	shared: Arc<Shared>,
	crossings: mpsc::Sender<mpsc::Sender<Instant>>,
	thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
	/// Readings a second, of all channels together.
	rate: AtomicU64,
	sent: AtomicU64,
	late: AtomicU64,
	stop: AtomicBool,
}

impl PlayedBoard {
	/// A board with so many channels, all inputs: `channel-0` and so on. It sends nothing unasked yet.
	///
	/// # Errors
	/// When the system gives no pseudo-terminal.
	pub fn start(channels: u8) -> Result<Self> {
		let (master, path) = pseudo_terminal(OFlag::O_NONBLOCK)?;
		let shared = Arc::new(Shared::default());
		let (crossings, wanted) = mpsc::channel();
		let mut player = Player::new(master, channel_table(channels)?, shared.clone());
		let thread = std::thread::spawn(move || player.run(&wanted));
		Ok(Self {
			path,
			shared,
			crossings,
			thread: Some(thread),
		})
	}

	/// The serial device.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// From now on so many readings a second, of all channels together, one channel after the other.
	pub fn set_rate(&self, rate: u64) {
		self.shared.rate.store(rate, Ordering::Relaxed);
	}

	/// Readings that went onto the line so far.
	pub fn sent(&self) -> u64 {
		self.shared.sent.load(Ordering::Relaxed)
	}

	/// Readings that are due and could not go onto the line yet.
	pub fn late(&self) -> u64 {
		self.shared.late.load(Ordering::Relaxed)
	}

	/// Sends one reading of the first channel that crosses a threshold. Gives the moment before it went onto the line. Blocks
	/// for a round of the board.
	///
	/// # Errors
	/// When the board is gone.
	pub fn cross(&self) -> Result<Instant> {
		let (tell, told) = mpsc::channel();
		self.crossings.send(tell).context("the played board is gone")?;
		told.recv().context("the played board is gone")
	}
}

impl Drop for PlayedBoard {
	fn drop(&mut self) {
		self.shared.stop.store(true, Ordering::Relaxed);
		if let Some(thread) = self.thread.take() {
			// It goes round at least once a millisecond.
			let _ = thread.join();
		}
	}
}

fn channel_table(count: u8) -> Result<Vec<ChannelInfo>> {
	let named = |channel: u8| {
		let name = Label::new(&format!("channel-{channel}")).context("the name fits")?;
		Ok(ChannelInfo {
			channel,
			kind: ChannelKind::Input,
			unit: Unit::Count,
			scale: Scale::ONE,
			min: 0,
			max: 4_095,
			safe: 0,
			name,
		})
	};
	(0..count).map(named).collect()
}

struct Player {
	master: PtyMaster,
	channels: Vec<ChannelInfo>,
	shared: Arc<Shared>,
	session: Session,
	decoder: Decoder<HostMessage>,
	began: Instant,
	streaming: bool,
	/// When it was last looked at what is due, and the readings that are, with their fraction.
	looked: Instant,
	due: f64,
	readings: u64,
	out: Vec<u8>,
	/// Readings among `out`.
	in_out: u64,
}

impl Player {
	fn new(master: PtyMaster, channels: Vec<ChannelInfo>, shared: Arc<Shared>) -> Self {
		Self {
			master,
			channels,
			shared,
			session: Session(1),
			decoder: Decoder::new(),
			began: Instant::now(),
			streaming: false,
			looked: Instant::now(),
			due: 0.0,
			readings: 0,
			out: Vec::new(),
			in_out: 0,
		}
	}

	fn run(&mut self, wanted: &mpsc::Receiver<mpsc::Sender<Instant>>) {
		while !self.shared.stop.load(Ordering::Relaxed) {
			self.wait();
			self.hear();
			if let Ok(tell) = wanted.try_recv() {
				self.push_reading(0, CROSSED);
				// The moment before the line has it.
				let _ = tell.send(Instant::now());
			}
			self.stream();
			self.send();
		}
	}

	fn wait(&self) {
		let mut events = PollFlags::POLLIN;
		events.set(PollFlags::POLLOUT, !self.out.is_empty());
		let mut fds = [PollFd::new(self.master.as_fd(), events)];
		let heard = poll(&mut fds, PollTimeout::from(ROUND_MS));
		let closed = fds[0].revents().is_some_and(|seen| seen.contains(PollFlags::POLLHUP));
		if closed || heard.is_err() {
			// Nobody is at the other end, which the kernel says again and again.
			sleep(Duration::from_millis(u64::from(ROUND_MS)));
		}
	}

	fn hear(&mut self) {
		let mut buffer = [0; 512];
		loop {
			match unistd::read(&self.master, &mut buffer) {
				Ok(count @ 1..) => {
					let frames: Vec<_> = buffer[..count]
						.iter()
						.filter_map(|byte| self.decoder.push(*byte)?.ok())
						.collect();
					frames.into_iter().for_each(|frame| self.answer(&frame));
				}
				Err(Errno::EINTR) => {}
				_ => return,
			}
		}
	}

	fn answer(&mut self, frame: &HostFrame) {
		let result = match frame.message {
			HostMessage::HelloRequest { page } => match self.page(page) {
				Some(page) => return self.push(frame.sequence, BoardMessage::Hello(page)),
				None => AckResult::NoSuchChannel,
			},
			_ if frame.session != self.session => AckResult::WrongSession,
			HostMessage::SetStreaming { interval_ms } => {
				self.streaming = interval_ms > 0;
				self.looked = Instant::now();
				AckResult::Done
			}
			HostMessage::ReadAll => {
				for index in 0..self.channels.len() {
					self.push_reading(index, USUAL);
				}
				AckResult::Done
			}
			HostMessage::SetOutput { .. } => AckResult::NotAnOutput,
			HostMessage::KeepAlive | HostMessage::Safe | HostMessage::WriteConfig { .. } | HostMessage::Restart => {
				AckResult::Done
			}
		};
		let flags = Status::ALL_SAFE | if self.streaming { Status::STREAMING } else { 0 };
		let status = Status { flags, events: 0 };
		self.push(frame.sequence, BoardMessage::Ack(Ack { result, status }));
	}

	fn page(&self, page: u8) -> Option<HelloPage> {
		match page {
			0 => Some(HelloPage::Identity(Identity {
				protocol: PROTOCOL_VERSION,
				schema: SCHEMA_HASH,
				serial: Label::literal("PLAYED-1"),
				dead_man_ms: 1_000,
				min_interval_ms: 1,
				channels: self.channels.len() as u8,
			})),
			1 => Some(HelloPage::Firmware(FirmwareInfo {
				version: FirmwareVersion {
					major: 0,
					minor: 1,
					patch: 0,
				},
				hash: [7; 32],
			})),
			page => {
				let index = usize::from(page.checked_sub(CHANNEL_PAGES_START)?);
				self.channels.get(index).copied().map(HelloPage::Channel)
			}
		}
	}

	/// The readings that are due, as far as the line takes them.
	fn stream(&mut self) {
		let rate = self.shared.rate.load(Ordering::Relaxed) as f64;
		let passed = self.looked.elapsed().as_secs_f64();
		self.looked += Duration::from_secs_f64(passed);
		if !self.streaming || rate == 0.0 {
			self.due = 0.0;
		} else {
			self.due += rate * passed;
			let most = 1.0 + CATCH_UP * rate * f64::from(ROUND_MS) / 1_000.0;
			let mut left = self.due.min(most) as u64;
			while left > 0 && self.out.len() < OUT {
				let index = (self.readings % self.channels.len() as u64) as usize;
				// As a sensor at rest: a little noise.
				let noise = (self.readings.wrapping_mul(7_919) % 41) as i32 - 20;
				self.push_reading(index, USUAL + noise);
				self.due -= 1.0;
				left -= 1;
			}
		}
		self.shared.late.store(self.due as u64 + self.in_out, Ordering::Relaxed);
	}

	fn push_reading(&mut self, index: usize, value: i32) {
		let reading = Reading {
			channel: index as u8,
			value,
			board_ms: self.began.elapsed().as_millis() as u32,
		};
		// Counts from 0, modulo 2^16.
		self.push(self.readings as u16, BoardMessage::Reading(reading));
		self.readings += 1;
		self.in_out += 1;
	}

	fn push(&mut self, sequence: u16, message: BoardMessage) {
		// Every message fits a frame; the protocol's own tests see to that.
		if let Ok(frame) = BoardFrame::new(self.session, sequence, message).encode() {
			self.out.extend_from_slice(&frame);
		}
	}

	fn send(&mut self) {
		if let Ok(written @ 1..) = unistd::write(&self.master, &self.out) {
			self.out.drain(..written);
		}
		if self.out.is_empty() {
			self.shared
				.sent
				.fetch_add(std::mem::take(&mut self.in_out), Ordering::Relaxed);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use iot_client::{
		board::{self, SerialLine, Signal},
		config::BoardConfig,
	};
	use tokio::time::timeout;
	use tokio_util::sync::CancellationToken;

	const LIMIT: Duration = Duration::from_secs(20);

	#[tokio::test]
	async fn the_clients_bridge_takes_it_for_a_board_and_hears_each_reading_once() {
		let played = PlayedBoard::start(3).unwrap();
		let config = BoardConfig::at(played.path().to_owned());
		let stop = CancellationToken::new();
		let (handle, bridge) = board::start(config.clone(), Arc::new(SerialLine::new(&config)), stop.clone());
		let info = handle.wait_online(LIMIT).await.unwrap();
		assert_eq!((info.serial.as_str(), info.channels.len()), ("PLAYED-1", 3));

		let mut signals = handle.signals();
		let before = played.cross().unwrap();
		let crossed = timeout(LIMIT, async {
			loop {
				if let Signal::Reading { channel, value, .. } = signals.recv().await.unwrap() {
					return (channel, value);
				}
			}
		});
		assert_eq!(crossed.await.unwrap(), (0, CROSSED));
		assert!(before <= Instant::now());

		played.set_rate(500);
		let mut heard = Vec::new();
		while heard.len() < 30 {
			if let Signal::Reading { channel, .. } = timeout(LIMIT, signals.recv()).await.unwrap().unwrap() {
				heard.push(channel);
			}
		}
		assert!(heard.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 3), "{heard:?}");
		assert_eq!(handle.counters().readings_lost, 0);
		stop.cancel();
		timeout(LIMIT, bridge).await.unwrap().unwrap();
	}
}
