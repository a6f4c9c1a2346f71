//! What is known of one connection: how far it is, what the broker allows, what is on the wire.

use crate::{
	link::{Link, MOST_WAITING},
	packet::Packet,
	window::Token,
};
use rumqttc::v5::mqttbytes::v5::ConnAck;
use std::{
	collections::{HashMap, VecDeque},
	time::Duration,
};
use tokio::time::Instant;

/// The most bytes of content that are handed over and not acknowledged; one publication may be larger.
const MOST_WIRE_BYTES: usize = 4 * 1024 * 1024;
/// The largest packet of a broker that states no limit, in bytes.
const USUAL_PACKET_BYTES: usize = 256 * 1024 * 1024 - 1;
/// Places for publications that are kept free for answers, births and farewells.
const RESERVED: usize = 16;

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
	Connecting,
	Subscribing,
	/// Our first publication, which proves that the broker takes some, is not acknowledged yet.
	Greeting,
	Online,
	/// Nothing new is sent.
	Leaving,
	/// The farewell is acknowledged.
	Left,
}

/// What a publication is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Purpose {
	/// It proves, or is part of, what the window knows as this.
	Message(Token),
	Greeting,
	Answer(Packet),
	Farewell,
	/// It is not acknowledged, and nothing depends on it alone.
	Plain,
}

#[derive(Debug)]
struct Wire {
	purpose: Purpose,
	bytes: usize,
	acknowledged: bool,
}

/// One connection.
pub(crate) struct Session {
	pub link: Link,
	pub step: Step,
	/// The largest packet that the broker takes, in bytes.
	pub most_packet: usize,
	/// Whether anything of the outbox was acknowledged on it.
	pub progress: bool,
	/// When the broker was last heard.
	pub heard: Instant,
	/// When something was last acknowledged, or nothing was under way.
	pub moved: Instant,
	/// When it came on line.
	pub online_at: Option<Instant>,
	/// When births were last published.
	pub born: Option<Instant>,
	/// Whether a host waits for births.
	pub rebirth: bool,
	/// Handed over and not written, in order.
	waiting: VecDeque<Wire>,
	/// Written and not acknowledged, by packet id.
	written: HashMap<u16, Wire>,
	wire_bytes: usize,
	keep_alive: Duration,
}

impl Session {
	pub fn new(link: Link, keep_alive: Duration) -> Self {
		let now = Instant::now();
		Session {
			link,
			step: Step::Connecting,
			most_packet: USUAL_PACKET_BYTES,
			progress: false,
			heard: now,
			moved: now,
			online_at: None,
			born: None,
			rebirth: false,
			waiting: VecDeque::new(),
			written: HashMap::new(),
			wire_bytes: 0,
			keep_alive,
		}
	}

	/// Takes the broker's limits. Receive Maximum is kept by the library; we send no topic aliases, so the broker's limit of
	/// them holds.
	pub fn limits(&mut self, answer: &ConnAck) {
		let Some(properties) = &answer.properties else {
			return;
		};
		if let Some(most) = properties.max_packet_size {
			self.most_packet = usize::try_from(most)
				.unwrap_or(USUAL_PACKET_BYTES)
				.min(USUAL_PACKET_BYTES);
		}
		match properties.server_keep_alive {
			None | Some(0) => {}
			Some(seconds) => self.keep_alive = Duration::from_secs(seconds.into()),
		}
	}

	/// How many publications may be handed over now.
	pub fn room(&self) -> usize {
		if self.wire_bytes >= MOST_WIRE_BYTES {
			return 0;
		}
		(MOST_WAITING - RESERVED).saturating_sub(self.waiting.len())
	}

	/// The same, for what the reserve is for.
	pub fn reserve(&self) -> usize {
		MOST_WAITING.saturating_sub(self.waiting.len())
	}

	/// Hands a publication over.
	pub fn submit(&mut self, packet: &Packet, purpose: Purpose) {
		if self.waiting.is_empty() && self.written.is_empty() {
			self.moved = Instant::now();
		}
		let bytes = packet.body.len();
		if self.link.publish(packet) {
			self.wire_bytes = self.wire_bytes.saturating_add(bytes);
			self.waiting.push_back(Wire {
				purpose,
				bytes,
				acknowledged: packet.acknowledged,
			});
		}
		// Else the connection has ended, which is the next event.
	}

	/// Notes that the next publication is written.
	pub fn written(&mut self, packet_id: u16) {
		let Some(wire) = self.waiting.pop_front() else {
			return;
		};
		if wire.acknowledged {
			self.written.insert(packet_id, wire);
		} else {
			self.wire_bytes = self.wire_bytes.saturating_sub(wire.bytes);
		}
	}

	/// What an acknowledgement is for.
	pub fn acknowledged(&mut self, packet_id: u16) -> Option<Purpose> {
		let wire = self.written.remove(&packet_id)?;
		self.moved = Instant::now();
		self.wire_bytes = self.wire_bytes.saturating_sub(wire.bytes);
		Some(wire.purpose)
	}

	/// Why the broker must be taken for dead; `None` while it need not.
	pub fn dead(&self, acknowledge: Duration) -> Option<String> {
		if self.step == Step::Connecting {
			return None;
		}
		if self.heard.elapsed() > self.keep_alive * 5 / 2 {
			return Some("the broker does not answer any more".to_owned());
		}
		let waits = !self.waiting.is_empty() || !self.written.is_empty() || self.step == Step::Subscribing;
		if waits && self.moved.elapsed() > acknowledge {
			return Some(format!(
				"the broker acknowledged nothing for {} s",
				acknowledge.as_secs()
			));
		}
		None
	}

	/// Answers that are not acknowledged.
	pub fn unanswered(self) -> Vec<Packet> {
		let wires = self.waiting.into_iter().chain(self.written.into_values());
		wires
			.filter_map(|wire| match wire.purpose {
				Purpose::Answer(packet) => Some(packet),
				_ => None,
			})
			.collect()
	}
}
