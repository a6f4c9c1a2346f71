//! What the rest of the client holds of the board bridge.

use super::{BoardError, BoardInfo, Command, LinkId};
use bpiiot_protocol::{Ack, AckResult, EventKind, Status};
use std::{
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use tokio::{
	sync::{broadcast, mpsc, oneshot, watch, OwnedSemaphorePermit, Semaphore},
	time::timeout,
};

/// Commands that wait for their turn.
const ORDER_QUEUE: usize = 8;
/// Signals that a slow listener may be behind before it loses some.
const SIGNAL_QUEUE: usize = 1024;

/// Whether there is a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardState {
	/// Not now; the bridge keeps trying.
	Offline(BoardError),
	/// Hello was said, outputs are safe, readings stream.
	Online(Arc<BoardInfo>),
}

/// Something that the board said without being asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
	/// A measurement, or the raw value that an output is driven with.
	Reading {
		/// Under which link.
		link: LinkId,
		/// Channel number.
		channel: u8,
		/// Raw counts.
		value: i32,
		/// The board's clock in ms since its reset; wraps.
		board_ms: u32,
	},
	/// An interlock, the dead-man timer, or a lost input.
	Event {
		/// Under which link.
		link: LinkId,
		/// What happened.
		kind: EventKind,
	},
	/// The flags of the board's status changed.
	Status {
		/// Under which link.
		link: LinkId,
		/// The status now.
		status: Status,
	},
	/// The board is gone, was reset or was reconnected: this link has ended.
	LinkEnded {
		/// Which link.
		link: LinkId,
		/// Why.
		reason: BoardError,
	},
}

/// What the bridge has counted since the client started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BoardCounters {
	/// Readings received.
	pub readings: u64,
	/// Readings that are missing in their count.
	pub readings_lost: u64,
	/// Events that are missing in their count.
	pub events_lost: u64,
	/// Frames that were damaged on the line since the port was opened.
	pub broken_frames: u64,
	/// Commands that were sent again.
	pub retries: u64,
	/// Openings of the port that led to a hello.
	pub connects: u64,
	/// Resets of the board seen while it was on line.
	pub resets: u64,
}

/// Where the answer to a command goes, if anybody waits for it.
pub(super) type Reply = Option<oneshot::Sender<Result<Ack, BoardError>>>;

/// A command on its way to the bridge.
#[derive(Debug)]
pub(super) struct Order {
	pub link: LinkId,
	pub command: Command,
	pub reply: oneshot::Sender<Result<Ack, BoardError>>,
}

/// The bridge's ends of the queues.
#[derive(Debug)]
pub(super) struct Orders {
	pub queue: mpsc::Receiver<Order>,
	/// Requests to make the board safe overtake everything else.
	pub safe: mpsc::Receiver<Reply>,
}

/// The counters, shared. Each reading counts and nobody waits for a change, so there is nobody to be woken.
#[derive(Clone, Debug, Default)]
struct Tally(Arc<Mutex<BoardCounters>>);

impl Tally {
	fn lock(&self) -> MutexGuard<'_, BoardCounters> {
		// Plain numbers, whoever panicked.
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Where a bridge publishes what it sees.
#[derive(Clone, Debug)]
pub struct Telltale {
	pub(super) state: watch::Sender<BoardState>,
	signals: broadcast::Sender<Signal>,
	counters: Tally,
}

impl Telltale {
	/// Says something to everybody who listens. A listener that is too slow loses the oldest.
	pub fn signal(&self, signal: Signal) {
		// Nobody listening is fine.
		let _ = self.signals.send(signal);
	}

	/// Counts something.
	pub fn count(&self, change: impl FnOnce(&mut BoardCounters)) {
		change(&mut self.counters.lock());
	}
}

/// A view of the board for everybody; clone it freely.
#[derive(Clone, Debug)]
pub struct BoardHandle {
	orders: mpsc::Sender<Order>,
	safe: mpsc::Sender<Reply>,
	state: watch::Receiver<BoardState>,
	signals: broadcast::Sender<Signal>,
	counters: Tally,
	leases: Arc<Semaphore>,
}

/// The queues between a handle and its bridge.
pub(super) fn channel() -> (BoardHandle, Orders, Telltale) {
	let (orders, queue) = mpsc::channel(ORDER_QUEUE);
	let (safe, safe_queue) = mpsc::channel(ORDER_QUEUE);
	let (state_in, state) = watch::channel(BoardState::Offline(BoardError::Offline("not tried yet".to_owned())));
	let (signals, _) = broadcast::channel(SIGNAL_QUEUE);
	let counters = Tally::default();
	let leases = Arc::new(Semaphore::new(1));
	let handle = BoardHandle {
		orders,
		safe,
		state,
		signals: signals.clone(),
		counters: counters.clone(),
		leases,
	};
	(
		handle,
		Orders {
			queue,
			safe: safe_queue,
		},
		Telltale {
			state: state_in,
			signals,
			counters,
		},
	)
}

impl BoardHandle {
	/// Whether there is a board now.
	pub fn state(&self) -> BoardState {
		self.state.borrow().clone()
	}

	/// Follows [`Self::state`].
	pub fn watch_state(&self) -> watch::Receiver<BoardState> {
		self.state.clone()
	}

	/// The board, when it is on line.
	pub fn info(&self) -> Result<Arc<BoardInfo>, BoardError> {
		match &*self.state.borrow() {
			BoardState::Online(info) => Ok(info.clone()),
			BoardState::Offline(error @ BoardError::Offline(_)) => Err(error.clone()),
			BoardState::Offline(error) => Err(BoardError::Offline(error.to_string())),
		}
	}

	/// Everything the board says from now on. A listener that is too slow loses the oldest.
	pub fn signals(&self) -> broadcast::Receiver<Signal> {
		self.signals.subscribe()
	}

	/// What was counted so far.
	pub fn counters(&self) -> BoardCounters {
		*self.counters.lock()
	}

	/// Waits until there is a board, at most for `limit`; the error is the last reason why there is none.
	pub async fn wait_online(&self, limit: Duration) -> Result<Arc<BoardInfo>, BoardError> {
		let mut state = self.state.clone();
		let online = state.wait_for(|state| matches!(state, BoardState::Online(_)));
		if let Ok(Err(_)) = timeout(limit, online).await {
			return Err(BoardError::Stopped);
		}
		match self.state() {
			BoardState::Online(info) => Ok(info),
			BoardState::Offline(error) => Err(error),
		}
	}

	/// One round trip to the board that moves nothing.
	pub async fn ping(&self) -> Result<Status, BoardError> {
		let link = self.info()?.link;
		self.order(link, Command::KeepAlive).await.map(|ack| ack.status)
	}

	/// Makes all outputs safe, whoever drives them, and takes notice of trips. Overtakes every other command.
	pub async fn make_safe(&self) -> Result<Status, BoardError> {
		self.info()?;
		let (reply, answer) = oneshot::channel();
		self.safe.send(Some(reply)).await.map_err(|_| BoardError::Stopped)?;
		done(answer.await.map_err(|_| BoardError::Stopped)??)
	}

	/// The right to drive the outputs, for one holder at a time and one link; and all that the board says meanwhile.
	pub fn lease(&self) -> Result<(BoardLease, broadcast::Receiver<Signal>), BoardError> {
		let permit = self
			.leases
			.clone()
			.try_acquire_owned()
			.map_err(|_| BoardError::Leased)?;
		// Before the state is looked at, so that the end of this link is never missed.
		let signals = self.signals.subscribe();
		let info = self.info()?;
		Ok((
			BoardLease {
				board: self.clone(),
				info,
				_permit: permit,
			},
			signals,
		))
	}

	async fn order(&self, link: LinkId, command: Command) -> Result<Ack, BoardError> {
		let (reply, answer) = oneshot::channel();
		self.orders
			.send(Order { link, command, reply })
			.await
			.map_err(|_| BoardError::Stopped)?;
		answer.await.map_err(|_| BoardError::Stopped)?
	}
}

/// The right to drive the outputs. Dropping it makes the board safe.
#[derive(Debug)]
pub struct BoardLease {
	board: BoardHandle,
	info: Arc<BoardInfo>,
	_permit: OwnedSemaphorePermit,
}

impl BoardLease {
	/// The board this lease is for.
	pub fn info(&self) -> &Arc<BoardInfo> {
		&self.info
	}

	/// Drives output `channel` with raw `value`.
	pub async fn set(&self, channel: u8, value: i32) -> Result<Status, BoardError> {
		done(
			self.board
				.order(self.info.link, Command::Set { channel, value })
				.await?,
		)
	}

	/// Asks for a reading of every channel; they are among the signals before this returns, unless the line lost them.
	pub async fn read_all(&self) -> Result<Status, BoardError> {
		done(self.board.order(self.info.link, Command::ReadAll).await?)
	}

	/// Makes all outputs safe. Overtakes every other command.
	pub async fn make_safe(&self) -> Result<Status, BoardError> {
		self.board.make_safe().await
	}
}

impl Drop for BoardLease {
	fn drop(&mut self) {
		// A full queue means that somebody asked for the same already.
		let _ = self.board.safe.try_send(None);
	}
}

fn done(ack: Ack) -> Result<Status, BoardError> {
	match ack.result {
		AckResult::Done => Ok(ack.status),
		result => Err(BoardError::Refused(result)),
	}
}

/// A bridge's other end for tests of what is above it: no threads, no real time.
#[cfg(test)]
pub(crate) mod fake {
	use super::*;
	use bpiiot_protocol::HostMessage;

	/// Where the answer to a command goes.
	pub type Reply = super::Reply;

	/// Plays the board.
	pub struct FakeBridge {
		orders: Orders,
		telltale: Telltale,
	}

	/// A handle and its fake bridge.
	pub fn bridge() -> (BoardHandle, FakeBridge) {
		let (handle, orders, telltale) = channel();
		(handle, FakeBridge { orders, telltale })
	}

	impl FakeBridge {
		/// Publishes a state.
		pub fn set_state(&self, state: BoardState) {
			self.telltale.state.send_replace(state);
		}

		/// Says something to everybody who listens. A listener that is too slow loses the oldest.
		pub fn signal(&self, signal: Signal) {
			self.telltale.signal(signal);
		}

		/// To say things while it does something else.
		pub fn voice(&self) -> Telltale {
			self.telltale.clone()
		}

		/// The next command and where its answer goes; `None` when all handles are gone.
		pub async fn next(&mut self) -> Option<(HostMessage, Reply)> {
			tokio::select! {
				biased;
				safe = self.orders.safe.recv() => safe.map(|reply| (HostMessage::Safe, reply)),
				order = self.orders.queue.recv() => order.map(|order| (order.command.into(), Some(order.reply))),
			}
		}
	}
}
