//! What keeps people and machine whole: driven values, interlocks, the dead-man timer.

use crate::{ChannelSet, Config, Hardware, Interlock, OutputFailed, MAX_CHANNELS};
use bpiiot_protocol::{AckResult, ChannelInfo, ChannelKind, EventKind, Status};

/// The state of all channels, and why outputs are held.
#[derive(Debug)]
pub(crate) struct Safety {
	channels: &'static [ChannelInfo],
	interlocks: &'static [Interlock],
	dead_man_ms: u32,
	/// Looked up once: a small controller asks for them in each round.
	inputs: ChannelSet,
	outputs: ChannelSet,
	/// Inputs: the last sample. Outputs: the value that they are driven with.
	values: [i32; MAX_CHANNELS],
	/// Inputs that cannot be read.
	lost: ChannelSet,
	/// Outputs that did not take their safe value; tried again until they do.
	stuck: ChannelSet,
	/// Outputs that a trip made safe and that the host has not taken notice of.
	tripped: ChannelSet,
	/// Interlocks whose input is not well, one bit each.
	active: u16,
	/// When the host was last heard; `None` while it is not there, since the reset or since the dead-man timer tripped.
	heard_ms: Option<u32>,
}

impl Safety {
	/// Nothing read, nothing driven.
	#[inline(always)]
	pub(crate) fn new(config: &Config) -> Self {
		Safety {
			channels: config.channels,
			interlocks: config.interlocks,
			dead_man_ms: config.dead_man_ms,
			inputs: config.inputs(),
			outputs: config.outputs(),
			values: [0; MAX_CHANNELS],
			lost: ChannelSet::EMPTY,
			stuck: ChannelSet::EMPTY,
			tripped: ChannelSet::EMPTY,
			active: 0,
			heard_ms: None,
		}
	}

	/// Makes every output safe, whatever it was before.
	pub(crate) fn start<H: Hardware>(&mut self, hw: &mut H) {
		self.make_safe(hw, self.outputs);
	}

	/// The value of a channel, unless it is an input that cannot be read.
	pub(crate) fn value(&self, channel: u8) -> Option<i32> {
		let value = self.values.get(usize::from(channel)).copied();
		value.filter(|_| !self.lost.has(channel))
	}

	/// The flags of a [`Status`].
	pub(crate) fn flags(&self) -> u8 {
		let all_safe = self.stuck.is_empty()
			&& self
				.channels
				.iter()
				.all(|info| info.kind == ChannelKind::Input || self.values[usize::from(info.channel)] == info.safe);
		[
			(self.active != 0, Status::INTERLOCKED),
			(!self.tripped.is_empty(), Status::TRIPPED),
			(all_safe, Status::ALL_SAFE),
			(!self.lost.is_empty(), Status::INPUT_LOST),
		]
		.into_iter()
		.filter(|(set, _)| *set)
		.fold(0, |flags, (_, flag)| flags | flag)
	}

	/// Reads every input, then acts on the interlocks.
	pub(crate) fn watch<H: Hardware>(&mut self, hw: &mut H, mut report: impl FnMut(EventKind)) {
		for channel in self.inputs.iter() {
			let sample = hw.sample(channel);
			match (sample, self.lost.has(channel)) {
				(None, false) => report(EventKind::InputLost { channel }),
				(Some(_), true) => report(EventKind::InputBack { channel }),
				_ => {}
			}
			self.lost.set(channel, sample.is_none());
			if let Some(value) = sample {
				self.values[usize::from(channel)] = value;
			}
		}
		for (bit, interlock) in self.interlocks.iter().enumerate() {
			let value = self.value(interlock.input);
			let well = value.is_some_and(|value| (interlock.min..=interlock.max).contains(&value));
			let was_active = self.active >> bit & 1 == 1;
			if !well && !was_active {
				self.active |= 1 << bit;
				self.trip(hw, interlock.outputs);
				report(EventKind::InterlockTripped {
					input: interlock.input,
					value: value.unwrap_or(0),
				});
			} else if well && was_active {
				self.active &= !(1 << bit);
				report(EventKind::InterlockCleared { input: interlock.input });
			}
		}
		if !self.stuck.is_empty() {
			self.make_safe(hw, self.stuck);
		}
	}

	/// The host gave a sign of life.
	pub(crate) fn heard(&mut self, now_ms: u32) {
		self.heard_ms = Some(now_ms);
	}

	/// Makes everything safe when the host has been silent for too long.
	pub(crate) fn check_dead_man<H: Hardware>(&mut self, hw: &mut H, now_ms: u32, report: impl FnOnce(EventKind)) {
		let Some(heard_ms) = self.heard_ms else { return };
		if now_ms.wrapping_sub(heard_ms) > self.dead_man_ms {
			self.heard_ms = None;
			self.trip(hw, self.outputs);
			report(EventKind::DeadManTripped);
		}
	}

	/// Drives one output, if that is allowed. The safe value always is.
	pub(crate) fn set_output<H: Hardware>(&mut self, hw: &mut H, channel: u8, value: i32) -> AckResult {
		let Some(info) = self.channels.get(usize::from(channel)) else {
			return AckResult::NoSuchChannel;
		};
		if info.kind != ChannelKind::Output {
			return AckResult::NotAnOutput;
		}
		if !(info.min..=info.max).contains(&value) {
			return AckResult::OutOfLimits;
		}
		if value != info.safe && self.held().has(channel) {
			return AckResult::Interlocked;
		}
		if value != info.safe && self.tripped.has(channel) {
			return AckResult::Tripped;
		}
		match hw.drive(channel, value) {
			Ok(()) => {
				self.drove(info, value);
				AckResult::Done
			}
			Err(OutputFailed) => {
				// Nobody knows what it does now.
				let mut failed = ChannelSet::EMPTY;
				failed.set(channel, true);
				self.make_safe(hw, failed);
				AckResult::OutputFailed
			}
		}
	}

	/// Makes all outputs safe and forgets the trips whose cause is gone.
	pub(crate) fn safe<H: Hardware>(&mut self, hw: &mut H) -> AckResult {
		self.make_safe(hw, self.outputs);
		self.tripped = self.held();
		match self.stuck.is_empty() {
			true => AckResult::Done,
			false => AckResult::OutputFailed,
		}
	}

	/// The outputs that interlocks hold safe now.
	fn held(&self) -> ChannelSet {
		let active = self
			.interlocks
			.iter()
			.enumerate()
			.filter(|(bit, _)| self.active >> bit & 1 == 1);
		active.fold(ChannelSet::EMPTY, |held, (_, interlock)| held.or(interlock.outputs))
	}

	fn trip<H: Hardware>(&mut self, hw: &mut H, outputs: ChannelSet) {
		self.tripped = self.tripped.or(outputs);
		self.make_safe(hw, outputs);
	}

	fn make_safe<H: Hardware>(&mut self, hw: &mut H, outputs: ChannelSet) {
		for info in self.channels.iter().filter(|info| outputs.has(info.channel)) {
			match hw.drive(info.channel, info.safe) {
				Ok(()) => self.drove(info, info.safe),
				Err(OutputFailed) => self.stuck.set(info.channel, true),
			}
		}
	}

	fn drove(&mut self, info: &ChannelInfo, value: i32) {
		self.values[usize::from(info.channel)] = value;
		self.stuck.set(info.channel, false);
	}
}
