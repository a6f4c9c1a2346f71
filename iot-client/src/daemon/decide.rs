//! What to do about a job: a pure function of what the chain says, what the journal says and what time it is.
//!
//! It is asked anew at every finalized block and after every restart, so it holds no state of its own: whatever was
//! lost, the next answer is right again. The chain's record is the truth about the agreement, the journal about motion.

use crate::{
	chain::{
		clock::Pace,
		types::{Job, JobState, Offer},
	},
	journal::Phase,
	parse::show_millis,
};
use subxt::utils::H256;

/// What the machine is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Running {
	/// Nothing.
	Idle,
	/// This job, since this process started it.
	This,
	/// Another job.
	Other,
}

/// All that a decision rests on.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
	/// The chain's record of the job.
	pub job: &'a Job,
	/// The chain's record of the offer that it names; `None` when withdrawn.
	pub offer: Option<&'a Offer>,
	/// The journal's record of the job.
	pub phase: Option<&'a Phase>,
	/// The agreement clock at the finalized block.
	pub now: u64,
	/// Agreements are paused: that clock stands still, and no deadline is enforced.
	pub paused: bool,
	/// How that clock runs.
	pub pace: Pace,
	/// The longest that work promised earlier may still take, in milliseconds of this computer.
	pub ahead: u64,
	/// The board answers and its outputs are safe.
	pub board_ready: bool,
	/// What the machine is doing.
	pub running: Running,
	/// The owner accepts orders himself.
	pub by_hand: bool,
}

/// What to do about a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
	/// Nothing, for this reason.
	Wait(&'static str),
	/// Fetch the recipe and check it against order and envelope.
	Examine,
	/// Tell the chain that the machine will do it.
	Accept,
	/// Tell the chain that it will not, for this reason.
	Decline(String),
	/// Tell the chain that work begins.
	Start,
	/// Move.
	Run,
	/// Tell the chain that it is done.
	Deliver {
		/// Units done.
		units: u32,
		/// Hash of the evidence.
		result: H256,
	},
	/// Tell the chain that it will not be done, for this reason: the customer gets the price back, and the bond.
	GiveUp(String),
	/// End the job, whose deadline has passed: after the customer's silence this pays the machine.
	Expire,
	/// Stop moving, outputs safe, for this reason.
	Abort(&'static str),
	/// It is over: forget it.
	Close,
}

impl Action {
	/// Whether something new begins with it that the machine is to do.
	pub fn begins(&self) -> bool {
		matches!(self, Self::Examine | Self::Accept | Self::Start | Self::Run)
	}
}

const NO_BOARD: &str = "the board does not answer";
const PAUSED: &str = "its deadline has passed, but agreements are paused";

impl Situation<'_> {
	/// What to do now.
	pub fn decide(&self) -> Action {
		let job = self.job;
		match job.state {
			JobState::Ordered if self.now > job.accept_by => self.expire(),
			JobState::Ordered => self.ordered(),
			JobState::Accepted if self.now > job.deliver_by => self.expire(),
			JobState::Accepted => self.accepted(),
			JobState::Started => self.started(),
			JobState::Delivered if self.now > job.review_until => self.expire(),
			JobState::Delivered => Action::Wait("the customer looks at the units"),
			JobState::Rejected if self.now > job.challenge_until => self.expire(),
			JobState::Rejected => Action::Wait("units were rejected: `dispute` it, or `concede`, or wait"),
			JobState::Disputed => Action::Wait("the arbiter decides"),
			JobState::Settled(_) if self.running == Running::This => Action::Abort("the job has ended on the chain"),
			JobState::Settled(_) => Action::Close,
		}
	}

	/// A passed deadline ends the job, unless agreements are paused. The chain may be faster: then there is nothing to do.
	fn expire(&self) -> Action {
		match self.paused {
			true => Action::Wait(PAUSED),
			false => Action::Expire,
		}
	}

	fn ordered(&self) -> Action {
		if let Some(reason) = self.mismatch() {
			return Action::Decline(reason.to_owned());
		}
		match self.phase {
			None => self.examine(),
			Some(Phase::Refused { reason }) => Action::Decline(reason.clone()),
			Some(Phase::Ready { work_ms }) => match self.too_late(*work_ms, 3) {
				_ if self.job.counter.is_some() => Action::Wait("the customer looks at the counter-offer"),
				// A later deadline is his to propose.
				Some(_) if self.by_hand => Action::Wait(
					"too little time is left for the work: `counter` with a later deadline, or `decline` it",
				),
				Some(reason) => Action::Decline(reason),
				None if !self.board_ready => Action::Wait(NO_BOARD),
				None if self.by_hand => {
					Action::Wait("the owner accepts orders by hand: `accept` it, `decline` it, or `counter`")
				}
				None => Action::Accept,
			},
			// The chain says that work never began: the journal is of another life of this chain.
			Some(_) => Action::Decline("the machine has a record of this job already".to_owned()),
		}
	}

	/// A recipe is checked against the channels of the board, so there must be one.
	fn examine(&self) -> Action {
		match self.board_ready {
			true => Action::Examine,
			false => Action::Wait(NO_BOARD),
		}
	}

	/// How the order differs from the offer that it names.
	fn mismatch(&self) -> Option<&'static str> {
		let job = self.job;
		let Some(offer) = self.offer else {
			return Some("the offer was withdrawn");
		};
		if offer.machine != job.machine {
			return Some("the offer is another machine's");
		}
		if offer.version != job.version {
			return Some("the offer has changed since the order");
		}
		let terms = &offer.terms;
		if job.escrow.asset != terms.asset {
			return Some("price and bond are not in the offer's asset");
		}
		if job.units == 0 || job.units > terms.max_units {
			return Some("more units than the offer allows");
		}
		// The price may be another one: the machine's side has proposed it then, and nobody else can.
		if job.bond != terms.bond || job.rejection_fee != terms.rejection_fee {
			return Some("bond or fee are not the offer's");
		}
		None
	}

	fn accepted(&self) -> Action {
		match self.phase {
			None => self.examine(),
			Some(Phase::Refused { reason } | Phase::Failed { reason }) => Action::GiveUp(reason.clone()),
			Some(Phase::Ready { work_ms }) => match self.too_late(*work_ms, 2) {
				Some(reason) => Action::GiveUp(reason),
				None if self.running != Running::Idle => Action::Wait("another job is running"),
				None if self.ahead > 0 => Action::Wait("an earlier job is not done yet"),
				None if !self.board_ready => Action::Wait(NO_BOARD),
				None => Action::Start,
			},
			Some(Phase::Moving { .. } | Phase::Finished { .. }) => {
				Action::GiveUp("the machine has moved for this job before its start".to_owned())
			}
		}
	}

	fn started(&self) -> Action {
		let late = self.now > self.job.deliver_by;
		match self.phase {
			_ if late && self.running == Running::This => Action::Abort("the delivery deadline has passed"),
			_ if late => self.expire(),
			_ if self.running == Running::This => Action::Wait("the machine works"),
			None => Action::GiveUp("the machine has no record of this job".to_owned()),
			Some(Phase::Ready { work_ms }) => match self.too_late(*work_ms, 1) {
				Some(reason) => Action::GiveUp(reason),
				None if self.running == Running::Other => Action::Wait("another job is running"),
				None if !self.board_ready => Action::Wait(NO_BOARD),
				None => Action::Run,
			},
			// Not running in this process: it was interrupted, and nobody knows within which movement.
			Some(Phase::Moving { units_done }) => {
				Action::GiveUp(format!("interrupted after {units_done} of {} units", self.job.to_do()))
			}
			// It was delivered, and units were sent back.
			Some(Phase::Finished { result, .. }) if *result == self.job.result => self.examine(),
			Some(Phase::Finished { units, result }) => Action::Deliver {
				units: *units,
				result: *result,
			},
			Some(Phase::Refused { reason } | Phase::Failed { reason }) => Action::GiveUp(reason.clone()),
		}
	}

	/// Why the work could miss the deadline, if it could: by the chain's time, for the longest that it can take, and with
	/// so many transactions still to come.
	fn too_late(&self, work_ms: u64, transactions: u64) -> Option<String> {
		let needed = needed(self.pace, work_ms.saturating_add(self.ahead), transactions);
		let left = self.job.deliver_by.saturating_sub(self.now);
		(needed > left).then(|| {
			format!(
				"the work may take {} and only {} are left",
				show_millis(needed),
				show_millis(left)
			)
		})
	}
}

/// Chain milliseconds that pass during `work_ms` of this computer and so many transactions, one after the other.
pub(super) fn needed(pace: Pace, work_ms: u64, transactions: u64) -> u64 {
	let work = work_ms.saturating_mul(pace.per_second) / 1_000;
	work.saturating_add(pace.latency.saturating_mul(transactions))
}

#[cfg(test)]
mod tests;
