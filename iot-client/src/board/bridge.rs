//! The actor that owns the way to the machine.

use super::{
	handle::{channel, Reply},
	serial::SerialBoard,
	BoardError, BoardHandle, BoardInfo, BoardState, Command, LinkId, MachineLink, OpenPort, Order, Orders, Signal,
	Southbound, Telltale,
};
use crate::config::BoardConfig;
use bpiiot_protocol::Ack;
use std::{
	future::{pending, Future},
	sync::Arc,
	time::Duration,
};
use tokio::{
	task::JoinHandle,
	time::{interval, sleep, Interval, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// First pause before the way is tried again; it doubles with each failure.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause before the way is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Starts the bridge to an interface board. It runs until `stop` is cancelled; then it makes the board safe, closes the port
/// and ends.
pub fn start(config: BoardConfig, port: Arc<dyn OpenPort>, stop: CancellationToken) -> (BoardHandle, JoinHandle<()>) {
	serve(SerialBoard::new(config, port), stop)
}

/// Starts the bridge to any machine. It runs until `stop` is cancelled; then it makes the machine safe, closes the way and
/// ends.
pub fn serve<S: Southbound>(southbound: S, stop: CancellationToken) -> (BoardHandle, JoinHandle<()>) {
	let (handle, orders, telltale) = channel();
	let bridge = Bridge {
		southbound: Arc::new(southbound),
		orders,
		telltale,
		stop,
		links: 0,
	};
	(handle, tokio::spawn(bridge.run()))
}

struct Bridge<S> {
	southbound: Arc<S>,
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
enum Next<Heard> {
	Heard(Heard),
	Safe(Reply),
	Order(Order),
	KeepAlive,
	Stop,
}

impl<S: Southbound> Bridge<S> {
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

	/// Opens the way and serves it to its end. Also says whether a machine was ever on line.
	async fn session_on_the_line(&mut self) -> (End, bool) {
		let southbound = self.southbound.clone();
		let opening = southbound.open(self.telltale.clone());
		let reason = BoardError::Offline("connecting".to_owned());
		let mut link = match self.refuse_until(opening, &reason).await {
			None => return (End::Stopped, false),
			Some(Err(error)) => return (End::Failed(error), false),
			Some(Ok(link)) => link,
		};
		let mut was_online = false;
		let end = loop {
			self.links += 1;
			let greeting = link.greet(LinkId(self.links));
			let keep_alive = match self.refuse_until(greeting, &reason).await {
				None => break End::Stopped,
				// Reset while saying hello: a real board may still be starting.
				Some(Err(BoardError::Reset)) => continue,
				Some(Err(error)) => break End::Failed(error),
				Some(Ok(info)) => {
					let keep_alive = link.keep_alive(&info).map(ticks);
					self.online(info, was_online);
					was_online = true;
					keep_alive
				}
			};
			match self.serve(&mut link, keep_alive).await {
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
	async fn serve(&mut self, link: &mut S::Link, mut keep_alive: Option<Interval>) -> End {
		let id = LinkId(self.links);
		loop {
			let next = tokio::select! {
				biased;
				() = self.stop.cancelled() => Next::Stop,
				Some(reply) = self.orders.safe.recv() => Next::Safe(reply),
				() = tick(&mut keep_alive) => Next::KeepAlive,
				Some(order) = self.orders.queue.recv() => Next::Order(order),
				heard = link.hear() => Next::Heard(heard),
			};
			let result = match next {
				Next::Heard(heard) => self.take(link, heard).await,
				Next::Safe(reply) => self.make_safe(link, reply).await,
				Next::KeepAlive => self.overtakable(link, Command::KeepAlive, None).await,
				// Whoever sent it has gone, and may have been told that the board is safe.
				Next::Order(order) if order.reply.is_closed() => Ok(()),
				Next::Order(order) if order.link != id => answer(Some(order.reply), Err(BoardError::Reset)).or(Ok(())),
				Next::Order(order) => {
					if let (Some(ticks), true) = (&mut keep_alive, S::Link::ANY_COMMAND_IS_A_SIGN_OF_LIFE) {
						ticks.reset();
					}
					self.overtakable(link, order.command, Some(order.reply)).await
				}
				Next::Stop => {
					let _ = link.obey(Command::MakeSafe).await;
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

	/// Takes what was heard, unless somebody wants the board safe before it is all there.
	async fn take(&mut self, link: &mut S::Link, heard: <S::Link as MachineLink>::Heard) -> Result<(), BoardError> {
		let overtaken = tokio::select! {
			biased;
			// First, so that what is there already is never lost.
			result = link.take(heard) => return result,
			Some(safe) = self.orders.safe.recv() => safe,
		};
		self.make_safe(link, overtaken).await
	}

	/// Sends a command that is given up as soon as somebody wants the board safe.
	async fn overtakable(&mut self, link: &mut S::Link, command: Command, reply: Reply) -> Result<(), BoardError> {
		let overtaken = tokio::select! {
			biased;
			Some(safe) = self.orders.safe.recv() => safe,
			result = link.obey(command) => return answer(reply, result),
		};
		// Should the given-up command still arrive, it does so before the one that makes safe, or is refused as older.
		let _ = answer(reply, Err(BoardError::Superseded));
		self.make_safe(link, overtaken).await
	}

	/// Makes the board safe; commands that were given before must not follow after.
	async fn make_safe(&mut self, link: &mut S::Link, reply: Reply) -> Result<(), BoardError> {
		while let Ok(order) = self.orders.queue.try_recv() {
			let _ = answer(Some(order.reply), Err(BoardError::Superseded));
		}
		answer(reply, link.obey(Command::MakeSafe).await)
	}

	/// Runs `work` while every command is refused with `reason`; `None` when the client stops.
	async fn refuse_until<T>(&mut self, work: impl Future<Output = T>, reason: &BoardError) -> Option<T> {
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

	fn online(&self, board: BoardInfo, after_reset: bool) {
		if !after_reset {
			self.telltale.count(|counters| counters.connects += 1);
		}
		let (link, channels) = (board.link.0, board.channels.len());
		info!(serial = %board.serial, link, session = %board.session, channels, "board is on line");
		self.telltale.state.send_replace(BoardState::Online(Arc::new(board)));
	}

	fn offline(&self, reason: BoardError) {
		let place = self.southbound.place();
		let before = self.telltale.state.send_replace(BoardState::Offline(reason.clone()));
		match before {
			BoardState::Online(info) => {
				warn!(port = %place, link = info.link.0, "board is off line: {reason}");
				self.telltale.signal(Signal::LinkEnded {
					link: info.link,
					reason,
				});
			}
			// Said once, not at each attempt.
			BoardState::Offline(last) if last == reason => {}
			BoardState::Offline(_) => warn!(port = %place, "no board: {reason}"),
		}
	}
}

fn ticks(every: Duration) -> Interval {
	let mut ticks = interval(every);
	ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
	ticks
}

/// The next tick; never, when there are none.
async fn tick(ticks: &mut Option<Interval>) {
	match ticks {
		Some(ticks) => {
			ticks.tick().await;
		}
		None => pending().await,
	}
}

/// Passes the result on to whoever waits for it; an error of the link is the bridge's concern too.
fn answer(reply: Reply, result: Result<Ack, BoardError>) -> Result<(), BoardError> {
	let end = match &result {
		Ok(_) => Ok(()),
		Err(error) if error.is_only_refused() => Ok(()),
		Err(error) => Err(error.clone()),
	};
	if let Some(reply) = reply {
		// Whoever asked may have gone.
		let _ = reply.send(result);
	}
	end
}
