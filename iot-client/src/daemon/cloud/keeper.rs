//! The thread that puts things into the outbox: it may wait for the disk, and nobody else has to.

use super::feed::event_of;
use crate::daemon::status::now_ms;
use iot_outbox::{Lane, NewMessage, Outbox, OutboxError};
use serde_json::json;
use std::{
	collections::VecDeque,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

/// What may wait for the disk.
const QUEUE: usize = 64;
/// Alarms and events that are kept in memory while the disk takes nothing; then the oldest go.
const MOST_KEPT: usize = 256;
/// How often it is said that the disk takes nothing, and what was lost for that.
const SAY_AGAIN: Duration = Duration::from_secs(60);
/// The event that tells of it.
const NOT_KEPT: &str = "not-kept";

/// Messages that never came into the outbox.
#[derive(Debug, Default)]
struct Lost {
	/// All since the start.
	messages: u64,
	/// Those that the cloud was not told of, and between which times they were.
	untold: u64,
	from_ms: u64,
	to_ms: u64,
}

impl Lost {
	fn note(&mut self, at_ms: u64) {
		self.messages = self.messages.saturating_add(1);
		if self.untold == 0 {
			(self.from_ms, self.to_ms) = (at_ms, at_ms);
		}
		self.untold = self.untold.saturating_add(1);
		self.from_ms = self.from_ms.min(at_ms);
		self.to_ms = self.to_ms.max(at_ms);
	}
}

fn locked(lost: &Mutex<Lost>) -> MutexGuard<'_, Lost> {
	lost.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For the thread.
enum Errand {
	Put(NewMessage),
	Tend,
}

/// Puts things into the outbox. Never waits.
#[derive(Clone, Debug)]
pub(super) struct Keeper {
	errands: mpsc::Sender<Errand>,
	lost: Arc<Mutex<Lost>>,
}

impl Keeper {
	/// Starts the thread, and gives what is closed when it has ended: when the last keeper is gone and all is put.
	pub fn start(outbox: Outbox) -> (Self, oneshot::Receiver<()>) {
		let (errands, errands_in) = mpsc::channel(QUEUE);
		let lost = Arc::<Mutex<Lost>>::default();
		let thread = Thread {
			outbox,
			kept: VecDeque::new(),
			lost: lost.clone(),
			said: None,
			told: None,
		};
		let (ending, ended) = oneshot::channel();
		std::thread::spawn(move || {
			thread.run(errands_in);
			drop(ending);
		});
		(Self { errands, lost }, ended)
	}

	/// Puts a message. When the disk is so slow that too many wait, it is lost, and counted.
	pub fn put(&self, lane: Lane, at_ms: u64, topic: &str, body: Vec<u8>) {
		let message = NewMessage {
			lane,
			at_ms,
			topic: topic.to_owned(),
			body,
		};
		if self.errands.try_send(Errand::Put(message)).is_err() {
			locked(&self.lost).note(at_ms);
		}
	}

	/// Has the outbox do what is due by time.
	pub fn tend(&self) {
		// When many wait, the next one will do.
		let _ = self.errands.try_send(Errand::Tend);
	}

	/// Messages that never came into the outbox, since the start.
	pub fn lost(&self) -> u64 {
		locked(&self.lost).messages
	}
}

struct Thread {
	outbox: Outbox,
	/// What the disk did not take and is worth another try.
	kept: VecDeque<NewMessage>,
	lost: Arc<Mutex<Lost>>,
	said: Option<Instant>,
	/// When the cloud was last told of what was lost.
	told: Option<Instant>,
}

impl Thread {
	fn run(mut self, mut errands: mpsc::Receiver<Errand>) {
		while let Some(errand) = errands.blocking_recv() {
			self.put_kept();
			let done = match errand {
				Errand::Put(message) => self.put(message),
				Errand::Tend => self.outbox.tend().and_then(|()| self.tell(false)),
			};
			if let Err(error) = done {
				self.complain(&error);
			}
		}
		self.put_kept();
		if let Err(error) = self.tell(true).and_then(|()| self.outbox.sync()) {
			self.complain(&error);
		}
	}

	/// Puts an event about what never came into the outbox, if there is something to tell; now and then, or at `once`.
	fn tell(&mut self, once: bool) -> Result<(), OutboxError> {
		let (untold, from_ms, to_ms) = {
			let lost = locked(&self.lost);
			(lost.untold, lost.from_ms, lost.to_ms)
		};
		if untold == 0 || !once && self.told.is_some_and(|told| told.elapsed() < SAY_AGAIN) {
			return Ok(());
		}
		let event = json!({ "event": NOT_KEPT, "messages": untold, "from": from_ms, "to": to_ms });
		self.outbox.put(event_of(event, now_ms()))?;
		self.told = Some(Instant::now());
		// More may have been lost meanwhile: they are told next, with times that begin too early.
		let mut lost = locked(&self.lost);
		lost.untold = lost.untold.saturating_sub(untold);
		Ok(())
	}

	fn put(&mut self, message: NewMessage) -> Result<(), OutboxError> {
		let at_ms = message.at_ms;
		let again = (message.lane != Lane::Reading).then(|| message.clone());
		let Err(error) = self.outbox.put(message) else {
			return Ok(());
		};
		let passes = matches!(error, OutboxError::DiskFull { .. } | OutboxError::Store { .. });
		match again.filter(|_| passes) {
			Some(message) => {
				if self.kept.len() >= MOST_KEPT {
					let oldest = self.kept.pop_front();
					locked(&self.lost).note(oldest.map_or(at_ms, |oldest| oldest.at_ms));
				}
				self.kept.push_back(message);
			}
			None => {
				let mut lost = locked(&self.lost);
				lost.note(at_ms);
				// The outbox tells itself of what it refused.
				if matches!(error, OutboxError::NoRoom { .. }) {
					lost.untold = lost.untold.saturating_sub(1);
				}
			}
		}
		Err(error)
	}

	fn put_kept(&mut self) {
		while let Some(message) = self.kept.pop_front() {
			if self.outbox.put(message.clone()).is_err() {
				self.kept.push_front(message);
				return;
			}
		}
	}

	fn complain(&mut self, error: &OutboxError) {
		if self.said.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
			self.said = Some(Instant::now());
			tracing::warn!(%error, "the outbox takes nothing now; the machine goes on");
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use iot_outbox::{InFlight, Limits, SystemClock};
	use serde_json::Value;

	#[test]
	fn what_never_came_into_the_outbox_is_told_when_something_does() {
		let dir = tempfile::tempdir().unwrap();
		let limits = Limits {
			max_message_bytes: 1_000,
			..Limits::default()
		};
		let outbox = Outbox::open(&dir.path().join("outbox"), limits, Arc::new(SystemClock::new())).unwrap();
		let lost = Arc::<Mutex<Lost>>::default();
		let mut thread = Thread {
			outbox: outbox.clone(),
			kept: VecDeque::new(),
			lost: lost.clone(),
			said: None,
			told: None,
		};
		let next = || outbox.next(&InFlight::new(), 10, 100_000).unwrap();
		thread.tell(true).unwrap();
		assert_eq!(next(), []);
		for at_ms in [7, 5, 9] {
			let message = NewMessage {
				lane: Lane::Reading,
				at_ms,
				topic: "readings".to_owned(),
				body: vec![0; 1_001],
			};
			thread.put(message).unwrap_err();
		}
		thread.tell(false).unwrap();
		// Not again before its time, and never twice.
		thread.tell(false).unwrap();
		thread.tell(true).unwrap();
		let told = next();
		assert_eq!(told.len(), 1);
		let event: Value = serde_json::from_slice(&told[0].body).unwrap();
		let parts = ["event", "messages", "from", "to"].map(|part| event[part].clone());
		assert_eq!(parts, [json!(NOT_KEPT), json!(3), json!(5), json!(9)]);
		assert_eq!(locked(&lost).messages, 3);
	}
}
