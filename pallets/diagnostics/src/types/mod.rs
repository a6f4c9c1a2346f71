//! What the pallet stores, and what others name it by.

mod certificate;
mod health;
mod order;
mod terms;
mod ticket;

pub use certificate::{Certificate, Certificates, Issuer, Sensor, CERTIFICATES};
pub use health::{
	Baseline, Baselines, Bearing, Care, Contract, Health, Level, Metric, Metrics, Report, Trend, TrendPoint, WearLimit,
	WearLimits, WearModel, METRICS, TICKETS, TREND, WEARS,
};
pub use order::{OrderPlace, OrderState, Outcome, Quarrel, ServiceOrder, Source};
pub use terms::{
	Action, Check, Comparison, Conditions, Rule, RuleState, RuleTerms, ServiceTerms, Tender, Trigger, Weights, RULES,
};
pub use ticket::{Asked, Offer, Ticket, TicketState, OFFERS};

pub use bpiiot_primitives::{RequestId, ServiceOrderId, TicketId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// An amount of the native token, in planck, or of the asset of terms, in its smallest unit.
pub type Balance = u128;

/// What a fault is called: a short code of the machine's maker or owner ("SPINDLE-VIB"). At most 16 bytes.
pub type FaultCode = BoundedVec<u8, ConstU32<16>>;

/// What a machine measures: the number of a channel, as its owner has declared it, with unit and scale. Readings that are
/// evidence and metrics of reports share these numbers.
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
pub struct MetricId(pub u16);

/// How grave a fault is.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Severity {
	/// The machine works; it is to be looked at sometime.
	#[codec(index = 0)]
	Minor,
	/// The machine works worse; it is to be looked at soon.
	#[codec(index = 1)]
	Major,
	/// The machine must not work.
	#[codec(index = 2)]
	Critical,
}

/// Declares a 64-bit identifier that [`fresh_id`](bpiiot_primitives::fresh_id) mints.
macro_rules! fresh {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord,
			Debug, Default,
		)]
		pub struct $name(pub u64);
	};
}

fresh! {
	/// A rule over a machine's reports.
	RuleId
}
fresh! {
	/// A maintainer's offer for a ticket.
	OfferId
}
fresh! {
	/// A calibration certificate.
	CertificateId
}
