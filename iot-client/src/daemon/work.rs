//! One run of a job on the machine, from the last look at the chain to the evidence.

use super::{
	news::{Herald, JobNews, What},
	recipes::{self, Obstacle},
	site::{Grounds, Site},
};
use crate::{
	chain::types::Job,
	controller::{self, AbortReason, Outcome, Progress, ProgressReceiver, ProgressSender, Ready, Task},
	evidence::Subject,
	journal::{Journal, JournalError, Phase},
};
use std::{collections::BTreeMap, future::pending, pin::pin, time::Duration};
use subxt::utils::H256;
use tokio::{
	sync::{broadcast::error::RecvError, mpsc},
	time::{interval, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

/// How often the newest readings are told.
const READINGS: Duration = Duration::from_millis(500);

/// What a run tells the foreman.
#[derive(Debug)]
pub(super) enum WorkReport {
	/// So many units are made, and the journal knows.
	Made {
		/// Units made.
		units_done: u32,
		/// Units ordered.
		of: u32,
	},
	/// It is over, and the journal knows.
	Over,
	/// It never began, for this reason; nothing moved and it may be tried again.
	NotBegun(String),
	/// The journal cannot be written; nothing moves any more.
	Journal(JournalError),
}

impl WorkReport {
	/// Whether nothing follows: the board is safe.
	pub(super) fn is_the_last(&self) -> bool {
		!matches!(self, Self::Made { .. })
	}
}

/// A job to run.
pub(super) struct Assignment {
	pub site: Site,
	pub journal: Journal,
	pub job: Job,
	/// What says that the job is started.
	pub grounds: Grounds,
	pub cancel: CancellationToken,
	pub reports: mpsc::Sender<WorkReport>,
}

impl Assignment {
	/// Runs the job once. Whatever happens, the board is safe at the end and the journal says how it ended.
	pub(super) async fn run(self) {
		let report = {
			let mut whole = pin!(self.whole());
			// Here, and not by the foreman, who may be waiting for a node: a rule stops the machine at once.
			let ended = tokio::select! {
				ended = &mut whole => ended,
				why = self.halted() => {
					tracing::warn!(job = %self.job.id, %why, "stopping the machine");
					self.cancel.cancel();
					whole.await
				},
			};
			ended.unwrap_or_else(WorkReport::Journal)
		};
		// The foreman ends after its last run only.
		let _ = self.reports.send(report).await;
	}

	/// Waits until a rule of the owner stops the machine: which, and why.
	async fn halted(&self) -> String {
		let mut halts = self.site.notices.halts();
		loop {
			if let Some((rule, why)) = halts.borrow_and_update().first_key_value() {
				return format!("the rule \"{rule}\" stops it: {why}");
			}
			if halts.changed().await.is_err() {
				// Nobody is left who could stop it by a rule.
				pending::<()>().await;
			}
		}
	}

	async fn whole(&self) -> Result<WorkReport, JournalError> {
		let task = match self.cancel.run_until_cancelled(self.task()).await {
			Some(Ok(task)) => task,
			None => return Ok(WorkReport::NotBegun(AbortReason::Cancelled.to_string())),
			Some(Err(Obstacle::Passing(reason))) => return Ok(WorkReport::NotBegun(reason)),
			Some(Err(Obstacle::Final(reason))) => {
				self.advance(Phase::Failed { reason }).await?;
				return Ok(WorkReport::Over);
			}
		};
		let (progress, receiver) = controller::progress();
		match controller::prepare(&self.site.board, task, &progress, &self.cancel).await {
			Ok(ready) => self.moved(ready, progress, receiver).await,
			// A door that is open, a board that is away, a stop: the job is as it was.
			Err(reason) => Ok(WorkReport::NotBegun(reason.to_string())),
		}
	}

	/// Makes sure that the chain wants the job, and gets what is to be made.
	async fn task(&self) -> Result<Task, Obstacle> {
		let site = &self.site;
		site.prove(&self.grounds)
			.await
			.map_err(|error| Obstacle::Passing(error.to_string()))?;
		let board = site
			.board
			.info()
			.map_err(|error| Obstacle::Passing(error.to_string()))?;
		let checked = recipes::examine(site, &self.job, &board).await?;
		let subject = Subject {
			machine: self.job.machine.0,
			job: self.job.id.0,
			recipe: self.job.recipe.0,
		};
		Ok(Task::new(&site.config, checked.recipe, subject, 0..self.job.to_do()))
	}

	/// From here on the machine may move. The journal says so first; when it cannot be written any more, nothing moves.
	async fn moved(
		&self,
		ready: Ready,
		progress: ProgressSender,
		receiver: ProgressReceiver,
	) -> Result<WorkReport, JournalError> {
		self.advance(Phase::Moving { units_done: 0 }).await?;
		tracing::info!(job = %self.job.id, units = self.job.to_do(), "the machine moves from now on");
		let cancel = self.cancel.child_token();
		let telling = tokio::spawn(tell(receiver.events(), self.site.herald.clone(), self.job.id.0));
		let noting = note(receiver, self.journal.clone(), self.job.clone(), self.reports.clone());
		let unnoted = cancel.clone().drop_guard();
		let noting = tokio::spawn(async move {
			// When nobody takes note any more, for whatever reason, nothing moves.
			let _unnoted = unnoted;
			noting.await
		});
		let outcome = ready.run(&cancel).await;
		// With the sender gone, both come to their end.
		drop(progress);
		let _ = telling.await;
		noting
			.await
			.unwrap_or_else(|error| Err(JournalError::Store(error.to_string())))?;

		if let Err(error) = &outcome.safe {
			tracing::error!(job = %self.job.id, %error, "the board did not say that it is safe; its dead-man timer makes it so");
		}
		let end = end_of(&outcome, self.job.to_do());
		tracing::info!(job = %self.job.id, ?end, "the run is over");
		self.advance(end).await?;
		Ok(WorkReport::Over)
	}

	async fn advance(&self, phase: Phase) -> Result<(), JournalError> {
		let job = self.job.id;
		self.journal
			.off_thread(move |journal| journal.advance(job, &phase))
			.await
	}
}

/// What the journal says of a run of so many units that has ended.
fn end_of(outcome: &Outcome, units: u32) -> Phase {
	let reason = match (&outcome.end, &outcome.evidence) {
		(Ok(()), Some(evidence)) if evidence.units == units => {
			return Phase::Finished {
				units,
				result: H256(evidence.hash()),
			}
		}
		(Ok(()), _) => "fewer units were made than ordered".to_owned(),
		(Err(abort), _) => abort.to_string(),
	};
	Phase::Failed {
		reason: match outcome.moved {
			true => reason,
			false => format!("{reason} (nothing had moved)"),
		},
	}
}

/// Writes down each unit that is made, then tells the foreman.
async fn note(
	progress: ProgressReceiver,
	journal: Journal,
	job: Job,
	reports: mpsc::Sender<WorkReport>,
) -> Result<(), JournalError> {
	let mut made = progress.made();
	drop(progress);
	while made.changed().await.is_ok() {
		let units_done = *made.borrow_and_update();
		journal
			.off_thread(move |journal| journal.note_made(job.id, units_done))
			.await?;
		let _ = reports
			.send(WorkReport::Made {
				// On the chain, units that were reviewed before they were sent back count too.
				units_done: job.reviewed().saturating_add(units_done),
				of: job.units,
			})
			.await;
	}
	Ok(())
}

/// Passes on what the controller tells; of the readings only the newest of each channel, now and then.
async fn tell(mut events: tokio::sync::broadcast::Receiver<Progress>, herald: Herald, job: u64) {
	let mut newest = BTreeMap::new();
	let mut tick = interval(READINGS);
	tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
	loop {
		tokio::select! {
			event = events.recv() => match event {
				Ok(Progress::Reading { channel, text, .. }) => {
					newest.insert(channel, text);
				},
				Ok(event) => herald.tell(job, What::Machine(event)),
				Err(RecvError::Lagged(_)) => {},
				Err(RecvError::Closed) => return,
			},
			_ = tick.tick() => {
				if !newest.is_empty() {
					let values = std::mem::take(&mut newest);
					herald.tell(job, What::Job(JobNews::Readings { values }));
				}
			},
		}
	}
}

#[cfg(test)]
mod tests;
