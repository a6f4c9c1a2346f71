//! Fills the outbox: readings in batches, what happens to jobs and on the board, and alarms as they come and go.

use super::{gather::Gatherer, keeper::Keeper};
use crate::{
	board::{BoardHandle, BoardInfo, Signal},
	controller::Progress,
	daemon::{
		news::{Herald, JobNews, News, What},
		notices::Notices,
		status::now_ms,
	},
};
use bpiiot_protocol::EventKind;
use iot_outbox::{Lane, NewMessage};
use iot_rules::{Firing, Severity};
use serde_json::{json, Value};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
	sync::broadcast::{
		error::{RecvError, TryRecvError},
		Receiver,
	},
	time::{interval, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

/// Topics below the machine's own.
const READINGS: &str = iot_cloud::READINGS;
const EVENTS: &str = "events";
const ALARMS: &str = "alarms";
/// Of this form of events and alarms.
const VERSION: u32 = 1;

/// What the feed listens to.
pub(super) struct Feed {
	/// The board.
	pub board: BoardHandle,
	/// What it says, from a moment on that was before the outbox was opened: that may take longer than the board's first words.
	pub signals: Receiver<Signal>,
	/// What happens to jobs.
	pub herald: Herald,
	/// Alarms.
	pub notices: Arc<Notices>,
	/// Puts things into the outbox.
	pub keeper: Keeper,
	/// How long readings are gathered before they are put.
	pub every: Duration,
}

impl Feed {
	/// Fills the outbox until `stop` is cancelled. Never holds up the board.
	pub async fn run(mut self, stop: CancellationToken) {
		let mut news = self.herald.listen();
		let (mut alarms, mut firings) = (self.notices.alarms(), self.notices.firings());
		// Those that are raised already are news to the cloud.
		alarms.mark_changed();
		let mut raised = BTreeSet::new();
		let mut gatherer = Gatherer::default();
		let mut board: Option<Arc<BoardInfo>> = None;
		let mut tick = interval(self.every);
		tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			tokio::select! {
				() = stop.cancelled() => break,
				signal = heard(&mut self.signals, |missed| self.keeper.miss(missed)) => {
					self.take(signal, &mut board, &mut gatherer);
					self.take_the_others(&mut board, &mut gatherer);
				},
				piece = heard(&mut news, too_slow) => self.tell(&piece),
				firing = heard(&mut firings, too_slow) => self.tell_firing(&firing),
				Ok(()) = alarms.changed() => {
					let now: BTreeSet<String> = alarms.borrow_and_update().iter().cloned().collect();
					self.tell_alarms(&raised, &now);
					raised = now;
				},
				_ = tick.tick() => {
					self.put_readings(&mut gatherer);
					self.keeper.tend();
				},
			}
			if gatherer.is_full() {
				self.put_readings(&mut gatherer);
			}
		}
		self.put_readings(&mut gatherer);
	}

	/// What came together is taken together, as far as there is room for it.
	fn take_the_others(&mut self, board: &mut Option<Arc<BoardInfo>>, gatherer: &mut Gatherer) {
		while !gatherer.is_full() {
			match self.signals.try_recv() {
				Ok(signal) => self.take(signal, board, gatherer),
				Err(TryRecvError::Lagged(missed)) => self.keeper.miss(missed),
				Err(TryRecvError::Empty | TryRecvError::Closed) => return,
			}
		}
	}

	fn take(&self, signal: Signal, board: &mut Option<Arc<BoardInfo>>, gatherer: &mut Gatherer) {
		match signal {
			Signal::Reading {
				link, channel, value, ..
			} => {
				if board.as_ref().map(|board| board.link) != Some(link) {
					self.put_readings(gatherer);
					*board = self.board.info().ok().filter(|board| board.link == link);
					if let Some(board) = board {
						gatherer.begin(board);
					}
				}
				if board.is_some() {
					gatherer.take(channel, now_ms(), value);
				}
			}
			Signal::Event { kind, .. } => {
				let name = |channel: u8| board.as_ref().map_or("?", |board| board.name_of(channel)).to_owned();
				self.event(board_event(&kind, name));
			}
			Signal::LinkEnded { reason, .. } => {
				self.put_readings(gatherer);
				*board = None;
				self.event(json!({ "event": "board-lost", "reason": reason.to_string() }));
			}
			Signal::Status { .. } => {}
		}
	}

	fn put_readings(&self, gatherer: &mut Gatherer) {
		let Some(batch) = gatherer.give() else { return };
		match batch.encode() {
			Ok(body) => self.keeper.put(Lane::Reading, now_ms(), READINGS, body),
			Err(error) => tracing::error!(%error, "readings are not kept"),
		}
	}

	/// What happens to jobs; not each reading and each step, which the readings show.
	fn tell(&self, piece: &News) {
		let worth = match &piece.what {
			What::Job(JobNews::Readings { .. }) => false,
			What::Job(_) => true,
			What::Machine(Progress::Step { .. } | Progress::Output { .. } | Progress::Reading { .. }) => false,
			What::Machine(_) => true,
		};
		if worth {
			if let Ok(event) = serde_json::to_value(piece) {
				self.event(event);
			}
		}
	}

	fn tell_alarms(&self, before: &BTreeSet<String>, now: &BTreeSet<String>) {
		for alarm in now.difference(before) {
			self.put(Lane::Alarm, ALARMS, json!({ "event": "alarm", "text": alarm }));
		}
		for alarm in before.difference(now) {
			self.put(Lane::Alarm, ALARMS, json!({ "event": "alarm-over", "text": alarm }));
		}
	}

	/// A rule was raised or cleared, with what decided and what it wants done: a fault to report, a part to order.
	fn tell_firing(&self, firing: &Firing) {
		let (lane, topic) = match firing.severity {
			Severity::Alarm => (Lane::Alarm, ALARMS),
			Severity::Notice | Severity::Warning => (Lane::Event, EVENTS),
		};
		if let Ok(mut value) = serde_json::to_value(firing) {
			value["event"] = "rule".into();
			self.put(lane, topic, value);
		}
	}

	fn event(&self, event: Value) {
		self.put(Lane::Event, EVENTS, event);
	}

	fn put(&self, lane: Lane, topic: &str, value: Value) {
		let at_ms = now_ms();
		self.keeper.put(lane, at_ms, topic, stamped(value, at_ms));
	}
}

/// An event as a message.
pub(super) fn event_of(event: Value, at_ms: u64) -> NewMessage {
	NewMessage {
		lane: Lane::Event,
		at_ms,
		topic: EVENTS.to_owned(),
		body: stamped(event, at_ms),
	}
}

/// An event or an alarm as it is sent: of this form, and at this time.
fn stamped(mut value: Value, at_ms: u64) -> Vec<u8> {
	if let Some(object) = value.as_object_mut() {
		object.insert("v".to_owned(), VERSION.into());
		object.insert("at".to_owned(), at_ms.into());
	}
	value.to_string().into_bytes()
}

/// The next thing that is said. What was missed because this was too slow is gone.
async fn heard<T: Clone>(said: &mut Receiver<T>, miss: impl Fn(u64)) -> T {
	loop {
		match said.recv().await {
			Ok(thing) => return thing,
			Err(RecvError::Lagged(missed)) => miss(missed),
			Err(RecvError::Closed) => std::future::pending().await,
		}
	}
}

fn too_slow(missed: u64) {
	tracing::warn!(missed, "the outbox's feed was too slow");
}

fn board_event(kind: &EventKind, name: impl Fn(u8) -> String) -> Value {
	match kind {
		EventKind::Reset { cause } => json!({ "event": "board-reset", "cause": format!("{cause:?}") }),
		EventKind::DeadManTripped => json!({ "event": "dead-man-tripped" }),
		EventKind::InterlockTripped { input, value } => {
			json!({ "event": "interlock-tripped", "input": name(*input), "raw": value })
		}
		EventKind::InterlockCleared { input } => json!({ "event": "interlock-cleared", "input": name(*input) }),
		EventKind::InputLost { channel } => json!({ "event": "input-lost", "input": name(*channel) }),
		EventKind::InputBack { channel } => json!({ "event": "input-back", "input": name(*channel) }),
	}
}
