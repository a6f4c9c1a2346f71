//! What the machine measures, for people who look at it: kept in the history if that is wanted, and shown as it comes.
//!
//! ```text
//! board ── recorder ──┬── history (a file, if there is to be one; written about once a minute, on threads that may wait)
//!                     ├── live readings, some twenty batches a second, while somebody looks
//!                     └── the newest value of each channel
//! ```
//!
//! Readings are taken from the board's queue in batches and not one by one: at 6 channels and 100 Hz the recorder wakes some
//! twenty times a second, and makes memory for live readings only if somebody listens.

use super::{
	notices::Notices,
	site::Site,
	status::{now_ms, HistoryStatus},
};
use crate::{
	board::{BoardHandle, BoardInfo, LinkId, Signal},
	disk::{beside, Disk},
};
use iot_history::{ChannelId, History, HistoryError, Limits, Sample, Scale};
use iot_manager::api::{Fault, HistoryQuery, Reading, Series};
use std::{
	path::PathBuf,
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
/// When is written where there is nothing to write to.
const NEVER: Duration = Duration::from_secs(24 * 3600);
/// How long the last write may take.
const LAST_WRITE: Duration = Duration::from_secs(10);
/// Where the history is, below the folder for state.
const FILE: &str = "history.redb";
/// What the alarm about it is filed under.
const HISTORY: &str = "history";

/// What the machine measured and measures. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Measured {
	/// Nothing is kept without one.
	history: Option<History>,
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
	/// [`Fault::Invalid`] for a question that makes no sense, [`Fault::Unavailable`] when nothing is kept, or the file cannot be
	/// read.
	pub async fn query(&self, query: HistoryQuery) -> Result<Vec<Series>, Fault> {
		let history = self.history.clone().ok_or_else(no_history)?;
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

/// What is said of a history that there is not.
pub(super) fn no_history() -> Fault {
	Fault::Unavailable("no history is kept; [history] with keep = true keeps one".to_owned())
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

/// Begins to show what the board measures, and to keep it if there is a history, until `stop` is cancelled; then what is not
/// written yet is. The file is opened on another thread; what is wrong with it stops nothing, and is an alarm until it is
/// written again.
pub(super) fn start(store: Option<Store>, board: BoardHandle, stop: CancellationToken) -> (Measured, JoinHandle<()>) {
	let (live, _) = broadcast::channel(QUEUE);
	let measured = Measured {
		history: store.as_ref().map(|store| store.history.clone()),
		live,
		newest: Arc::default(),
	};
	// Now, so that nothing is missed before the task has its turn.
	let signals = board.signals();
	let recorder = Recorder::new(board, measured.clone(), store);
	(measured, tokio::spawn(recorder.run(signals, stop)))
}

/// Says why there is no history though there should be, if so.
pub(super) fn say(site: &Site, trouble: Option<String>) {
	trouble.iter().for_each(|trouble| tracing::error!("{trouble}"));
	site.notices.trouble(HISTORY, trouble);
	site.notices.show_history(None);
}

/// The history's file, and who hears how it does.
pub(super) struct Store {
	history: History,
	/// Where a file lies that could not be read.
	put_aside: PathBuf,
	notices: Arc<Notices>,
}

impl Store {
	/// The one of this machine; nothing is read or made yet.
	///
	/// # Errors
	/// [`HistoryError::Limits`].
	pub fn new(disk: Arc<dyn Disk>, limits: Limits, site: &Site) -> Result<Self, HistoryError> {
		let path = site.config.state_dir.join(FILE);
		Ok(Self {
			history: History::new_at(disk, &path, limits)?,
			put_aside: beside(&path, "damaged"),
			notices: site.notices.clone(),
		})
	}

	/// Does something that may wait for the disk, and shows how the history does then. What goes wrong it has said itself.
	fn on_thread(&self, act: fn(&History) -> Result<(), HistoryError>) -> JoinHandle<()> {
		let (history, notices) = (self.history.clone(), self.notices.clone());
		let put_aside = self.put_aside.clone();
		spawn_blocking(move || {
			let _ = act(&history);
			let status = HistoryStatus::from(&history.stats());
			let trouble = match &status.trouble {
				Some(why) => Some(format!("what is measured is not written to the history: {why}; it is tried again")),
				None => put_aside.exists().then(|| {
					format!(
						"a history that could not be read was put aside as {}, and a new one begun: see to the disk, then take that file away",
						put_aside.display()
					)
				}),
			};
			notices.trouble(HISTORY, trouble);
			notices.show_history(Some(status));
		})
	}
}

/// The history, and what was begun with it last.
struct Keeper {
	store: Store,
	writing: JoinHandle<()>,
	written: Instant,
}

impl Keeper {
	fn of(store: Store) -> Self {
		Self {
			writing: store.on_thread(History::open),
			written: Instant::now(),
			store,
		}
	}

	/// Takes samples, and has them written before it is time when too many wait.
	fn add(&mut self, samples: &[Sample]) {
		let waiting = self.store.history.add(samples);
		if waiting > PRESSING && self.written.elapsed() > SOONEST {
			self.write();
		}
	}

	/// Has what came written, unless that goes on already.
	fn write(&mut self) {
		if self.writing.is_finished() {
			self.written = Instant::now();
			self.writing = self.store.on_thread(History::flush);
		}
	}

	/// Writes what is left.
	async fn close(self) {
		let last = self.store.on_thread(History::close);
		// It waits for one that is under way.
		if timeout(LAST_WRITE, last).await.is_err() {
			tracing::warn!("the history was not written in time; what was measured last is missing in it");
		}
	}
}

/// Takes what the board says.
struct Recorder {
	board: BoardHandle,
	measured: Measured,
	keeper: Option<Keeper>,
	/// The board that is listened to, and its channels by number.
	link: Option<LinkId>,
	channels: Vec<Known>,
	clock: BoardClock,
	/// Taken from the board, and not yet passed on.
	raw: Vec<Raw>,
	samples: Vec<Sample>,
	/// Waits to be shown.
	live: Vec<Reading>,
	shown: Instant,
	missed: u64,
}

/// A channel of the board.
struct Known {
	/// In the history, if that takes it.
	id: Option<ChannelId>,
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
	fn new(board: BoardHandle, measured: Measured, store: Option<Store>) -> Self {
		Self {
			keeper: store.map(Keeper::of),
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
		let limits = self.measured.history.as_ref().map(|history| history.limits());
		let mut tick = interval(limits.map_or(NEVER, |limits| Duration::from_millis(limits.flush_every_ms)));
		tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
		tick.reset();
		let mut began = Instant::now();
		loop {
			tokio::select! {
				() = stop.cancelled() => break,
				_ = tick.tick() => {
					self.keeper.iter_mut().for_each(Keeper::write);
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
		if let Some(keeper) = self.keeper {
			keeper.close().await;
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
			let id = self.keeper.as_ref().and_then(|keeper| {
				let id = keeper.store.history.channel(name, scale);
				id.inspect_err(|error| tracing::warn!(%error, "a channel is not in the history"))
					.ok()
			});
			self.channels.push(Known {
				id,
				name: name.into(),
				scale,
				newest: None,
			});
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
			let Some(known) = self.channels.get_mut(usize::from(raw.channel)) else {
				continue;
			};
			let at = self.clock.at(raw.board_ms);
			let value = known.scale.value(raw.value);
			known.newest = Some((at, value));
			self.samples.extend(known.id.map(|channel| Sample {
				channel,
				at,
				raw: raw.value,
			}));
			if is_heard {
				let channel = known.name.clone();
				self.live.push(Reading { channel, at, value });
			}
		}
		if let Some(keeper) = &mut self.keeper {
			keeper.add(&self.samples);
		}
		self.samples.clear();
		self.note_newest();
		if self.live.len() > MOST || self.shown.elapsed() >= GATHER {
			self.show();
		}
	}

	fn note_newest(&mut self) {
		let mut newest = self.measured.newest.lock().unwrap_or_else(PoisonError::into_inner);
		for known in &mut self.channels {
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
