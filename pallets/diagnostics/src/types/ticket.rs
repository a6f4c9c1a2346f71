//! Tickets.

use super::{FaultCode, OfferId, RequestId, RuleId, ServiceOrderId, ServiceTerms, Severity};
use crate::Balance;
use bpiiot_primitives::{AgreementMillis, MachineId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Offers that a ticket keeps.
pub const OFFERS: u32 = 4;

/// Where a ticket stands.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TicketState {
	/// Nobody has it in hand.
	#[codec(index = 0)]
	Open,
	/// It is assigned by this order, whose state says how far that has come: assigned, in work, declared done, verified.
	#[codec(index = 1)]
	Ordered(ServiceOrderId),
	/// The fault is gone.
	#[codec(index = 2)]
	Closed,
}

/// What maintainers were asked for.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Asked<AccountId> {
	/// The request.
	pub request: RequestId,
	/// Its terms.
	pub terms: ServiceTerms<AccountId>,
	/// Who owned the machine then. An award spends nothing of another's.
	pub owner: AccountId,
}

/// A maintainer's offer. It binds until it lapses or is withdrawn.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Offer<AccountId> {
	/// Its id.
	pub id: OfferId,
	/// Who offers, and has a deposit on hold for it.
	pub maintainer: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// On which terms.
	pub terms: ServiceTerms<AccountId>,
	/// It cannot be accepted after this moment.
	pub until: AgreementMillis,
}

/// A fault of a machine, and what is done about it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Ticket<AccountId> {
	/// The machine.
	pub machine: MachineId,
	/// The fault. A machine has no two tickets about the same one that are not closed.
	pub fault: FaultCode,
	/// How grave it is.
	pub severity: Severity,
	/// The rule that has opened it; none if somebody has.
	pub rule: Option<RuleId>,
	/// Where it stands.
	pub state: TicketState,
	/// When it was opened.
	pub opened_at: AgreementMillis,
	/// How often the fault was seen.
	pub seen: u32,
	/// How often it was opened again.
	pub reopened: u32,
	/// What maintainers were last asked for.
	pub asked: Option<Asked<AccountId>>,
	/// What maintainers offer.
	pub offers: BoundedVec<Offer<AccountId>, ConstU32<OFFERS>>,
}
