//! Maintenance orders.

use super::{Balance, Conditions, OfferId, RequestId, ServiceOrderId, TicketId};
use bpiiot_primitives::{AgreementMillis, Counted, EscrowView, MachineId, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// What an order came of.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
	/// The owner has named the maintainer, who has yet to agree.
	#[codec(index = 0)]
	Owner,
	/// The owner has accepted this offer.
	#[codec(index = 1)]
	Offer(OfferId),
	/// An award.
	#[codec(index = 2)]
	Request(RequestId),
}

/// How an order ended.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// The work was done, and the fault did not return within the guarantee.
	#[codec(index = 0)]
	Completed,
	/// Readings, or a verdict, say that the machine did not work after it.
	#[codec(index = 1)]
	Failed,
	/// The fault came back within the guarantee.
	#[codec(index = 2)]
	Returned,
	/// The maintainer did not acknowledge in time, or did not declare in time.
	#[codec(index = 3)]
	NotDone,
	/// The maintainer gave up.
	#[codec(index = 4)]
	GivenUp,
	/// The owner called it off before work had begun.
	#[codec(index = 5)]
	Cancelled,
	/// The maintainer whom the owner had named did not agree.
	#[codec(index = 6)]
	Declined,
}

impl Outcome {
	/// Whether it is the maintainer who did not keep what he had promised, so that his bond is the machine's.
	pub fn is_broken(self) -> bool {
		matches!(self, Self::Failed | Self::Returned | Self::NotDone | Self::GivenUp)
	}
}

/// What a dispute is about.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quarrel {
	/// Whether the machine works after the work.
	#[codec(index = 0)]
	Work,
	/// Whether the fault has come back.
	#[codec(index = 1)]
	Guarantee,
}

/// Where an order stands. It only moves down this list.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderState {
	/// The money is on hold; the maintainer has until `response_by` to agree.
	#[codec(index = 0)]
	Proposed,
	/// Both have agreed, and the bond is on hold. He acknowledges until `response_by`, and then has until `due_until`.
	#[codec(index = 1)]
	Assigned,
	/// He is at it until `due_until`.
	#[codec(index = 2)]
	InWork,
	/// He says that it is done; readings decide until `verify_until`.
	#[codec(index = 3)]
	DeclaredDone,
	/// Readings say that the machine does not work. He may dispute that until `challenge_until`.
	#[codec(index = 4)]
	Failed,
	/// It works, and he is paid but for the retention; the guarantee runs until `guarantee_until`.
	#[codec(index = 5)]
	Verified,
	/// Readings say that the fault has come back. He may dispute that until `challenge_until`.
	#[codec(index = 6)]
	Returned,
	/// The arbiter decides; escrow keeps the dispute and its deadlines.
	#[codec(index = 7)]
	Disputed(Quarrel),
	/// Everything is paid and nothing is on hold but the record's deposit, until the owner removes the record.
	#[codec(index = 8)]
	Settled(Outcome),
}

/// A maintenance order and what became of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ServiceOrder<Escrow> {
	/// The money: the machine pays, the maintainer is paid, and all that is on hold.
	pub escrow: Escrow,
	/// The machine.
	pub machine: MachineId,
	/// The ticket.
	pub ticket: TicketId,
	/// What it came of.
	pub source: Source,
	/// The price.
	pub price: Balance,
	/// The conditions.
	pub conditions: Conditions,
	/// Where it stands.
	pub state: OrderState,
	/// Whether the maintainer has agreed.
	pub agreed: bool,
	/// When it was assigned.
	pub assigned_at: AgreementMillis,
	/// When he acknowledged.
	pub acknowledged_at: Option<AgreementMillis>,
	/// When he began.
	pub started_at: Option<AgreementMillis>,
	/// When he declared that it is done.
	pub declared_at: Option<AgreementMillis>,
	/// The end of the response time.
	pub response_by: AgreementMillis,
	/// A declaration after this moment earns no bonus.
	pub bonus_by: AgreementMillis,
	/// A declaration is too late after this moment.
	pub due_until: AgreementMillis,
	/// Readings are too late after this moment; zero before the declaration.
	pub verify_until: AgreementMillis,
	/// The end of the guarantee; zero before the verification.
	pub guarantee_until: AgreementMillis,
	/// A dispute of what readings have decided is too late after this moment; zero before that.
	pub challenge_until: AgreementMillis,
	/// Under which moment the order stands in the index of deadlines; at most the deadline of its state.
	pub indexed_at: AgreementMillis,
	/// Only readings taken after this moment count: the declaration, and then the verification.
	pub readings_after: UnixMillis,
	/// Readings in bounds in a row.
	pub good: u8,
	/// Readings out of bounds in a row.
	pub bad: u8,
	/// Whether it was verified by readings, and not by silence.
	pub proven: bool,
	/// Hash of the maintainer's report of his work; zero before it.
	pub report: H256,
	/// Hash of the reason for which it was given up or called off; zero if none was given.
	pub reason: H256,
	/// Of what was at stake in a dispute, the share that a verdict or an arbiter's silence gave to the maintainer.
	pub verdict: Option<Permill>,
	/// What it has counted for the maintainer's name.
	pub counted: Counted,
	/// Whether the owner has rated it.
	pub rated: bool,
}

impl<Escrow: EscrowView> ServiceOrder<Escrow> {
	/// The machine's account, which pays.
	pub fn payer(&self) -> &Escrow::AccountId {
		self.escrow.payer()
	}

	/// Who is paid.
	pub fn maintainer(&self) -> &Escrow::AccountId {
		self.escrow.payee()
	}

	/// The asset of all amounts.
	pub fn asset(&self) -> Escrow::AssetId {
		self.escrow.asset()
	}
}

impl<Escrow> ServiceOrder<Escrow> {
	/// Whether everything is paid.
	pub fn is_settled(&self) -> bool {
		matches!(self.state, OrderState::Settled(_))
	}

	/// The moment after which anybody may end the order's state; none once it is settled, or while it is disputed, when
	/// escrow keeps the deadline.
	pub fn deadline(&self) -> Option<AgreementMillis> {
		match self.state {
			OrderState::Proposed => Some(self.response_by),
			OrderState::Assigned if self.acknowledged_at.is_none() => Some(self.response_by),
			OrderState::Assigned | OrderState::InWork => Some(self.due_until),
			OrderState::DeclaredDone => Some(self.verify_until),
			OrderState::Verified => Some(self.guarantee_until),
			OrderState::Failed | OrderState::Returned => Some(self.challenge_until),
			OrderState::Disputed(_) | OrderState::Settled(_) => None,
		}
	}

	/// Whether work began within the response time.
	pub fn has_responded(&self) -> bool {
		self.started_at.is_some_and(|started| started <= self.response_by)
	}

	/// Whether the bonus is earned, if the work is good.
	pub fn has_earned_bonus(&self) -> bool {
		self.has_responded() && self.declared_at.is_some_and(|declared| declared <= self.bonus_by)
	}

	/// The bonus.
	pub fn bonus(&self) -> Balance {
		self.conditions.bonus.mul_floor(self.price)
	}

	/// The bond.
	pub fn bond(&self) -> Balance {
		self.conditions.bond.mul_floor(self.price)
	}

	/// The price, less the penalty for a late response.
	pub fn net_price(&self) -> Balance {
		match self.has_responded() {
			true => self.price,
			false => self
				.price
				.saturating_sub(self.conditions.late_penalty.mul_floor(self.price)),
		}
	}

	/// What the maintainer gets in all if the work is good.
	pub fn due(&self) -> Balance {
		let bonus = if self.has_earned_bonus() { self.bonus() } else { 0 };
		self.net_price().saturating_add(bonus)
	}

	/// What of that stays on hold until the guarantee ends.
	pub fn retention(&self) -> Balance {
		match self.conditions.guarantee_window {
			0 => 0,
			_ => self.conditions.retention.mul_floor(self.net_price()),
		}
	}
}

/// The place of an order in its maintainer's list: those that he has agreed to first, so that nobody who names him pushes
/// them back, and each by age. The id is big-endian, so that the bytes sort like that.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct OrderPlace(pub [u8; 9]);

impl OrderPlace {
	/// The place of an order that the maintainer has agreed to or not.
	pub fn new(order: ServiceOrderId, agreed: bool) -> Self {
		let [a, b, c, d, e, f, g, h] = order.0.to_be_bytes();
		Self([u8::from(!agreed), a, b, c, d, e, f, g, h])
	}

	/// The order.
	pub fn order(&self) -> ServiceOrderId {
		let [_, a, b, c, d, e, f, g, h] = self.0;
		ServiceOrderId(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
	}

	/// Whether the maintainer has agreed to it.
	pub fn is_agreed(&self) -> bool {
		self.0.first() == Some(&0)
	}
}
