//! Follows the board while a job runs: readings, guards, interlocks, the end of the link.

use super::{abort::AbortReason, presence::Presence, progress::Progress, ProgressSender};
use crate::{
	board::{BoardError, BoardInfo, Signal},
	evidence::{Evidence, Record},
	recipe::{Plan, PlannedAction, PlannedStep, Watch},
};
use bpiiot_protocol::{EventKind, Status};
use std::{
	collections::{BTreeMap, BTreeSet},
	future::Future,
	sync::Arc,
	time::Duration,
};
use tokio::{
	sync::broadcast::{
		error::{RecvError, TryRecvError},
		Receiver,
	},
	time::{sleep, sleep_until, Instant},
};

/// How long a guard may be without a reading, unless readings come more seldom anyway.
const GUARD_SILENCE: Duration = Duration::from_secs(1);
/// How often it is looked whether a guard is without readings.
pub(super) const GUARD_LOOK: Duration = Duration::from_millis(250);

/// The last reading of a channel.
#[derive(Clone, Copy)]
pub(super) struct Seen {
	pub value: i32,
	/// The board's clock when it was taken, in ms: with link and channel it names the reading.
	pub board_ms: u32,
	/// When it came, by [`Presence`].
	at: Duration,
	/// Which reading of the job it was, from 1.
	number: u64,
}

/// How a wait ended.
pub(super) enum Waited {
	/// The condition holds, by this reading.
	Held(Seen),
	/// The time is up; the last reading since the wait began, with its unit.
	InVain(String),
}

/// What the board has said in this job.
pub(super) struct Tracker {
	info: Arc<BoardInfo>,
	signals: Receiver<Signal>,
	guards: Vec<Watch>,
	guard_silence: Duration,
	/// Inputs that the recipe cannot do without.
	needed: BTreeSet<u8>,
	latest: BTreeMap<u8, Seen>,
	/// Readings so far in this job.
	count: u64,
	/// Channels of which a fresh reading is wanted, and whether it counts as sampled.
	wanted: BTreeMap<u8, bool>,
	presence: Presence,
	began: Duration,
	pub unit: Option<u32>,
	pub evidence: Evidence,
	max_readings: u64,
	progress: ProgressSender,
}

impl Tracker {
	pub fn new(
		info: Arc<BoardInfo>,
		signals: Receiver<Signal>,
		plan: &Plan,
		evidence: Evidence,
		max_readings: u64,
		progress: ProgressSender,
	) -> Self {
		let often = Duration::from_millis(u64::from(info.stream_ms)) * 4;
		Self {
			info,
			signals,
			guards: plan.guards.clone(),
			guard_silence: GUARD_SILENCE.max(often),
			needed: needed(plan),
			latest: BTreeMap::new(),
			count: 0,
			wanted: BTreeMap::new(),
			presence: Presence::new(Instant::now()),
			began: Duration::ZERO,
			unit: None,
			evidence,
			max_readings,
			progress,
		}
	}

	/// Forgets what was said up to now: it is about the time before the job.
	pub fn begin(&mut self) {
		self.signals = self.signals.resubscribe();
		self.began = self.presence.by(Instant::now());
	}

	/// Takes note of what was said since then; the silence of guards counts from now on.
	pub fn go_on(&mut self) -> Result<(), AbortReason> {
		self.drain()?;
		self.began = self.presence.by(Instant::now());
		Ok(())
	}

	/// Does `work` while following the board; the board's trouble comes first.
	pub async fn during<T>(&mut self, work: impl Future<Output = T>) -> Result<T, AbortReason> {
		tokio::pin!(work);
		let done = loop {
			tokio::select! {
				biased;
				done = &mut work => break done,
				signal = self.signals.recv() => self.received(signal)?,
				() = sleep(GUARD_LOOK) => {},
			}
			self.check_guards_are_seen()?;
		};
		// What the board said before it answered.
		self.drain()?;
		Ok(done)
	}

	/// Follows the board until `deadline`.
	pub async fn until(&mut self, deadline: Instant) -> Result<(), AbortReason> {
		self.during(sleep_until(deadline)).await
	}

	/// Follows the board until a reading from now on fulfils `watch`, or the time is up. The board has the last word: then it is
	/// `asked` for readings, since what it said in time may be still on the line, or not even read by a computer that was busy.
	pub async fn wait(
		&mut self,
		watch: &Watch,
		deadline: Instant,
		asked: impl Future<Output = Result<Status, BoardError>>,
	) -> Result<Waited, AbortReason> {
		self.drain()?;
		let before = self.count;
		let last_word = async {
			sleep_until(deadline).await;
			asked.await
		};
		tokio::pin!(last_word);
		loop {
			if let Some(seen) = self.fresh(watch, before).filter(|seen| watch.holds(seen.value)) {
				return Ok(Waited::Held(seen));
			}
			tokio::select! {
				biased;
				signal = self.signals.recv() => self.received(signal)?,
				answered = &mut last_word => {
					answered?;
					break;
				}
				() = sleep(GUARD_LOOK) => {}
			}
			self.check_guards_are_seen()?;
		}
		// What the board said before it answered.
		loop {
			let fresh = self.fresh(watch, before);
			if let Some(seen) = fresh.filter(|seen| watch.holds(seen.value)) {
				return Ok(Waited::Held(seen));
			}
			if !self.take_next()? {
				let last = fresh.map_or_else(
					|| "none".to_owned(),
					|seen| self.info.display(watch.channel, seen.value),
				);
				return Ok(Waited::InVain(last));
			}
		}
	}

	/// The last reading of what is watched, if it came after so many.
	fn fresh(&self, watch: &Watch, before: u64) -> Option<Seen> {
		self.seen(watch.channel).filter(|seen| seen.number > before)
	}

	/// Wants a reading of each channel from now on.
	pub fn want(&mut self, channels: &[u8], sampled: bool) -> Result<(), AbortReason> {
		self.drain()?;
		self.wanted = channels.iter().map(|channel| (*channel, sampled)).collect();
		Ok(())
	}

	/// The channels of which no wanted reading has come yet.
	pub fn still_wanted(&self) -> impl Iterator<Item = u8> + '_ {
		self.wanted.keys().copied()
	}

	/// The last reading of a channel.
	pub fn seen(&self, channel: u8) -> Option<Seen> {
		self.latest.get(&channel).copied()
	}

	/// The last value of a channel, with its unit.
	pub fn text(&self, channel: u8) -> String {
		self.seen(channel)
			.map_or_else(|| "none".to_owned(), |seen| self.info.display(channel, seen.value))
	}

	/// Says which reading decided a step, so that it can be found among the frames.
	pub fn log(&self, step: Option<&str>, watch: &Watch, seen: Seen, what: &str) {
		let (job, link) = (self.evidence.subject.job, self.info.link.0);
		let (channel, Seen { value, board_ms, .. }) = (self.info.name_of(watch.channel), seen);
		tracing::info!(%job, step, condition = watch.text, channel, value, link, board_ms, "{what}");
	}

	/// Tells the listeners.
	pub fn tell(&self, event: Progress) {
		self.progress.tell(event);
	}

	/// Refuses to go on when the board holds outputs safe.
	pub fn check_status(&self, status: Status) -> Result<(), AbortReason> {
		if status.has(Status::INTERLOCKED) {
			return Err(AbortReason::Interlock { input: None });
		}
		if status.has(Status::TRIPPED) {
			return Err(AbortReason::Tripped);
		}
		Ok(())
	}

	fn drain(&mut self) -> Result<(), AbortReason> {
		while self.take_next()? {}
		Ok(())
	}

	/// Takes the next thing that was said already; whether there was one.
	fn take_next(&mut self) -> Result<bool, AbortReason> {
		let signal = match self.signals.try_recv() {
			Ok(signal) => Ok(signal),
			Err(TryRecvError::Empty) => return Ok(false),
			Err(TryRecvError::Lagged(count)) => Err(RecvError::Lagged(count)),
			Err(TryRecvError::Closed) => Err(RecvError::Closed),
		};
		self.received(signal)?;
		Ok(true)
	}

	fn received(&mut self, signal: Result<Signal, RecvError>) -> Result<(), AbortReason> {
		let ours = self.info.link;
		match signal {
			Ok(Signal::Reading {
				link,
				channel,
				value,
				board_ms,
			}) if link == ours => self.reading(channel, value, board_ms),
			Ok(Signal::Event { link, kind }) if link == ours => self.event(kind),
			Ok(Signal::Status { link, status }) if link == ours => self.check_status(status),
			Ok(Signal::LinkEnded { link, reason }) if link == ours => Err(reason.into()),
			Ok(_) => Ok(()),
			// An interlock may be among what was missed.
			Err(RecvError::Lagged(_)) => Err(AbortReason::TooSlow),
			Err(RecvError::Closed) => Err(BoardError::Stopped.into()),
		}
	}

	fn reading(&mut self, channel: u8, value: i32, board_ms: u32) -> Result<(), AbortReason> {
		if usize::from(channel) >= self.info.channels.len() {
			return Ok(());
		}
		self.count += 1;
		let seen = Seen {
			value,
			board_ms,
			at: self.presence.by(Instant::now()),
			number: self.count,
		};
		self.latest.insert(channel, seen);
		let sampled = self.wanted.remove(&channel).unwrap_or(false);
		self.evidence.record(
			Record {
				unit: self.unit,
				channel,
				sampled,
				board_ms,
				value,
			},
			self.max_readings,
		);
		if self.progress.is_heard() {
			let text = self.info.display(channel, value);
			self.tell(Progress::Reading {
				channel: self.info.name_of(channel).to_owned(),
				value,
				text,
			});
		}
		match self
			.guards
			.iter()
			.find(|guard| guard.channel == channel && !guard.holds(value))
		{
			Some(guard) => {
				self.log(None, guard, seen, "a guard does not hold");
				Err(AbortReason::Guard {
					condition: guard.text.clone(),
					value: self.info.display(channel, value),
				})
			}
			None => Ok(()),
		}
	}

	fn event(&self, kind: EventKind) -> Result<(), AbortReason> {
		match kind {
			EventKind::InterlockTripped { input, value } => {
				let input = format!("{} = {value}", self.info.name_of(input));
				Err(AbortReason::Interlock { input: Some(input) })
			}
			EventKind::DeadManTripped => Err(AbortReason::Tripped),
			EventKind::InputLost { channel } if self.needed.contains(&channel) => {
				Err(AbortReason::InputLost(self.info.name_of(channel).to_owned()))
			}
			EventKind::InputLost { .. }
			| EventKind::InputBack { .. }
			| EventKind::InterlockCleared { .. }
			| EventKind::Reset { .. } => Ok(()),
		}
	}

	fn check_guards_are_seen(&mut self) -> Result<(), AbortReason> {
		let now = self.presence.by(Instant::now());
		let blind = |guard: &&Watch| {
			let seen = self.latest.get(&guard.channel).map_or(self.began, |seen| seen.at);
			now.saturating_sub(seen) > self.guard_silence
		};
		match self.guards.iter().find(blind) {
			Some(guard) => Err(AbortReason::GuardBlind {
				condition: guard.text.clone(),
			}),
			None => Ok(()),
		}
	}
}

fn needed(plan: &Plan) -> BTreeSet<u8> {
	let steps = plan.before.iter().chain(&plan.each).chain(&plan.after);
	let of_step = |step: &PlannedStep| match &step.action {
		PlannedAction::Wait(watch, _) | PlannedAction::AbortIf(watch) => vec![watch.channel],
		PlannedAction::Sample(channels) => channels.clone(),
		PlannedAction::Set(..) | PlannedAction::Ramp(..) | PlannedAction::Dwell(_) | PlannedAction::Safe => vec![],
	};
	plan.guards
		.iter()
		.map(|guard| guard.channel)
		.chain(steps.flat_map(of_step))
		.collect()
}
