use super::*;
use crate::{
	amount::Amount,
	asset::Asset,
	chain::{
		terms::{Rework, Terms},
		types::{CounterOffer, JobId, MachineId, OfferId, Outcome},
	},
};
use proptest::prelude::*;

fn offer() -> Offer {
	Offer {
		id: OfferId(1),
		machine: MachineId([1; 32]),
		version: 2,
		terms: Terms::example(),
	}
}

/// Three units that take 3000 in all, accept by 1000, deliver by 10 000, review until 20 000.
fn job(state: JobState) -> Job {
	Job {
		state,
		..Job::example(JobId(7))
	}
}

struct Case {
	job: Job,
	offer: Option<Offer>,
	phase: Option<Phase>,
	now: u64,
	paused: bool,
	pace: Pace,
	ahead: u64,
	board_ready: bool,
	running: Running,
	by_hand: bool,
}

impl Case {
	fn new(state: JobState, phase: Option<Phase>) -> Self {
		Self {
			job: job(state),
			offer: Some(offer()),
			phase,
			now: 500,
			paused: false,
			pace: Pace::default(),
			ahead: 0,
			board_ready: true,
			running: Running::Idle,
			by_hand: false,
		}
	}

	fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
		change(&mut self);
		self
	}

	fn decide(&self) -> Action {
		Situation {
			job: &self.job,
			offer: self.offer.as_ref(),
			phase: self.phase.as_ref(),
			now: self.now,
			paused: self.paused,
			pace: self.pace,
			ahead: self.ahead,
			board_ready: self.board_ready,
			running: self.running,
			by_hand: self.by_hand,
		}
		.decide()
	}
}

fn ready() -> Option<Phase> {
	Some(Phase::Ready { work_ms: 3_000 })
}

fn moving() -> Option<Phase> {
	Some(Phase::Moving { units_done: 1 })
}

fn finished() -> Option<Phase> {
	Some(Phase::Finished {
		units: 3,
		result: H256([5; 32]),
	})
}

fn failed() -> Option<Phase> {
	Some(Phase::Failed {
		reason: "stalled".to_owned(),
	})
}

fn refused() -> Option<Phase> {
	Some(Phase::Refused {
		reason: "unknown channel".to_owned(),
	})
}

fn gives_up(action: &Action, word: &str) -> bool {
	matches!(action, Action::GiveUp(reason) if reason.contains(word))
}

fn declines(action: &Action, word: &str) -> bool {
	matches!(action, Action::Decline(reason) if reason.contains(word))
}

#[test]
fn an_order_is_examined_then_accepted() {
	use JobState::Ordered;
	assert_eq!(Case::new(Ordered, None).decide(), Action::Examine);
	assert_eq!(Case::new(Ordered, ready()).decide(), Action::Accept);
	assert_eq!(
		Case::new(Ordered, ready())
			.with(|c| c.running = Running::Other)
			.decide(),
		Action::Accept
	);
}

#[test]
fn an_order_waits_while_the_customer_looks_at_a_counter_offer() {
	let counter = CounterOffer {
		unit_price: 1,
		deliver_by: 9_000,
	};
	let waiting = Case::new(JobState::Ordered, ready()).with(|c| c.job.counter = Some(counter));
	assert!(matches!(waiting.decide(), Action::Wait(_)));
	// The price that the customer agreed to is no longer the offer's.
	let agreed = Case::new(JobState::Ordered, ready()).with(|c| c.job.unit_price = 1);
	assert_eq!(agreed.decide(), Action::Accept);
}

#[test]
fn an_order_waits_for_its_owner_who_wants_to_accept_by_hand() {
	let by_hand = |phase| Case::new(JobState::Ordered, phase).with(|c| c.by_hand = true).decide();
	assert_eq!(by_hand(None), Action::Examine);
	assert!(matches!(by_hand(ready()), Action::Wait(_)));
	assert!(declines(&by_hand(refused()), "unknown channel"));
	// What comes too late is his to counter or decline.
	let late = |by_hand| {
		let late = Case::new(JobState::Ordered, ready()).with(|c| (c.by_hand, c.job.deliver_by) = (by_hand, 3_499));
		late.decide()
	};
	assert!(matches!(late(true), Action::Wait(what) if what.contains("counter")));
	assert!(declines(&late(false), "may take"));
	// What he has accepted goes its way.
	let accepted = Case::new(JobState::Accepted, ready()).with(|c| c.by_hand = true);
	assert_eq!(accepted.decide(), Action::Start);
}

#[test]
fn units_that_were_sent_back_are_worked_on_again_and_delivered_once_more() {
	let sent_back = |phase| {
		Case::new(JobState::Started, phase)
			.with(|c| {
				c.job.result = H256([5; 32]);
				c.job.rework = Some(Rework { rounds: 0, window: 1 });
				(c.job.approved, c.job.units_done) = (1, 1);
			})
			.decide()
	};
	assert_eq!(
		sent_back(finished()),
		Action::Examine,
		"this delivery is known to the chain"
	);
	assert_eq!(sent_back(ready()), Action::Run);
	assert!(gives_up(&sent_back(moving()), "interrupted"));
	let mended = Some(Phase::Finished {
		units: 2,
		result: H256([6; 32]),
	});
	assert_eq!(
		sent_back(mended),
		Action::Deliver {
			units: 2,
			result: H256([6; 32])
		}
	);
}

#[test]
fn an_order_that_is_not_ours_to_do_is_declined_with_the_reason() {
	use JobState::Ordered;
	let changed = |change: fn(&mut Case)| Case::new(Ordered, ready()).with(change).decide();
	for (word, action) in [
		("withdrawn", changed(|c| c.offer = None)),
		("changed", changed(|c| c.job.version = 1)),
		("another machine", changed(|c| c.job.machine = MachineId([9; 32]))),
		("more units", changed(|c| c.job.units = 11)),
		("more units", changed(|c| c.job.units = 0)),
		("asset", changed(|c| c.job.escrow.asset = Asset::Number(7))),
		("bond", changed(|c| c.job.bond = Amount::bpi(2).0)),
		("fee", changed(|c| c.job.rejection_fee = 0)),
		("unknown channel", changed(|c| c.phase = refused())),
		("may take", changed(|c| c.job.deliver_by = 3_499)),
		("may take", changed(|c| c.ahead = 7_000)),
		("record", changed(|c| c.phase = moving())),
		("record", changed(|c| c.phase = finished())),
	] {
		assert!(declines(&action, word), "{word}: {action:?}");
	}
}

#[test]
fn nothing_begins_that_could_miss_the_deadline_by_the_chains_time() {
	let left = |deliver_by, state| Case::new(state, ready()).with(|c| c.job.deliver_by = deliver_by);
	assert_eq!(left(3_500, JobState::Ordered).decide(), Action::Accept, "exactly");
	assert_eq!(left(3_500, JobState::Accepted).decide(), Action::Start);
	assert_eq!(left(3_500, JobState::Started).decide(), Action::Run);
	assert!(gives_up(&left(3_499, JobState::Accepted).decide(), "may take"));
	assert!(gives_up(&left(3_499, JobState::Started).decide(), "may take"));
	// A development chain at 250 ms blocks: 24 times as fast as the clock on the wall.
	let fast = Pace {
		per_second: 24_000,
		latency: 0,
	};
	assert!(gives_up(
		&left(10_000, JobState::Accepted).with(|c| c.pace = fast).decide(),
		"may take"
	));
	assert_eq!(
		left(72_500, JobState::Accepted).with(|c| c.pace = fast).decide(),
		Action::Start
	);
	// Each transaction that is still to come takes its time too.
	let slow = Pace {
		per_second: 1_000,
		latency: 100,
	};
	for (state, transactions) in [(JobState::Ordered, 3), (JobState::Accepted, 2), (JobState::Started, 1)] {
		let at = |deliver_by| left(deliver_by, state).with(|c| c.pace = slow).decide();
		assert!(
			matches!(
				at(3_500 + 100 * transactions),
				Action::Accept | Action::Start | Action::Run
			),
			"{state:?}"
		);
		assert!(
			matches!(at(3_499 + 100 * transactions), Action::Decline(_) | Action::GiveUp(_)),
			"{state:?}"
		);
	}
}

#[test]
fn without_a_board_nothing_is_promised_and_nothing_begins() {
	use JobState::{Accepted, Ordered, Started};
	for (state, phase) in [
		(Ordered, None),
		(Ordered, ready()),
		(Accepted, None),
		(Accepted, ready()),
		(Started, ready()),
	] {
		let action = Case::new(state, phase).with(|c| c.board_ready = false).decide();
		assert_eq!(action, Action::Wait("the board does not answer"), "{state:?}");
	}
}

#[test]
fn jobs_run_one_at_a_time_in_the_order_of_their_promises() {
	let accepted = || Case::new(JobState::Accepted, ready());
	assert_eq!(accepted().decide(), Action::Start);
	assert!(matches!(
		accepted().with(|c| c.running = Running::Other).decide(),
		Action::Wait(_)
	));
	assert!(matches!(accepted().with(|c| c.ahead = 10).decide(), Action::Wait(_)));
}

#[test]
fn a_restart_with_an_accepted_job_goes_on() {
	assert_eq!(Case::new(JobState::Accepted, ready()).decide(), Action::Start);
	assert_eq!(
		Case::new(JobState::Accepted, None).decide(),
		Action::Examine,
		"journal lost: checked again"
	);
	assert!(gives_up(
		&Case::new(JobState::Accepted, refused()).decide(),
		"unknown channel"
	));
	assert!(gives_up(&Case::new(JobState::Accepted, failed()).decide(), "stalled"));
	assert!(gives_up(
		&Case::new(JobState::Accepted, moving()).decide(),
		"before its start"
	));
}

#[test]
fn a_restart_with_a_started_job_delivers_what_is_proved_done_and_gives_up_the_rest() {
	let started = |phase| Case::new(JobState::Started, phase).decide();
	assert_eq!(
		started(finished()),
		Action::Deliver {
			units: 3,
			result: H256([5; 32])
		}
	);
	assert!(gives_up(&started(moving()), "interrupted after 1 of 3"));
	assert!(gives_up(&started(None), "no record"));
	assert!(gives_up(&started(failed()), "stalled"));
	assert_eq!(
		started(ready()),
		Action::Run,
		"the journal proves that nothing moved yet"
	);
}

#[test]
fn a_running_job_is_left_alone_until_its_deadline() {
	let running = |now| {
		Case::new(JobState::Started, moving())
			.with(|c| {
				c.running = Running::This;
				c.now = now;
			})
			.decide()
	};
	assert_eq!(running(10_000), Action::Wait("the machine works"));
	assert_eq!(running(10_001), Action::Abort("the delivery deadline has passed"));
}

#[test]
fn a_job_that_ends_on_the_chain_stops_the_machine() {
	let settled = |running| {
		Case::new(JobState::Settled(Outcome::NotDelivered), moving())
			.with(|c| c.running = running)
			.decide()
	};
	assert!(matches!(settled(Running::This), Action::Abort(_)));
	assert_eq!(settled(Running::Idle), Action::Close);
	assert_eq!(settled(Running::Other), Action::Close);
}

#[test]
fn passed_deadlines_are_called_in() {
	for (state, deadline) in [
		(JobState::Ordered, 1_000),
		(JobState::Accepted, 10_000),
		(JobState::Started, 10_000),
		(JobState::Delivered, 20_000),
		(JobState::Rejected, 30_000),
	] {
		let at = |now| Case::new(state, finished()).with(|c| c.now = now).decide();
		assert_ne!(at(deadline), Action::Expire, "{state:?}");
		assert_eq!(at(deadline + 1), Action::Expire, "{state:?}");
	}
}

#[test]
fn no_deadline_is_called_in_while_agreements_are_paused() {
	for state in [
		JobState::Ordered,
		JobState::Accepted,
		JobState::Started,
		JobState::Delivered,
		JobState::Rejected,
	] {
		let at = |now, paused| {
			let late = Case::new(state, finished()).with(|c| (c.now, c.paused) = (now, paused));
			late.decide()
		};
		assert_eq!(at(30_001, true), Action::Wait(PAUSED), "{state:?}");
		// Whatever else there is to do is done.
		assert_eq!(at(500, true), at(500, false), "{state:?}");
	}
	let late = Case::new(JobState::Started, moving()).with(|c| {
		(c.now, c.paused, c.running) = (10_001, true, Running::This);
	});
	assert!(
		matches!(late.decide(), Action::Abort(_)),
		"its work is worth nothing any more"
	);
}

fn any_phase() -> impl Strategy<Value = Option<Phase>> {
	prop_oneof![
		Just(None),
		Just(ready()),
		Just(moving()),
		Just(finished()),
		Just(failed()),
		Just(refused())
	]
}

fn any_state() -> impl Strategy<Value = JobState> {
	prop_oneof![
		Just(JobState::Ordered),
		Just(JobState::Accepted),
		Just(JobState::Started),
		Just(JobState::Delivered),
		Just(JobState::Rejected),
		Just(JobState::Disputed),
		Just(JobState::Settled(Outcome::Completed)),
	]
}

proptest! {
	/// Whatever the situation: motion only for a started job that has never moved, in time, on a ready board that is
	/// doing nothing else; delivery only of what the journal proves.
	#[test]
	fn never_runs_twice_and_never_delivers_unproved(
		state in any_state(),
		phase in any_phase(),
		now in 0u64..30_000,
		ahead in 0u64..5_000,
		board_ready: bool,
		running in prop_oneof![Just(Running::Idle), Just(Running::This), Just(Running::Other)],
		with_offer: bool,
	) {
		let case = Case::new(state, phase.clone()).with(|c| {
			(c.now, c.ahead, c.board_ready, c.running) = (now, ahead, board_ready, running);
			c.offer = with_offer.then(offer);
		});
		let proved = matches!(phase, Some(Phase::Finished { .. }));
		match case.decide() {
			Action::Run => {
				prop_assert_eq!(state, JobState::Started);
				prop_assert_eq!(phase, ready());
				prop_assert!(board_ready && running == Running::Idle && now + 3_000 + ahead <= 10_000);
			},
			Action::Deliver { .. } => prop_assert!(proved && state == JobState::Started && now <= 10_000),
			Action::GiveUp(_) => prop_assert!(!(proved && state == JobState::Started)),
			Action::Accept => prop_assert!(state == JobState::Ordered && with_offer && phase == ready()),
			_ => {},
		}
	}
}
