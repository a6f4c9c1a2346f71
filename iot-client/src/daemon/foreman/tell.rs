//! Tells of the jobs as they change, and shows how the machine is.

use super::Foreman;
use crate::{
	chain::{
		types::{Job, JobState},
		ChainError, Head,
	},
	daemon::{
		news::{JobNews, What},
		site::NOBODY,
		status::Snapshot,
	},
};

/// What to know while governance has paused agreements.
const PAUSED: &str = "agreements are paused by the chain's governance: their clock stands still and no deadline is enforced; work goes on";

impl Foreman {
	/// Tells of a job's state when it is another one than before.
	pub(super) fn tell_state(&mut self, head: &Head, job: &Job) {
		if self.told.insert(job.id, job.state) == Some(job.state) {
			return;
		}
		let state = match job.state {
			JobState::Settled(outcome) => format!("settled: {}", outcome.words()),
			state => state.name().to_owned(),
		};
		tracing::info!(job = %job.id, block = head.block.number, "{state}");
		self.site.herald.tell(
			job.id.0,
			What::Job(JobNews::State {
				state,
				block: head.block.number,
			}),
		);
	}

	/// Says once that the agreement clock stands still, and that it goes on.
	pub(super) fn note_pause(&mut self, paused: bool) {
		match (self.paused, paused) {
			(false, true) => tracing::warn!("{PAUSED}"),
			(true, false) => tracing::info!("agreements go on, and with them their deadlines"),
			_ => {}
		}
		self.paused = paused;
	}

	/// Shows how things are.
	pub(super) async fn show(&self) {
		let mut snapshot = self.site.snapshot();
		let behind = |trouble: &ChainError| matches!(trouble, ChainError::Behind { .. });
		snapshot.not_ready = self.why_not_ready(&snapshot);
		let chain = self
			.site
			.chain
			.trouble()
			.filter(|trouble| !trouble.passes_by_itself() || behind(trouble))
			.or_else(|| self.behind.clone());
		let board = snapshot.board.trouble.clone();
		let standing = self.standing.trouble().map(str::to_owned);
		let troubles = chain
			.map(|trouble| trouble.to_string())
			.into_iter()
			.chain(board)
			.chain(standing)
			.chain(self.paused.then(|| PAUSED.to_owned()))
			.chain(self.key_trouble.clone())
			.chain(self.no_space.clone())
			.chain(self.site.notices.complaints());
		snapshot.alarms = troubles.chain(self.pauses.complaints()).collect();
		snapshot.machine = self.machine.as_ref().map(ToString::to_string);
		snapshot.jobs = self.shown.clone();
		snapshot.in_flight = u32::try_from(self.submitter.in_flight()).ok();
		snapshot.stopping = self.stopping.is_some();
		self.site.show(snapshot).await;
	}

	/// What keeps the machine from orders: whoever could mend it may be asked, or another machine.
	fn why_not_ready(&self, now: &Snapshot) -> Vec<String> {
		let no_node = (!now.chain.connected).then(|| NOBODY.to_owned());
		let behind = self.behind.as_ref().map(ToString::to_string);
		let standing = self.standing.trouble().map(str::to_owned);
		let no_space = self.no_space.clone();
		let troubles = [no_node, behind, now.board.trouble.clone(), standing, no_space];
		troubles.into_iter().flatten().collect()
	}
}
