//! What is agreed on: rules, and the terms of maintenance.

use super::{Balance, FaultCode, MetricId, RuleId, Severity};
use alloc::boxed::Box;
use bpiiot_primitives::{AssetKind, Category, Region};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// Rules of a machine.
pub const RULES: u32 = 8;

/// On which side of its bound a value is bad.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
	/// A larger value is bad.
	#[codec(index = 0)]
	Above,
	/// A smaller value is bad.
	#[codec(index = 1)]
	Below,
}

/// When a rule fires, and when it may fire again.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trigger {
	/// What it looks at.
	pub metric: MetricId,
	/// On which side of the bound a value is bad.
	pub comparison: Comparison,
	/// A value beyond this is bad. The bound itself is not.
	pub bound: i64,
	/// Only a value that has come back to this re-arms the rule: the bound itself, or a value on the good side of it.
	pub clear: i64,
	/// How many reports with a bad value in a row make it fire; at least 1. A report without the metric counts neither way.
	pub reports: u8,
}

impl Trigger {
	/// Whether a value is bad.
	pub fn is_bad(&self, value: i64) -> bool {
		match self.comparison {
			Comparison::Above => value > self.bound,
			Comparison::Below => value < self.bound,
		}
	}

	/// Whether a value re-arms the rule.
	pub fn is_clear(&self, value: i64) -> bool {
		match self.comparison {
			Comparison::Above => value <= self.clear,
			Comparison::Below => value >= self.clear,
		}
	}

	/// Whether a value can be clear of it: its bounds do not contradict each other.
	pub fn is_sound(&self) -> bool {
		!self.is_bad(self.clear) && self.reports > 0
	}

	/// Whether no value can be clear of both.
	pub fn contradicts(&self, other: &Self) -> bool {
		let (above, below) = match (self.comparison, other.comparison) {
			(Comparison::Above, Comparison::Below) => (self, other),
			(Comparison::Below, Comparison::Above) => (other, self),
			_ => return false,
		};
		self.metric == other.metric && above.clear < below.clear
	}
}

/// What becomes of a rule that fires.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Action<AccountId> {
	/// A ticket opens.
	#[codec(index = 0)]
	Ticket,
	/// A ticket opens, and maintainers are asked for quotes on these terms, under the machine's budget.
	#[codec(index = 1)]
	Quotes(Box<Tender<AccountId>>),
}

/// A rule as it is set.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct RuleTerms<AccountId> {
	/// When it fires.
	pub trigger: Trigger,
	/// The fault that it means.
	pub fault: FaultCode,
	/// How grave that is.
	pub severity: Severity,
	/// What becomes of it.
	pub action: Action<AccountId>,
}

/// A rule of a machine.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Rule<AccountId> {
	/// Its id.
	pub id: RuleId,
	/// What it says.
	pub terms: RuleTerms<AccountId>,
	/// Who has set it, and has a deposit on hold for it.
	pub by: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// Who owned the machine then. The rule spends nothing of another's.
	pub owner: AccountId,
}

/// How far a rule has come.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleState {
	/// The rule.
	pub rule: RuleId,
	/// Bad reports in a row.
	pub bad: u8,
	/// Whether it has fired, and no value has come back to its clear bound since.
	pub fired: bool,
}

impl RuleState {
	/// A rule that has seen nothing yet.
	pub fn new(rule: RuleId) -> Self {
		Self {
			rule,
			bad: 0,
			fired: false,
		}
	}

	/// Takes in the value of a report; none if it lacks the metric. Tells whether the rule fires.
	pub fn see(&mut self, trigger: &Trigger, value: Option<i64>) -> bool {
		let Some(value) = value else {
			return false;
		};
		if trigger.is_clear(value) {
			(self.bad, self.fired) = (0, false);
			return false;
		}
		if !trigger.is_bad(value) {
			// Between the bounds: a row of bad ones is broken, and what has fired stays so.
			self.bad = 0;
			return false;
		}
		self.bad = self.bad.saturating_add(1).min(trigger.reports);
		let fires = !self.fired && self.bad == trigger.reports;
		self.fired |= fires;
		fires
	}
}

/// Which readings prove that a machine works again.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Check {
	/// What is measured.
	pub metric: MetricId,
	/// Hash of the machine's table of channels: by it the metric is this sensor, and its values have unit and scale. Readings
	/// under another table say nothing, or an owner could move the bounds by moving the scale.
	pub table: H256,
	/// A value of at most this is one of a machine that stands, and says nothing: or work would be verified by readings of a
	/// machine that nobody has switched on, and spoken against by those of one that was switched off.
	pub idle: Option<i64>,
	/// The smallest good value.
	pub low: i64,
	/// The largest good value.
	pub high: i64,
	/// How many readings in a row decide, in or out of bounds.
	pub readings: u8,
}

impl Check {
	/// Whether a value says anything.
	pub fn tells(&self, value: i64) -> bool {
		self.idle.is_none_or(|idle| value > idle)
	}

	/// Whether a value is good.
	pub fn is_good(&self, value: i64) -> bool {
		(self.low..=self.high).contains(&value)
	}
}

/// On which conditions a machine is maintained. All windows are in milliseconds of the agreement clock, all shares are of the
/// price.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conditions {
	/// From the assignment to the acknowledgement at the latest, and to the beginning of the work without penalty: the
	/// response time.
	pub response_window: u64,
	/// From the assignment to the declaration, for the bonus.
	pub bonus_window: u64,
	/// From the assignment to the declaration at the latest.
	pub work_window: u64,
	/// From the declaration on, how long readings may decide.
	pub verify_window: u64,
	/// From the verification on, how long the fault must not return; zero for no guarantee.
	pub guarantee_window: u64,
	/// Where an arbiter is named, how long the maintainer may think about what readings have decided against him.
	pub challenge_window: u64,
	/// How long the arbiter may take to accept the case.
	pub case_window: u64,
	/// How long he may then take to rule.
	pub ruling_window: u64,
	/// What the maintainer gets on top if he has responded in time, and declared within `bonus_window`.
	pub bonus: Permill,
	/// What he has on hold; the penalty if he does not come, gives up, fails, or the fault returns.
	pub bond: Permill,
	/// What he loses of the price if the work begins after the response time.
	pub late_penalty: Permill,
	/// What stays on hold of the price until the guarantee ends.
	pub retention: Permill,
	/// What he gets of the price if readings say that the machine does not work, and nobody disputes it.
	pub failure_fee: Permill,
	/// What he gets of the price if the owner calls the work off before it has begun.
	pub cancellation_fee: Permill,
	/// Which readings decide.
	pub check: Check,
}

/// The terms of maintenance.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ServiceTerms<AccountId> {
	/// The asset of the price, of all shares of it, and of what an order costs besides.
	pub asset: AssetKind,
	/// The price; in a request the most that it may be.
	pub price: Balance,
	/// On which conditions.
	pub conditions: Conditions,
	/// Who decides disputes; without one there are none, and what readings or silence say stands.
	pub arbiter: Option<AccountId>,
}

/// What counts how much in a bid's score. Together they are one.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weights {
	/// A low price.
	pub price: Permill,
	/// A short response time.
	pub response: Permill,
	/// What is known of the bidder.
	pub standing: Permill,
}

/// How maintainers are asked for quotes.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Tender<AccountId> {
	/// What maintainers who are asked deal in.
	pub category: Category,
	/// Where the machine is.
	pub area: Region,
	/// How long bids are taken, in milliseconds.
	pub bid_window: u64,
	/// How long there may be an award after that, in milliseconds.
	pub award_window: u64,
	/// How bids are compared.
	pub weights: Weights,
	/// On which terms; the price is the most that a bid may ask, the response time the longest that it may offer.
	pub service: ServiceTerms<AccountId>,
}
