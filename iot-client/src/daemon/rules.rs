//! Watches the machine by its owner's rules, and does what they say.
//!
//! A rule may stop the machine: what runs is brought to safe, and nothing new begins until the rule is cleared. It may
//! drive outputs while no job does: it holds the board from its raise until it is cleared, and then the board is safe again
//! (so what its `after` sets is set for a moment only); a job waits for that. Whatever it says goes to the log, the alarms and the cloud.

use super::{site::Site, status::ChannelStatus};
use crate::board::{BoardInfo, BoardLease, LinkId, Signal};
use bpiiot_protocol::Scale;
use iot_rules::{Action, Change, ChannelDecl, Engine, Firing, Rule, Rules};
use std::{
	collections::BTreeSet,
	fmt::Display,
	fs,
	future::pending,
	path::{Path, PathBuf},
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{
	sync::broadcast::error::{RecvError, TryRecvError},
	task::{spawn_blocking, JoinHandle},
	time::sleep,
};
use tokio_util::sync::CancellationToken;

/// How often conditions of time are looked at while nothing is read.
const TICK: Duration = Duration::from_millis(100);
/// How often the rules' states are shown.
const SHOWN: Duration = Duration::from_secs(1);
/// The longest file of rules, in bytes.
pub(super) const MAX_FILE_BYTES: u64 = 256 * 1024;

/// Reads and checks the rules in a file, for a machine with these channels. In words what is wrong.
///
/// # Errors
/// When the file cannot be read, or a rule is wrong.
pub fn read(path: &Path, channels: &[ChannelDecl]) -> Result<Rules, String> {
	parse(path, &read_text(path)?, channels)
}

fn read_text(path: &Path) -> Result<String, String> {
	let about = |error: &dyn Display| format!("the rules {}: {error}", path.display());
	let length = fs::metadata(path).map_err(|error| about(&error))?.len();
	if length > MAX_FILE_BYTES {
		return Err(about(&format!("{length} bytes; the most is {MAX_FILE_BYTES}")));
	}
	fs::read_to_string(path).map_err(|error| about(&error))
}

fn parse(path: &Path, text: &str, channels: &[ChannelDecl]) -> Result<Rules, String> {
	Rules::parse(text, channels).map_err(|error| format!("the rules {}:\n{error}", path.display()))
}

/// Channels, as rules may name them.
pub fn channels(all: &[ChannelStatus]) -> Vec<ChannelDecl> {
	let of = |channel: &ChannelStatus| match channel.output {
		true => ChannelDecl::output(&channel.name, &channel.unit, channel.min..=channel.max),
		false => ChannelDecl::input(&channel.name, &channel.unit),
	};
	all.iter().map(of).collect()
}

pub(super) fn channels_of(board: &BoardInfo) -> Vec<ChannelDecl> {
	let all: Vec<_> = board.channels.iter().map(ChannelStatus::from).collect();
	channels(&all)
}

/// A raw value in the channel's unit; with a divisor of 0, which says nothing, as it is.
pub(super) fn in_unit(scale: &Scale, raw: i32) -> f64 {
	match scale.divisor {
		0 => f64::from(raw),
		divisor => (f64::from(raw) - f64::from(scale.zero)) * f64::from(scale.multiplier) / f64::from(divisor),
	}
}

/// A file of rules as it was read: its text, the channels that it was for, and what came of it. In words what is wrong.
struct Read {
	text: Result<String, String>,
	channels: Vec<ChannelDecl>,
	rules: Result<Rules, String>,
}

impl Read {
	/// Reads it for the board, where that may wait for the disk.
	fn begin(path: &Path, board: &BoardInfo) -> JoinHandle<Self> {
		let (path, channels) = (path.to_owned(), channels_of(board));
		spawn_blocking(move || {
			let text = read_text(&path);
			let rules = match &text {
				Ok(text) => parse(&path, text, &channels),
				Err(error) => Err(error.clone()),
			};
			Self { text, channels, rules }
		})
	}
}

/// What was begun, when it is done; never if nothing was.
async fn done(reading: &mut Option<JoinHandle<Read>>) -> Option<Read> {
	let read = match reading {
		Some(reading) => reading.await,
		None => pending().await,
	};
	*reading = None;
	read.ok()
}

/// Watches the machine.
pub(super) struct Watch {
	path: PathBuf,
	site: Site,
	begun: Instant,
	engine: Option<Engine>,
	/// What the engine, if there is one, was made of.
	read: Option<(String, Vec<ChannelDecl>)>,
	/// The board that is listened to.
	board: Option<Arc<BoardInfo>>,
	/// The file is being read.
	reading: Option<JoinHandle<Read>>,
	/// Held while rules drive outputs.
	lease: Option<BoardLease>,
	/// These.
	driving: BTreeSet<String>,
	shown: Instant,
}

impl Watch {
	/// By the rules in this file, which is read whenever the board says what it is.
	pub fn new(path: PathBuf, site: Site) -> Self {
		Self {
			path,
			site,
			begun: Instant::now(),
			engine: None,
			read: None,
			board: None,
			reading: None,
			lease: None,
			driving: BTreeSet::new(),
			shown: Instant::now(),
		}
	}

	/// Watches until `stop` is cancelled.
	pub async fn run(mut self, stop: CancellationToken) {
		let mut signals = self.site.board.signals();
		let mut wanted = self.site.notices.rules_wanted();
		let mut wish = 0;
		self.show();
		loop {
			tokio::select! {
				() = stop.cancelled() => break,
				signal = signals.recv() => {
					match signal {
						Ok(signal) => self.take(signal).await,
						Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "the rules missed readings"),
						Err(RecvError::Closed) => break,
					}
					// What came together is judged together.
					loop {
						match signals.try_recv() {
							Ok(signal) => self.take(signal).await,
							Err(TryRecvError::Lagged(_)) => {}
							Err(_) => break,
						}
					}
				},
				// Those of before go on until the file is read, however long the disk takes.
				Ok(()) = wanted.changed(), if self.reading.is_none() => {
					wish = *wanted.borrow_and_update();
					match self.site.board.info() {
						Ok(board) => self.reading = Some(Read::begin(&self.path, &board)),
						// There is nobody whom they could be for.
						Err(_) => self.site.notices.rules_are_read(wish),
					}
				},
				read = done(&mut self.reading) => {
					self.put_into_force(read).await;
					self.show();
					self.site.notices.rules_are_read(wish);
				},
				// Nothing is read, but conditions of time may come true.
				() = sleep(TICK), if self.engine.is_some() => {},
			}
			self.judge().await;
			if self.shown.elapsed() >= SHOWN {
				self.show();
			}
		}
		// Others may come in their place.
		self.release_all();
		self.site.notices.end_of_rules();
	}

	fn now_ms(&self) -> u64 {
		self.begun.elapsed().as_millis() as u64
	}

	async fn take(&mut self, signal: Signal) {
		match signal {
			Signal::Reading {
				link, channel, value, ..
			} => {
				if self.board.as_ref().map(|board| board.link) != Some(link) {
					self.meet(link).await;
				}
				let now = self.now_ms();
				let info = self
					.board
					.as_ref()
					.and_then(|board| board.channels.get(usize::from(channel)));
				if let (Some(engine), Some(info)) = (&mut self.engine, info) {
					engine.reading(info.name.as_str(), now, in_unit(&info.scale, value));
				}
			}
			// What was driven is safe now, and the lease is worth nothing.
			Signal::LinkEnded { .. } => self.lease = None,
			Signal::Event { .. } | Signal::Status { .. } => {}
		}
	}

	/// Reads the rules for the board on this link. Those that there are for such a board go on meanwhile.
	async fn meet(&mut self, link: LinkId) {
		self.board = self.site.board.info().ok().filter(|board| board.link == link);
		let Some(board) = &self.board else { return };
		let begin = || Read::begin(&self.path, board);
		let before = self.read.as_ref().filter(|_| self.engine.is_some());
		if before.is_some_and(|(_, channels)| *channels == channels_of(board)) {
			self.reading = self.reading.take().or_else(|| Some(begin()));
			return;
		}
		let read = begin().await;
		self.put_into_force(read.ok()).await;
	}

	/// Goes on by what was read. Rules of before that are the same, of the same channels, go on as if nothing had happened. With
	/// rules that are wrong, there are none: that is an alarm.
	async fn put_into_force(&mut self, read: Option<Read>) {
		// One that took long may be for a board that was here before.
		let is_for_this = |read: &Read| {
			self.board
				.as_ref()
				.is_none_or(|board| channels_of(board) == read.channels)
		};
		let Some(Read { text, channels, rules }) = read.filter(is_for_this) else {
			return;
		};
		let read = text.ok().map(|text| (text, channels));
		if read.is_some() && self.read == read {
			return;
		}
		self.read = read;
		match (rules, &mut self.engine) {
			(Ok(rules), Some(engine)) => {
				let gone = engine.replace(rules);
				self.let_go(&gone).await;
			}
			(Ok(rules), None) => {
				self.release_all();
				self.engine = Some(Engine::new(rules));
			}
			(Err(error), _) => {
				tracing::error!("{error}");
				self.release_all();
				self.engine = None;
				return self.site.notices.rules_trouble(Some(error));
			}
		}
		self.site.notices.rules_trouble(None);
	}

	/// These rules, as they were, hold nothing any more. What others hold stays.
	async fn let_go(&mut self, gone: &[String]) {
		let drove = gone.iter().filter(|rule| self.driving.remove(*rule)).count();
		if drove > 0 {
			// Which outputs were theirs alone nobody knows: all are safe, and the others drive theirs again.
			self.lease = None;
			self.drive_again().await;
		}
		// Before what they stopped may go on: a rule that was changed and is raised at once stops the machine without a gap.
		self.judge().await;
		for rule in gone {
			let engine = self.engine.as_ref().filter(|engine| engine.is_raised(rule));
			let now = engine.and_then(|engine| engine.rules().iter().find(|now| now.name == *rule));
			let stops = |now: &Rule| now.then.iter().any(|action| matches!(action, Action::Stop { .. }));
			match now {
				Some(now) if stops(now) => {}
				Some(_) => self.site.notices.halt(rule, None),
				None => self.site.notices.forget_rule(rule),
			}
		}
	}

	/// Drives what rules hold.
	async fn drive_again(&mut self) {
		let rules = self.engine.iter().flat_map(|engine| engine.rules());
		let held = rules.filter(|rule| self.driving.contains(&rule.name));
		let actions = held.flat_map(|rule| rule.then.iter().map(|action| (rule.name.clone(), action.clone())));
		for (rule, action) in actions.collect::<Vec<_>>() {
			if let Action::Actuate { output, to } = action {
				self.actuate(&rule, &output, to).await;
			}
		}
	}

	/// No rule holds anything any more.
	fn release_all(&mut self) {
		self.site.notices.forget_rules();
		self.driving.clear();
		self.lease = None;
	}

	async fn judge(&mut self) {
		let now = self.now_ms();
		let Some(engine) = &mut self.engine else { return };
		for firing in engine.evaluate(now) {
			self.follow(&firing).await;
		}
	}

	async fn follow(&mut self, firing: &Firing) {
		let Firing { rule, change, .. } = firing;
		match change {
			Change::Raised => tracing::warn!(%rule, severity = %firing.severity, "raised"),
			Change::Cleared => tracing::info!(%rule, "cleared"),
		}
		self.site.notices.fired(firing);
		for action in &firing.actions {
			match action {
				Action::Stop { why } => self.stop(rule, why).await,
				Action::Actuate { output, to } => self.actuate(rule, output, *to).await,
				// They are news, for whoever is told of firings.
				Action::Report { .. }
				| Action::Order { .. }
				| Action::Count { .. }
				| Action::Issue { .. }
				| Action::Notify { .. } => {}
			}
		}
		if *change == Change::Cleared {
			self.site.notices.halt(rule, None);
			self.driving.remove(rule);
			if self.driving.is_empty() {
				self.lease = None;
			}
		}
	}

	async fn stop(&mut self, rule: &str, why: &str) {
		self.site.notices.halt(rule, Some(why.to_owned()));
		// At once; the run that is under way hears of it too, and ends as one that was stopped.
		if let Err(error) = self.site.board.make_safe().await {
			tracing::warn!(%rule, %error, "the board cannot be made safe now");
		}
	}

	async fn actuate(&mut self, rule: &str, output: &str, to: i32) {
		if let Err(error) = self.drive(rule, output, to).await {
			tracing::warn!(%rule, %output, to, %error, "an output is not driven");
		}
	}

	async fn drive(&mut self, rule: &str, output: &str, to: i32) -> Result<(), String> {
		let lease = match self.lease.take() {
			Some(lease) => lease,
			None => self.site.board.lease().map_err(|error| error.to_string())?.0,
		};
		let board = lease.info().clone();
		let number = board
			.channels
			.iter()
			.position(|channel| channel.name.as_str() == output);
		let channel = number
			.and_then(|number| u8::try_from(number).ok())
			.ok_or("the board has no such channel")?;
		lease.set(channel, to).await.map_err(|error| error.to_string())?;
		self.lease = Some(lease);
		self.driving.insert(rule.to_owned());
		Ok(())
	}

	fn show(&mut self) {
		self.shown = Instant::now();
		let states = self.engine.as_ref().map(Engine::status).unwrap_or_default();
		self.site.notices.show_rules(states);
	}
}

#[cfg(test)]
mod tests;
