//! The bridge: an actor that owns the window, the connection and the state.

use crate::{
	backoff::Backoff,
	command::Gate,
	config::{CloudConfig, Format},
	json::JsonTopics,
	link::{Down, Link, LinkEvent},
	packet::Packet,
	request::Command,
	secrets::{command_key, Secrets, SecretsError},
	session::{Session, Step},
	source::{Source, SourceError},
	sparkplug::EdgeNode,
	state::{CloudState, Connection},
	store::{Numbers, BIRTH_NUMBER, COMMAND_COUNTER},
	window::{End, Window},
	MachineFacts,
};
use iot_outbox::{InFlight, Message, MessageId};
use serde_json::json;
use std::{collections::VecDeque, io, sync::Arc};
use tokio::{
	sync::{mpsc, watch, Notify},
	task::{self, JoinHandle},
	time::{self, Instant},
};
use tokio_util::sync::CancellationToken;

/// The most bytes of messages that are taken out of the outbox at a time.
const MOST_HELD_BYTES: usize = 4 * 1024 * 1024;
/// The most answers that wait.
pub(crate) const MOST_ANSWERS: usize = 64;
/// The most events of a connection that are handled before anything else is done.
const EVENTS_AT_ONCE: usize = 64;

/// What the bridge needs of the world.
#[derive(Clone)]
pub struct World {
	/// Where messages come from.
	pub source: Arc<dyn Source>,
	/// Where small numbers are kept over restarts.
	pub numbers: Arc<dyn Numbers>,
	/// The time in unix ms; `None` while it is not known. Commands are judged by it, and refused while it is not known; births of
	/// Sparkplug B then carry 0.
	pub time: Arc<dyn Fn() -> Option<u64> + Send + Sync>,
}

/// Why a bridge cannot start.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
	/// The settings are wrong; one line each.
	#[error("{}", .0.join("\n"))]
	Config(Vec<String>),
	/// A file cannot be used.
	#[error(transparent)]
	Secrets(#[from] SecretsError),
	/// The counter of commands cannot be read.
	#[error("the counter of the last command cannot be read: {0}")]
	Counter(io::Error),
}

/// The cloud bridge.
pub struct Cloud;

impl Cloud {
	/// Starts the bridge: it connects, and reconnects, until `stop` is cancelled; then it says goodbye and the task ends.
	/// Reads files, so it may block for a moment. Must be called in a tokio runtime.
	///
	/// # Errors
	/// When the settings are wrong or a file cannot be used. That the broker cannot be reached is no error: it is in the state.
	pub fn start(
		config: CloudConfig,
		world: World,
		machine: MachineFacts,
		commands: mpsc::Sender<Command>,
		stop: CancellationToken,
	) -> Result<(CloudHandle, JoinHandle<()>), CloudError> {
		let problems = config.problems();
		if !problems.is_empty() {
			return Err(CloudError::Config(problems.iter().map(ToString::to_string).collect()));
		}
		Secrets::load(&config)?;
		let gate = gate(&config, &world, &machine)?;
		let (state, watched) = watch::channel(CloudState::offline("not connected yet"));
		let bridge = Bridge::new(config, world, machine, commands, gate, state);
		let task = tokio::spawn(bridge.run(stop));
		Ok((CloudHandle { state: watched }, task))
	}
}

/// Shows what the bridge is doing.
#[derive(Clone, Debug)]
pub struct CloudHandle {
	state: watch::Receiver<CloudState>,
}

impl CloudHandle {
	/// The state of now.
	pub fn state(&self) -> CloudState {
		self.state.borrow().clone()
	}

	/// The state as it changes.
	pub fn watch(&self) -> watch::Receiver<CloudState> {
		self.state.clone()
	}
}

fn gate(config: &CloudConfig, world: &World, machine: &MachineFacts) -> Result<Option<Gate>, CloudError> {
	let Some(commands) = &config.commands else {
		return Ok(None);
	};
	let key = command_key(&commands.key_file)?;
	let last = world
		.numbers
		.load(COMMAND_COUNTER)
		.map_err(CloudError::Counter)?
		.unwrap_or(0);
	Ok(Some(Gate::new(
		key,
		machine.id.clone(),
		commands.allowed.clone(),
		commands.rate,
		last,
	)))
}

/// What is to be told to the source.
#[derive(Default)]
pub(crate) struct Backlog {
	pub delivered: Vec<MessageId>,
	pub aside: VecDeque<(Arc<Message>, String)>,
	/// The source failed; it is asked again at the next tick.
	failed: bool,
}

/// The actor.
pub(crate) struct Bridge {
	pub config: CloudConfig,
	pub world: World,
	pub commands: mpsc::Sender<Command>,
	pub gate: Option<Gate>,
	pub window: Window,
	pub backlog: Backlog,
	pub json: JsonTopics,
	pub node: Option<EdgeNode>,
	pub answer_sender: mpsc::Sender<Packet>,
	pub answers: VecDeque<Packet>,
	pub session: Option<Session>,
	/// How often the connection came on line.
	pub connections: u64,
	/// Why commands cannot come, when the broker does not let us listen.
	pub deaf: Option<String>,
	/// What the watchers see at the end of a round.
	pub shown: CloudState,
	pub answer_receiver: mpsc::Receiver<Packet>,
	state: watch::Sender<CloudState>,
	taken: InFlight,
	changed: Arc<Notify>,
	/// Whether the source may have something.
	more: bool,
	started: Instant,
	failures: u32,
	retry_at: Instant,
	/// Whether the broker keeps retained messages.
	retain: bool,
}

enum Wake {
	Stop,
	Link(LinkEvent),
	Answer(Packet),
	Changed,
	Tick,
	Retry,
}

impl Bridge {
	fn new(
		config: CloudConfig,
		world: World,
		machine: MachineFacts,
		commands: mpsc::Sender<Command>,
		gate: Option<Gate>,
		state: watch::Sender<CloudState>,
	) -> Self {
		let (answer_sender, answer_receiver) = mpsc::channel(MOST_ANSWERS);
		let node = match &config.format {
			Format::Json => None,
			Format::SparkplugB(names) => Some(EdgeNode::new(names.clone(), &config.prefix, machine.clone())),
		};
		let changed = Arc::new(Notify::new());
		let bell = changed.clone();
		world.source.on_change(Box::new(move || bell.notify_one()));
		let backoff = Backoff::new(config.timing.reconnect_least, config.timing.reconnect_most);
		let shown = state.borrow().clone();
		Bridge {
			window: Window::new(config.inflight.into(), MOST_HELD_BYTES, backoff),
			json: JsonTopics::new(&config.prefix, machine),
			node,
			commands,
			gate,
			backlog: Backlog::default(),
			answer_sender,
			answer_receiver,
			answers: VecDeque::new(),
			session: None,
			connections: 0,
			deaf: None,
			shown,
			state,
			taken: InFlight::new(),
			changed,
			more: true,
			started: Instant::now(),
			failures: 0,
			retry_at: Instant::now(),
			retain: true,
			config,
			world,
		}
	}

	async fn run(mut self, stop: CancellationToken) {
		let mut tick = time::interval(self.config.timing.tick);
		tick.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
		loop {
			match self.wake(&stop, &mut tick).await {
				Wake::Stop => break,
				wake => self.round(wake).await,
			}
		}
		self.leave().await;
		self.show();
	}

	async fn wake(&mut self, stop: &CancellationToken, tick: &mut time::Interval) -> Wake {
		let retry_at = self.retry_at;
		let event = async {
			match &mut self.session {
				Some(session) => Wake::Link(session.link.event().await),
				None => {
					time::sleep_until(retry_at).await;
					Wake::Retry
				}
			}
		};
		// In no order: a broker that never stops talking must not keep the rest from its turn.
		tokio::select! {
			() = stop.cancelled() => Wake::Stop,
			wake = event => wake,
			Some(answer) = self.answer_receiver.recv() => Wake::Answer(answer),
			() = self.changed.notified() => Wake::Changed,
			_ = tick.tick() => Wake::Tick,
		}
	}

	async fn round(&mut self, wake: Wake) {
		match wake {
			Wake::Link(event) => self.link_events(event).await,
			Wake::Answer(answer) => self.queue_answer(answer),
			Wake::Changed => self.more = true,
			Wake::Tick => self.tick(),
			Wake::Retry => self.connect().await,
			Wake::Stop => {}
		}
		self.settle().await;
		self.fill().await;
		self.pump();
		self.show();
	}

	async fn link_events(&mut self, first: LinkEvent) {
		let mut next = Some(first);
		for _ in 0..EVENTS_AT_ONCE {
			let Some(event) = next else { break };
			self.link_event(event).await;
			next = self.session.as_mut().and_then(|session| session.link.event_now());
		}
		if let Some(event) = next {
			self.link_event(event).await;
		}
	}

	/// Milliseconds of a steady clock.
	pub fn steady_ms(&self) -> u64 {
		u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
	}

	/// Unix ms, 0 while they are not known.
	pub fn now_ms(&self) -> u64 {
		(self.world.time)().unwrap_or(0)
	}

	/// The retained word on whether the machine is on line.
	pub fn presence(&self, online: bool, at_ms: Option<u64>) -> Packet {
		let word = if online { "online" } else { "offline" };
		let body = match at_ms {
			Some(at_ms) => json!({"v": 1, "state": word, "at": at_ms}),
			None => json!({"v": 1, "state": word}),
		};
		Packet {
			retain: self.retain,
			..Packet::json(self.json.topic("state"), body.to_string())
		}
	}

	async fn connect(&mut self) {
		self.shown.counters.attempts += 1;
		match self.prepare().await {
			Ok((secrets, will)) => {
				let link = Link::open(&self.config, secrets, &will, self.node.is_some());
				self.session = Some(Session::new(link, self.config.keep_alive));
			}
			Err(reason) => self.offline(reason),
		}
	}

	/// Reads the files, and takes the next birth number for the last will.
	async fn prepare(&mut self) -> Result<(Secrets, Packet), String> {
		let (config, numbers) = (self.config.clone(), self.world.numbers.clone());
		let sparkplug = self.node.is_some();
		let read = task::spawn_blocking(move || {
			let secrets = Secrets::load(&config).map_err(|error| error.to_string())?;
			let number = if sparkplug { next_birth_number(&*numbers)? } else { 0 };
			Ok::<_, String>((secrets, number))
		});
		let (secrets, number) = read.await.map_err(|error| error.to_string())??;
		let now_ms = self.now_ms();
		let will = match &mut self.node {
			Some(node) => node.node_death(number, now_ms),
			None => self.presence(false, None),
		};
		Ok((secrets, will))
	}

	/// Notes that there is no connection, and when to try again.
	fn offline(&mut self, reason: String) {
		tracing::warn!(reason, "cloud: off line");
		self.failures = self.failures.saturating_add(1);
		let timing = &self.config.timing;
		let backoff = Backoff::new(timing.reconnect_least, timing.reconnect_most);
		self.retry_at = Instant::now() + backoff.jittered(self.failures, rand::random());
		self.shown.connection = Connection::Offline { reason };
	}

	/// Notes that the connection ended.
	pub fn lost(&mut self, down: Down) {
		let Some(session) = self.session.take() else {
			return;
		};
		if down.no_retain {
			self.retain = false;
		}
		let steady = session
			.online_at
			.is_some_and(|at| at.elapsed() > self.config.timing.reconnect_most);
		if session.progress || steady {
			self.failures = 0;
		}
		let end = if session.online_at.is_some() {
			down.end
		} else {
			End::Ours
		};
		let aside = self.window.lost(end, self.steady_ms());
		if let Some(message) = aside {
			self.move_aside(
				message,
				format!("sent alone, it ended connection after connection: {}", down.reason),
			);
		}
		for answer in session.unanswered() {
			self.queue_answer(answer);
		}
		self.offline(down.reason);
	}

	/// Notes that a message is to be moved aside.
	pub fn move_aside(&mut self, message: Arc<Message>, why: String) {
		tracing::warn!(
			id = message.id.0,
			topic = message.topic,
			why,
			"cloud: a message is moved aside"
		);
		self.shown.counters.moved_aside += 1;
		self.backlog.aside.push_back((message, why));
	}

	fn tick(&mut self) {
		self.more = true;
		self.backlog.failed = false;
		let Some(session) = &self.session else {
			return;
		};
		// What was heard and not handled yet counts: the disk may have kept us.
		let unread = session.link.has_events();
		if let Some(reason) = session.dead(self.config.timing.acknowledge).filter(|_| !unread) {
			self.lost(Down {
				reason,
				end: End::Dropped,
				no_retain: false,
			});
			return;
		}
		self.rebirth_if_due();
	}

	/// Tells the source what is delivered and what is moved aside.
	pub async fn settle(&mut self) {
		if self.backlog.failed {
			return;
		}
		let delivered = std::mem::take(&mut self.backlog.delivered);
		if !delivered.is_empty() {
			let ids = delivered.clone();
			match self.ask(move |source| source.delivered(&ids)).await {
				Ok(()) => {
					self.shown.counters.acked += delivered.len() as u64;
					delivered.iter().for_each(|id| {
						self.taken.remove(*id);
					});
					self.more = true;
				}
				Err(error) => {
					self.backlog.delivered = delivered;
					self.source_failed(error);
				}
			}
		}
		while let (false, Some((message, why))) = (self.backlog.failed, self.backlog.aside.pop_front()) {
			let (again, id) = ((message.clone(), why.clone()), message.id);
			match self.ask(move |source| source.move_aside(&message, &why)).await {
				Ok(()) => {
					self.taken.remove(id);
				}
				Err(error) => {
					self.backlog.aside.push_front(again);
					self.source_failed(error);
				}
			}
		}
	}

	/// Takes messages out of the source while there is room for them.
	async fn fill(&mut self) {
		let online = self
			.session
			.as_ref()
			.is_some_and(|session| session.step == Step::Online);
		let settled = self.backlog.delivered.is_empty() && self.backlog.aside.is_empty();
		let (messages, bytes) = self.window.room();
		if !online || !settled || !self.more || messages == 0 || bytes == 0 {
			return;
		}
		let taken = self.taken.clone();
		match self.ask(move |source| source.next(&taken, messages, bytes)).await {
			Ok(next) => {
				self.more = !next.is_empty();
				for message in &next {
					self.taken.insert(message.id);
				}
				self.window.hold(next);
			}
			Err(error) => {
				self.more = false;
				self.source_failed(error);
			}
		}
	}

	async fn ask<T: Send + 'static>(
		&self,
		question: impl FnOnce(&dyn Source) -> Result<T, SourceError> + Send + 'static,
	) -> Result<T, SourceError> {
		let source = self.world.source.clone();
		let answer = task::spawn_blocking(move || question(&*source)).await;
		answer.unwrap_or_else(|error| Err(SourceError(format!("the outbox failed: {error}"))))
	}

	fn source_failed(&mut self, error: SourceError) {
		tracing::error!(%error, "cloud: the outbox");
		self.backlog.failed = true;
		self.shown.trouble = Some(error.0);
	}

	fn show(&mut self) {
		let mut shown = self.shown.clone();
		shown.trouble = shown.trouble.or_else(|| self.deaf.clone());
		self.state.send_if_modified(|state| {
			let changed = *state != shown;
			if changed {
				*state = shown;
			}
			changed
		});
	}
}

/// The birth number after the last one, kept before it is used. It goes from 0 to 255 and over again.
fn next_birth_number(numbers: &dyn Numbers) -> Result<u8, String> {
	let failed = |error: io::Error| format!("the birth number cannot be kept: {error}");
	let last = numbers.load(BIRTH_NUMBER).map_err(failed)?;
	let next = last.map_or(0, |last| (last.wrapping_add(1) % 256) as u8);
	numbers.save(BIRTH_NUMBER, next.into()).map_err(failed)?;
	Ok(next)
}
