//! A machine that is only played: for tests, for work on the page and for fuzzers. Nothing here moves anything.

mod scene;
mod texts;

use crate::api::{
	Channel, Check, ConfigView, Fault, Finding, HistoryQuery, Job, JobDetail, LogLine, LogQuery, Machine, Reading,
	RulesNow, RulesView, Save, Saved, Series, StoryLine, WalletView,
};
use crate::shapes::severity;
use serde_json::Value;
use std::{
	collections::{BTreeMap, VecDeque},
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
	time::Duration,
};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Lines of the log that are kept.
const MOST_LINES: usize = 2_000;
/// How often something is measured when it runs.
const TICK: Duration = Duration::from_millis(100);
/// Its account.
pub const ACCOUNT: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

/// The machine.
pub struct Played {
	status: watch::Sender<Arc<Value>>,
	readings: broadcast::Sender<Arc<[Reading]>>,
	news: broadcast::Sender<(u64, StoryLine)>,
	lines: broadcast::Sender<Arc<LogLine>>,
	state: Mutex<State>,
	paused: AtomicBool,
}

struct State {
	jobs: VecDeque<JobDetail>,
	log: VecDeque<Arc<LogLine>>,
	next_line: u64,
	newest: BTreeMap<String, (u64, f64)>,
	rules: String,
	config: String,
	/// What its account has, in planck.
	free: u128,
}

impl Played {
	/// One that stands still: it does only what it is told to.
	pub fn still() -> Arc<Self> {
		let state = State {
			jobs: scene::old_jobs(now_ms()).into(),
			log: VecDeque::new(),
			next_line: 1,
			newest: BTreeMap::new(),
			rules: texts::RULES.to_owned(),
			config: texts::CONFIG.to_owned(),
			free: 12_345_678_901_234_567_890,
		};
		let played = Arc::new(Self {
			status: watch::Sender::new(Arc::new(Value::Null)),
			readings: broadcast::Sender::new(64),
			news: broadcast::Sender::new(64),
			lines: broadcast::Sender::new(256),
			state: Mutex::new(state),
			paused: AtomicBool::new(false),
		});
		played.log_line("INFO", "iot_client::daemon", "the machine is played", &[]);
		played.tell();
		played
	}

	/// One that runs: its channels swing, and it does one job after the other.
	pub fn running(stop: CancellationToken) -> Arc<Self> {
		let played = Self::still();
		let runs = played.clone();
		tokio::spawn(async move {
			let mut play = scene::Play::new(now_ms());
			let mut ticks = tokio::time::interval(TICK);
			loop {
				tokio::select! {
					() = stop.cancelled() => return,
					_ = ticks.tick() => play.step(&runs, now_ms()),
				}
			}
		});
		played
	}

	/// It measures something.
	pub fn measure(&self, readings: &[(&str, f64)]) {
		let at = now_ms();
		let mut state = self.state();
		let measured = readings.iter().map(|(channel, value)| {
			state.newest.insert((*channel).to_owned(), (at, *value));
			Reading {
				channel: (*channel).into(),
				at,
				value: *value,
			}
		});
		let measured: Arc<[Reading]> = measured.collect();
		drop(state);
		let _ = self.readings.send(measured);
	}

	/// Something happens to a job.
	pub fn happened(&self, job: u64, text: &str, news: Value) {
		let line = StoryLine {
			at: now_ms(),
			text: text.to_owned(),
			news,
		};
		let mut state = self.state();
		if let Some(known) = state.jobs.iter_mut().find(|known| known.job.job == job) {
			known.story.push(line.clone());
		}
		drop(state);
		let _ = self.news.send((job, line));
	}

	/// It earns so many planck.
	pub fn earn(&self, planck: u128) {
		let mut state = self.state();
		state.free = state.free.saturating_add(planck);
	}

	/// It writes to its log.
	pub fn log_line(&self, level: &str, target: &str, message: &str, fields: &[(&str, &str)]) {
		let mut state = self.state();
		let fields = fields
			.iter()
			.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
		let line = Arc::new(LogLine {
			number: state.next_line,
			at: now_ms(),
			level: level.to_owned(),
			target: target.to_owned(),
			message: message.to_owned(),
			fields: fields.collect(),
		});
		state.next_line += 1;
		state.log.push_back(line.clone());
		if state.log.len() > MOST_LINES {
			state.log.pop_front();
		}
		drop(state);
		let _ = self.lines.send(line);
	}

	/// Tells its status anew.
	pub fn tell(&self) {
		let paused = self.paused.load(Ordering::Relaxed);
		let state = self.state();
		let status = scene::status(now_ms(), paused, &state.jobs, &state.newest);
		drop(state);
		self.status.send_replace(Arc::new(status));
	}

	fn state(&self) -> MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn now_ms() -> u64 {
	crate::clock::Clock::default().unix_ms()
}

impl Machine for Played {
	fn status(&self) -> watch::Receiver<Arc<Value>> {
		self.status.subscribe()
	}

	fn channels(&self) -> Vec<Channel> {
		let state = self.state();
		let with_newest = scene::channels().into_iter().map(|mut channel| {
			if let Some((at, value)) = state.newest.get(&channel.name) {
				(channel.at, channel.value) = (Some(*at), Some(*value));
			}
			channel
		});
		with_newest.collect()
	}

	fn readings(&self) -> broadcast::Receiver<Arc<[Reading]>> {
		self.readings.subscribe()
	}

	async fn history(&self, query: HistoryQuery) -> Result<Vec<Series>, Fault> {
		query
			.channels
			.iter()
			.map(|channel| scene::history(channel, &query, now_ms()))
			.collect()
	}

	fn jobs(&self) -> Vec<Job> {
		self.state()
			.jobs
			.iter()
			.rev()
			.map(|detail| detail.job.clone())
			.collect()
	}

	async fn job(&self, job: u64) -> Result<JobDetail, Fault> {
		let known = self.state().jobs.iter().find(|known| known.job.job == job).cloned();
		known.ok_or_else(|| Fault::NotFound(format!("there is no job {job} here")))
	}

	fn news(&self) -> broadcast::Receiver<(u64, StoryLine)> {
		self.news.subscribe()
	}

	async fn wallet(&self) -> Result<WalletView, Fault> {
		Ok(WalletView {
			account: ACCOUNT.to_owned(),
			machine: Some(format!("0x{}", "5b".repeat(32))),
			free: Some(self.state().free.to_string()),
			allowance: Some("250000000000".to_owned()),
			token: Some(("UNIT".to_owned(), 12)),
			in_flight: 1,
			alarms: vec!["the allowance lasts for about 40 more transactions".to_owned()],
		})
	}

	async fn rules(&self) -> Result<RulesView, Fault> {
		let now = self.rules_now().await;
		let text = self.state().rules.clone();
		Ok(RulesView { now, text })
	}

	async fn rules_now(&self) -> RulesNow {
		let state = self.state();
		RulesNow {
			path: Some("/etc/iot-client/rules.toml".to_owned()),
			revision: texts::revision(&state.rules),
			states: texts::rule_states(&state.rules, &state.newest),
			trouble: None,
		}
	}

	async fn check_rules(&self, text: String) -> Result<Check, Fault> {
		Ok(texts::check_rules(&self.state().rules, &text))
	}

	async fn save_rules(&self, save: Save) -> Result<Saved, Fault> {
		let saved = texts::save(&mut self.state().rules, save, texts::check_rules)?;
		self.log_line(
			"INFO",
			"iot_client::daemon::rules",
			"the rules were changed on the page",
			&[],
		);
		Ok(saved)
	}

	async fn config(&self) -> Result<ConfigView, Fault> {
		let text = self.state().config.clone();
		Ok(ConfigView {
			path: "/etc/iot-client/client.toml".to_owned(),
			revision: texts::revision(&text),
			text,
		})
	}

	async fn check_config(&self, text: String) -> Result<Check, Fault> {
		Ok(texts::check_config(&self.state().config, &text))
	}

	async fn save_config(&self, save: Save) -> Result<Saved, Fault> {
		let saved = texts::save(&mut self.state().config, save, texts::check_config)?;
		self.log_line(
			"INFO",
			"iot_client::config",
			"the configuration was changed on the page",
			&[],
		);
		Ok(saved)
	}

	fn log(&self, query: LogQuery) -> Vec<LogLine> {
		let least = query.level.as_deref().map_or(usize::MAX, severity);
		let wanted = query.contains.map(|text| text.to_lowercase());
		let limit = query.limit.unwrap_or(200) as usize;
		let state = self.state();
		let fits = |line: &&Arc<LogLine>| {
			let has = |text: &String| line.message.to_lowercase().contains(text) || line.target.contains(text.as_str());
			query.before.is_none_or(|before| line.number < before)
				&& severity(&line.level) <= least
				&& wanted.as_ref().is_none_or(has)
		};
		let newest = state.log.iter().rev().filter(fits).take(limit);
		let mut lines: Vec<_> = newest.map(|line| (**line).clone()).collect();
		lines.reverse();
		lines
	}

	fn log_lines(&self) -> broadcast::Receiver<Arc<LogLine>> {
		self.lines.subscribe()
	}

	async fn pause_orders(&self, paused: bool) -> Result<(), Fault> {
		self.paused.store(paused, Ordering::Relaxed);
		self.log_line(
			"INFO",
			"iot_client::daemon::pauses",
			"orders were paused or resumed on the page",
			&[],
		);
		self.tell();
		Ok(())
	}

	async fn test_board(&self, drive: bool) -> Result<Vec<Finding>, Fault> {
		if drive && self.state().jobs.iter().any(|detail| detail.job.state == "started") {
			let text = "a job is running; its outputs are driven when it is done";
			return Err(Fault::Unavailable(text.to_owned()));
		}
		Ok(scene::findings(drive))
	}

	fn metrics(&self) -> String {
		let readings = self.state().newest.len();
		format!("# HELP iot_channels Channels with a value.\n# TYPE iot_channels gauge\niot_channels {readings}\n")
	}

	fn not_ready(&self) -> Vec<String> {
		let paused = self.paused.load(Ordering::Relaxed);
		paused.then(|| "orders are paused".to_owned()).into_iter().collect()
	}
}

/// The answer to bytes of JSON-RPC, as whoever is the owner gets it by `POST /rpc`; none when there is none, which is a
/// mistake. For fuzzers.
pub fn answer(bytes: &[u8]) -> Option<String> {
	use crate::{api::Role, gate::Caller, rpc, session::Session, session::Sessions};
	let runtime = tokio::runtime::Builder::new_current_thread()
		.enable_time()
		.build()
		.ok()?;
	let clock = crate::clock::Clock::default();
	let shown = rpc::Shown {
		machine: Played::still(),
		clock: clock.clone(),
		started: 0,
		changes: Arc::new(tokio::sync::Semaphore::new(rpc::MOST_CHANGES)),
	};
	let caller = Caller {
		session: Session::played(Role::Owner),
		sessions: Arc::new(Sessions::new(clock, 1)),
		from: [127, 0, 0, 1].into(),
		live: false,
	};
	let methods = rpc::methods(shown).ok()?;
	runtime.block_on(crate::site::answered(
		&crate::serve::service(),
		methods,
		caller,
		bytes.to_vec().into(),
	))
}
