//! The actor that owns the serial line.

use super::{
	handle::{channel, Reply},
	link::Link,
	port::Wire,
	BoardError, BoardHandle, BoardInfo, BoardState, LinkId, OpenPort, Order, Orders, Signal, Telltale,
};
use crate::config::BoardConfig;
use bpiiot_protocol::{Ack, HostMessage};
use std::{sync::Arc, time::Duration};
use tokio::{
	task::JoinHandle,
	time::{interval, sleep, Interval, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// First pause before the port is tried again; it doubles with each failure.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause before the port is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Starts the bridge. It runs until `stop` is cancelled; then it makes the board safe, closes the port and ends.
pub fn start(config: BoardConfig, port: Arc<dyn OpenPort>, stop: CancellationToken) -> (BoardHandle, JoinHandle<()>) {
	let (handle, orders, telltale) = channel();
	let bridge = Bridge {
		config,
		port,
		orders,
		telltale,
		stop,
		links: 0,
	};
	(handle, tokio::spawn(bridge.run()))
}

struct Bridge {
	config: BoardConfig,
	port: Arc<dyn OpenPort>,
	orders: Orders,
	telltale: Telltale,
	stop: CancellationToken,
	links: u64,
}

/// Why the bridge left a link.
enum End {
	/// The board was reset: say hello again on the same line.
	Reset,
	/// The line is useless: close it and try again.
	Failed(BoardError),
	/// The client stops.
	Stopped,
}

/// What the bridge does next.
enum Next {
	Listened(Result<(), BoardError>),
	Safe(Reply),
	Order(Order),
	KeepAlive,
	Stop,
}

impl Bridge {
	async fn run(mut self) {
		let mut pause = FIRST_PAUSE;
		loop {
			let (error, was_online) = match self.session_on_the_line().await {
				(End::Stopped, _) => break,
				(End::Reset, was_online) => (BoardError::Reset, was_online),
				(End::Failed(error), was_online) => (error, was_online),
			};
			if was_online {
				pause = FIRST_PAUSE;
			}
			self.offline(error.clone());
			if self.refuse_until(sleep(pause), &error).await.is_none() {
				break;
			}
			pause = (pause * 2).min(LONGEST_PAUSE);
		}
		self.offline(BoardError::Stopped);
	}

	/// Opens the port and serves it to its end. Also says whether a board was ever on line.
	async fn session_on_the_line(&mut self) -> (End, bool) {
		let opening = Wire::open(self.port.clone());
		let reason = BoardError::Offline("connecting".to_owned());
		let wire = match self.refuse_until(opening, &reason).await {
			None => return (End::Stopped, false),
			Some(Err(error)) => return (End::Failed(error), false),
			Some(Ok(wire)) => wire,
		};
		let mut link = Link::new(wire, self.config.clone(), self.telltale.clone());
		let mut was_online = false;
		let end = loop {
			self.links += 1;
			let greeting = link.greet(LinkId(self.links));
			match self.refuse_until(greeting, &reason).await {
				None => break End::Stopped,
				// Reset while saying hello: a real board may still be starting.
				Some(Err(BoardError::Reset)) => continue,
				Some(Err(error)) => break End::Failed(error),
				Some(Ok(info)) => {
					self.online(info, was_online);
					was_online = true;
				}
			}
			match self.serve(&mut link).await {
				End::Reset => {
					self.telltale.count(|counters| counters.resets += 1);
					self.offline(BoardError::Reset);
				}
				end => break end,
			}
		};
		link.close().await;
		(end, was_online)
	}

	/// Serves one link to its end.
	async fn serve(&mut self, link: &mut Link) -> End {
		let id = LinkId(self.links);
		let mut keep_alive = self.keep_alive();
		loop {
			let next = tokio::select! {
				biased;
				() = self.stop.cancelled() => Next::Stop,
				Some(reply) = self.orders.safe.recv() => Next::Safe(reply),
				_ = keep_alive.tick() => Next::KeepAlive,
				Some(order) = self.orders.queue.recv() => Next::Order(order),
				listened = link.listen() => Next::Listened(listened),
			};
			let result = match next {
				Next::Listened(result) => result,
				Next::Safe(reply) => self.make_safe(link, reply).await,
				Next::KeepAlive => self.overtakable(link, HostMessage::KeepAlive, None).await,
				// Whoever sent it has gone, and may have been told that the board is safe.
				Next::Order(order) if order.reply.is_closed() => Ok(()),
				Next::Order(order) if order.link != id => answer(Some(order.reply), Err(BoardError::Reset)).or(Ok(())),
				Next::Order(order) => {
					// The command is a sign of life as good as a keep-alive.
					keep_alive.reset();
					self.overtakable(link, order.message, Some(order.reply)).await
				}
				Next::Stop => {
					let _ = link.exchange(HostMessage::Safe).await;
					return End::Stopped;
				}
			};
			match result {
				Ok(()) => {}
				Err(BoardError::Reset) => return End::Reset,
				Err(error) => return End::Failed(error),
			}
		}
	}

	/// Sends a command that is given up as soon as somebody wants the board safe.
	async fn overtakable(&mut self, link: &mut Link, message: HostMessage, reply: Reply) -> Result<(), BoardError> {
		let overtaken = tokio::select! {
			biased;
			Some(safe) = self.orders.safe.recv() => safe,
			result = link.exchange(message) => return answer(reply, result),
		};
		// The given-up command has the older sequence number: should it still arrive, the board refuses it.
		let _ = answer(reply, Err(BoardError::Superseded));
		self.make_safe(link, overtaken).await
	}

	/// Makes the board safe; commands that were given before must not follow after.
	async fn make_safe(&mut self, link: &mut Link, reply: Reply) -> Result<(), BoardError> {
		while let Ok(order) = self.orders.queue.try_recv() {
			let _ = answer(Some(order.reply), Err(BoardError::Superseded));
		}
		answer(reply, link.exchange(HostMessage::Safe).await)
	}

	/// Runs `work` while every command is refused with `reason`; `None` when the client stops.
	async fn refuse_until<T>(&mut self, work: impl std::future::Future<Output = T>, reason: &BoardError) -> Option<T> {
		tokio::pin!(work);
		loop {
			let reply = tokio::select! {
				biased;
				() = self.stop.cancelled() => return None,
				result = &mut work => return Some(result),
				Some(reply) = self.orders.safe.recv() => reply,
				Some(order) = self.orders.queue.recv() => Some(order.reply),
			};
			let _ = answer(reply, Err(BoardError::Offline(reason.to_string())));
		}
	}

	/// Well within the dead-man time of the board, so that one lost frame trips nothing.
	fn keep_alive(&self) -> Interval {
		let dead_man_ms = match &*self.telltale.state.borrow() {
			BoardState::Online(info) => u64::from(info.dead_man_ms),
			BoardState::Offline(_) => u64::MAX,
		};
		let every = self.config.keep_alive_ms.min(dead_man_ms / 3).max(1);
		let mut ticks = interval(Duration::from_millis(every));
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		ticks
	}

	fn online(&self, board: BoardInfo, after_reset: bool) {
		if !after_reset {
			self.telltale.count(|counters| counters.connects += 1);
		}
		info!(serial = %board.serial, session = %board.session, channels = board.channels.len(), "board is on line");
		self.telltale.state.send_replace(BoardState::Online(Arc::new(board)));
	}

	fn offline(&self, reason: BoardError) {
		let before = self.telltale.state.send_replace(BoardState::Offline(reason.clone()));
		match before {
			BoardState::Online(info) => {
				warn!(port = %self.port.path().display(), "board is off line: {reason}");
				self.telltale.signal(Signal::LinkEnded {
					link: info.link,
					reason,
				});
			}
			// Said once, not at each attempt.
			BoardState::Offline(last) if last == reason => {}
			BoardState::Offline(_) => warn!(port = %self.port.path().display(), "no board: {reason}"),
		}
	}
}

/// Passes the result on to whoever waits for it; an error of the link is the bridge's concern too.
fn answer(reply: Reply, result: Result<Ack, BoardError>) -> Result<(), BoardError> {
	let end = result.as_ref().map(|_| ()).map_err(Clone::clone);
	if let Some(reply) = reply {
		// Whoever asked may have gone.
		let _ = reply.send(result);
	}
	end
}
