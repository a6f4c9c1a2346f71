//! Watches the machine by its owner's rules, and does what they say.
//!
//! A rule may stop the machine: what runs is brought to safe, and nothing new begins until the rule is cleared. It may
//! drive outputs while no job does: it holds the board from its raise until it is cleared, and then the board is safe again
//! (so what its `after` sets is set for a moment only); a job waits for that. Whatever it says goes to the log, the alarms and the cloud.

use super::{site::Site, status::ChannelStatus};
use crate::board::{BoardInfo, BoardLease, LinkId, Signal};
use bpiiot_protocol::Scale;
use iot_rules::{Action, Change, ChannelDecl, Engine, Firing, Rules};
use std::{
	collections::BTreeSet,
	fmt::Display,
	fs,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use tokio::{
	sync::broadcast::error::{RecvError, TryRecvError},
	time::{interval, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

/// How often conditions of time are looked at.
const TICK: Duration = Duration::from_millis(100);
/// How often the rules' states are shown, in ticks.
const SHOWN: u32 = 10;
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

/// Watches the machine.
pub(super) struct Watch {
	path: PathBuf,
	site: Site,
	begun: Instant,
	engine: Option<Engine>,
	/// What the engine, if there is one, was made of.
	read: Option<(String, Vec<ChannelDecl>)>,
	link: Option<LinkId>,
	/// Held while rules drive outputs.
	lease: Option<BoardLease>,
	/// These.
	driving: BTreeSet<String>,
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
			link: None,
			lease: None,
			driving: BTreeSet::new(),
		}
	}

	/// Watches until `stop` is cancelled.
	pub async fn run(mut self, stop: CancellationToken) {
		let mut signals = self.site.board.signals();
		let mut tick = interval(TICK);
		tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut ticks = 0u32;
		let mut wanted = self.site.notices.rules_wanted();
		loop {
			tokio::select! {
				() = stop.cancelled() => break,
				signal = signals.recv() => {
					match signal {
						Ok(signal) => self.take(signal),
						Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "the rules missed readings"),
						Err(RecvError::Closed) => break,
					}
					// What came together is judged together.
					loop {
						match signals.try_recv() {
							Ok(signal) => self.take(signal),
							Err(TryRecvError::Lagged(_)) => {}
							Err(_) => break,
						}
					}
				},
				Ok(()) = wanted.changed() => {
					let wish = *wanted.borrow_and_update();
					self.read_again();
					self.show();
					self.site.notices.rules_are_read(wish);
				},
				_ = tick.tick() => {
					if ticks.is_multiple_of(SHOWN) {
						self.show();
					}
					ticks = ticks.wrapping_add(1);
				},
			}
			self.judge().await;
		}
		// Others may come in their place.
		self.release_all();
		self.site.notices.end_of_rules();
	}

	fn now_ms(&self) -> u64 {
		self.begun.elapsed().as_millis() as u64
	}

	fn take(&mut self, signal: Signal) {
		match signal {
			Signal::Reading {
				link, channel, value, ..
			} => {
				if self.link != Some(link) {
					self.meet(link);
				}
				let now = self.now_ms();
				let Ok(board) = self.site.board.info() else { return };
				let (Some(engine), Some(info)) = (&mut self.engine, board.channels.get(usize::from(channel))) else {
					return;
				};
				engine.reading(info.name.as_str(), now, in_unit(&info.scale, value));
			}
			// What was driven is safe now, and the lease is worth nothing.
			Signal::LinkEnded { .. } => self.lease = None,
			Signal::Event { .. } | Signal::Status { .. } => {}
		}
	}

	/// Reads the rules for the board on this link.
	fn meet(&mut self, link: LinkId) {
		let Ok(board) = self.site.board.info() else { return };
		if board.link == link {
			self.link = Some(link);
			self.read_for(&board);
		}
	}

	/// Reads the rules anew, if there is a board that they are for.
	fn read_again(&mut self) {
		if let Ok(board) = self.site.board.info() {
			self.read_for(&board);
		}
	}

	/// Reads the rules. Those of before go on when they and the channels are the same. With rules that are wrong, there are
	/// none: that is an alarm.
	fn read_for(&mut self, board: &BoardInfo) {
		let read = read_text(&self.path).map(|text| (text, channels_of(board)));
		if read.is_ok() && self.read == read.as_ref().ok().cloned() {
			return;
		}
		let rules = match &read {
			Ok((text, channels)) => parse(&self.path, text, channels),
			Err(error) => Err(error.clone()),
		};
		self.read = read.ok();
		self.release_all();
		let (engine, trouble) = match rules {
			Ok(rules) => (Some(Engine::new(rules)), None),
			Err(error) => {
				tracing::error!("{error}");
				(None, Some(error))
			}
		};
		self.engine = engine;
		self.site.notices.rules_trouble(trouble);
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
				Action::Report { .. } | Action::Order { .. } | Action::Notify { .. } => {}
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

	fn show(&self) {
		let states = self.engine.as_ref().map(Engine::status).unwrap_or_default();
		self.site.notices.show_rules(states);
	}
}

#[cfg(test)]
mod tests;
