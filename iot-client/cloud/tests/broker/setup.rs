//! A bridge with all that belongs to it.

use super::LIMIT;
use iot_cloud::{
	ChannelFact, Cloud, CloudConfig, CloudHandle, CloudState, Command, MachineFacts, NumberFolder, Scale, Source,
	SourceError, Timing, World, READINGS,
};
use iot_outbox::{InFlight, Lane, Message, MessageId, ReadingBatch, Sample};
use std::{
	path::Path,
	sync::{Arc, Mutex},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
	sync::{mpsc, watch},
	task::JoinHandle,
	time::timeout,
};
use tokio_util::sync::CancellationToken;

/// An outbox in memory.
#[derive(Default)]
pub struct MemorySource {
	waiting: Mutex<Vec<Message>>,
	listener: Mutex<Option<Box<dyn Fn() + Send + Sync>>>,
	/// Delivered ids, in order.
	pub delivered: watch::Sender<Vec<u64>>,
	/// What was moved aside, and why.
	pub aside: watch::Sender<Vec<(u64, String)>>,
}

impl MemorySource {
	pub fn new() -> Arc<Self> {
		Arc::default()
	}

	/// Puts messages.
	pub fn put(&self, messages: impl IntoIterator<Item = Message>) {
		self.waiting.lock().unwrap().extend(messages);
		if let Some(listener) = &*self.listener.lock().unwrap() {
			listener();
		}
	}

	/// Waits until `count` are delivered; all of them, in order.
	pub async fn delivered(&self, count: usize) -> Vec<u64> {
		let mut delivered = self.delivered.subscribe();
		let waited = timeout(LIMIT, delivered.wait_for(|delivered| delivered.len() >= count)).await;
		let found = match waited {
			Ok(delivered) => delivered.unwrap().clone(),
			Err(_) => panic!("{count} were to be delivered, and {:?} are", self.delivered.borrow()),
		};
		found
	}

	/// Waits until `count` are moved aside.
	pub async fn moved_aside(&self, count: usize) -> Vec<(u64, String)> {
		let mut aside = self.aside.subscribe();
		let waited = timeout(LIMIT, aside.wait_for(|aside| aside.len() >= count)).await;
		let aside = waited.expect("messages moved aside in time").unwrap();
		aside.clone()
	}
}

impl Source for MemorySource {
	fn next(&self, skip: &InFlight, most_messages: usize, most_bytes: usize) -> Result<Vec<Message>, SourceError> {
		let mut waiting = self.waiting.lock().unwrap().clone();
		waiting.sort_by_key(|message| (message.lane, message.id));
		let mut bytes = 0;
		let fits = |message: &Message| {
			bytes += message.body.len();
			bytes <= most_bytes
		};
		Ok(waiting
			.into_iter()
			.filter(|message| !skip.contains(message.id))
			.take(most_messages)
			.take_while(fits)
			.collect())
	}

	fn delivered(&self, ids: &[MessageId]) -> Result<(), SourceError> {
		self.waiting
			.lock()
			.unwrap()
			.retain(|message| !ids.contains(&message.id));
		self.delivered
			.send_modify(|delivered| delivered.extend(ids.iter().map(|id| id.0)));
		Ok(())
	}

	fn move_aside(&self, message: &Message, why: &str) -> Result<(), SourceError> {
		self.waiting.lock().unwrap().retain(|waiting| waiting.id != message.id);
		self.aside
			.send_modify(|aside| aside.push((message.id.0, why.to_owned())));
		Ok(())
	}

	fn on_change(&self, listener: Box<dyn Fn() + Send + Sync>) {
		*self.listener.lock().unwrap() = Some(listener);
	}
}

/// A message whose topic names it, so that the broker's log does too.
pub fn event(id: u64, lane: Lane, body: impl Into<Vec<u8>>) -> Message {
	Message {
		id: MessageId(id),
		lane,
		at_ms: now_ms(),
		topic: format!("{}/{id}", lane.name()),
		body: body.into(),
	}
}

/// Readings of the temperature, at these times.
pub fn readings(id: u64, times: impl IntoIterator<Item = u64>) -> Message {
	let batch = ReadingBatch {
		channels: vec!["temperature".to_owned()],
		samples: times
			.into_iter()
			.map(|at_ms| Sample {
				channel: 0,
				at_ms,
				value: (at_ms % 1000) as i32,
			})
			.collect(),
	};
	Message {
		id: MessageId(id),
		lane: Lane::Reading,
		at_ms: 0,
		topic: READINGS.to_owned(),
		body: batch.encode().unwrap(),
	}
}

/// Unix ms.
pub fn now_ms() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// The machine `m1` with a temperature in tenths of a degree.
pub fn machine() -> MachineFacts {
	let temperature = ChannelFact {
		unit: "°C".to_owned(),
		scale: Scale::per(10),
	};
	MachineFacts {
		id: "m1".to_owned(),
		channels: [("temperature".to_owned(), temperature)].into(),
	}
}

/// Settings for a broker at `port`, with short waits.
pub fn config(port: u16) -> CloudConfig {
	let mut config = CloudConfig::new(
		format!("mqtt://127.0.0.1:{port}").parse().unwrap(),
		"bridge",
		"bpiiot/m1",
	);
	config.timing = Timing {
		reconnect_least: Duration::from_millis(50),
		reconnect_most: Duration::from_millis(400),
		connect: Duration::from_secs(20),
		acknowledge: Duration::from_secs(30),
		drain: Duration::from_secs(10),
		rebirth: Duration::from_millis(100),
		tick: Duration::from_millis(20),
	};
	config
}

/// A bridge at work.
pub struct Bridge {
	pub handle: CloudHandle,
	pub commands: mpsc::Receiver<Command>,
	stop: CancellationToken,
	task: JoinHandle<()>,
}

impl Bridge {
	/// Starts one; small numbers are kept in `folder`.
	pub fn start(config: CloudConfig, source: Arc<dyn Source>, folder: &Path) -> Self {
		let world = World {
			source,
			numbers: Arc::new(NumberFolder::open(folder).unwrap()),
			time: Arc::new(|| Some(now_ms())),
		};
		let (sender, commands) = mpsc::channel(4);
		let stop = CancellationToken::new();
		let (handle, task) = Cloud::start(config, world, machine(), sender, stop.clone()).unwrap();
		Bridge {
			handle,
			commands,
			stop,
			task,
		}
	}

	/// Waits for a state.
	pub async fn state(&self, what: &str, is: impl FnMut(&CloudState) -> bool) -> CloudState {
		let mut watch = self.handle.watch();
		let waited = timeout(LIMIT, watch.wait_for(is)).await;
		let found = match waited {
			Ok(state) => state.unwrap().clone(),
			Err(_) => panic!("{what} was to be, and the state is {:?}", self.handle.state()),
		};
		found
	}

	/// Waits until it is on line.
	pub async fn online(&self) -> CloudState {
		self.state("on line", CloudState::is_online).await
	}

	/// Stops it in order.
	pub async fn stop(self) -> CloudState {
		self.stop.cancel();
		timeout(LIMIT, self.task).await.unwrap().unwrap();
		self.handle.state()
	}

	/// Ends it as a power cut would.
	pub async fn kill(self) {
		self.task.abort();
		assert!(timeout(LIMIT, self.task).await.unwrap().unwrap_err().is_cancelled());
	}
}
