//! How the bridge stops.

use crate::{
	bridge::Bridge,
	session::{Purpose, Session, Step},
	state::Connection,
};
use std::time::Duration;
use tokio::time::{self, Instant};

impl Bridge {
	/// Waits for what is under way, says goodbye and ends the connection, all within the drain time.
	pub async fn leave(&mut self) {
		let until = Instant::now() + self.config.timing.drain;
		let greeted = |session: &&mut Session| matches!(session.step, Step::Greeting | Step::Online);
		if let Some(session) = self.session.as_mut().filter(greeted) {
			session.step = Step::Leaving;
			while self.window.under_way() && self.one_more_event(until).await {}
			self.say_goodbye();
			while self.is_leaving() && self.one_more_event(until).await {}
		}
		self.settle().await;
		let asked = self.session.as_ref().is_some_and(|session| {
			// One that is not there yet is just dropped.
			session.step != Step::Connecting && session.link.disconnect()
		});
		// The broker closes the line when it has read our word.
		while asked && self.one_more_event(until + Duration::from_secs(1)).await {}
		self.session = None;
		self.settle().await;
		let reason = "stopped".to_owned();
		self.shown.connection = Connection::Offline { reason };
	}

	fn is_leaving(&self) -> bool {
		self.session
			.as_ref()
			.is_some_and(|session| session.step == Step::Leaving)
	}

	/// Handles one event before `until`; whether there was one and the connection stands.
	async fn one_more_event(&mut self, until: Instant) -> bool {
		let Some(session) = &mut self.session else {
			return false;
		};
		let Ok(event) = time::timeout_at(until, session.link.event()).await else {
			return false;
		};
		self.link_event(event).await;
		while let Ok(answer) = self.answer_receiver.try_recv() {
			self.queue_answer(answer);
		}
		self.pump_answers();
		self.settle().await;
		self.session.is_some()
	}

	fn say_goodbye(&mut self) {
		let now_ms = self.now_ms();
		let presence = self.presence(false, (self.world.time)());
		let Some(session) = &mut self.session else {
			return;
		};
		let farewell = match &mut self.node {
			Some(node) => node.goodbye(now_ms).to_vec(),
			None => vec![presence],
		};
		for packet in farewell {
			let purpose = if packet.acknowledged {
				Purpose::Farewell
			} else {
				Purpose::Plain
			};
			session.submit(&packet, purpose);
		}
	}
}
