//! The bridge's receiving half: acknowledgements and commands.

use crate::{
	bridge::Bridge,
	command::{Allowed, Refusal, Refused},
	link::{Down, LinkEvent},
	request::{Command, Reply, ReturnAddress},
	session::{Purpose, Step},
	sparkplug::FromHost,
	state::Connection,
	store::COMMAND_COUNTER,
	window::{End, Refusal as Refusals, Token},
};
use rumqttc::v5::mqttbytes::v5::{ConnAck, PubAck, PubAckReason, Publish, SubAck, SubscribeReasonCode};
use serde_json::Value;
use tokio::{task, time::Instant};

impl Bridge {
	/// Handles one event of the connection.
	pub async fn link_event(&mut self, event: LinkEvent) {
		if let Some(session) = &mut self.session {
			if !matches!(event, LinkEvent::Written(_)) {
				session.heard = Instant::now();
			}
		}
		match event {
			LinkEvent::Up(answer) => self.up(&answer),
			LinkEvent::Subscribed(answer) => self.subscribed(&answer),
			LinkEvent::Written(packet_id) => {
				if let Some(session) = &mut self.session {
					session.written(packet_id);
				}
			}
			LinkEvent::Acked(ack) => self.acked(&ack),
			LinkEvent::Message(publish) => self.message(publish).await,
			LinkEvent::Alive => {}
			LinkEvent::Down(down) => self.lost(down),
		}
	}

	fn up(&mut self, answer: &ConnAck) {
		let commands = self.json.topic("commands");
		let Some(session) = &mut self.session else {
			return;
		};
		session.limits(answer);
		session.moved = Instant::now();
		let most_qos = answer.properties.as_ref().and_then(|properties| properties.max_qos);
		if most_qos == Some(0) {
			let reason = "the broker takes QoS 0 only, so nothing could be proved to have arrived; it must allow QoS 1";
			return self.give_up_connection(reason.to_owned());
		}
		let filters = match &self.node {
			Some(node) => node.filters().to_vec(),
			None if self.gate.is_some() => vec![commands],
			None => Vec::new(),
		};
		if filters.is_empty() {
			self.greet();
		} else {
			session.step = Step::Subscribing;
			session.link.subscribe(&filters);
		}
	}

	fn give_up_connection(&mut self, reason: String) {
		self.lost(Down {
			reason,
			end: End::Ours,
			no_retain: false,
		});
	}

	fn subscribed(&mut self, answer: &SubAck) {
		let refused = answer
			.return_codes
			.iter()
			.find(|code| !matches!(code, SubscribeReasonCode::Success(_)));
		self.deaf = refused.map(|code| format!("the broker does not let this client listen to commands: {code:?}"));
		let subscribing = self
			.session
			.as_ref()
			.is_some_and(|session| session.step == Step::Subscribing);
		if subscribing {
			self.greet();
		}
	}

	fn acked(&mut self, ack: &PubAck) {
		let purpose = self.session.as_mut().and_then(|session| session.acknowledged(ack.pkid));
		let taken = matches!(ack.reason, PubAckReason::Success | PubAckReason::NoMatchingSubscribers);
		match purpose {
			Some(Purpose::Message(token)) if taken => self.message_acked(token),
			Some(Purpose::Message(token)) => self.message_refused(token, ack),
			Some(Purpose::Greeting) => {
				if !taken {
					self.shown.trouble = Some(format!("the broker refuses our greeting: {}", reason(ack)));
				}
				self.online();
			}
			Some(Purpose::Farewell) => {
				if let Some(session) = &mut self.session {
					session.step = Step::Left;
				}
			}
			Some(Purpose::Answer(answer)) if !taken => {
				tracing::warn!(
					topic = answer.topic,
					reason = reason(ack),
					"cloud: the broker refuses an answer"
				);
			}
			Some(Purpose::Answer(_) | Purpose::Plain) | None => {}
		}
	}

	fn online(&mut self) {
		let now_ms = self.now_ms();
		let Some(session) = self.session.as_mut().filter(|session| session.step == Step::Greeting) else {
			return;
		};
		session.step = Step::Online;
		session.online_at = Some(Instant::now());
		let counters = &mut self.shown.counters;
		counters.reconnects = self.connections;
		self.connections += 1;
		self.shown.connection = Connection::Online { since_ms: now_ms };
		tracing::info!(broker = %self.config.broker, "cloud: on line");
	}

	fn message_acked(&mut self, token: Token) {
		let delivered = self.window.acked(token);
		if delivered.is_empty() {
			return;
		}
		self.backlog.delivered.extend(delivered);
		if let Some(session) = &mut self.session {
			session.progress = true;
		}
		if self.window.retry_at_ms().is_none() {
			self.shown.trouble = None;
		}
	}

	fn message_refused(&mut self, token: Token, ack: &PubAck) {
		let refusal = match ack.reason {
			PubAckReason::TopicNameInvalid | PubAckReason::PayloadFormatInvalid => Refusals::ForItself,
			_ => Refusals::ForNow,
		};
		self.shown.counters.refused += 1;
		let why = reason(ack);
		self.shown.trouble = Some(format!("the broker refuses a message: {why}"));
		tracing::warn!(why, "cloud: the broker refuses a message");
		if let Some(message) = self.window.refused(token, refusal, self.steady_ms()) {
			self.move_aside(message, format!("the broker refused it again and again: {why}"));
		}
	}

	async fn message(&mut self, publish: Publish) {
		let topic = String::from_utf8_lossy(&publish.topic).into_owned();
		let from_host = match &self.node {
			Some(node) => node.asked(&topic, &publish.payload),
			None => FromHost::Command(publish.payload.to_vec()),
		};
		match from_host {
			FromHost::Rebirth => {
				if let Some(session) = &mut self.session {
					session.rebirth = true;
				}
				self.rebirth_if_due();
			}
			FromHost::Command(bytes) => self.command(&bytes, &publish).await,
			FromHost::NotOffered => {
				self.shown.counters.commands_refused += 1;
				tracing::warn!(topic, "cloud: a host writes what is not offered");
			}
		}
	}

	async fn command(&mut self, bytes: &[u8], publish: &Publish) {
		let (now_ms, steady_ms) = ((self.world.time)(), self.steady_ms());
		let Some(gate) = &mut self.gate else {
			self.shown.counters.commands_refused += 1;
			return;
		};
		let verdict = match publish.retain {
			true => Err(Refusal {
				id: None,
				why: Refused::Retained,
			}),
			false => gate.judge(bytes, now_ms, steady_ms),
		};
		let refusal = match verdict {
			Ok(allowed) => match self.hand_over(allowed, publish).await {
				Ok(()) => {
					self.shown.counters.commands_accepted += 1;
					return;
				}
				Err(refusal) => refusal,
			},
			Err(refusal) => refusal,
		};
		self.shown.counters.commands_refused += 1;
		tracing::warn!(why = %refusal.why, "cloud: a command is refused");
		if let Some(id) = refusal.id {
			let address = self.return_address(id, publish);
			self.queue_answer(address.answer("refused", "reason", Value::String(refusal.why.to_string())));
		}
	}

	/// Keeps the command's counter, then hands it to the daemon: after a power cut between the two it is lost, never run twice.
	async fn hand_over(&mut self, allowed: Allowed, publish: &Publish) -> Result<(), Refusal> {
		let address = self.return_address(allowed.id.clone(), publish);
		let refused = |why| Refusal {
			id: Some(allowed.id.clone()),
			why,
		};
		let place = self
			.commands
			.clone()
			.try_reserve_owned()
			.map_err(|_| refused(Refused::Busy))?;
		let (numbers, counter) = (self.world.numbers.clone(), allowed.counter);
		let kept = task::spawn_blocking(move || numbers.save(COMMAND_COUNTER, counter)).await;
		match kept {
			Ok(Ok(())) => {}
			Ok(Err(error)) => {
				tracing::error!(%error, "cloud: the counter of commands cannot be kept");
				return Err(refused(Refused::NotKept));
			}
			Err(_) => return Err(refused(Refused::NotKept)),
		}
		place.send(Command {
			reply: Reply::new(address, self.answer_sender.clone()),
			id: allowed.id,
			name: allowed.name,
			arguments: allowed.arguments,
		});
		Ok(())
	}

	fn return_address(&self, id: String, publish: &Publish) -> ReturnAddress {
		let properties = publish.properties.as_ref();
		let asked = properties.and_then(|properties| properties.response_topic.as_deref());
		let correlation = properties.and_then(|properties| properties.correlation_data.as_deref());
		ReturnAddress::new(id, self.json.topic("answers"), asked, correlation)
	}
}

/// The broker's reason, in its words where it gives some.
fn reason(ack: &PubAck) -> String {
	let words = ack
		.properties
		.as_ref()
		.and_then(|properties| properties.reason_string.as_deref());
	match words {
		Some(words) => format!("{:?} ({words})", ack.reason),
		None => format!("{:?}", ack.reason),
	}
}
