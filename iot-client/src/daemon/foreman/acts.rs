//! Has things done, and takes note of what came of it.

use super::{Ended, Foreman, Report, Sent, View, Work, QUEUE};
use crate::{
	chain::{
		types::{Job, JobId},
		Call, ChainError, Claim, Fate, Head,
	},
	daemon::{
		decide::{needed, Action},
		news::{JobNews, What},
		recipes::{self, Obstacle},
		site::Grounds,
		work::{Assignment, WorkReport},
	},
	journal::{JournalError, Phase},
	wallet::blake2_256,
};
use std::time::Instant;
use subxt::utils::H256;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const EXAMINING: &str = "examining the recipe";
const WORKING: &str = "working";
const ENDING: &str = "making sure that it is over";
/// The name of the call that tells the chain of units.
const COUNTING: &str = "jobs.progress";

impl Foreman {
	pub(super) async fn act(&mut self, head: &Head, view: &View, action: Action) -> Result<String, JournalError> {
		let id = view.job.id;
		let essential = matches!(
			action,
			Action::Deliver { .. } | Action::GiveUp(_) | Action::Abort(_) | Action::Close
		);
		if self.stopping.is_some() && !essential {
			return Ok("stopping".to_owned());
		}
		let hash = |reason: &str| H256(blake2_256([reason.as_bytes()]));
		Ok(match action {
			Action::Wait(why) => why.to_owned(),
			Action::Examine => self.examine(head, &view.job),
			Action::Accept => self.send_upon(head, view, "accepting", Call::Accept(id)),
			Action::Decline(reason) => {
				let call = Call::Decline {
					job: id,
					reason: hash(&reason),
				};
				self.say_why(head, "declining", &call, &reason);
				format!("{}: {reason}", self.send(head, "declining", call))
			}
			Action::Start => self.send_upon(head, view, "starting", Call::Start(id)),
			Action::Run => self.begin(head, view),
			Action::Deliver { units, result } => {
				self.send(head, "delivering", Call::Deliver { job: id, units, result })
			}
			Action::GiveUp(reason) => {
				let call = Call::Cancel {
					job: id,
					reason: hash(&reason),
				};
				self.say_why(head, "giving up", &call, &reason);
				format!("{}: {reason}", self.send_upon(head, view, "giving up", call))
			}
			Action::Expire => self.send(head, "ending it, its deadline has passed", Call::Expire(id)),
			Action::Abort(why) => {
				self.bring_to_safe(why);
				why.to_owned()
			}
			Action::Close => self.end(head, id, Some(&view.job)).await?,
		})
	}

	fn examine(&mut self, head: &Head, job: &Job) -> String {
		if self.pauses.holds(job.id, EXAMINING, head.block.number) {
			return format!("{EXAMINING}, again in a while");
		}
		let Ok(board) = self.site.board.info() else {
			return "the board does not answer".to_owned();
		};
		let (site, job, tell) = (self.site.clone(), job.clone(), self.tell.clone());
		self.note_busy(job.id, EXAMINING);
		tokio::spawn(async move {
			let result = recipes::examine(&site, &job, &board)
				.await
				.map(|checked| checked.work_ms);
			let _ = tell.send(Report::Examined(job.id, result)).await;
		});
		EXAMINING.to_owned()
	}

	fn say_why(&self, head: &Head, doing: &'static str, call: &Call, reason: &str) {
		if let Some(job) = call
			.job()
			.filter(|job| !self.pauses.holds(*job, call.name(), head.block.number))
		{
			tracing::warn!(%job, %reason, "{doing}");
		}
	}

	fn send(&mut self, head: &Head, doing: &'static str, call: Call) -> String {
		self.send_if(head, doing, call, None)
	}

	/// Sends what moves money, once what it rests on is proved.
	fn send_upon(&mut self, head: &Head, view: &View, doing: &'static str, call: Call) -> String {
		let grounds = self.grounds(head, view);
		self.send_if(head, doing, call, Some(grounds))
	}

	fn send_if(&mut self, head: &Head, doing: &'static str, call: Call, grounds: Option<Grounds>) -> String {
		let Some(job) = call.job() else { return doing.to_owned() };
		if self.pauses.holds(job, call.name(), head.block.number) {
			return format!("{doing}, again in a while");
		}
		self.note_busy(job, doing);
		tracing::debug!(%job, call = call.name(), block = head.block.number, "{doing}, upon this block");
		let (site, submitter, tell) = (self.site.clone(), self.submitter.clone(), self.tell.clone());
		tokio::spawn(async move {
			let proved = match &grounds {
				Some(grounds) => site.prove(grounds).await,
				None => Ok(()),
			};
			let report = match proved {
				Ok(()) => {
					let fate = submitter.submit(call.clone(), None).await;
					Report::Sent(Box::new(Sent { job, call, fate }))
				}
				Err(error) => Report::Doubted(job, call.name(), error),
			};
			let _ = tell.send(report).await;
		});
		doing.to_owned()
	}

	/// Forgets a job that is over, as its record says or because there is none any more, once that is proved.
	pub(super) async fn end(&mut self, head: &Head, job: JobId, record: Option<&Job>) -> Result<String, JournalError> {
		if !self.site.wants_proof() {
			self.ended(head, job, record).await?;
			return Ok("over".to_owned());
		}
		if self.busy.contains_key(&job) || self.pauses.holds(job, ENDING, head.block.number) {
			return Ok(format!("{ENDING}, again in a while"));
		}
		let claim = record.map_or(Claim::NoJob(job), |record| Claim::Job(Box::new(record.clone())));
		let grounds = Grounds {
			teller: self.teller.clone(),
			block: head.block,
			claims: vec![claim],
		};
		self.busy.insert(job, ENDING);
		let (site, tell, head, record) = (self.site.clone(), self.tell.clone(), head.clone(), record.cloned());
		tokio::spawn(async move {
			let proved = site.prove(&grounds).await;
			let ended = Ended {
				head,
				job,
				record,
				proved,
			};
			let _ = tell.send(Report::Ended(Box::new(ended))).await;
		});
		Ok(ENDING.to_owned())
	}

	async fn take_end(&mut self, ended: Ended) -> Result<(), JournalError> {
		let Ended {
			head,
			job,
			record,
			proved,
		} = ended;
		self.busy.remove(&job);
		match proved {
			Ok(()) => self.ended(&head, job, record.as_ref()).await,
			Err(error) => {
				self.doubt(job, ENDING, &error);
				Ok(())
			}
		}
	}

	async fn ended(&mut self, head: &Head, job: JobId, record: Option<&Job>) -> Result<(), JournalError> {
		if let Some(record) = record {
			self.tell_state(head, record);
		}
		self.close(job).await
	}

	/// Takes note that something is not done because what it rests on is not proved. It is tried again, and an alarm until then.
	fn doubt(&mut self, job: JobId, doing: &'static str, error: &ChainError) {
		match error.is_a_lie() {
			true => tracing::error!(%job, %error, "{doing} is not done"),
			false => tracing::warn!(%job, %error, "{doing} is not done now"),
		}
		self.pauses.not_now(job, doing, self.height(), error.to_string());
	}

	fn note_busy(&mut self, job: JobId, doing: &'static str) {
		tracing::info!(%job, "{doing}");
		self.site.herald.tell(
			job.0,
			What::Job(JobNews::Doing {
				doing: doing.to_owned(),
			}),
		);
		self.busy.insert(job, doing);
	}

	/// Hands a started job to the machine.
	pub(super) fn begin(&mut self, head: &Head, view: &View) -> String {
		let (job, id) = (view.job.clone(), view.job.id);
		if self.pauses.holds(id, WORKING, head.block.number) {
			return format!("{WORKING}, again in a while");
		}
		let Some(Phase::Ready { work_ms }) = view.phase else {
			return "not examined".to_owned();
		};
		let cancel = CancellationToken::new();
		self.work = Some(Work {
			job: id,
			began: Instant::now(),
			work_ms,
			deliver_by: job.deliver_by,
			cancel: cancel.clone(),
		});
		let (reports, mut said) = mpsc::channel(QUEUE);
		let (site, journal, grounds) = (self.site.clone(), self.journal.clone(), self.grounds(head, view));
		tokio::spawn(
			Assignment {
				site,
				journal,
				job,
				grounds,
				cancel,
				reports,
			}
			.run(),
		);
		let (tell, urgent) = (self.tell.clone(), self.urgent.clone());
		tokio::spawn(async move {
			while let Some(report) = said.recv().await {
				let _ = tell.send(Report::Work(id, report)).await;
				urgent.notify_one();
			}
		});
		WORKING.to_owned()
	}

	pub(super) async fn take(&mut self, report: Report) -> Result<(), JournalError> {
		match report {
			Report::Examined(job, result) => {
				self.busy.remove(&job);
				let phase = match result {
					Ok(work_ms) => Phase::Ready { work_ms },
					Err(Obstacle::Final(reason)) => Phase::Refused { reason },
					// The deadlines say how long that may go on.
					Err(Obstacle::Passing(reason)) => {
						tracing::warn!(%job, %reason, "{EXAMINING} again in a while");
						self.pauses.not_now(job, EXAMINING, self.height(), reason);
						return Ok(());
					}
				};
				self.pauses.succeeded(job, EXAMINING);
				self.advance(job, phase).await
			}
			Report::Sent(sent) => self.take_fate(sent.job, sent.call, sent.fate).await,
			Report::Doubted(job, call, error) => {
				self.busy.remove(&job);
				self.doubt(job, call, &error);
				Ok(())
			}
			Report::Ended(ended) => self.take_end(*ended).await,
			Report::Work(job, report) => self.take_work(job, report),
		}
	}

	async fn take_fate(&mut self, job: JobId, call: Call, fate: Fate) -> Result<(), JournalError> {
		let counted = matches!(call, Call::Progress { .. });
		if !counted {
			self.busy.remove(&job);
		}
		if let Fate::Done { block, .. } | Fate::Failed { block, .. } = &fate {
			let number = block.number;
			self.journal.off_thread(move |journal| journal.see(number)).await?;
		}
		let wanted = !counted || self.counts.are_wanted(job);
		let newer = counted.then(|| self.counts.ended(job)).flatten();
		let height = self.height();
		match fate {
			Fate::Done { block, .. } => {
				self.changed_in.insert(job, block.number);
				self.pauses.forget(job);
			}
			// Nobody minds any more.
			_ if !wanted => {}
			Fate::Failed { error, .. } => {
				// What the jobs pallet says is about the job's state, which the next block shows. Anything else is about
				// this machine: its money, its account. Then it cannot keep the promise, and the customer should know.
				if matches!(call, Call::Accept(_)) && !error.starts_with("Jobs::") {
					self.advance(
						job,
						Phase::Refused {
							reason: format!("the machine cannot accept: {error}"),
						},
					)
					.await?;
				}
				self.pauses.failed(job, call.name(), height, error);
			}
			Fate::Refused(what) | Fate::Unknown { what, .. } => self.pauses.failed(job, call.name(), height, what),
		}
		if let Some(units_done) = newer {
			self.count(job, units_done);
		}
		Ok(())
	}

	/// Height of the newest finalized block.
	fn height(&self) -> u64 {
		let heads = self.site.chain.heads();
		let height = heads.borrow().as_ref().map_or(0, |head| head.block.number);
		height
	}

	/// Tells the chain how many units are made, unless a count is on its way already: then this one follows it.
	fn count(&mut self, job: JobId, units_done: u32) {
		if !self.may_count(job) {
			return;
		}
		let Some(off) = self.counts.made(job, units_done) else {
			return;
		};
		let call = Call::Progress { job, units_done };
		tracing::info!(%job, call = call.name(), units_done, "telling how many units are made");
		let (submitter, tell) = (self.submitter.clone(), self.tell.clone());
		tokio::spawn(async move {
			let fate = submitter.submit_unless(off, call.clone()).await;
			let _ = tell.send(Report::Sent(Box::new(Sent { job, call, fate }))).await;
		});
	}

	/// Whether there is time to tell how far a job is, before the delivery is told.
	fn may_count(&self, job: JobId) -> bool {
		let Some(work) = self.work.as_ref().filter(|work| work.job == job) else {
			return false;
		};
		let heads = self.site.chain.heads();
		let in_time = heads.borrow().as_ref().is_some_and(|head| {
			let needed = needed(head.pace, work.left_ms(), 2);
			head.time.agreement().saturating_add(needed) <= work.deliver_by
		});
		let wanted = self.stopping.is_none() && self.standing.works();
		wanted && in_time && !self.pauses.holds(job, COUNTING, self.height())
	}

	fn take_work(&mut self, job: JobId, report: WorkReport) -> Result<(), JournalError> {
		match report {
			WorkReport::Made { units_done, of } => {
				self.pauses.succeeded(job, WORKING);
				// The delivery tells about the last one, and nothing is in its way.
				match units_done < of {
					true => self.count(job, units_done),
					false => self.counts.over(job),
				}
			}
			WorkReport::Over => {
				self.end_work(job);
				self.pauses.succeeded(job, WORKING);
			}
			WorkReport::NotBegun(reason) => {
				self.end_work(job);
				tracing::warn!(%job, %reason, "it does not begin; nothing moved");
				self.pauses.not_now(job, WORKING, self.height(), reason);
			}
			WorkReport::Journal(error) => {
				self.end_work(job);
				return Err(error);
			}
		}
		Ok(())
	}

	fn end_work(&mut self, job: JobId) {
		self.work = None;
		self.counts.over(job);
	}

	/// Moves a job on in the journal. Where the journal forbids it, something else was faster; nothing is lost.
	async fn advance(&self, job: JobId, phase: Phase) -> Result<(), JournalError> {
		match self
			.journal
			.off_thread(move |journal| journal.advance(job, &phase))
			.await
		{
			Err(error @ JournalError::IllegalStep { .. }) => {
				tracing::error!("{error}");
				Ok(())
			}
			result => result,
		}
	}
}
