//! What a consignor offers and everybody else agrees to.

use super::Balance;
use bpiiot_primitives::{Arbitration, AssetKind, MachineId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Permill, Rounding};

/// Lines of goods in a shipment, at most.
pub const MAX_LINES: u32 = 16;
/// Legs of a shipment, at most.
pub const MAX_LEGS: u32 = 4;
/// Limits of a shipment, at most.
pub const MAX_LIMITS: u32 = 4;
/// Steps of a limit's schedule, at most.
pub const MAX_STEPS: u32 = 4;

/// What a logger measures: the number of a channel of its series ("temperature in thousandths of °C", "shock in thousandths
/// of g").
pub type Channel = u16;

/// The lines of a shipment.
pub type Lines<Unit> = BoundedVec<Line<Unit>, ConstU32<MAX_LINES>>;

/// A logistic unit, an item or a part of a lot.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Line<Unit> {
	/// Which.
	pub unit: Unit,
	/// How much of it; 1 of what cannot be divided.
	pub quantity: u64,
	/// What the consignee pays for all of the line, in the asset of the shipment; zero if it is paid elsewhere.
	pub price: Balance,
}

impl<Unit> Line<Unit> {
	/// What so much of the line costs, rounded down.
	pub fn price_of(&self, quantity: u64) -> Balance {
		let (part, all) = (quantity.min(self.quantity).into(), Balance::from(self.quantity).max(1));
		multiply_by_rational_with_rounding(self.price, part, all, Rounding::Down).unwrap_or(self.price)
	}
}

/// Who pays the carriers. The words are those of the Incoterms, as far as they speak of freight; whose the goods are while
/// they travel is the same under all of them.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FreightTerms {
	/// The consignee pays every leg (as EXW).
	#[codec(index = 0)]
	ExWorks,
	/// The consignor pays the first leg, to the named place, and the consignee the others (as FCA).
	#[codec(index = 1)]
	FreeCarrier,
	/// The consignor pays every leg (as CPT, DAP).
	#[codec(index = 2)]
	CarriagePaid,
}

impl FreightTerms {
	/// Whether it is the consignor who pays this leg.
	pub fn consignor_pays(self, leg: u8) -> bool {
		match self {
			Self::ExWorks => false,
			Self::FreeCarrier => leg == 0,
			Self::CarriagePaid => true,
		}
	}
}

/// What a carrier does, for how much, and what he answers with.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Carriage<AccountId> {
	/// Who carries.
	pub carrier: AccountId,
	/// The asset of freight and liability.
	pub asset: AssetKind,
	/// What he gets for the leg; zero for nothing.
	pub freight: Balance,
	/// What he gets besides for bringing back what was not accepted; zero for nothing.
	pub return_freight: Balance,
	/// The most that he answers for besides his freight: his bond, on hold while he is bound; zero for nothing.
	pub liability: Balance,
	/// How long he may have the goods, in milliseconds. Each day that has begun after that is late.
	pub transit_time: u64,
	/// How long after that he may still hand over, in milliseconds. Then the goods count as lost.
	pub late_window: u64,
}

impl<AccountId> Carriage<AccountId> {
	/// All that the carrier can lose by what a logger shows: penalties are shares of this.
	pub fn at_risk(&self) -> Balance {
		self.freight.saturating_add(self.liability)
	}
}

/// What a condition may not do, and what it costs the carrier in whose custody it does.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Limit {
	/// What is measured.
	pub channel: Channel,
	/// The lowest value that is allowed, in the channel's unit.
	pub low: i64,
	/// The highest value that is allowed, in the channel's unit.
	pub high: i64,
	/// The published schedule: the later, the worse and the dearer. One breach costs the worst step that was shown.
	pub steps: BoundedVec<Step, ConstU32<MAX_STEPS>>,
}

impl Limit {
	/// The worst step that a time with values from `lowest` to `highest` is, counted from one; none if it stayed within the
	/// limit for a moment, or was out of it for no step's time.
	pub fn step_of(&self, lowest: i64, highest: i64, lasted: u64) -> Option<u8> {
		let above = i128::from(lowest).saturating_sub(self.high.into());
		let below = i128::from(self.low).saturating_sub(highest.into());
		let excess = above.max(below);
		if excess <= 0 {
			return None;
		}
		let is_shown = |step: &Step| excess >= i128::from(step.beyond) && lasted >= step.tolerated;
		let nth = self.steps.iter().rposition(is_shown)?;
		u8::try_from(nth.saturating_add(1)).ok()
	}

	/// What a step costs, as a share of what the carrier has at risk.
	pub fn penalty_of(&self, step: u8) -> Permill {
		let nth = step.checked_sub(1).map(usize::from);
		nth.and_then(|nth| self.steps.get(nth))
			.map_or(Permill::zero(), |step| step.penalty)
	}
}

/// A step of a schedule.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
	/// How far out of the limit, at the least, in the channel's unit; zero for any way out.
	pub beyond: u64,
	/// For how long at the least, in milliseconds; zero if one reading is enough.
	pub tolerated: u64,
	/// What it costs, as a share of freight and liability together.
	pub penalty: Permill,
}

/// How long everybody has, in milliseconds of the agreement clock.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Windows {
	/// For everybody to agree, from the offer.
	pub offer: u64,
	/// For the first carrier to take the goods over, from the last agreement.
	pub pickup: u64,
	/// For who is called to take over, to do so or to say that nothing is there. Who calls later than this before his own
	/// deadline has called nobody.
	pub handover: u64,
	/// For the consignee to look at what has come. Silence accepts.
	pub review: u64,
	/// For what was not accepted to come back, for each who has it.
	pub returning: u64,
	/// For claims against a carrier, from the end of custody; zero only where there can be none.
	pub claim: u64,
	/// For an answer to a claim or a refusal, where an arbiter is named. Silence lets it stand.
	pub challenge: u64,
	/// For the arbiter to accept a case.
	pub case: u64,
	/// For him to rule then.
	pub ruling: u64,
}

/// What a consignor offers. It never changes; whoever agrees has read all of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Terms<AccountId, Unit> {
	/// Who gets the goods and pays their price.
	pub consignee: AccountId,
	/// What travels.
	pub goods: Lines<Unit>,
	/// The asset of the goods' price.
	pub asset: AssetKind,
	/// The carriers in their order.
	pub legs: BoundedVec<Carriage<AccountId>, ConstU32<MAX_LEGS>>,
	/// Who pays them.
	pub freight_terms: FreightTerms,
	/// Whose readings show breaches: a machine that travels along.
	pub logger: Option<MachineId>,
	/// What it watches; empty without a logger.
	pub limits: BoundedVec<Limit, ConstU32<MAX_LIMITS>>,
	/// How long a logger that is the carrier's own may be silent, in milliseconds; zero for as long as he likes.
	pub max_gap: u64,
	/// What a longer silence costs him, as a share of freight and liability together.
	pub gap_penalty: Permill,
	/// What a carrier loses of his freight for each day that has begun after his transit time, down to nothing.
	pub late_penalty: Permill,
	/// What a carrier who does not come forfeits of his liability.
	pub no_show: Permill,
	/// What a carrier gets of a freight that the consignor pays when the consignor calls off or does not hand over.
	pub dead_freight: Permill,
	/// What the consignor keeps of the price of goods that are refused, if nobody disputes it.
	pub refusal_fee: Permill,
	/// How long everybody has.
	pub windows: Windows,
	/// Who decides about refusals and claims; without one refusals stand, and there are no claims but by the rules.
	pub arbiter: Option<AccountId>,
}

impl<AccountId: Clone, Unit> Terms<AccountId, Unit> {
	/// The price of all goods; none if it is larger than any balance.
	pub fn price(&self) -> Option<Balance> {
		let mut prices = self.goods.iter().map(|line| line.price);
		prices.try_fold(0, Balance::checked_add)
	}

	/// The last leg's number.
	pub fn last_leg(&self) -> u8 {
		u8::try_from(self.legs.len().saturating_sub(1)).unwrap_or(u8::MAX)
	}

	/// What a carrier does.
	pub fn leg(&self, leg: u8) -> Option<&Carriage<AccountId>> {
		self.legs.get(usize::from(leg))
	}

	/// The arbiter with the time that he has.
	pub fn arbitration(&self) -> Option<Arbitration<AccountId>> {
		self.arbiter.clone().map(|arbiter| Arbitration {
			arbiter,
			case_window: self.windows.case,
			ruling_window: self.windows.ruling,
		})
	}
}
