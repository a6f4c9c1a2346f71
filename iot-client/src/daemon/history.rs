//! What the machine measures, for people who look at it: kept in the history, and shown as it comes.
//!
//! ```text
//! board ── recorder ──┬── history (a file; written about once a minute, on threads that may wait)
//!                     ├── live readings, some twenty batches a second, while somebody looks
//!                     └── the newest value of each channel
//! ```
//!
//! Readings are taken from the board's queue in batches and not one by one: at 6 channels and 100 Hz the recorder wakes some
//! twenty times a second, and makes memory for live readings only if somebody listens.

use super::status::now_ms;
use crate::board::{BoardHandle, BoardInfo, LinkId, Signal};
use iot_history::{ChannelId, History, HistoryError, Limits, Sample, Scale};
use iot_manager::api::{Fault, HistoryQuery, Reading, Series};
use std::{
	path::Path,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use tokio::{
	sync::broadcast::{
		self,
		error::{RecvError, TryRecvError},
		Receiver,
	},
	task::{spawn_blocking, JoinHandle},
	time::{interval, sleep, timeout, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

/// How long readings are gathered, at most..
const GATHER: Duration = Duration::from_millis(50);
/// .. and at least,
const BUSY: Duration = Duration::from_millis(5);
/// when more come than so many in between: a quarter of what the board's queue holds.
const AT_ONCE: u32 = 256;
/// The most readings that are taken before they are passed on.
const MOST: usize = 4096;
/// Batches of live readings that a slow listener may be behind before it loses some: some three seconds.
const QUEUE: usize = 64;
/// How far the board's clock and this computer's may be apart before one of them was set, in ms.
const APART: i64 = 1000;
/// When so many rows wait, they are written before it is time: more than twice as many are not kept..
const PRESSING: u64 = 32_768;
/// .. but not more often than this.
const SOONEST: Duration = Duration::from_secs(10);
/// How long the last write may take.
const LAST_WRITE: Duration = Duration::from_secs(10);

/// What the machine measured and measures. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Measured {
	history: History,
	live: broadcast::Sender<Arc<[Reading]>>,
	newest: Arc<Mutex<Vec<Reading>>>,
}

impl Measured {
	/// What is measured from now on, in batches. A listener that is too slow loses the oldest.
	pub fn readings(&self) -> broadcast::Receiver<Arc<[Reading]>> {
		self.live.subscribe()
	}

	/// The newest reading of each channel that was measured; while the board is away, the last ones.
	pub fn newest(&self) -> Vec<Reading> {
		self.newest_now().clone()
	}

	/// What was measured. The points of a channel that never was are none.
	///
	/// # Errors
	/// [`Fault::Invalid`] for a question that makes no sense, [`Fault::Unavailable`] when the file cannot be read.
	pub async fn query(&self, query: HistoryQuery) -> Result<Vec<Series>, Fault> {
		let history = self.history.clone();
		let asked = spawn_blocking(move || {
			let names: Vec<&str> = query.channels.iter().map(String::as_str).collect();
			let points = usize::try_from(query.points).unwrap_or(usize::MAX);
			history.query(&names, query.from, query.to, points)
		});
		match asked.await {
			Ok(Ok(series)) => Ok(series.into_iter().map(shown).collect()),
			Ok(Err(HistoryError::Query(problem))) => Err(Fault::Invalid(problem)),
			Ok(Err(error)) => Err(Fault::Unavailable(error.to_string())),
			Err(error) => Err(Fault::Unavailable(format!("the history failed: {error}"))),
		}
	}

	fn newest_now(&self) -> MutexGuard<'_, Vec<Reading>> {
		self.newest.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn shown(series: iot_history::Series) -> Series {
	let points = series.points.into_iter();
	Series {
		channel: series.channel,
		step: series.step,
		points: points
			.map(|point| (point.from, point.min, point.mean, point.max))
			.collect(),
	}
}

/// Begins to keep and to show what the board measures, until `stop` is cancelled; then what is not written yet is. The file
/// is opened on another thread, and what is wrong with it stops nothing.
///
/// # Errors
/// [`HistoryError::Limits`].
pub(super) fn start(
	path: &Path,
	limits: Limits,
	board: BoardHandle,
	stop: CancellationToken,
) -> Result<(Measured, JoinHandle<()>), HistoryError> {
	let (live, _) = broadcast::channel(QUEUE);
	let measured = Measured {
		history: History::new(path, limits)?,
		live,
		newest: Arc::default(),
	};
	// Now, so that nothing is missed before the task has its turn.
	let signals = board.signals();
	let recorder = Recorder::new(board, measured.clone());
	Ok((measured, tokio::spawn(recorder.run(signals, stop))))
}

/// Takes what the board says.
struct Recorder {
	board: BoardHandle,
	measured: Measured,
	/// The board that is listened to, and its channels by number; what the history does not take is none.
	link: Option<LinkId>,
	channels: Vec<Option<Known>>,
	clock: BoardClock,
	/// Taken from the board, and not yet passed on.
	raw: Vec<Raw>,
	samples: Vec<Sample>,
	/// Waits to be shown.
	live: Vec<Reading>,
	shown: Instant,
	missed: u64,
	writing: JoinHandle<()>,
	written: Instant,
}

/// A channel of the board.
struct Known {
	id: ChannelId,
	name: Arc<str>,
	scale: Scale,
	/// The newest reading of those that are passed on.
	newest: Option<(u64, f64)>,
}

/// A reading as the board gave it.
#[derive(Clone, Copy)]
struct Raw {
	channel: u8,
	value: i32,
	board_ms: u32,
}

impl Recorder {
	fn new(board: BoardHandle, measured: Measured) -> Self {
		Self {
			writing: on_thread(&measured.history, History::open),
			written: Instant::now(),
			board,
			measured,
			link: None,
			channels: Vec::new(),
			clock: BoardClock::default(),
			raw: Vec::new(),
			samples: Vec::new(),
			live: Vec::new(),
			shown: Instant::now(),
			missed: 0,
		}
	}

	async fn run(mut self, mut signals: Receiver<Signal>, stop: CancellationToken) {
		let mut tick = interval(Duration::from_millis(self.measured.history.limits().flush_every_ms));
		tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
		tick.reset();
		let mut began = Instant::now();
		loop {
			tokio::select! {
				() = stop.cancelled() => break,
				_ = tick.tick() => {
					self.write();
					continue;
				},
				() = sleep(GATHER), if !self.live.is_empty() => {
					self.show();
					continue;
				},
				first = signals.recv() => match first {
					Ok(signal) => self.take(signal),
					Err(RecvError::Lagged(missed)) => self.miss(missed),
					Err(RecvError::Closed) => break,
				},
			}
			let taken = self.drain(&mut signals);
			self.pass_on(now_ms());
			let pause = pause(began.elapsed(), taken);
			// Before the pause, in which most of what is taken next will come.
			began = Instant::now();
			// What comes meanwhile comes together.
			if stop.run_until_cancelled(sleep(pause)).await.is_none() {
				break;
			}
		}
		self.drain(&mut signals);
		self.pass_on(now_ms());
		self.show();
		let last = on_thread(&self.measured.history, History::close);
		// It waits for one that is under way.
		if timeout(LAST_WRITE, last).await.is_err() {
			tracing::warn!("the history was not written in time; what was measured last is missing in it");
		}
	}

	/// Has what came written, unless that goes on already.
	fn write(&mut self) {
		if self.writing.is_finished() {
			self.written = Instant::now();
			self.writing = on_thread(&self.measured.history, History::flush);
		}
	}

	/// Takes all that waits; how many readings that were.
	fn drain(&mut self, signals: &mut Receiver<Signal>) -> usize {
		while self.raw.len() < MOST {
			match signals.try_recv() {
				Ok(signal) => self.take(signal),
				Err(TryRecvError::Lagged(missed)) => self.miss(missed),
				Err(TryRecvError::Empty | TryRecvError::Closed) => break,
			}
		}
		self.raw.len()
	}

	fn take(&mut self, signal: Signal) {
		match signal {
			Signal::Reading {
				link,
				channel,
				value,
				board_ms,
			} => {
				if self.link != Some(link) {
					self.pass_on(now_ms());
					self.meet(link);
				}
				let reading = Raw {
					channel,
					value,
					board_ms,
				};
				if self.link.is_some() {
					self.raw.push(reading);
				}
			}
			Signal::LinkEnded { .. } => {
				self.pass_on(now_ms());
				self.link = None;
			}
			Signal::Event { .. } | Signal::Status { .. } => {}
		}
	}

	/// Readings that the queue lost. Said at the first and at each tenfold: it must not fill the log.
	fn miss(&mut self, missed: u64) {
		let before = self.missed;
		self.missed = before.saturating_add(missed);
		if before == 0 || self.missed.checked_ilog10() > before.checked_ilog10() {
			tracing::warn!(
				missed = self.missed,
				"the history missed readings: this computer is too busy"
			);
		}
	}

	/// Knows the channels of the board on this link, if it is still there.
	fn meet(&mut self, link: LinkId) {
		let board = self.board.info().ok().filter(|board| board.link == link);
		self.link = board.as_ref().map(|board| board.link);
		if let Some(board) = board {
			self.clock = BoardClock::default();
			self.know(&board);
		}
	}

	fn know(&mut self, board: &BoardInfo) {
		self.channels.clear();
		for channel in &board.channels {
			let name = channel.name.as_str();
			let scale = Scale {
				zero: channel.scale.zero.into(),
				multiplier: channel.scale.multiplier,
				divisor: channel.scale.divisor,
			};
			let known = self.measured.history.channel(name, scale);
			let known = known.inspect_err(|error| tracing::warn!(%error, "a channel is not in the history"));
			self.channels.push(known.ok().map(|id| Known {
				id,
				name: name.into(),
				scale,
				newest: None,
			}));
		}
		// Of this board, or of the same one before.
		self.measured
			.newest_now()
			.retain(|reading| board.channel(&reading.channel).is_some());
	}

	/// Passes on what was taken: to the history, to the newest values, and when it is time to who listens.
	fn pass_on(&mut self, now: u64) {
		let Some(last) = self.raw.last() else { return };
		self.clock.set(last.board_ms, now);
		let is_heard = self.measured.live.receiver_count() > 0;
		for raw in self.raw.drain(..) {
			let known = self.channels.get_mut(usize::from(raw.channel)).and_then(Option::as_mut);
			let Some(known) = known else { continue };
			let at = self.clock.at(raw.board_ms);
			let value = known.scale.value(raw.value);
			known.newest = Some((at, value));
			self.samples.push(Sample {
				channel: known.id,
				at,
				raw: raw.value,
			});
			if is_heard {
				let channel = known.name.clone();
				self.live.push(Reading { channel, at, value });
			}
		}
		let waiting = self.measured.history.add(&self.samples);
		self.samples.clear();
		self.note_newest();
		if self.live.len() > MOST || self.shown.elapsed() >= GATHER {
			self.show();
		}
		if waiting > PRESSING && self.written.elapsed() > SOONEST {
			self.write();
		}
	}

	fn note_newest(&mut self) {
		let mut newest = self.measured.newest.lock().unwrap_or_else(PoisonError::into_inner);
		for known in self.channels.iter_mut().flatten() {
			let Some((at, value)) = known.newest.take() else {
				continue;
			};
			match newest.iter_mut().find(|reading| reading.channel == known.name) {
				Some(reading) => (reading.at, reading.value) = (at, value),
				None => newest.push(Reading {
					channel: known.name.clone(),
					at,
					value,
				}),
			}
		}
	}

	fn show(&mut self) {
		self.shown = Instant::now();
		if !self.live.is_empty() {
			// Nobody listening any more is fine.
			let _ = self.measured.live.send(self.live.drain(..).collect());
		}
	}
}

/// How long to wait when so many readings came in that time: so that few come at once, and the queue does not run over.
fn pause(elapsed: Duration, taken: usize) -> Duration {
	let taken = u32::try_from(taken).unwrap_or(u32::MAX).max(1);
	elapsed
		.saturating_mul(AT_ONCE)
		.checked_div(taken)
		.unwrap_or(BUSY)
		.clamp(BUSY, GATHER)
}

/// Does something that may wait for the disk. What goes wrong the history has said.
fn on_thread(history: &History, act: fn(&History) -> Result<(), HistoryError>) -> JoinHandle<()> {
	let history = history.clone();
	spawn_blocking(move || {
		let _ = act(&history);
	})
}

/// The board's clock by that of this computer. Readings come together; their distances are those of the board.
#[derive(Debug, Default)]
struct BoardClock(Option<(u32, u64)>);

impl BoardClock {
	/// A reading of this board's time has just come. The board's clock is followed where it is slower, slowly, since what
	/// seems to be a slow clock may be a slow line; where it is faster at once, since nothing is measured in the future; and
	/// where one of the two was set, too.
	fn set(&mut self, board_ms: u32, now: u64) {
		let at = match self.0 {
			None => now,
			Some(_) => {
				let by_board = self.at(board_ms);
				let late = now.wrapping_sub(by_board) as i64;
				match late {
					0..=APART => by_board + u64::from(late > 0),
					_ => now,
				}
			}
		};
		self.0 = Some((board_ms, at));
	}

	/// When that was, by this computer, in unix ms. The board's clock wraps after 49 days.
	fn at(&self, board_ms: u32) -> u64 {
		let (board, at) = self.0.unwrap_or_default();
		at.saturating_add_signed((board_ms.wrapping_sub(board) as i32).into())
	}
}

#[cfg(test)]
mod tests;
