//! Purchase orders.

use super::{Balance, Conditions, Item, Lot, QuoteId, RequestId, SiteId};
use bpiiot_primitives::{AgreementMillis, Counted, EscrowView};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Permill, Rounding};

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;
/// Parts of a share ([`Permill`]).
const MILLION: u64 = 1_000_000;

/// What an order came of.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
	/// Of this version of a standing quote.
	#[codec(index = 0)]
	Quote(QuoteId, u32),
	/// Of an award.
	#[codec(index = 1)]
	Request(RequestId),
}

/// How an order ended.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// All goods came, and the buyer or his silence has accepted or rejected each part.
	#[codec(index = 0)]
	Completed,
	/// The buyer called off what had not come, before it was due.
	#[codec(index = 1)]
	Cancelled,
	/// The supplier gave up.
	#[codec(index = 2)]
	GivenUp,
	/// The supplier was too late with something.
	#[codec(index = 3)]
	NotDelivered,
}

impl Outcome {
	/// Whether it is the supplier who did not keep what he promised, so that his bond is the buyer's.
	pub fn is_broken(self) -> bool {
		matches!(self, Self::GivenUp | Self::NotDelivered)
	}
}

/// Where an order stands. It only moves down this list, except that after a part has been looked at the next one is awaited.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderState {
	/// The price is on hold, and the bond; goods may come until `due_until`.
	#[codec(index = 0)]
	Awaiting,
	/// The buyer looks at a part until `review_until`.
	#[codec(index = 1)]
	Delivered,
	/// Nothing comes any more, and how it ends is settled but for goods that were rejected: the supplier may dispute that until
	/// `challenge_until`.
	#[codec(index = 2)]
	Rejected(Outcome),
	/// The arbiter decides about what was rejected; escrow keeps the dispute and its deadlines.
	#[codec(index = 3)]
	Disputed(Outcome),
	/// Everything is paid and nothing is on hold but the record's deposit, until the buyer removes the record.
	#[codec(index = 4)]
	Settled(Outcome),
}

/// A purchase order and what became of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Order<Escrow> {
	/// The money: who buys and pays, who sells and is paid, the asset, and all that is on hold.
	pub escrow: Escrow,
	/// What it came of.
	pub source: Source,
	/// What is bought.
	pub item: Item,
	/// Where the buyer wants it.
	pub site: Option<SiteId>,
	/// How much, in units of the item.
	pub quantity: u64,
	/// The price of all, in the asset's smallest unit.
	pub price: Balance,
	/// The conditions.
	pub conditions: Conditions,
	/// Where the order stands.
	pub state: OrderState,
	/// What comes after this moment is late.
	pub deliver_by: AgreementMillis,
	/// Nothing can come after this moment.
	pub due_until: AgreementMillis,
	/// Rejection of the last part is too late after this moment; zero before the first.
	pub review_until: AgreementMillis,
	/// A dispute is too late after this moment; zero before the state `Rejected`.
	pub challenge_until: AgreementMillis,
	/// Under which moment the order stands in the index of deadlines; at most the deadline of its state.
	pub indexed_at: AgreementMillis,
	/// Parts that have come.
	pub parts: u8,
	/// Units that have come.
	pub delivered: u64,
	/// Of those, units that came in time.
	pub punctual: u64,
	/// Of those that have come, units that were accepted.
	pub accepted: u64,
	/// Of those that have come, units that were rejected.
	pub rejected: u64,
	/// Of the rejected ones, units whose rejection may be disputed.
	pub contested: u64,
	/// What their price is, less the penalty: still on hold until the order is settled.
	pub at_stake: Balance,
	/// Days that had begun between the deadline and the last part.
	pub late_days: u32,
	/// The lot of the last part.
	pub lot: Option<Lot>,
	/// Hash of the last delivery note; zero before the first.
	pub note: H256,
	/// Hash of the last reading by which the buyer's machine has confirmed goods; zero if none was.
	pub reading: H256,
	/// Hash of the last reason given, for a rejection or for calling the order off; zero if none was.
	pub reason: H256,
	/// Of what is at stake, the share that a verdict or an arbiter's silence gave to the supplier.
	pub verdict: Option<Permill>,
	/// What the order has counted for the supplier's name.
	pub counted: Counted,
	/// Whether the buyer has rated it.
	pub rated: bool,
	/// When it was ordered.
	pub ordered_at: AgreementMillis,
}

impl<Escrow: EscrowView> Order<Escrow> {
	/// Who buys and pays.
	pub fn buyer(&self) -> &Escrow::AccountId {
		self.escrow.payer()
	}

	/// Who sells and is paid.
	pub fn supplier(&self) -> &Escrow::AccountId {
		self.escrow.payee()
	}

	/// The asset of price, bond, deposit and fee.
	pub fn asset(&self) -> Escrow::AssetId {
		self.escrow.asset()
	}
}

impl<Escrow> Order<Escrow> {
	/// Whether everything is paid.
	pub fn is_settled(&self) -> bool {
		matches!(self.state, OrderState::Settled(_))
	}

	/// The moment after which anybody may end the order's state; none once it is settled, or while it is disputed, when
	/// escrow keeps the deadline.
	pub fn deadline(&self) -> Option<AgreementMillis> {
		match self.state {
			OrderState::Awaiting => Some(self.due_until),
			OrderState::Delivered => Some(self.review_until),
			OrderState::Rejected(_) => Some(self.challenge_until),
			OrderState::Disputed(_) | OrderState::Settled(_) => None,
		}
	}

	/// Units that the buyer has accepted or rejected.
	pub fn reviewed(&self) -> u64 {
		self.accepted.saturating_add(self.rejected)
	}

	/// Units that have come and are neither accepted nor rejected.
	pub fn in_review(&self) -> u64 {
		self.delivered.saturating_sub(self.reviewed())
	}

	/// Units that have not come.
	pub fn outstanding(&self) -> u64 {
		self.quantity.saturating_sub(self.delivered)
	}

	/// What the first so many units cost. Rounded down, so that all that is paid part by part is the price in the end, in
	/// whatever parts.
	pub fn price_of(&self, units: u64) -> Balance {
		let (units, all) = (units.min(self.quantity).into(), Balance::from(self.quantity).max(1));
		multiply_by_rational_with_rounding(self.price, units, all, Rounding::Down).unwrap_or(self.price)
	}

	/// The bond.
	pub fn bond(&self) -> Balance {
		self.conditions.bond.mul_floor(self.price)
	}

	/// Days that have begun since the deadline.
	pub fn days_late(&self, now: AgreementMillis) -> u32 {
		let late = now.saturating_sub(self.deliver_by).div_ceil(DAY);
		late.try_into().unwrap_or(u32::MAX)
	}

	/// What the lateness of the last part takes off a price of its goods.
	pub fn penalty(&self, price: Balance) -> Balance {
		let a_day = u64::from(self.conditions.late_penalty.deconstruct());
		let share = a_day.saturating_mul(self.late_days.into()).min(MILLION);
		Permill::from_parts(share.try_into().unwrap_or(u32::MAX)).mul_floor(price)
	}
}
