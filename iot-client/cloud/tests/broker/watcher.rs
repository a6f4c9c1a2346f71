//! Another client of the broker, which sees what is published and may publish itself.

use super::LIMIT;
use rumqttc::v5::{
	mqttbytes::{
		v5::{Publish, PublishProperties},
		QoS,
	},
	AsyncClient, Event, Incoming, MqttOptions,
};
use std::time::Duration;
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

/// Another client.
pub struct Watcher {
	client: AsyncClient,
	seen: mpsc::UnboundedReceiver<Publish>,
	task: JoinHandle<()>,
}

impl Watcher {
	/// One that listens to `filter`; the broker has confirmed it when this returns.
	pub async fn new(port: u16, filter: &str) -> Self {
		static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
		let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
		let mut options = MqttOptions::new(format!("watcher-{number}"), "127.0.0.1", port);
		options
			.set_keep_alive(Duration::from_secs(60))
			.set_max_packet_size(Some(16 * 1024 * 1024));
		let (client, mut events) = AsyncClient::new(options, 64);
		client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
		let (sender, seen) = mpsc::unbounded_channel();
		let (ready_sender, mut ready) = mpsc::channel(1);
		let task = tokio::spawn(async move {
			while let Ok(event) = events.poll().await {
				match event {
					Event::Incoming(Incoming::SubAck(_)) => ready_sender.send(()).await.unwrap(),
					Event::Incoming(Incoming::Publish(publish)) => {
						let _ = sender.send(publish);
					}
					_ => {}
				}
			}
		});
		timeout(LIMIT, ready.recv()).await.unwrap().unwrap();
		Watcher { client, seen, task }
	}

	/// The next publication.
	pub async fn next(&mut self) -> Publish {
		timeout(LIMIT, self.seen.recv())
			.await
			.expect("a publication in time")
			.expect("a connection")
	}

	/// The next publication to a topic that ends in `end`; others are skipped.
	pub async fn next_of(&mut self, end: &str) -> Publish {
		loop {
			let publish = self.next().await;
			if topic(&publish).ends_with(end) {
				return publish;
			}
		}
	}

	/// Publishes.
	pub async fn publish(&self, topic: &str, body: impl Into<Vec<u8>>) {
		let sent = self.client.publish(topic, QoS::AtLeastOnce, false, body.into());
		timeout(LIMIT, sent).await.unwrap().unwrap();
	}

	/// Publishes with properties.
	pub async fn publish_with(
		&self,
		topic: &str,
		body: impl Into<Vec<u8>>,
		retain: bool,
		properties: PublishProperties,
	) {
		let sent = self
			.client
			.publish_with_properties(topic, QoS::AtLeastOnce, retain, body.into(), properties);
		timeout(LIMIT, sent).await.unwrap().unwrap();
	}
}

impl Drop for Watcher {
	fn drop(&mut self) {
		self.task.abort();
	}
}

/// The topic of a publication.
pub fn topic(publish: &Publish) -> String {
	String::from_utf8(publish.topic.to_vec()).unwrap()
}

/// The content of a publication as JSON.
pub fn json(publish: &Publish) -> serde_json::Value {
	serde_json::from_slice(&publish.payload).unwrap()
}

/// The message number of a publication.
pub fn id(publish: &Publish) -> u64 {
	let properties = publish.properties.as_ref().unwrap();
	let id = properties.user_properties.iter().find(|(key, _)| key == "id").unwrap();
	id.1.parse().unwrap()
}
