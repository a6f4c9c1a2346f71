//! One rule's state: debounce, hysteresis, cooldown.

use serde::Serialize;

/// Where a rule stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
	/// Not raised.
	#[default]
	Quiet,
	/// `when` holds, but not for long enough yet, or the cooldown is not over.
	Pending,
	/// Raised.
	Raised,
	/// Raised; the condition to clear holds, but not for long enough yet.
	Clearing,
}

impl State {
	/// Whether the rule is raised.
	pub fn is_raised(self) -> bool {
		matches!(self, State::Raised | State::Clearing)
	}
}

/// What happened to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
	/// It was raised.
	Raised,
	/// It was cleared.
	Cleared,
}

/// The times of a rule, in ms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
	pub hold: u64,
	pub clear_hold: u64,
	pub cooldown: u64,
}

/// What the conditions say now; `None` is unknown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditions {
	pub when: Option<bool>,
	/// The condition of its own to clear, when the rule has one.
	pub until: Option<Option<bool>>,
}

impl Conditions {
	/// Whether the rule may clear. What would raise it again must not clear it.
	fn clear(self) -> Option<bool> {
		match self.until {
			None => self.when.map(|when| !when),
			Some(_) if self.when == Some(true) => Some(false),
			Some(until) => until,
		}
	}
}

/// The state of one rule. Times must not go back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
	state: State,
	/// Since when it is in this state.
	since: u64,
	/// When it was raised last.
	raised_at: Option<u64>,
	/// Whether what decides the next change is unknown.
	unknown: bool,
}

impl Machine {
	/// One that is quiet since then.
	pub fn since_then(now: u64) -> Self {
		Self {
			since: now,
			..Self::default()
		}
	}

	pub fn state(&self) -> State {
		self.state
	}

	pub fn since(&self) -> u64 {
		self.since
	}

	pub fn raised_at(&self) -> Option<u64> {
		self.raised_at
	}

	/// Whether the last step could not decide: it neither raises nor clears, and the holding times start over.
	pub fn is_unknown(&self) -> bool {
		self.unknown
	}

	/// One step. `broken` says that since the last one something was unknown, so that holding times start over.
	pub fn step(&mut self, now: u64, times: &Times, conditions: Conditions, broken: bool) -> Option<Change> {
		let raised = self.state.is_raised();
		let (decides, hold) = match raised {
			false => (conditions.when, times.hold),
			true => (conditions.clear(), times.clear_hold),
		};
		let (resting, waiting) = match raised {
			false => (State::Quiet, State::Pending),
			true => (State::Raised, State::Clearing),
		};
		self.unknown = decides.is_none();
		if decides != Some(true) {
			self.enter(resting, now);
			return None;
		}
		if broken {
			self.enter(resting, now);
		}
		self.enter(waiting, now);
		let held = now.saturating_sub(self.since) >= hold;
		if !held || (!raised && now < self.cooled_at(times)) {
			return None;
		}
		if raised {
			self.enter(State::Quiet, now);
			return Some(Change::Cleared);
		}
		self.enter(State::Raised, now);
		self.raised_at = Some(now);
		Some(Change::Raised)
	}

	/// When the next step may change something by itself.
	pub fn due(&self, times: &Times) -> Option<u64> {
		match self.state {
			State::Pending => Some(self.since.saturating_add(times.hold).max(self.cooled_at(times))),
			State::Clearing => Some(self.since.saturating_add(times.clear_hold)),
			State::Quiet | State::Raised => None,
		}
	}

	/// From when on it may be raised again.
	fn cooled_at(&self, times: &Times) -> u64 {
		self.raised_at.map_or(0, |raised| raised.saturating_add(times.cooldown))
	}

	fn enter(&mut self, state: State, now: u64) {
		if self.state != state {
			self.state = state;
			self.since = now;
		}
	}
}

#[cfg(test)]
mod tests;
