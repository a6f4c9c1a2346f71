//! What operands are worth now, and why one is worth nothing.

use crate::{
	compile::{Function, Layout, Operand},
	window::Window,
};
use serde::{Serialize, Serializer};
use std::fmt;

/// Why an operand has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
	/// The channel was never read.
	NeverRead,
	/// The last reading was no finite number.
	NoNumber,
	/// The last reading is older than the rule allows.
	Stale {
		/// Its age, in ms.
		age_ms: u64,
	},
	/// There is no reading in the window.
	Empty,
	/// The window reaches back for less than half of its length.
	Filling {
		/// How far it reaches back, in ms.
		have_ms: u64,
		/// How far it must, in ms.
		need_ms: u64,
	},
	/// All readings in the window are of one time, and a slope needs two.
	OneTime,
	/// The result is too large for a number.
	TooLarge,
}

impl fmt::Display for Missing {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let s = |ms: u64| ms as f64 / 1_000.0;
		match *self {
			Missing::NeverRead => f.write_str("no reading yet"),
			Missing::NoNumber => f.write_str("the last reading was no number"),
			Missing::Stale { age_ms } => write!(f, "the last reading is {} s old", s(age_ms)),
			Missing::Empty => f.write_str("no reading in the window"),
			Missing::Filling { have_ms, need_ms } => {
				write!(f, "the window holds {} s and needs {} s", s(have_ms), s(need_ms))
			}
			Missing::OneTime => f.write_str("a slope needs readings of two times"),
			Missing::TooLarge => f.write_str("the result is too large"),
		}
	}
}

impl Serialize for Missing {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

/// An operand of a rule and what it was worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seen {
	/// The operand, as in an expression: `mean(temperature, 60)`.
	pub operand: String,
	/// Its unit; empty for plain numbers.
	pub unit: String,
	/// Its value, when it has one.
	pub value: Option<f64>,
	/// Why it has none.
	pub missing: Option<Missing>,
}

/// What is known of a channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Channel {
	/// The last reading that was a number: when, in ms, and what.
	pub last: Option<(u64, f64)>,
	/// Whether a reading since then was no number.
	pub no_number: bool,
	/// Numbers of the windows on it.
	pub windows: Vec<usize>,
	/// Numbers of the rules that look at it.
	pub rules: Vec<usize>,
}

/// Channels and windows with what they hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readings {
	pub channels: Vec<Channel>,
	pub windows: Vec<Window>,
}

impl Readings {
	/// What an operand is worth at `now`, for a rule that takes readings of at most `stale` ms.
	pub fn value(&mut self, layout: &Layout, operand: Operand, now: u64, stale: u64) -> Result<f64, Missing> {
		let index = layout.channel_of(operand);
		let channel = index.and_then(|index| self.channels.get(index));
		let (at, value) = channel.and_then(|channel| channel.last).ok_or(Missing::NeverRead)?;
		let age_ms = now.saturating_sub(at);
		let (function, window) = match operand {
			Operand::Age { .. } => return Ok(age_ms as f64 / 1_000.0),
			Operand::Window { function, window } => (Some(function), window),
			Operand::Value { .. } => (None, usize::MAX),
		};
		if function != Some(Function::Count) {
			if age_ms > stale {
				return Err(Missing::Stale { age_ms });
			}
			if channel.is_some_and(|channel| channel.no_number) {
				return Err(Missing::NoNumber);
			}
		}
		match (function, self.windows.get_mut(window)) {
			(None, _) => Ok(value),
			(Some(function), Some(window)) => over_window(function, window, now),
			(Some(_), None) => Err(Missing::Empty),
		}
	}

	/// When an operand's value changes next if nothing is read, or becomes known or unknown; `None` when it does not.
	pub fn due(&self, layout: &Layout, operand: Operand, now: u64, stale: u64) -> Option<u64> {
		/// The finest step in which time alone is followed, in ms.
		const STEP_MS: u64 = 100;
		let channel = self.channels.get(layout.channel_of(operand)?)?;
		let (at, _) = channel.last?;
		let goes_stale = at.saturating_add(stale).saturating_add(1);
		let stale_due = (goes_stale > now).then_some(goes_stale);
		match operand {
			Operand::Value { .. } => stale_due,
			// An age is followed to about two hundredths of itself.
			Operand::Age { .. } => Some(now.saturating_add((now.saturating_sub(at) / 64).max(STEP_MS))),
			Operand::Window { window, .. } => {
				let window = self.windows.get(window)?;
				let step = now.saturating_add(window.width_ms().max(STEP_MS));
				let step = (!window.is_empty()).then_some(step);
				[step, stale_due].into_iter().flatten().min()
			}
		}
	}
}

fn over_window(function: Function, window: &mut Window, now: u64) -> Result<f64, Missing> {
	let summary = window.summary(now);
	if function == Function::Count {
		return Ok(summary.map_or(0.0, |summary| summary.count));
	}
	let summary = summary.ok_or(Missing::Empty)?;
	let (have_ms, need_ms) = (now.saturating_sub(summary.first_ms), window.span_ms() / 2);
	if have_ms < need_ms {
		return Err(Missing::Filling { have_ms, need_ms });
	}
	let value = function.of(&summary).ok_or(Missing::OneTime)?;
	if value.is_finite() {
		Ok(value)
	} else {
		Err(Missing::TooLarge)
	}
}
