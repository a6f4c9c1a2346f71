//! The in-flight window: what was taken out of the outbox and is not delivered yet.
//!
//! It holds messages in the order of their lanes and says which may be sent now, which are delivered, and which must be moved
//! aside. It knows nothing of MQTT. Its rules:
//!
//! - A message is delivered when its acknowledgement came and all before it in its lane are delivered. So the outbox loses
//!   messages in order, and only those that the broker has.
//! - When a message is refused or the connection ends, it and all behind it in its lane are sent again, in order and with
//!   the same ids. So the last copies of a lane are always in order, also for what the broker had taken the first time.
//! - A message that is refused for itself, or alone ends connection after connection, is moved aside after a bounded number
//!   of attempts, and what is behind it goes on.

use crate::backoff::Backoff;
use iot_outbox::{Lane, Message, MessageId};
use std::{
	collections::{BTreeMap, BTreeSet, VecDeque},
	sync::Arc,
	time::Duration,
};

/// How often a message may be refused for itself before it is moved aside.
pub const MOST_REFUSALS: u32 = 3;
/// How often a message, sent alone, may end the connection without a word of the broker before it is moved aside. More than
/// [`MOST_REFUSALS`]: a bad line does the same.
pub const MOST_DROPS: u32 = 16;

/// What was sent together and is acknowledged together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u64);

/// Why the broker did not take a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
	/// For a reason that may pass: not authorised, a quota, an error of its own.
	ForNow,
	/// For what the message is: its topic or its content.
	ForItself,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// By us, or before anything could be sent: no message is to blame.
	Ours,
	/// It broke, or the broker fell silent. A message may be to blame.
	Dropped,
	/// The broker said that a packet was wrong, or answered with what is no MQTT. A message is likely to blame.
	Rejected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
	Waiting,
	Sent(Token),
	Acked,
}

#[derive(Debug)]
struct Held {
	message: Arc<Message>,
	state: State,
	sent_before: bool,
	refusals: u32,
	drops: u32,
}

#[derive(Debug, Default)]
struct Queue {
	held: VecDeque<Held>,
	failures: u32,
	retry_at_ms: u64,
}

#[derive(Debug)]
struct Group {
	ids: Vec<(Lane, MessageId)>,
	acks_left: usize,
}

/// The in-flight window. Times are in ms of any steady clock.
#[derive(Debug)]
pub struct Window {
	most_messages: usize,
	most_bytes: usize,
	backoff: Backoff,
	bytes: usize,
	queues: [Queue; 4],
	groups: BTreeMap<Token, Group>,
	next_token: u64,
	/// What was under way when a connection ended in a way that a message may be to blame for.
	suspects: BTreeSet<MessageId>,
}

impl Window {
	/// An empty window. `backoff` spaces the attempts of a lane whose message was refused.
	pub fn new(most_messages: usize, most_bytes: usize, backoff: Backoff) -> Self {
		Window {
			most_messages: most_messages.max(1),
			most_bytes,
			backoff,
			bytes: 0,
			queues: Default::default(),
			groups: BTreeMap::new(),
			next_token: 0,
			suspects: BTreeSet::new(),
		}
	}

	/// How many more messages, and bytes, may be held.
	pub fn room(&self) -> (usize, usize) {
		let held: usize = self.queues.iter().map(|queue| queue.held.len()).sum();
		(
			self.most_messages.saturating_sub(held),
			self.most_bytes.saturating_sub(self.bytes),
		)
	}

	/// Whether anything is held.
	#[cfg(test)]
	pub fn is_empty(&self) -> bool {
		self.queues.iter().all(|queue| queue.held.is_empty())
	}

	/// Whether anything is sent and not acknowledged.
	pub fn under_way(&self) -> bool {
		!self.groups.is_empty()
	}

	/// Takes messages, each lane in its order. One that is held already is left out.
	pub fn hold(&mut self, messages: Vec<Message>) {
		for message in messages {
			let queue = self.queue(message.lane);
			if queue.held.iter().any(|held| held.message.id == message.id) {
				continue;
			}
			let size = size_of(&message);
			queue.held.push_back(Held {
				message: Arc::new(message),
				state: State::Waiting,
				sent_before: false,
				refusals: 0,
				drops: 0,
			});
			self.bytes = self.bytes.saturating_add(size);
		}
	}

	/// The next messages to send, at most `most`, the most urgent lane first and each lane in its order. One at a time while
	/// a message is suspected of ending connections, and in a lane whose message was refused.
	pub fn ready(&self, now_ms: u64, most: usize) -> Vec<Arc<Message>> {
		let careful = !self.suspects.is_empty();
		if careful && self.under_way() {
			return Vec::new();
		}
		let most = if careful { most.min(1) } else { most };
		let mut ready = Vec::new();
		for queue in &self.queues {
			if queue.retry_at_ms > now_ms {
				continue;
			}
			let sent = queue.held.iter().any(|held| matches!(held.state, State::Sent(_)));
			let of_lane = match queue.failures {
				0 => most.saturating_sub(ready.len()),
				_ if sent => 0,
				_ => most.saturating_sub(ready.len()).min(1),
			};
			let waiting = queue.held.iter().filter(|held| held.state == State::Waiting);
			ready.extend(waiting.take(of_lane).map(|held| held.message.clone()));
		}
		ready
	}

	/// Notes that `messages`, as [`Window::ready`] gave them, were sent and that `acks` acknowledgements will prove it.
	/// Also says how many of them had been sent before.
	pub fn sent(&mut self, messages: &[Arc<Message>], acks: usize) -> (Token, usize) {
		let token = Token(self.next_token);
		self.next_token = self.next_token.wrapping_add(1);
		let mut again = 0;
		for message in messages {
			if let Some(held) = self.find(message.lane, message.id) {
				held.state = State::Sent(token);
				again += usize::from(held.sent_before);
				held.sent_before = true;
			}
		}
		let ids = messages.iter().map(|message| (message.lane, message.id)).collect();
		let acks_left = acks.max(1);
		self.groups.insert(token, Group { ids, acks_left });
		(token, again)
	}

	/// Notes one acknowledgement of `token`; returns what is delivered by it, each lane in its order.
	pub fn acked(&mut self, token: Token) -> Vec<MessageId> {
		let Some(group) = self.groups.get_mut(&token) else {
			return Vec::new();
		};
		group.acks_left = group.acks_left.saturating_sub(1);
		if group.acks_left > 0 {
			return Vec::new();
		}
		let ids = self.groups.remove(&token).map(|group| group.ids).unwrap_or_default();
		for (lane, id) in &ids {
			self.suspects.remove(id);
			let queue = self.queue(*lane);
			queue.failures = 0;
			queue.retry_at_ms = 0;
			if let Some(held) = self.find(*lane, *id) {
				held.state = State::Acked;
			}
		}
		self.release()
	}

	/// Notes that what was sent as `token` was refused. Returns the message when it is to be moved aside for it.
	pub fn refused(&mut self, token: Token, refusal: Refusal, now_ms: u64) -> Option<Arc<Message>> {
		let group = self.groups.remove(&token)?;
		let mut first_of: BTreeMap<Lane, MessageId> = BTreeMap::new();
		for (lane, id) in &group.ids {
			first_of.entry(*lane).or_insert(*id);
		}
		for (lane, id) in first_of {
			self.go_back(lane, id);
			self.back_off(lane, now_ms);
		}
		let [(lane, id)] = group.ids[..] else {
			return None;
		};
		let held = self.find(lane, id)?;
		if refusal == Refusal::ForItself {
			held.refusals += 1;
		}
		let aside = held.refusals >= MOST_REFUSALS;
		if aside {
			self.take_out(lane, id)
		} else {
			None
		}
	}

	/// Takes out a message that cannot be sent at all, such as one too large for the broker.
	pub fn give_up(&mut self, message: &Message) -> Option<Arc<Message>> {
		self.take_out(message.lane, message.id)
	}

	/// Notes that the connection ended: all that is not delivered is sent again. Returns the message that is to be moved aside
	/// for having ended one connection too many.
	pub fn lost(&mut self, end: End, now_ms: u64) -> Option<Arc<Message>> {
		let under_way: Vec<(Lane, MessageId)> = self.groups.values().flat_map(|group| group.ids.clone()).collect();
		self.groups.clear();
		for held in self.queues.iter_mut().flat_map(|queue| &mut queue.held) {
			held.state = State::Waiting;
		}
		if end == End::Ours {
			return None;
		}
		let alone = match under_way[..] {
			[(lane, id)] if self.suspects.contains(&id) => (lane, id),
			_ => {
				self.suspects.extend(under_way.iter().map(|(_, id)| *id));
				return None;
			}
		};
		self.back_off(alone.0, now_ms);
		let held = self.find(alone.0, alone.1)?;
		match end {
			End::Rejected => held.refusals += 1,
			_ => held.drops += 1,
		}
		if held.refusals >= MOST_REFUSALS || held.drops >= MOST_DROPS {
			self.take_out(alone.0, alone.1)
		} else {
			None
		}
	}

	/// When a lane that waits may go on, in the clock's ms; `None` when none waits.
	pub fn retry_at_ms(&self) -> Option<u64> {
		let waiting = self
			.queues
			.iter()
			.filter(|queue| queue.failures > 0 && !queue.held.is_empty());
		waiting.map(|queue| queue.retry_at_ms).min()
	}

	fn queue(&mut self, lane: Lane) -> &mut Queue {
		&mut self.queues[place(lane)]
	}

	fn find(&mut self, lane: Lane, id: MessageId) -> Option<&mut Held> {
		self.queue(lane).held.iter_mut().find(|held| held.message.id == id)
	}

	/// `id` and all behind it in `lane` wait again; acknowledgements that are still to come for them mean nothing.
	fn go_back(&mut self, lane: Lane, id: MessageId) {
		let mut void = BTreeSet::new();
		let behind = self
			.queue(lane)
			.held
			.iter_mut()
			.skip_while(|held| held.message.id != id);
		for held in behind {
			if let State::Sent(token) = held.state {
				void.insert(token);
			}
			held.state = State::Waiting;
		}
		for token in void {
			// A group over several lanes goes back in all of them.
			let ids = self.groups.remove(&token).map(|group| group.ids).unwrap_or_default();
			for (other, id) in ids {
				if other != lane {
					self.go_back(other, id);
				}
			}
		}
	}

	fn back_off(&mut self, lane: Lane, now_ms: u64) {
		let backoff = self.backoff;
		let queue = self.queue(lane);
		queue.failures = queue.failures.saturating_add(1);
		queue.retry_at_ms = now_ms.saturating_add(millis(backoff.after(queue.failures)));
	}

	fn take_out(&mut self, lane: Lane, id: MessageId) -> Option<Arc<Message>> {
		self.suspects.remove(&id);
		let queue = self.queue(lane);
		let index = queue.held.iter().position(|held| held.message.id == id)?;
		let held = queue.held.remove(index)?;
		queue.failures = 0;
		queue.retry_at_ms = 0;
		self.bytes = self.bytes.saturating_sub(size_of(&held.message));
		Some(held.message)
	}

	fn release(&mut self) -> Vec<MessageId> {
		let mut delivered = Vec::new();
		let mut bytes = 0;
		for queue in &mut self.queues {
			while let Some(held) = queue.held.pop_front_if(|held| held.state == State::Acked) {
				bytes += size_of(&held.message);
				delivered.push(held.message.id);
			}
		}
		self.bytes = self.bytes.saturating_sub(bytes);
		delivered
	}
}

fn place(lane: Lane) -> usize {
	match lane {
		Lane::Alarm => 0,
		Lane::Event => 1,
		Lane::File => 2,
		Lane::Reading => 3,
	}
}

fn size_of(message: &Message) -> usize {
	message.body.len() + message.topic.len() + 64
}

fn millis(duration: Duration) -> u64 {
	u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
