//! What a machine says of itself, and the record of a machine that is looked after.

use super::{Balance, MetricId, Rule, RuleState, TicketId, RULES};
use bpiiot_primitives::{AgreementMillis, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Metrics in a report.
pub const METRICS: u32 = 16;
/// Reports whose condition level is kept.
pub const TREND: u32 = 32;
/// Wear counters of a machine.
pub const WEARS: u32 = 4;
/// The most tickets that a machine may have room for.
pub const TICKETS: u32 = 16;

/// The condition of a machine, as state detection in the sense of ISO 13374 tells it: within its limits, past the first limit
/// (alert), past the second (alarm), or not to be run.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Default,
)]
pub enum Level {
	/// All is within limits.
	#[default]
	#[codec(index = 0)]
	Normal,
	/// Something is unlike it was, and to be watched.
	#[codec(index = 1)]
	Alert,
	/// Something is wrong, and to be mended.
	#[codec(index = 2)]
	Alarm,
	/// To be stopped.
	#[codec(index = 3)]
	Danger,
}

/// One value of a report.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Metric {
	/// What was measured.
	pub id: MetricId,
	/// The value, as an integer in the metric's declared unit and scale.
	pub value: i64,
}

/// The values of a report, by rising id, each once.
pub type Metrics = BoundedVec<Metric, ConstU32<METRICS>>;

/// What a machine says of itself at a time.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
	/// When it was measured.
	pub at: UnixMillis,
	/// The condition as a whole.
	pub level: Level,
	/// The values.
	pub metrics: Metrics,
}

impl Report {
	/// The value of a metric, if the report has it.
	pub fn value(&self, id: MetricId) -> Option<i64> {
		let place = self.metrics.binary_search_by_key(&id, |metric| metric.id).ok()?;
		self.metrics.get(place).map(|metric| metric.value)
	}
}

/// The condition at a time.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrendPoint {
	/// When it was measured.
	pub at: UnixMillis,
	/// What it was.
	pub level: Level,
}

/// The condition over the last reports, the oldest first.
pub type Trend = BoundedVec<TrendPoint, ConstU32<TREND>>;

/// What rolls in a bearing.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bearing {
	/// Balls: the exponent of ISO 281 is 3.
	#[codec(index = 0)]
	Ball,
	/// Rollers: the exponent of ISO 281 is 10/3.
	#[codec(index = 1)]
	Roller,
}

/// How long a part lives.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum WearModel {
	/// Until its counter has come to this, in the counter's own unit.
	#[codec(index = 0)]
	Limit(u64),
	/// A rolling bearing's basic rating life; the counter is in thousands of revolutions.
	#[codec(index = 1)]
	BasicRatingLife {
		/// What rolls in it.
		bearing: Bearing,
		/// The basic dynamic load rating *C*, in newtons.
		capacity: u32,
		/// The equivalent dynamic load *P*, in newtons.
		load: u32,
	},
}

/// A counter of wear, and how far it may go.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct WearLimit {
	/// The metric that counts.
	pub metric: MetricId,
	/// How far it may go.
	pub model: WearModel,
}

/// The counters of a machine.
pub type WearLimits = BoundedVec<WearLimit, ConstU32<WEARS>>;

/// Where a counter of wear stood when it was first reported, or when it was last set back.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Baseline {
	/// The metric that counts.
	pub metric: MetricId,
	/// Its value.
	pub value: i64,
	/// When it was measured.
	pub at: UnixMillis,
}

/// The baselines of a machine's counters.
pub type Baselines = BoundedVec<Baseline, ConstU32<WEARS>>;

/// What a machine has last said of itself. Each report writes this record and nothing else, unless a rule fires.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Health {
	/// When the period began in which reports are counted, on the agreement clock.
	pub since: AgreementMillis,
	/// Reports in it.
	pub reports: u32,
	/// The last report.
	pub last: Report,
	/// The condition over the last reports.
	pub trend: Trend,
	/// How far the rules have come. A rule without an entry has seen nothing yet.
	pub rules: BoundedVec<RuleState, ConstU32<RULES>>,
	/// Where the counters of wear began.
	pub baselines: Baselines,
}

/// By which somebody looks after a machine for its owner. It ends when the machine is sold.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Contract<AccountId> {
	/// Who.
	pub maintainer: AccountId,
	/// For whom.
	pub owner: AccountId,
}

/// A machine that is looked after: by which rules, by whom, and what is wrong with it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Care<AccountId> {
	/// Whose deposit is on hold for this record, for the reports and for the tickets.
	pub depositor: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// How many tickets there may be.
	pub room: u32,
	/// Who may set rules beside the owner.
	pub contract: Option<Contract<AccountId>>,
	/// The rules, by age.
	pub rules: BoundedVec<Rule<AccountId>, ConstU32<RULES>>,
	/// The counters of wear.
	pub wear: WearLimits,
	/// The tickets, by age.
	pub tickets: BoundedVec<TicketId, ConstU32<TICKETS>>,
}
