//! Runs a recipe on the board, unit by unit, and never leaves an output energised.
//!
//! A run has two parts: [`prepare`] does everything that can fail before anything moves, [`Ready::run`] moves. Between them
//! whoever runs jobs writes down that the machine moves from now on.
//!
//! The board is made safe before the first step and after the last one, whatever happens in between: an error, a lost
//! or reset board, an interlock, a guard, a time limit, a cancellation. Even if the run is dropped in the middle, its
//! lease of the board makes it safe; and if this whole process dies, the board's own dead-man timer does.

mod abort;
mod presence;
mod progress;
mod tracker;

pub use abort::{Abort, AbortReason};
pub use progress::{progress, Progress, ProgressReceiver, ProgressSender};

use crate::{
	board::{BoardError, BoardHandle, BoardInfo, BoardLease},
	config::{Config, Envelope},
	evidence::{Evidence, EvidenceError, Growing, Subject},
	recipe::{Output, Phase, Plan, PlannedAction, PlannedStep, Recipe, Watch, STEP_MS},
};
use std::{
	collections::BTreeMap,
	ops::Range,
	path::PathBuf,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use tokio::time::{timeout, Instant};
use tokio_util::sync::CancellationToken;
use tracker::{Tracker, Waited};

/// Time between two values of a ramp.
const RAMP_TICK: Duration = Duration::from_millis(50);
/// How often readings are asked for again when the line lost some.
const SAMPLE_ATTEMPTS: u32 = 5;
/// How long to try to make the board safe by hand; after that only its dead-man timer can.
const SAFE_LIMIT: Duration = Duration::from_secs(5);

/// What to make.
#[derive(Clone, Debug)]
pub struct Task {
	/// How.
	pub recipe: Arc<Recipe>,
	/// Within which bounds.
	pub envelope: Envelope,
	/// For which job.
	pub subject: Subject,
	/// Which units, from 0. A job that was cut off goes on with the first unit that is not made.
	pub units: Range<u32>,
	/// Where the evidence goes.
	pub state_dir: PathBuf,
	/// The most readings to keep.
	pub max_readings: u64,
}

impl Task {
	/// A task within the bounds of `config`.
	pub fn new(config: &Config, recipe: Arc<Recipe>, subject: Subject, units: Range<u32>) -> Self {
		Self {
			recipe,
			envelope: config.envelope.clone(),
			subject,
			units,
			state_dir: config.state_dir.clone(),
			max_readings: config.evidence.max_readings,
		}
	}
}

/// What became of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitResult {
	/// The unit, from 0.
	pub unit: u32,
	/// Whether it was made to the end; at most the last one of a run was not.
	pub made: bool,
	/// How long it took.
	pub took: Duration,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
	/// Each unit that was begun in this run.
	pub units: Vec<UnitResult>,
	/// Whether all steps were done.
	pub end: Result<(), Abort>,
	/// Whether any output was driven away from its safe state.
	pub moved: bool,
	/// Whether the board said at the end that it is safe. If not, it is out of reach and its dead-man timer must do. A run
	/// that never began drove nothing.
	pub safe: Result<(), BoardError>,
	/// What was measured; absent when the run never began.
	pub evidence: Option<Evidence>,
}

impl Outcome {
	fn not_begun(reason: AbortReason) -> Self {
		let end = Err(Abort { at: None, reason });
		Self {
			units: vec![],
			end,
			moved: false,
			safe: Ok(()),
			evidence: None,
		}
	}

	/// Units made in this run.
	pub fn made(&self) -> u32 {
		self.units.iter().filter(|unit| unit.made).count() as u32
	}
}

/// Runs `task` on `board` until it is done, aborted or `cancel`led. Always makes the board safe.
pub async fn run(board: &BoardHandle, task: Task, progress: &ProgressSender, cancel: &CancellationToken) -> Outcome {
	match prepare(board, task, progress, cancel).await {
		Ok(ready) => ready.run(cancel).await,
		Err(reason) => Outcome::not_begun(reason),
	}
}

/// Everything that can fail before anything moves: takes the board, makes it safe, looks that no interlock holds it.
///
/// # Errors
/// When `task` cannot begin now, or was `cancel`led. Nothing has moved.
pub async fn prepare(
	board: &BoardHandle,
	task: Task,
	progress: &ProgressSender,
	cancel: &CancellationToken,
) -> Result<Ready, AbortReason> {
	let (lease, signals) = board.lease()?;
	let info = lease.info().clone();
	let plan = task
		.recipe
		.plan(&info, &task.envelope)
		.map_err(AbortReason::NotAllowed)?;
	let (evidence, file) = begin_evidence(&task, &info).await?;
	let tracker = Tracker::new(info, signals, &plan, evidence, task.max_readings, progress.clone());
	let mut run = Run {
		lease,
		board: board.clone(),
		task,
		tracker,
		file: Arc::new(Mutex::new(Growing::at(file))),
		saved: 0,
		at: None,
		driven: BTreeMap::new(),
		moved: false,
		units: vec![],
	};
	tokio::select! {
		biased;
		() = cancel.cancelled() => return Err(AbortReason::Cancelled),
		safe = run.begin() => safe?,
	}
	Ok(Ready { run, plan })
}

/// A run of which nothing has moved yet, on a board that is safe. Dropping it makes the board safe once more.
pub struct Ready {
	run: Run,
	plan: Plan,
}

impl Ready {
	/// Moves, until the task is done, aborted or `cancel`led. Always makes the board safe.
	pub async fn run(self, cancel: &CancellationToken) -> Outcome {
		let Self { mut run, plan } = self;
		let end = tokio::select! {
			biased;
			() = cancel.cancelled() => Err(AbortReason::Cancelled),
			end = run.whole(&plan) => end,
		};
		run.finish(end).await
	}
}

/// Fresh evidence, or that of the units made before the job was cut off; and where it goes.
async fn begin_evidence(task: &Task, info: &BoardInfo) -> Result<(Evidence, PathBuf), AbortReason> {
	let (state_dir, subject, info) = (task.state_dir.clone(), task.subject.clone(), info.clone());
	let goes_on = task.units.start > 0;
	evidence_off_thread(move || {
		let job = subject.job;
		if let Some(path) = Evidence::newest_path(&state_dir, job)?.filter(|_| goes_on) {
			let before = Evidence::read(&path)?;
			if before.continues(&subject, &info) {
				return Ok((before, path));
			}
		}
		Ok((Evidence::new(subject, &info), Evidence::next_path(&state_dir, job)?))
	})
	.await
}

struct Run {
	lease: BoardLease,
	board: BoardHandle,
	task: Task,
	tracker: Tracker,
	/// Where the evidence goes. Locked off the runtime's threads only.
	file: Arc<Mutex<Growing>>,
	/// So many readings were put there.
	saved: usize,
	/// The step that runs.
	at: Option<String>,
	/// What each output was last driven with; safe when absent.
	driven: BTreeMap<u8, i32>,
	moved: bool,
	units: Vec<UnitResult>,
}

impl Run {
	/// Makes the board safe and looks that it is not held so.
	async fn begin(&mut self) -> Result<(), AbortReason> {
		let status = self.lease.make_safe().await?;
		self.tracker.check_status(status)?;
		self.tracker.begin();
		Ok(())
	}

	async fn whole(&mut self, plan: &Plan) -> Result<(), AbortReason> {
		match self.tracker.go_on() {
			// Since it was made safe, a slow disk had to take note that it moves, and the board has said more than is kept. Nothing
			// has moved yet: it is asked anew how it is.
			Err(AbortReason::TooSlow) => self.begin().await?,
			followed => followed?,
		}
		let Range {
			start: first,
			end: total,
		} = self.task.units;
		self.tracker.tell(Progress::Started { first, total });
		// A disk that takes nothing is found before anything moves, and the first unit takes no longer than the others.
		self.save_new().await?;
		self.phase(Phase::Before, &plan.before, plan.phase_limit).await?;
		for unit in first..total {
			self.unit(unit, plan).await?;
		}
		self.phase(Phase::After, &plan.after, plan.phase_limit).await
	}

	async fn unit(&mut self, unit: u32, plan: &Plan) -> Result<(), AbortReason> {
		let began = Instant::now();
		self.tracker.unit = Some(unit);
		self.units.push(UnitResult {
			unit,
			made: false,
			took: Duration::ZERO,
		});
		let done = self.phase(Phase::Each, &plan.each, plan.phase_limit).await;
		let took = began.elapsed();
		if let Some(result) = self.units.last_mut() {
			*result = UnitResult {
				unit,
				made: done.is_ok(),
				took,
			};
		}
		done?;
		self.tracker.unit = None;
		self.tracker.evidence.units = unit + 1;
		// A unit counts once its evidence is on disk.
		self.save_new().await?;
		tracing::info!(job = %self.task.subject.job, unit, "the unit is made");
		self.tracker.tell(Progress::UnitMade {
			unit,
			took_ms: took.as_millis() as u64,
		});
		Ok(())
	}

	/// Puts onto the disk what the evidence has that is not there yet.
	async fn save_new(&mut self) -> Result<(), AbortReason> {
		let piece = self.tracker.evidence.since(self.saved);
		self.saved += piece.readings.len();
		let saving = save(self.file.clone(), move |file| file.add(&piece));
		self.tracker.during(saving).await?
	}

	async fn phase(&mut self, phase: Phase, steps: &[PlannedStep], limit: Duration) -> Result<(), AbortReason> {
		let too_long = AbortReason::TooLong {
			phase,
			seconds: limit.as_secs(),
		};
		let all = async {
			for step in steps {
				self.step(step).await?;
			}
			Ok(())
		};
		// The recipe's own times may be as long as the limit, and each command takes a little besides.
		let slack = Duration::from_millis(STEP_MS) * steps.len() as u32;
		timeout(limit + slack, all).await.unwrap_or(Err(too_long))
	}

	async fn step(&mut self, step: &PlannedStep) -> Result<(), AbortReason> {
		let unit = self.tracker.unit;
		self.at = Some(match unit {
			Some(unit) => format!("unit {}, {}", unit + 1, step.label),
			None => step.label.clone(),
		});
		tracing::debug!(job = %self.task.subject.job, unit, step = self.at, "a step begins");
		self.tracker.tell(Progress::Step {
			unit,
			step: step.label.clone(),
		});
		match &step.action {
			PlannedAction::Set(output, to) => self.set(*output, *to).await?,
			PlannedAction::Ramp(output, to, over) => self.ramp(*output, *to, *over).await?,
			PlannedAction::Wait(watch, limit) => self.wait(watch, *limit).await?,
			PlannedAction::Dwell(time) => self.tracker.until(Instant::now() + *time).await?,
			PlannedAction::Sample(channels) => self.read(channels, true).await?,
			PlannedAction::AbortIf(watch) => self.abort_if(watch).await?,
			PlannedAction::Safe => {
				self.tracker.during(self.lease.make_safe()).await??;
				self.driven.clear();
			}
		}
		self.at = None;
		Ok(())
	}

	async fn set(&mut self, output: Output, to: i32) -> Result<(), AbortReason> {
		// Between two values that are allowed there may be one that is not, if the safe value is outside the range.
		let value = if to == output.safe {
			to
		} else {
			to.clamp(output.allowed.min, output.allowed.max)
		};
		self.moved |= value != output.safe;
		self.tracker.during(self.lease.set(output.channel, value)).await??;
		self.driven.insert(output.channel, value);
		let info = self.lease.info();
		let channel = info.name_of(output.channel).to_owned();
		self.tracker.tell(Progress::Output {
			channel,
			value,
			text: info.display(output.channel, value),
		});
		Ok(())
	}

	async fn ramp(&mut self, output: Output, to: i32, over: Duration) -> Result<(), AbortReason> {
		let from = self.driven.get(&output.channel).copied().unwrap_or(output.safe);
		let began = Instant::now();
		let ticks = over.as_millis().div_ceil(RAMP_TICK.as_millis()).max(1) as u32;
		for tick in 1..=ticks {
			self.tracker.until(began + over * tick / ticks).await?;
			let way = (i64::from(to) - i64::from(from)) * i64::from(tick) / i64::from(ticks);
			// Between two numbers of 32 bits.
			self.set(output, (i64::from(from) + way) as i32).await?;
		}
		Ok(())
	}

	async fn wait(&mut self, watch: &Watch, limit: Duration) -> Result<(), AbortReason> {
		let asked = self.lease.read_all();
		match self.tracker.wait(watch, Instant::now() + limit, asked).await? {
			Waited::Held(seen) => {
				self.tracker
					.log(self.at.as_deref(), watch, seen, "what a step waits for is so");
				Ok(())
			}
			Waited::InVain(last) => {
				let timeout_ms = limit.as_millis() as u64;
				Err(AbortReason::WaitedInVain {
					condition: watch.text.clone(),
					timeout_ms,
					last,
				})
			}
		}
	}

	/// Gets a reading of each channel that was taken from now on.
	async fn read(&mut self, channels: &[u8], sampled: bool) -> Result<(), AbortReason> {
		self.tracker.want(channels, sampled)?;
		for _ in 0..SAMPLE_ATTEMPTS {
			self.tracker.during(self.lease.read_all()).await??;
			if self.tracker.still_wanted().next().is_none() {
				return Ok(());
			}
		}
		let names: Vec<_> = self
			.tracker
			.still_wanted()
			.map(|channel| self.lease.info().name_of(channel).to_owned())
			.collect();
		Err(AbortReason::NoReading(names.join(", ")))
	}

	async fn abort_if(&mut self, watch: &Watch) -> Result<(), AbortReason> {
		self.read(&[watch.channel], false).await?;
		let seen = self.tracker.seen(watch.channel);
		match seen {
			Some(seen) if !watch.holds(seen.value) => return Ok(()),
			Some(seen) => self
				.tracker
				.log(self.at.as_deref(), watch, seen, "what a step aborts at is so"),
			None => {}
		}
		Err(AbortReason::Demanded {
			condition: watch.text.clone(),
			value: self.tracker.text(watch.channel),
		})
	}

	/// Makes the board safe, keeps the evidence and says what became of it all.
	async fn finish(self, end: Result<(), AbortReason>) -> Outcome {
		let end = end.map_err(|reason| Abort {
			at: self.at.clone(),
			reason,
		});
		if let Err(abort) = &end {
			let Abort { at, reason } = abort;
			tracing::warn!(job = %self.task.subject.job, step = at, %reason, "the run is aborted");
			self.tracker.tell(Progress::Aborted {
				reason: abort.to_string(),
			});
		}
		let safe = make_safe(&self.board).await;
		let evidence = self.tracker.evidence.clone();
		let whole = evidence.clone();
		let saved = save(self.file, move |file| file.finish(&whole)).await;
		let end = end.and_then(|()| saved.map_err(|reason| Abort { at: None, reason }));
		self.tracker.tell(Progress::Ended { made: evidence.units });
		Outcome {
			units: self.units,
			end,
			moved: self.moved,
			safe,
			evidence: Some(evidence),
		}
	}
}

/// Makes the board safe even if it is just coming back from a reset.
async fn make_safe(board: &BoardHandle) -> Result<(), BoardError> {
	let until_done = async {
		loop {
			match board.make_safe().await {
				Ok(_) => return Ok(()),
				Err(BoardError::Stopped) => return Err(BoardError::Stopped),
				// The bridge makes it safe when it is back, and says so by being on line.
				Err(_) => board.wait_online(SAFE_LIMIT).await?,
			};
		}
	};
	timeout(SAFE_LIMIT, until_done)
		.await
		.unwrap_or_else(|_| Err(BoardError::Lost("it could not be made safe in time".to_owned())))
}

async fn save(
	file: Arc<Mutex<Growing>>,
	write: impl FnOnce(&mut Growing) -> Result<(), EvidenceError> + Send + 'static,
) -> Result<(), AbortReason> {
	evidence_off_thread(move || write(&mut file.lock().unwrap_or_else(PoisonError::into_inner))).await
}

/// Reads or writes evidence where that may block.
async fn evidence_off_thread<T: Send + 'static>(
	work: impl FnOnce() -> Result<T, EvidenceError> + Send + 'static,
) -> Result<T, AbortReason> {
	tokio::task::spawn_blocking(work)
		.await
		.map_err(|error| AbortReason::Evidence(error.to_string()))?
		.map_err(|error| AbortReason::Evidence(error.to_string()))
}

#[cfg(test)]
mod tests;
