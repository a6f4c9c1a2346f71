//! The thread that opens the outbox and puts things into it: it may wait for the disk, and nobody else has to.

use super::{feed::event_of, OUTBOX};
use crate::daemon::{
	notices::Notices,
	status::{now_ms, CloudStatus},
};
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
/// Between two attempts to open the outbox: the first is made again soon, and each is half as frequent as the one before..
const SOONEST: Duration = Duration::from_secs(1);
/// .. but not less than this,
const LATEST: Duration = Duration::from_secs(60);
/// or this when somebody has to do something first: what is there may be read as a whole each time.
const RARELY: Duration = Duration::from_secs(600);

/// Opens the outbox.
pub(super) type Opening = Box<dyn FnMut() -> Result<Outbox, OutboxError> + Send>;

/// Messages that never came into the outbox.
#[derive(Debug, Default)]
struct Lost {
	/// All since the start.
	messages: u64,
	/// Those that the cloud was not told of, and between which times they were.
	untold: u64,
	from_ms: u64,
	to_ms: u64,
	/// Readings and events of the board that were missed before they were in a message, and that the cloud was not told of.
	missed: u64,
}

impl Lost {
	fn note(&mut self, at_ms: u64) {
		self.messages = self.messages.saturating_add(1);
		self.stretch(at_ms);
		self.untold = self.untold.saturating_add(1);
	}

	fn miss(&mut self, missed: u64, at_ms: u64) {
		self.stretch(at_ms);
		self.missed = self.missed.saturating_add(missed);
	}

	fn is_told(&self) -> bool {
		self.untold == 0 && self.missed == 0
	}

	fn stretch(&mut self, at_ms: u64) {
		if self.is_told() {
			(self.from_ms, self.to_ms) = (at_ms, at_ms);
		}
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

/// What a keeper's thread gives.
pub(super) struct Kept {
	/// The outbox, as soon as it is open.
	pub opened: oneshot::Receiver<Outbox>,
	/// Closed when the thread has ended: when the last keeper is gone and all is put.
	pub ended: oneshot::Receiver<()>,
}

impl Keeper {
	/// Starts the thread. As long as the outbox cannot be opened, an alarm and the status say so.
	pub fn start(open: Opening, notices: Arc<Notices>) -> (Self, Kept) {
		let (errands, errands_in) = mpsc::channel(QUEUE);
		let lost = Arc::<Mutex<Lost>>::default();
		let (tell_opened, opened) = oneshot::channel();
		let thread = Thread::new(open, tell_opened, notices, lost.clone());
		let (ending, ended) = oneshot::channel();
		std::thread::spawn(move || {
			thread.run(errands_in);
			drop(ending);
		});
		(Self { errands, lost }, Kept { opened, ended })
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

	/// So many readings and events of the board are in no message, since this computer was too busy to take them.
	pub fn miss(&self, missed: u64) {
		tracing::warn!(missed, "this computer is too busy to take all that the board says");
		locked(&self.lost).miss(missed, now_ms());
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
	open: Opening,
	outbox: Option<Outbox>,
	tell_opened: Option<oneshot::Sender<Outbox>>,
	/// Why it is not open, when it is tried again, and how long that waits.
	closed: Option<Closed>,
	notices: Arc<Notices>,
	/// What the disk did not take and is worth another try.
	kept: VecDeque<NewMessage>,
	lost: Arc<Mutex<Lost>>,
	said: Option<Instant>,
	/// When the cloud was last told of what was lost.
	told: Option<Instant>,
}

struct Closed {
	error: OutboxError,
	again: Instant,
	wait: Duration,
}

impl Thread {
	fn new(open: Opening, tell_opened: oneshot::Sender<Outbox>, notices: Arc<Notices>, lost: Arc<Mutex<Lost>>) -> Self {
		Self {
			open,
			outbox: None,
			tell_opened: Some(tell_opened),
			closed: None,
			notices,
			kept: VecDeque::new(),
			lost,
			said: None,
			told: None,
		}
	}

	fn run(mut self, mut errands: mpsc::Receiver<Errand>) {
		// What is wrong is told, and tried again with the errands.
		let _ = self.outbox();
		while let Some(errand) = errands.blocking_recv() {
			self.put_kept();
			let done = match errand {
				Errand::Put(message) => self.put(message),
				Errand::Tend => self.tend(),
			};
			if let Err(error) = done {
				self.complain(&error);
			}
		}
		self.put_kept();
		let Some(outbox) = self.outbox.clone() else { return };
		if let Err(error) = self.tell(true).and_then(|()| outbox.sync()) {
			self.complain(&error);
		}
	}

	fn tend(&mut self) -> Result<(), OutboxError> {
		let outbox = self.outbox()?;
		outbox.tend()?;
		self.tell(false)
	}

	/// The open outbox; opened if it is time to try.
	fn outbox(&mut self) -> Result<Outbox, OutboxError> {
		if let Some(outbox) = &self.outbox {
			return Ok(outbox.clone());
		}
		let wait = match &self.closed {
			Some(closed) if Instant::now() < closed.again => return Err(closed.error.clone()),
			Some(closed) => closed.wait.saturating_mul(2).min(LATEST),
			None => SOONEST,
		};
		match (self.open)() {
			Ok(outbox) => {
				if self.closed.take().is_some() {
					tracing::info!("the outbox is open");
					self.notices.trouble(OUTBOX, None);
					// As it is now, the line shows.
					self.notices.forget_cloud();
				}
				self.outbox = Some(outbox.clone());
				if let Some(tell) = self.tell_opened.take() {
					// Nobody waits for it any more when all is about to end.
					let _ = tell.send(outbox.clone());
				}
				Ok(outbox)
			}
			Err(error) => {
				self.stays_closed(&error, wait);
				Err(error)
			}
		}
	}

	fn stays_closed(&mut self, error: &OutboxError, wait: Duration) {
		let text = format!("nothing is kept for the cloud, and it is told nothing: {error}; it is tried again");
		if self.closed.as_ref().is_none_or(|closed| closed.error != *error) {
			tracing::error!("{text}");
		}
		self.notices.show_cloud(CloudStatus {
			trouble: Some(text.clone()),
			disk_full: matches!(error, OutboxError::DiskFull { .. }),
			lost: locked(&self.lost).messages,
			..CloudStatus::default()
		});
		self.notices.trouble(OUTBOX, Some(text));
		let passes = passes(error) || matches!(error, OutboxError::InUse(_));
		self.closed = Some(Closed {
			error: error.clone(),
			again: Instant::now() + if passes { wait } else { RARELY },
			wait,
		});
	}

	/// Puts an event about what never came into the outbox, if there is something to tell; now and then, or at `once`.
	fn tell(&mut self, once: bool) -> Result<(), OutboxError> {
		let (all_told, untold, missed, from_ms, to_ms) = {
			let lost = locked(&self.lost);
			(lost.is_told(), lost.untold, lost.missed, lost.from_ms, lost.to_ms)
		};
		if all_told || !once && self.told.is_some_and(|told| told.elapsed() < SAY_AGAIN) {
			return Ok(());
		}
		let event = json!({
			"event": NOT_KEPT, "messages": untold, "missed": missed, "from": from_ms, "to": to_ms,
		});
		self.outbox()?.put(event_of(event, now_ms()))?;
		self.told = Some(Instant::now());
		// More may have been lost meanwhile: they are told next, with times that begin too early.
		let mut lost = locked(&self.lost);
		lost.untold = lost.untold.saturating_sub(untold);
		lost.missed = lost.missed.saturating_sub(missed);
		Ok(())
	}

	fn put(&mut self, message: NewMessage) -> Result<(), OutboxError> {
		let at_ms = message.at_ms;
		let again = (message.lane != Lane::Reading).then(|| message.clone());
		let Err(error) = self.outbox().and_then(|outbox| outbox.put(message)) else {
			return Ok(());
		};
		let passes = self.outbox.is_none() || passes(&error);
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
		let Ok(outbox) = self.outbox() else { return };
		while let Some(message) = self.kept.pop_front() {
			if outbox.put(message.clone()).is_err() {
				self.kept.push_front(message);
				return;
			}
		}
	}

	fn complain(&mut self, error: &OutboxError) {
		// That it is not open was said.
		if self.outbox.is_some() && self.said.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
			self.said = Some(Instant::now());
			tracing::warn!(%error, "the outbox takes nothing now; the machine goes on");
		}
	}
}

/// Whether it may be otherwise in a while, with nothing done about the outbox itself.
fn passes(error: &OutboxError) -> bool {
	matches!(error, OutboxError::DiskFull { .. } | OutboxError::Store { .. })
}

#[cfg(test)]
mod tests {
	use super::*;
	use iot_outbox::{InFlight, Limits, SystemClock};
	use serde_json::Value;
	use std::path::Path;

	fn thread(open: Opening, folder: &Path) -> (Thread, oneshot::Receiver<Outbox>) {
		let (tell_opened, opened) = oneshot::channel();
		let notices = Arc::new(Notices::new(folder));
		(Thread::new(open, tell_opened, notices, Arc::default()), opened)
	}

	fn message(lane: Lane, at_ms: u64) -> NewMessage {
		NewMessage {
			lane,
			at_ms,
			topic: "topic".to_owned(),
			body: vec![1],
		}
	}

	#[test]
	fn an_outbox_that_finds_no_space_is_said_and_is_taken_into_use_when_there_is_some() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("outbox");
		let full = OutboxError::DiskFull { path: path.clone() };
		let mut answers = vec![Err(full.clone()), Err(full)];
		let (mut thread, mut opened) = thread(
			Box::new(move || match answers.pop() {
				Some(answer) => answer,
				None => Outbox::open(&path, Limits::default(), Arc::new(SystemClock::new())),
			}),
			dir.path(),
		);
		thread.put(message(Lane::Alarm, 1)).unwrap_err();
		let said = |thread: &Thread| (thread.notices.complaints(), thread.notices.cloud().unwrap());
		let (complaints, status) = said(&thread);
		assert!(
			complaints[0].contains("is full") && complaints[0].contains("free some space"),
			"{complaints:?}"
		);
		assert!(status.disk_full && status.trouble.as_ref() == Some(&complaints[0]));
		// Not before its time.
		thread.put(message(Lane::Reading, 2)).unwrap_err();
		thread.tend().unwrap_err();
		let due = |thread: &mut Thread| {
			let closed = thread.closed.as_mut().unwrap();
			closed.again = Instant::now();
			closed.wait
		};
		assert_eq!(due(&mut thread), SOONEST);
		thread.tend().unwrap_err();
		assert_eq!(due(&mut thread), SOONEST * 2);
		assert!(opened.try_recv().is_err());
		thread.put_kept();
		thread.tend().unwrap();
		assert!(thread.notices.complaints().is_empty());
		// The alarm has waited; of the reading the cloud is told.
		let found = opened.try_recv().unwrap().next(&InFlight::new(), 10, 100_000).unwrap();
		let lanes: Vec<_> = found.iter().map(|message| message.lane).collect();
		assert_eq!(lanes, [Lane::Alarm, Lane::Event]);
		let event: Value = serde_json::from_slice(&found[1].body).unwrap();
		assert_eq!((&event["event"], &event["messages"]), (&json!(NOT_KEPT), &json!(1)));
	}

	#[test]
	fn what_is_no_outbox_is_not_read_again_and_again() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("outbox");
		std::fs::write(&path, b"letters to a friend").unwrap();
		let open = move || Outbox::open(&path, Limits::default(), Arc::new(SystemClock::new()));
		let (mut thread, _opened) = thread(Box::new(open), dir.path());
		thread.tend().unwrap_err();
		let closed = thread.closed.as_ref().unwrap();
		assert!(closed.again > Instant::now() + LATEST);
		let complaints = thread.notices.complaints();
		assert!(complaints[0].contains("is not an outbox"), "{complaints:?}");
		assert!(!thread.notices.cloud().unwrap().disk_full);
	}

	#[test]
	fn what_never_came_into_the_outbox_is_told_when_something_does() {
		let dir = tempfile::tempdir().unwrap();
		let limits = Limits {
			max_message_bytes: 1_000,
			..Limits::default()
		};
		let outbox = Outbox::open(&dir.path().join("outbox"), limits, Arc::new(SystemClock::new())).unwrap();
		let opened = outbox.clone();
		let (mut thread, _opened) = thread(Box::new(move || Ok(opened.clone())), dir.path());
		let lost = thread.lost.clone();
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
		locked(&lost).miss(4, 11);
		thread.tell(false).unwrap();
		// Not again before its time, and never twice.
		thread.tell(false).unwrap();
		thread.tell(true).unwrap();
		let told = next();
		assert_eq!(told.len(), 1);
		let event: Value = serde_json::from_slice(&told[0].body).unwrap();
		let parts = ["event", "messages", "missed", "from", "to"].map(|part| event[part].clone());
		assert_eq!(parts, [json!(NOT_KEPT), json!(3), json!(4), json!(5), json!(11)]);
		assert_eq!(locked(&lost).messages, 3);
	}
}
