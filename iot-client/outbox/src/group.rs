//! Puts that come within a few milliseconds share one write to disk.
//!
//! The first of them leads: it waits a little for others, takes all that came, writes them in one transaction and hands
//! each its result. Those that come meanwhile are taken by the next leader.

use crate::{MessageId, NewMessage, OutboxError};
use std::{
	collections::BTreeMap,
	sync::{Condvar, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

/// The most bytes of one shared write; a put that is larger goes alone.
const MOST_BYTES: u64 = 1024 * 1024;

pub(crate) type Outcome = Result<Vec<MessageId>, OutboxError>;

/// What one caller puts, all or nothing.
pub(crate) struct Job {
	ticket: u64,
	pub(crate) bytes: u64,
	pub(crate) messages: Vec<NewMessage>,
}

#[derive(Default)]
struct Line {
	next_ticket: u64,
	waiting: Vec<Job>,
	/// One that waits wants no waiting.
	urgent: bool,
	led: bool,
	done: BTreeMap<u64, Outcome>,
}

#[derive(Default)]
pub(crate) struct Group {
	line: Mutex<Line>,
	turn: Condvar,
}

impl Group {
	/// Puts `messages` together with what others put meanwhile. `write` gets the jobs and gives an outcome for each.
	pub(crate) fn put(
		&self,
		messages: Vec<NewMessage>,
		gather: Option<Duration>,
		write: impl Fn(&[Job]) -> Vec<Outcome>,
		lost: impl Fn() -> OutboxError,
	) -> Outcome {
		let mut line = self.line();
		let ticket = line.next_ticket;
		line.next_ticket = line.next_ticket.wrapping_add(1);
		let bytes = messages.iter().map(NewMessage::bytes).fold(0, u64::saturating_add);
		line.waiting.push(Job {
			ticket,
			bytes,
			messages,
		});
		if gather.is_none() {
			line.urgent = true;
			self.turn.notify_all();
		}
		loop {
			if let Some(outcome) = line.done.remove(&ticket) {
				return outcome;
			}
			if line.led {
				line = self.turn.wait(line).unwrap_or_else(PoisonError::into_inner);
				continue;
			}
			line.led = true;
			line = self.gather(line, gather);
			let jobs = take(&mut line);
			drop(line);
			let mut lead = Lead {
				group: self,
				tickets: jobs.iter().map(|job| job.ticket).collect(),
				outcomes: Vec::new(),
				lost: &lost,
			};
			lead.outcomes = write(&jobs);
			drop(lead);
			line = self.line();
		}
	}

	fn gather<'a>(&self, line: MutexGuard<'a, Line>, gather: Option<Duration>) -> MutexGuard<'a, Line> {
		match gather {
			Some(time) if !line.urgent => {
				self.turn
					.wait_timeout_while(line, time, |line| !line.urgent)
					.unwrap_or_else(PoisonError::into_inner)
					.0
			}
			_ => line,
		}
	}

	fn line(&self) -> MutexGuard<'_, Line> {
		self.line.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// The first that wait, as many as go into one write; one at least.
fn take(line: &mut Line) -> Vec<Job> {
	let mut bytes = 0_u64;
	let fit = line
		.waiting
		.iter()
		.take_while(|job| {
			let first = bytes == 0;
			bytes = bytes.saturating_add(job.bytes.max(1));
			first || bytes <= MOST_BYTES
		})
		.count();
	let jobs = line.waiting.drain(..fit).collect();
	// Those that are left have waited already.
	line.urgent = !line.waiting.is_empty();
	jobs
}

/// Gives the lead back, and the outcomes out, whatever happened: nobody waits for ever.
struct Lead<'a> {
	group: &'a Group,
	tickets: Vec<u64>,
	outcomes: Vec<Outcome>,
	lost: &'a dyn Fn() -> OutboxError,
}

impl Drop for Lead<'_> {
	fn drop(&mut self) {
		let mut line = self.group.line();
		let mut outcomes = std::mem::take(&mut self.outcomes).into_iter();
		for ticket in &self.tickets {
			let outcome = outcomes.next().unwrap_or_else(|| Err((self.lost)()));
			line.done.insert(*ticket, outcome);
		}
		line.led = false;
		drop(line);
		self.group.turn.notify_all();
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Lane;
	use std::sync::{
		atomic::{AtomicUsize, Ordering},
		Arc, Barrier,
	};

	fn message(topic: &str) -> Vec<NewMessage> {
		vec![NewMessage {
			lane: Lane::Event,
			at_ms: 0,
			topic: topic.to_owned(),
			body: Vec::new(),
		}]
	}

	fn lost() -> OutboxError {
		OutboxError::InUse("lost".into())
	}

	/// An outcome that tells the topic: its length is the id.
	fn outcomes(jobs: &[Job]) -> Vec<Outcome> {
		let id = |job: &Job| {
			Ok(job
				.messages
				.iter()
				.map(|message| MessageId(message.topic.len() as u64))
				.collect())
		};
		jobs.iter().map(id).collect()
	}

	#[test]
	fn those_that_come_while_one_writes_share_the_next_write_each_with_its_outcome() {
		let group = Arc::new(Group::default());
		let writes = Arc::new(AtomicUsize::new(0));
		let (begun, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
		let first = std::thread::spawn({
			let (group, begun, go_on) = (group.clone(), begun.clone(), go_on.clone());
			move || {
				let write = |jobs: &[Job]| {
					begun.wait();
					go_on.wait();
					outcomes(jobs)
				};
				group.put(message("x"), None, write, lost)
			}
		});
		begun.wait();
		let others: Vec<_> = (2..10_usize)
			.map(|length| {
				let (group, writes) = (group.clone(), writes.clone());
				std::thread::spawn(move || {
					let write = |jobs: &[Job]| {
						writes.fetch_add(1, Ordering::SeqCst);
						outcomes(jobs)
					};
					(length, group.put(message(&"x".repeat(length)), None, write, lost))
				})
			})
			.collect();
		while group.line().waiting.len() < 8 {
			std::thread::yield_now();
		}
		go_on.wait();
		assert_eq!(first.join().unwrap(), Ok(vec![MessageId(1)]));
		for other in others {
			let (length, outcome) = other.join().unwrap();
			assert_eq!(outcome, Ok(vec![MessageId(length as u64)]));
		}
		assert_eq!(writes.load(Ordering::SeqCst), 1);
	}

	#[test]
	fn a_leader_that_panics_leaves_nobody_waiting() {
		let group = Arc::new(Group::default());
		let panicking = group.clone();
		std::thread::spawn(move || panicking.put(message("a"), None, |_| panic!("as a test"), lost))
			.join()
			.unwrap_err();
		assert_eq!(group.put(message("ab"), None, outcomes, lost), Ok(vec![MessageId(2)]));
	}

	#[test]
	fn a_large_put_goes_alone_and_the_rest_in_their_order() {
		let mut line = Line::default();
		for (ticket, bytes) in [(0, MOST_BYTES * 2), (1, 10), (2, MOST_BYTES - 10), (3, 1)] {
			line.waiting.push(Job {
				ticket,
				bytes,
				messages: Vec::new(),
			});
		}
		let mut taken = || take(&mut line).iter().map(|job| job.ticket).collect::<Vec<_>>();
		assert_eq!((taken(), taken(), taken()), (vec![0], vec![1, 2], vec![3]));
	}
}
