//! The bridge's sending half: what goes on the wire, and when.

use crate::{
	bridge::{Bridge, MOST_ANSWERS},
	json::Unsendable,
	packet::Packet,
	session::{Purpose, Step},
	sparkplug::Mapped,
};
use iot_outbox::Message;
use serde_json::json;
use srad_types::payload::Payload;
use std::sync::Arc;
use tokio::time::Instant;

/// The most messages that one marker proves.
const MOST_BEFORE_MARKER: usize = 16;
/// The most DDATA of one message.
const MOST_DATA: usize = 200;

impl Bridge {
	/// Sends what may be sent now.
	pub fn pump(&mut self) {
		self.pump_answers();
		let online = |bridge: &Self| {
			bridge
				.session
				.as_ref()
				.is_some_and(|session| session.step == Step::Online)
		};
		while online(self) {
			let sent = if self.node.is_some() {
				self.send_sparkplug()
			} else {
				self.send_json()
			};
			if !sent {
				break;
			}
		}
	}

	/// Sends the next message; whether to go on.
	fn send_json(&mut self) -> bool {
		let now_ms = self.steady_ms();
		let Some(session) = &mut self.session else {
			return false;
		};
		let Some(message) = self.window.ready(now_ms, 1).pop() else {
			return false;
		};
		let packets = match self.json.packets(&message, session.most_packet) {
			Ok(packets) => packets,
			Err(error) => return self.unsendable(&message, &error),
		};
		if packets.len() > session.room() {
			return false;
		}
		let (token, again) = self.window.sent(&[message], packets.len());
		for packet in &packets {
			session.submit(packet, Purpose::Message(token));
		}
		self.count(1, again, &packets);
		true
	}

	/// Sends the next messages with a marker after them; whether to go on.
	fn send_sparkplug(&mut self) -> bool {
		let (steady_ms, now_ms) = (self.steady_ms(), self.now_ms());
		let ready = self.window.ready(steady_ms, MOST_BEFORE_MARKER);
		let Some(first) = ready.first() else {
			return false;
		};
		let mut batch: Vec<(Arc<Message>, Vec<Payload>)> = Vec::new();
		for message in &ready {
			if self.node.as_mut().is_some_and(|node| node.learn(message)) {
				self.births();
			}
			let (Some(session), Some(node)) = (&self.session, &self.node) else {
				return false;
			};
			let used: usize = batch.iter().map(|(_, payloads)| payloads.len()).sum();
			match node.map(message, session.most_packet, now_ms) {
				Ok(Mapped::Data(payloads)) if payloads.len() > MOST_DATA => {
					let most = session.most_packet;
					return self.unsendable(message, &Unsendable::TooLarge { most });
				}
				Ok(Mapped::Data(payloads)) if used + payloads.len() < session.room() => {
					batch.push((message.clone(), payloads));
				}
				Ok(Mapped::Plain(packet)) if batch.is_empty() && session.room() > 0 => {
					return self.send_plain(message, &packet)
				}
				Ok(_) => break,
				Err(error) if batch.is_empty() => return self.unsendable(message, &error),
				Err(_) => break,
			}
		}
		debug_assert!(batch.first().is_none_or(|(message, _)| message.id == first.id));
		!batch.is_empty() && self.send_batch(batch)
	}

	fn send_plain(&mut self, message: &Arc<Message>, packet: &Packet) -> bool {
		let Some(session) = &mut self.session else {
			return false;
		};
		let (token, again) = self.window.sent(std::slice::from_ref(message), 1);
		session.submit(packet, Purpose::Message(token));
		self.count(1, again, std::slice::from_ref(packet));
		true
	}

	fn send_batch(&mut self, batch: Vec<(Arc<Message>, Vec<Payload>)>) -> bool {
		let marker = self.marker();
		let (Some(session), Some(node)) = (&mut self.session, &mut self.node) else {
			return false;
		};
		let (messages, payloads): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
		let packets: Vec<Packet> = payloads
			.into_iter()
			.flatten()
			.map(|payload| node.data(payload))
			.collect();
		let (token, again) = self.window.sent(&messages, 1);
		for packet in &packets {
			session.submit(packet, Purpose::Plain);
		}
		session.submit(&marker, Purpose::Message(token));
		self.count(messages.len(), again, &packets);
		true
	}

	/// A publication at QoS 1 after data at QoS 0: when it is acknowledged, the broker has read all before it.
	fn marker(&self) -> Packet {
		let body = json!({"v": 1, "at": self.now_ms()}).to_string();
		Packet::json(self.json.topic("marker"), body)
	}

	/// The first publications of a connection. That they are acknowledged proves that the broker takes what we send.
	pub fn greet(&mut self) {
		let greeting = match &self.node {
			Some(_) => {
				self.births();
				self.marker()
			}
			None => self.presence(true, (self.world.time)()),
		};
		if let Some(session) = &mut self.session {
			session.step = Step::Greeting;
			session.submit(&greeting, Purpose::Greeting);
		}
	}

	/// Publishes births now.
	pub fn births(&mut self) {
		let now_ms = self.now_ms();
		let (Some(session), Some(node)) = (&mut self.session, &mut self.node) else {
			return;
		};
		session.born = Some(Instant::now());
		session.rebirth = false;
		for packet in node.births(now_ms) {
			if packet.size() > session.most_packet {
				let most = session.most_packet;
				self.shown.trouble = Some(format!(
					"the broker takes {most} bytes a packet, too few for the births"
				));
				return;
			}
			session.submit(&packet, Purpose::Plain);
		}
	}

	/// Publishes births when a host asked for them and the last ones are long enough ago.
	pub fn rebirth_if_due(&mut self) {
		let wait = self.config.timing.rebirth;
		let due = self.session.as_ref().is_some_and(|session| {
			session.step == Step::Online && session.rebirth && session.born.is_none_or(|at| at.elapsed() >= wait)
		});
		if due {
			self.births();
		}
	}

	/// Sends answers that wait.
	pub fn pump_answers(&mut self) {
		let Some(session) = &mut self.session else {
			return;
		};
		let up = matches!(session.step, Step::Online | Step::Leaving);
		while up && session.reserve() > 0 {
			let Some(answer) = self.answers.pop_front() else {
				return;
			};
			if answer.size() > session.most_packet {
				tracing::warn!(topic = answer.topic, "cloud: an answer is too large for the broker");
				self.shown.counters.answers_dropped += 1;
				continue;
			}
			session.submit(&answer, Purpose::Answer(answer.clone()));
		}
	}

	/// Keeps an answer until the broker has it.
	pub fn queue_answer(&mut self, answer: Packet) {
		if self.answers.len() < MOST_ANSWERS {
			self.answers.push_back(answer);
		} else {
			self.shown.counters.answers_dropped += 1;
		}
	}

	fn unsendable(&mut self, message: &Message, error: &Unsendable) -> bool {
		if let Some(message) = self.window.give_up(message) {
			self.move_aside(message, error.to_string());
		}
		true
	}

	fn count(&mut self, messages: usize, again: usize, packets: &[Packet]) {
		let counters = &mut self.shown.counters;
		counters.published += messages as u64;
		counters.redelivered += again as u64;
		counters.bytes += packets.iter().map(|packet| packet.body.len() as u64).sum::<u64>();
	}
}
