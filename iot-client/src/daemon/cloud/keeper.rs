//! The thread that puts things into the outbox: it may wait for the disk, and nobody else has to.

use iot_outbox::{Lane, NewMessage, Outbox, OutboxError};
use std::{
	collections::VecDeque,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

/// What may wait for the disk.
const QUEUE: usize = 64;
/// Alarms and events that are kept in memory while the disk takes nothing; then the oldest go.
const MOST_KEPT: usize = 256;
/// How often it is said that the disk takes nothing.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// For the thread.
enum Errand {
	Put(NewMessage),
	Tend,
}

/// Puts things into the outbox. Never waits.
#[derive(Clone, Debug)]
pub(super) struct Keeper {
	errands: mpsc::Sender<Errand>,
	lost: Arc<AtomicU64>,
}

impl Keeper {
	/// Starts the thread, and gives what is closed when it has ended: when the last keeper is gone and all is put.
	pub fn start(outbox: Outbox) -> (Self, oneshot::Receiver<()>) {
		let (errands, errands_in) = mpsc::channel(QUEUE);
		let lost = Arc::new(AtomicU64::new(0));
		let thread = Thread {
			outbox,
			kept: VecDeque::new(),
			lost: lost.clone(),
			said: None,
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
			self.lost.fetch_add(1, Ordering::Relaxed);
		}
	}

	/// Has the outbox do what is due by time.
	pub fn tend(&self) {
		// When many wait, the next one will do.
		let _ = self.errands.try_send(Errand::Tend);
	}

	/// Messages that never came into the outbox, since the start.
	pub fn lost(&self) -> u64 {
		self.lost.load(Ordering::Relaxed)
	}
}

struct Thread {
	outbox: Outbox,
	/// What the disk did not take and is worth another try.
	kept: VecDeque<NewMessage>,
	lost: Arc<AtomicU64>,
	said: Option<Instant>,
}

impl Thread {
	fn run(mut self, mut errands: mpsc::Receiver<Errand>) {
		while let Some(errand) = errands.blocking_recv() {
			self.put_kept();
			let done = match errand {
				Errand::Put(message) => self.put(message),
				Errand::Tend => self.outbox.tend(),
			};
			if let Err(error) = done {
				self.complain(&error);
			}
		}
		self.put_kept();
		if let Err(error) = self.outbox.sync() {
			self.complain(&error);
		}
	}

	fn put(&mut self, message: NewMessage) -> Result<(), OutboxError> {
		let again = (message.lane != Lane::Reading).then(|| message.clone());
		let Err(error) = self.outbox.put(message) else {
			return Ok(());
		};
		let passes = matches!(error, OutboxError::DiskFull { .. } | OutboxError::Store { .. });
		match again.filter(|_| passes) {
			Some(message) => {
				if self.kept.len() >= MOST_KEPT {
					self.kept.pop_front();
					self.lost.fetch_add(1, Ordering::Relaxed);
				}
				self.kept.push_back(message);
			}
			None => drop(self.lost.fetch_add(1, Ordering::Relaxed)),
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
