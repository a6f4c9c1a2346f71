//! The board that is tried, and what the rules have in common.

use crate::{
	dice::Dice,
	rules::{demand, same, Stop},
	Heard, Host, HostError, Line, Readings,
};
use bpiiot_protocol::{
	channel_page, Ack, AckResult, ChannelInfo, ChannelKind, EventKind, HelloPage, HostMessage, Identity, Status,
	CONFIG_PAGES_START,
};
use std::time::Duration;

/// By so much, in thousandths, a board's clock may be wrong: a ceramic resonator is ten times better.
const CLOCK_TOLERANCE: u32 = 20;
/// How often something is tried when something outside the board may be what broke it.
pub(crate) const TRIES: u32 = 5;
/// Nobody waits longer than this for a dead-man timer or for a sample.
pub(crate) const LONGEST: Duration = Duration::from_secs(30);
/// The shortest rest between two looks at a line.
const GLANCE: Duration = Duration::from_millis(1);
/// How far apart in the circle of numbers two commands may be.
const FURTHEST: u16 = u16::MAX / 2;

/// An output, and what the rules drive it with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
	pub(crate) channel: u8,
	pub(crate) safe: i32,
	/// Next to the safe value, so that little moves.
	pub(crate) live: i32,
}

impl Output {
	fn of(info: &ChannelInfo) -> Option<Output> {
		let live = match info.safe {
			safe if safe < info.max => safe + 1,
			safe if safe > info.min => safe - 1,
			_ => return None,
		};
		Some(Output {
			channel: info.channel,
			safe: info.safe,
			live,
		})
	}

	pub(crate) fn drive(&self) -> HostMessage {
		let (channel, value) = (self.channel, self.live);
		HostMessage::SetOutput { channel, value }
	}

	pub(crate) fn rest(&self) -> HostMessage {
		let (channel, value) = (self.channel, self.safe);
		HostMessage::SetOutput { channel, value }
	}
}

/// What is sent while no sign of life is given.
pub(crate) type Meanwhile = fn(&mut Subject<'_>) -> Result<(), HostError>;

/// What the board says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
	pub(crate) identity: Identity,
	pub(crate) channels: Vec<ChannelInfo>,
}

pub(crate) struct Subject<'a> {
	pub(crate) host: Host<&'a mut dyn Line>,
	pub(crate) dice: Dice,
	pub(crate) seed: u32,
	/// Why something was tried again, since this was last emptied.
	pub(crate) excused: Vec<String>,
	profile: Result<Profile, String>,
}

impl<'a> Subject<'a> {
	pub(crate) fn new(line: &'a mut dyn Line, seed: u32) -> Subject<'a> {
		Subject {
			host: Host::new(line),
			dice: Dice::new(seed),
			seed,
			excused: Vec::new(),
			profile: Err("it was not asked for".to_owned()),
		}
	}

	pub(crate) fn now(&self) -> Duration {
		self.host.line.now()
	}

	/// Reads the hello, if that is possible.
	pub(crate) fn survey(&mut self) {
		self.profile = self.read_hello();
	}

	fn read_hello(&mut self) -> Result<Profile, String> {
		let other = |page: u8| format!("page {page} is another one");
		let HelloPage::Identity(identity) = self.host.hello(0).map_err(|error| error.to_string())? else {
			return Err(other(0));
		};
		let mut channels = Vec::new();
		for page in (0..identity.channels)
			.map(channel_page)
			.filter(|page| *page < CONFIG_PAGES_START)
		{
			match self.host.hello(page).map_err(|error| error.to_string())? {
				HelloPage::Channel(info) => channels.push(info),
				_ => return Err(other(page)),
			}
		}
		Ok(Profile { identity, channels })
	}

	/// Reads the hello if that was not possible before.
	pub(crate) fn survey_again(&mut self) {
		if self.profile.is_err() {
			self.survey();
		}
	}

	/// What the board says of itself; without it no rule but the first can be tried.
	pub(crate) fn profile(&self) -> Result<Profile, Stop> {
		let unknown = |reason: &String| Stop::Skip(format!("the board's hello cannot be read: {reason}"));
		self.profile.clone().map_err(|reason| unknown(&reason))
	}

	/// The dead-man time, where it is short enough to be waited for.
	pub(crate) fn dead_man(&self) -> Result<Duration, Stop> {
		let ms = self.profile()?.identity.dead_man_ms;
		let time = Duration::from_millis(ms.into());
		match time <= LONGEST {
			true => Ok(time),
			false => Err(Stop::Skip(format!(
				"a dead-man time of {} s is too long to wait for",
				time.as_secs()
			))),
		}
	}

	/// What disturbed since this was last called, if anything did.
	pub(crate) fn take_disturbance(&mut self) -> Option<String> {
		let disturbance = self.host.take_disturbance();
		let held_up = disturbance.held_up;
		let held_up = held_up.map(|time| format!("this computer was busy for {} ms meanwhile", time.as_millis()));
		let event = disturbance
			.event
			.map(|event| format!("meanwhile the board told of {event:?}"));
		let broken = disturbance
			.error
			.map(|error| format!("meanwhile something came that was no frame: {error}"));
		held_up.or(event).or(broken)
	}

	/// Leaves a board that is safe and quiet, whatever was before.
	pub(crate) fn settle(&mut self) -> Result<(), HostError> {
		self.host.hello(0)?;
		for _ in 0..4 {
			match self.host.command(HostMessage::Safe)?.result {
				// A board that took a number that it should not have taken: further along the circle.
				AckResult::Stale | AckResult::SequenceReused => {
					self.host.sequence = self.host.sequence.wrapping_add(FURTHEST / 2);
				}
				AckResult::WrongSession => {
					self.host.hello(0)?;
				}
				_ => break,
			}
		}
		self.host.command(HostMessage::SetStreaming { interval_ms: 0 })?;
		self.host.hello(0)?;
		self.host.take_frames();
		Ok(())
	}

	/// Sends a new command, which the board must execute.
	pub(crate) fn order(&mut self, message: HostMessage) -> Result<Ack, Stop> {
		self.expect(message, AckResult::Done)
	}

	/// Sends a new command, which must have this result.
	pub(crate) fn expect(&mut self, message: HostMessage, result: AckResult) -> Result<Ack, Stop> {
		let ack = self.host.command(message)?;
		same(&format!("the answer to {message:?}"), ack.result, result)?;
		Ok(ack)
	}

	/// Counts the number of commands on until it is this one.
	pub(crate) fn count_to(&mut self, sequence: u16) -> Result<(), Stop> {
		while self.host.sequence != sequence {
			let ahead = sequence.wrapping_sub(self.host.sequence);
			self.host.sequence = self.host.sequence.wrapping_add(ahead.min(FURTHEST) - 1);
			self.order(HostMessage::KeepAlive)?;
		}
		Ok(())
	}

	/// An output that can be driven now. All are safe then.
	pub(crate) fn output(&mut self) -> Result<Output, Stop> {
		let channels = self.profile()?.channels;
		let mut outputs = channels
			.iter()
			.filter(|info| info.kind == ChannelKind::Output)
			.peekable();
		if outputs.peek().is_none() {
			return Err(Stop::Skip("the board has no output".to_owned()));
		}
		for output in outputs.filter_map(Output::of) {
			self.order(HostMessage::Safe)?;
			let result = self.host.command(output.drive())?.result;
			self.order(HostMessage::Safe)?;
			match result {
				AckResult::Interlocked => {}
				result => {
					same(&format!("the answer to {:?}", output.drive()), result, AckResult::Done)?;
					return Ok(output);
				}
			}
		}
		Err(Stop::Skip(
			"every output is held by an interlock, or has one value only".to_owned(),
		))
	}

	/// Has every channel read.
	pub(crate) fn read_all(&mut self) -> Result<Readings, Stop> {
		let readings = self.host.read_all()?;
		same("the answer to ReadAll", readings.ack.result, AckResult::Done)?;
		Ok(readings)
	}

	/// Demands that an output is driven with this value.
	pub(crate) fn shows(&mut self, channel: u8, value: i32, after: &str) -> Result<Readings, Stop> {
		let readings = self.read_all()?;
		let found = readings.value(channel);
		demand(found == Some(value), || {
			let found = found.map_or("not read".to_owned(), |found| found.to_string());
			format!("after {after} output {channel} is {found}, not {value}")
		})?;
		Ok(readings)
	}

	/// Demands that every output has its safe value, and that the board says so.
	pub(crate) fn shows_all_safe(&mut self, after: &str) -> Result<Readings, Stop> {
		let channels = self.profile()?.channels;
		let readings = self.read_all()?;
		for info in channels.iter().filter(|info| info.kind == ChannelKind::Output) {
			let found = readings.value(info.channel);
			demand(found == Some(info.safe), || {
				let found = found.map_or("not read".to_owned(), |found| found.to_string());
				format!(
					"after {after} output {} is {found}, not its safe value {}",
					info.channel, info.safe
				)
			})?;
		}
		demand(readings.ack.status.has(Status::ALL_SAFE), || {
			format!("after {after} every output is safe, and the flags do not say so")
		})?;
		Ok(readings)
	}

	/// Demands that no reading comes for a while.
	pub(crate) fn reads_nothing(&mut self, time: Duration, after: &str) -> Result<(), Stop> {
		match self.host.find(time, Heard::reading)? {
			None => Ok(()),
			Some(reading) => Err(Stop::Late(format!("after {after} the board sends {reading:?}"))),
		}
	}

	/// Drives an output and then gives no sign of life, but what `meanwhile` sends now and then. Demands that the dead-man timer
	/// trips in time. It may be late some times: then this computer was.
	pub(crate) fn trip(&mut self, output: &Output, name: &str, meanwhile: Meanwhile) -> Result<(), Stop> {
		for _ in 1..TRIES {
			match self.trip_once(output, name, meanwhile) {
				Err(Stop::Late(reason)) => self.excused.push(reason),
				result => return result,
			}
		}
		self.trip_once(output, name, meanwhile)
			.map_err(|stop| Stop::Fail(stop.to_string()))
	}

	fn trip_once(&mut self, output: &Output, name: &str, meanwhile: Meanwhile) -> Result<(), Stop> {
		let dead_man = self.dead_man()?;
		let deviation = dead_man * CLOCK_TOLERANCE / 1000 + Duration::from_millis(2);
		let reaction = Duration::from_millis(100);
		self.order(HostMessage::Safe)?;
		self.order(output.drive())?;
		self.host.take_frames();
		let sent = self.now();
		self.order(HostMessage::KeepAlive)?;
		let heard = self.now();
		let tripped = |heard: &Heard| {
			let event = heard.event()?;
			(event.kind == EventKind::DeadManTripped).then_some(heard.at)
		};
		let latest = heard + dead_man + deviation + reaction;
		let tripped_at = loop {
			meanwhile(self)?;
			if let Some(at) = self.host.find(GLANCE.max(dead_man / 5), tripped)? {
				break at;
			}
			demand(self.now() < latest + Duration::from_secs(1), || {
				format!(
					"{name}: the dead-man timer of {} ms does not trip",
					dead_man.as_millis()
				)
			})?;
		};
		self.host.expected(EventKind::DeadManTripped);
		let after = tripped_at.saturating_sub(sent);
		demand(after + deviation > dead_man, || {
			let (after, dead_man) = (after.as_millis(), dead_man.as_millis());
			format!("{name}: the dead-man timer of {dead_man} ms trips after {after} ms")
		})?;
		let late = tripped_at.saturating_sub(heard);
		if tripped_at > latest {
			let (late, dead_man) = (late.as_millis(), dead_man.as_millis());
			return Err(Stop::Late(format!(
				"{name}: the dead-man timer of {dead_man} ms trips only after {late} ms"
			)));
		}
		Ok(())
	}
}
