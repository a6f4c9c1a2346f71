//! Looks at each finalized block what every open job needs, and has it done.

mod acts;
mod identity;
mod tell;

use super::{
	claim::KeyClaim,
	counts::Counts,
	decide::{Action, Running, Situation},
	pauses::Pauses,
	recipes::{self, Obstacle},
	run::DaemonError,
	site::{Grounds, Site, STATUS},
	space,
	standing::Standing,
	status::JobStatus,
	work::WorkReport,
};
use crate::{
	board::BoardState,
	chain::{
		finalized::FinalizedBlocks,
		queries,
		types::{Job, JobId, JobState, Machine, MachineId, Offer},
		At, Call, ChainError, Claim, Fate, Head, Submitter,
	},
	journal::{Journal, JournalError, Phase},
};
use futures::FutureExt;
use std::{
	collections::BTreeMap,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{
	sync::{mpsc, Notify},
	time::{interval, timeout, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

/// How long everything may take to come to rest at the end.
const REST: Duration = Duration::from_secs(30);
/// How long the machine may take to come to rest when the daemon cannot go on; the board's own timer follows.
const SAFE: Duration = Duration::from_secs(10);
/// How long a look at the jobs may wait for a node in all. A node that takes long for each answer must not keep the main loop
/// from coming round, or the service would be taken for one that hangs, and killed in the middle of a job.
const LOOK: Duration = Duration::from_secs(60);
/// Reports that may wait for the foreman.
const QUEUE: usize = 64;

/// What is done about a job while it is not certain what was done about it before a restart.
const CATCHING_UP: &str = "finding out what became of what was sent before the restart";

/// What is done about a job that would begin while a rule stops the machine.
const HALTED: &str = "nothing; a rule has stopped the machine, and the alarms say why";

/// What is done about a job that would begin while the disk would not take what it leaves.
const NO_SPACE: &str = "nothing; the disk is full, and the alarms say what to do";

/// What the tasks of the foreman report.
#[derive(Debug)]
enum Report {
	/// A recipe was examined: the longest that the work can take in ms, or why it is not done.
	Examined(JobId, Result<u64, Obstacle>),
	/// A transaction about a job has come to an end.
	Sent(Box<Sent>),
	/// What a call about a job, of this name, would rest on could not be proved: it was not signed.
	Doubted(JobId, &'static str, ChainError),
	/// A job's end was proved, or could not be.
	Ended(Box<Ended>),
	/// A run of the machine has something to say.
	Work(JobId, WorkReport),
}

/// A transaction and what became of it.
#[derive(Debug)]
struct Sent {
	job: JobId,
	call: Call,
	fate: Fate,
}

/// A job that has ended, as a node says.
#[derive(Debug)]
struct Ended {
	/// The block that shows it.
	head: Head,
	job: JobId,
	/// Its record, if there still is one.
	record: Option<Job>,
	proved: Result<(), ChainError>,
}

/// A run of the machine.
#[derive(Debug)]
struct Work {
	job: JobId,
	began: Instant,
	work_ms: u64,
	/// The delivery deadline (agreement clock).
	deliver_by: u64,
	cancel: CancellationToken,
}

impl Work {
	fn left_ms(&self) -> u64 {
		self.work_ms.saturating_sub(self.began.elapsed().as_millis() as u64)
	}
}

/// What is known of one job at one block.
#[derive(Debug)]
struct View {
	job: Job,
	offer: Option<Offer>,
	phase: Option<Phase>,
}

/// The daemon's heart.
pub struct Foreman {
	site: Site,
	submitter: Submitter,
	/// No other client of this computer signs with the key.
	claim: KeyClaim,
	journal: Journal,
	/// A finalized block of this height was seen before this process began: a lower one tells nothing.
	floor: u64,
	/// The only node that answers is behind that.
	behind: Option<ChainError>,
	tell: mpsc::Sender<Report>,
	reports: mpsc::Receiver<Report>,
	/// Told when one of the reports, that units are made, should not wait.
	urgent: Arc<Notify>,
	/// The machine, once the chain has said which this is.
	machine: Option<MachineId>,
	/// Its record, as the node said last.
	record: Option<Machine>,
	/// That node.
	teller: String,
	/// What may be done for it.
	standing: Standing,
	/// What somebody should do about the key's files.
	key_trouble: Option<String>,
	/// Why the disk takes no job, if so.
	no_space: Option<String>,
	/// What is being done about a job; nothing else is done about it meanwhile.
	busy: BTreeMap<JobId, &'static str>,
	work: Option<Work>,
	/// Counts of units that are being told to the chain.
	counts: Counts,
	/// A job was changed by our transaction in this block: older blocks tell nothing about it.
	changed_in: BTreeMap<JobId, u64>,
	/// States that were told already.
	told: BTreeMap<JobId, JobState>,
	pauses: Pauses,
	/// Governance has paused agreements.
	paused: bool,
	/// The jobs as they were when a node last answered.
	shown: Vec<JobStatus>,
	stopping: Option<Instant>,
}

impl Foreman {
	/// A foreman who begins with what chain and journal say, and believes no block below `floor`.
	pub fn new(site: Site, submitter: Submitter, claim: KeyClaim, journal: Journal, floor: u64) -> Self {
		let (tell, reports) = mpsc::channel(QUEUE);
		Self {
			site,
			submitter,
			claim,
			journal,
			floor,
			behind: None,
			tell,
			reports,
			urgent: Arc::default(),
			machine: None,
			record: None,
			teller: String::new(),
			standing: Standing::Waits("the chain has not said yet which machine this is".to_owned()),
			key_trouble: None,
			no_space: None,
			busy: BTreeMap::new(),
			work: None,
			counts: Counts::default(),
			changed_in: BTreeMap::new(),
			told: BTreeMap::new(),
			pauses: Pauses::default(),
			paused: false,
			shown: Vec::new(),
			stopping: None,
		}
	}

	/// Works until `stop` is cancelled and everything has come to rest.
	///
	/// # Errors
	/// When the journal fails or the chain is not the one that it was. The machine was brought to safe before.
	pub async fn run(mut self, stop: CancellationToken) -> Result<(), DaemonError> {
		let ended = self.oversee(stop).await;
		if let Err(error) = &ended {
			self.come_to_rest(&error.to_string()).await;
		}
		ended
	}

	/// Stops what runs and waits, but not for ever, until the journal says how it ended.
	async fn come_to_rest(&mut self, why: &str) {
		self.bring_to_safe(why);
		let rest = async {
			while self.work.is_some() {
				let Some(report) = self.reports.recv().await else {
					return;
				};
				if matches!(&report, Report::Work(_, report) if report.is_the_last()) {
					self.work = None;
				}
			}
		};
		if timeout(SAFE, rest).await.is_err() {
			tracing::error!("the machine did not come to rest in time");
		}
	}

	async fn oversee(&mut self, stop: CancellationToken) -> Result<(), DaemonError> {
		let last = self.journal.off_thread(Journal::last_block).await?;
		let mut blocks = FinalizedBlocks::after(self.site.chain.clone(), last);
		let mut heads = self.site.chain.heads();
		let mut board = self.site.board.watch_state();
		let mut tick = interval(STATUS);
		tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
		loop {
			tokio::select! {
				() = stop.cancelled(), if self.stopping.is_none() => self.begin_to_stop(),
				_ = heads.changed() => {},
				_ = board.changed() => {},
				_ = tick.tick() => {},
				Some(report) = self.reports.recv() => self.take(report).await?,
				block = blocks.next() => {
					let block = block?;
					self.journal.off_thread(move |journal| journal.set_last_block(block)).await?;
					continue;
				},
			}
			let head = heads.borrow_and_update().clone();
			self.look(head).await?;
			if self.is_at_rest() {
				return Ok(());
			}
		}
	}

	/// Stops a running job and takes on nothing new; what the chain must know of it is still sent.
	fn begin_to_stop(&mut self) {
		tracing::info!("stopping: the machine comes to rest first");
		self.stopping = Some(Instant::now());
		if let Some(work) = &self.work {
			work.cancel.cancel();
			self.counts.over(work.job);
		}
	}

	fn is_at_rest(&self) -> bool {
		let Some(since) = self.stopping else { return false };
		self.work.is_none() && (self.busy.is_empty() || since.elapsed() > REST)
	}

	/// Looks at every open job and has done what is to be done; then shows it. Units that are made meanwhile do not wait for
	/// the node's answers: what it was asked is asked again, once.
	async fn look(&mut self, head: Option<Head>) -> Result<(), JournalError> {
		if !self.look_unless_overtaken(head.clone(), true).await? {
			while let Ok(report) = self.reports.try_recv() {
				self.take(report).await?;
			}
			self.look_unless_overtaken(head, false).await?;
		}
		Ok(())
	}

	/// Gives whether it has looked. If it was overtaken it has done nothing.
	async fn look_unless_overtaken(&mut self, head: Option<Head>, overtakable: bool) -> Result<bool, JournalError> {
		let urgent = self.urgent.clone();
		// What was urgent before is among the reports, or done.
		let _ = urgent.notified().now_or_never();
		if overtakable && !self.reports.is_empty() {
			return Ok(false);
		}
		let head = head.filter(|head| self.is_believed(head));
		self.look_for_space().await;
		if let (Some(head), Some(session)) = (head, self.site.chain.connected()) {
			session.endpoint().clone_into(&mut self.teller);
			// Before anything is done upon it.
			let number = head.block.number;
			self.journal.off_thread(move |journal| journal.see(number)).await?;
			let mut phases: BTreeMap<_, _> = self.journal.off_thread(Journal::jobs).await?.into_iter().collect();
			let seen = async {
				let at = session.at(head.block).await?;
				self.identify(&at).await?;
				self.views(&at, &mut phases).await
			};
			let seen = tokio::select! {
				biased;
				() = urgent.notified(), if overtakable => return Ok(false),
				seen = timeout(LOOK, seen) => seen.unwrap_or_else(|_| Err(ChainError::Rpc("no answer in time".to_owned()))),
			};
			match seen {
				Ok(views) => {
					self.note_pause(head.time.paused);
					self.forget_missing(&head, phases.into_keys().collect()).await?;
					let mut shown = Vec::with_capacity(views.len());
					for index in 0..views.len() {
						shown.push(self.attend(&head, &views, index).await?);
					}
					self.shown = shown;
				}
				Err(error) => tracing::debug!(%error, "cannot look at the jobs now"),
			}
		}
		self.show().await;
		Ok(true)
	}

	/// Whether a block tells how things stand. One below the floor does not: a job that is in none of its records may be open,
	/// and one that it shows as open may be done.
	fn is_believed(&mut self, head: &Head) -> bool {
		let (number, seen) = (head.block.number, self.floor);
		let behind = (number < seen).then(|| ChainError::Behind {
			endpoint: head.endpoint.clone(),
			number,
			seen,
		});
		if let Some(behind) = behind.as_ref().filter(|_| self.behind.is_none()) {
			tracing::warn!("{behind}");
		}
		self.behind = behind;
		self.behind.is_none()
	}

	/// The jobs that the chain says are open and those that the journal knows, oldest first. Takes their phases.
	async fn views(&self, at: &At, phases: &mut BTreeMap<JobId, Phase>) -> Result<Vec<View>, ChainError> {
		let Some(machine) = self.machine else {
			return Ok(Vec::new());
		};
		let mut ids = queries::open_jobs(at, machine).await?;
		ids.extend(phases.keys());
		ids.sort();
		ids.dedup();
		let mut views = Vec::with_capacity(ids.len());
		for id in ids {
			if let Some(job) = queries::job(at, id).await? {
				let offer = queries::offer(at, job.offer).await?;
				views.push(View {
					job,
					offer,
					phase: phases.remove(&id),
				});
			}
		}
		Ok(views)
	}

	/// Forgets jobs that are neither open nor anywhere else on the chain: their records were removed after their end. What is
	/// forgotten could be run again, so a chain that is not as far as it was before is never taken for one that lacks them.
	async fn forget_missing(&mut self, head: &Head, missing: Vec<JobId>) -> Result<(), JournalError> {
		if head.block.number < self.floor || self.machine.is_none() {
			return Ok(());
		}
		let running = self.work.as_ref().map(|work| work.job);
		for job in missing.into_iter().filter(|job| Some(*job) != running) {
			self.end(head, job, None).await?;
		}
		Ok(())
	}

	/// What is decided upon: the job as the node said that it is in this block, and all that belongs to it.
	fn grounds(&self, head: &Head, view: &View) -> Grounds {
		let offer = view.offer.as_ref().filter(|_| view.job.state == JobState::Ordered);
		let claims = [Claim::Time(head.time), Claim::Job(Box::new(view.job.clone()))]
			.into_iter()
			.chain(offer.map(|offer| Claim::Offer(Box::new(offer.clone()))))
			.chain(
				self.record
					.as_ref()
					.map(|record| Claim::Machine(Box::new(record.clone()))),
			);
		Grounds {
			teller: self.teller.clone(),
			block: head.block,
			claims: claims.collect(),
		}
	}

	/// Decides about one job and has it done. Tells what, or why nothing.
	async fn attend(&mut self, head: &Head, views: &[View], index: usize) -> Result<JobStatus, JournalError> {
		let view = &views[index];
		let (job, id) = (&view.job, view.job.id);
		// That it is over, and paid, is told when it is certain.
		if !matches!(job.state, JobState::Settled(_)) {
			self.tell_state(head, job);
		}
		let stale = self.changed_in.get(&id).is_some_and(|block| head.block.number < *block);
		let doing = if let Some(doing) = self.busy.get(&id) {
			(*doing).to_owned()
		} else if stale {
			"waiting for the next block".to_owned()
		} else {
			let situation = Situation {
				job,
				offer: view.offer.as_ref(),
				phase: view.phase.as_ref(),
				now: head.time.agreement(),
				paused: head.time.paused,
				pace: head.pace,
				ahead: self.ahead(views, index),
				board_ready: matches!(self.site.board.state(), BoardState::Online(_)),
				running: match &self.work {
					None => Running::Idle,
					Some(work) if work.job == id => Running::This,
					Some(_) => Running::Other,
				},
				by_hand: self.site.config.orders.by_hand || self.site.notices.orders_are_paused(),
			};
			match situation.decide() {
				// These begin nothing and sign nothing.
				action @ (Action::Abort(_) | Action::Close) => self.act(head, view, action).await?,
				_ if !self.standing.works() => "nothing; the alarms say why".to_owned(),
				_ if !self.is_caught_up(head) => CATCHING_UP.to_owned(),
				action => match self.why_nothing_begins().filter(|_| action.begins()) {
					Some(why) => why,
					None => self.act(head, view, action).await?,
				},
			}
		};
		let units_done = match &view.phase {
			Some(Phase::Moving { units_done }) => *units_done,
			Some(Phase::Finished { units, .. }) => *units,
			_ => job.units_done,
		};
		Ok(JobStatus {
			job: id.0,
			state: job.state.name().to_owned(),
			units: job.units,
			units_done,
			doing,
		})
	}

	/// Why the machine takes on nothing new, if so.
	fn why_nothing_begins(&self) -> Option<String> {
		match &self.no_space {
			_ if self.site.notices.is_halted() => Some(HALTED.to_owned()),
			Some(_) => Some(NO_SPACE.to_owned()),
			None => None,
		}
	}

	async fn look_for_space(&mut self) {
		let before = self.no_space.is_some();
		self.no_space = space::trouble(&self.site.config).await;
		match &self.no_space {
			Some(why) if !before => tracing::warn!("{why}"),
			None if before => tracing::info!("the disk has room again"),
			_ => {}
		}
	}

	/// Whether a block shows what everything has done that was sent before a restart. On what an older one shows, the same
	/// would be sent twice.
	fn is_caught_up(&self, head: &Head) -> bool {
		let height = self.submitter.caught_up();
		height.is_some_and(|height| head.block.number >= height)
	}

	/// The longest that other work which comes before this job can take, in ms.
	fn ahead(&self, views: &[View], index: usize) -> u64 {
		let this = &views[index].job;
		let others = views.iter().filter(|view| view.job.id != this.id);
		others
			.map(|view| {
				let id = view.job.id;
				if let Some(work) = self.work.as_ref().filter(|work| work.job == id) {
					return work.left_ms();
				}
				let promised = match view.job.state {
					JobState::Accepted | JobState::Started => true,
					JobState::Ordered => self.busy.get(&id) == Some(&"accepting"),
					JobState::Delivered | JobState::Rejected | JobState::Disputed | JobState::Settled(_) => false,
				};
				match &view.phase {
					Some(Phase::Ready { work_ms }) if promised && (this.state == JobState::Ordered || id < this.id) => {
						*work_ms
					}
					_ => 0,
				}
			})
			.fold(0, u64::saturating_add)
	}

	async fn close(&mut self, job: JobId) -> Result<(), JournalError> {
		recipes::forget(&self.site.config.state_dir, job.0).await;
		self.pauses.forget(job);
		self.changed_in.remove(&job);
		self.told.remove(&job);
		self.journal.off_thread(move |journal| journal.forget(job)).await
	}
}

#[cfg(test)]
mod node_tests;
#[cfg(test)]
mod tests;
