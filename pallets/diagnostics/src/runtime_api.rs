//! What clients may ask the runtime of machines' health, tickets and certificates, without knowing how they are stored.

use crate::{
	life::Remaining, FaultCode, MetricId, OrderPlace, Report, RuleId, Sensor, ServiceOrder, ServiceOrderId, Severity,
	Ticket, TicketId, Trend, Trigger,
};
use alloc::vec::Vec;
use bpiiot_primitives::{MachineId, UnixMillis};
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// A rule, and how far it has come.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct RuleStatus {
	/// The rule.
	pub rule: RuleId,
	/// When it fires.
	pub trigger: Trigger,
	/// The fault that it means.
	pub fault: FaultCode,
	/// How grave that is.
	pub severity: Severity,
	/// Whether it asks for quotes.
	pub asks: bool,
	/// Bad reports in a row.
	pub bad: u8,
	/// Whether it has fired, and is not armed again.
	pub fired: bool,
}

/// A counter of wear, and what is left.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct WearStatus {
	/// The metric that counts.
	pub metric: MetricId,
	/// What is left; none as long as it was not reported.
	pub remaining: Option<Remaining>,
}

/// A machine as it has last reported.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct MachineHealth<AccountId> {
	/// The last report; none before the first.
	pub last: Option<Report>,
	/// The condition over the last 32 reports, the oldest first.
	pub trend: Trend,
	/// The rules, by age.
	pub rules: Vec<RuleStatus>,
	/// The counters of wear.
	pub wear: Vec<WearStatus>,
	/// Who may set rules beside the owner.
	pub maintainer: Option<AccountId>,
	/// How many tickets there may be.
	pub room: u32,
	/// How many there are.
	pub tickets: u32,
}

/// How far a ticket has come: the published state machine. Open → assigned → in work → declared done → verified → closed;
/// from each but the last it may be open again.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TicketStage {
	/// Nobody has it in hand.
	#[codec(index = 0)]
	Open,
	/// Somebody comes, or was asked to.
	#[codec(index = 1)]
	Assigned,
	/// Somebody is at it.
	#[codec(index = 2)]
	InWork,
	/// He says that it is done.
	#[codec(index = 3)]
	DeclaredDone,
	/// It works, and the guarantee runs.
	#[codec(index = 4)]
	Verified,
	/// The fault is gone.
	#[codec(index = 5)]
	Closed,
}

/// A ticket that was found.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundTicket<AccountId, Escrow> {
	/// Its id.
	pub id: TicketId,
	/// How far it has come.
	pub stage: TicketStage,
	/// The ticket.
	pub ticket: Ticket<AccountId>,
	/// The order that it is assigned by.
	pub order: Option<(ServiceOrderId, ServiceOrder<Escrow>)>,
}

/// Some tickets of a machine.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct TicketPage<AccountId, Escrow> {
	/// By age.
	pub tickets: Vec<FoundTicket<AccountId, Escrow>>,
	/// Where to go on; none at the end.
	pub next: Option<TicketId>,
}

/// An order that was found.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundOrder<AccountId, Escrow> {
	/// Its id.
	pub id: ServiceOrderId,
	/// The order.
	pub order: ServiceOrder<Escrow>,
	/// Its ticket, if there is still one.
	pub ticket: Option<Ticket<AccountId>>,
}

/// Some orders of a maintainer that have not ended.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OrderPage<AccountId, Escrow> {
	/// Those that he has agreed to before those that wait for it, each by age.
	pub orders: Vec<FoundOrder<AccountId, Escrow>>,
	/// Where to go on; none at the end.
	pub next: Option<OrderPlace>,
}

/// Some sensors of a machine.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SensorPage<AccountId> {
	/// In no particular order, with their certificates.
	pub sensors: Vec<(MetricId, Sensor<AccountId>)>,
	/// Where to go on; none at the end.
	pub next: Option<MetricId>,
}

sp_api::decl_runtime_apis! {
	/// Health, tickets and certificates, page by page. Each call does bounded work.
	pub trait DiagnosticsApi<AccountId, Escrow>
	where
		AccountId: Codec,
		Escrow: Codec,
	{
		/// A machine as it has last reported; none if nobody looks after it.
		fn health(machine: MachineId) -> Option<MachineHealth<AccountId>>;

		/// What is left of the life of a part that this metric counts the wear of; none if it counts nothing, or was not
		/// reported.
		fn remaining_life(machine: MachineId, metric: MetricId) -> Option<Remaining>;

		/// The tickets of a machine, the oldest first, at most 8.
		///
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn tickets_of(machine: MachineId, cursor: Option<TicketId>) -> TicketPage<AccountId, Escrow>;

		/// The orders of a maintainer that have not ended, with their tickets, the oldest first, at most 8; after them those
		/// that wait for his agreement.
		///
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn orders_of(maintainer: AccountId, cursor: Option<OrderPlace>) -> OrderPage<AccountId, Escrow>;

		/// The sensors of a machine that have certificates, at most 16.
		///
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn certificates_of(machine: MachineId, cursor: Option<MetricId>) -> SensorPage<AccountId>;

		/// Whether a reading of a sensor would be evidence as far as calibration goes: taken then, and in a batch anchored
		/// then.
		fn is_calibrated(machine: MachineId, metric: MetricId, at: UnixMillis, anchored_at: UnixMillis) -> bool;
	}
}
