//! Shipments.

use super::{Balance, ClaimKind, LegId, ShipmentId, Terms, MAX_LEGS, MAX_LINES};
use bpiiot_primitives::{AgreementMillis, Counted, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;

/// Who has had the goods, at most: the consignor, the carriers, the consignee, and the way back.
pub const MAX_HOPS: u32 = MAX_LEGS + 4;

/// In whose hands goods are.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
	/// Who sends.
	#[codec(index = 0)]
	Consignor,
	/// Who carries this leg, counted from zero.
	#[codec(index = 1)]
	Carrier(u8),
	/// Who gets them.
	#[codec(index = 2)]
	Consignee,
}

/// A link of the chain of custody.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hop {
	/// Who took the goods over.
	pub holder: Holder,
	/// When, by the chain's time: readings are compared with this.
	pub at: UnixMillis,
	/// The same on the agreement clock: transit times run from this.
	pub since: AgreementMillis,
	/// Hash of what he found wrong then; zero if nothing.
	pub reservation: H256,
}

/// A handover that its giver has called and its receiver has not.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tender {
	/// Who is to take the goods over.
	pub to: Holder,
	/// Since when.
	pub at: AgreementMillis,
}

/// How a shipment ended, or what it has come to.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// Everything was accepted, by the consignee or by his silence.
	#[codec(index = 0)]
	Delivered,
	/// A part was accepted.
	#[codec(index = 1)]
	PartlyRefused,
	/// The consignee accepted nothing.
	#[codec(index = 2)]
	Refused,
	/// It was there, and the consignee did not take it.
	#[codec(index = 3)]
	NotTaken,
	/// A carrier on the way did not take it.
	#[codec(index = 4)]
	Undelivered,
	/// A carrier did not hand it over.
	#[codec(index = 5)]
	Lost,
	/// The first carrier did not take it, or a carrier gave up before that.
	#[codec(index = 6)]
	NotCollected,
	/// The consignor did not hand it over.
	#[codec(index = 7)]
	NotHandedOver,
	/// The consignor called it off after everybody had agreed.
	#[codec(index = 8)]
	Cancelled,
	/// One of those who were asked would not, or the consignor took the offer back.
	#[codec(index = 9)]
	Withdrawn,
	/// Not everybody had agreed in time.
	#[codec(index = 10)]
	Lapsed,
}

/// Where a shipment stands. It only moves down this list.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShipmentState {
	/// The goods are locked; consignee and carriers may agree.
	#[codec(index = 0)]
	Offered,
	/// Everybody has agreed and all money is on hold; the first carrier is awaited.
	#[codec(index = 1)]
	Agreed,
	/// Carriers have the goods.
	#[codec(index = 2)]
	InTransit,
	/// The consignee looks at them.
	#[codec(index = 3)]
	Delivered,
	/// What was not accepted goes back.
	#[codec(index = 4)]
	Returning(Outcome),
	/// Custody is over; the consignor may dispute the refusal.
	#[codec(index = 5)]
	Refused(Outcome),
	/// The arbiter decides about the refusal; escrow keeps the dispute and its deadlines.
	#[codec(index = 6)]
	Disputed(Outcome),
	/// The goods are paid or not, and free. Claims against carriers may still be open: each leg ends by itself.
	#[codec(index = 7)]
	Settled(Outcome),
}

/// What the consignee says of a line; what it names neither way is accepted.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Refusal {
	/// Which line, counted from zero.
	pub line: u8,
	/// How much of it he has and will give back.
	pub refused: u64,
	/// How much of it was not there.
	pub missing: u64,
}

/// What the consignee says of a delivery: each line once at most.
pub type Refusals = BoundedVec<Refusal, ConstU32<MAX_LINES>>;

/// What was not accepted of a line.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Decision {
	/// To be given back, or given back.
	pub refused: u64,
	/// Never there.
	pub missing: u64,
}

/// What was not accepted, line by line.
pub type Decisions = BoundedVec<Decision, ConstU32<MAX_LINES>>;

/// A shipment and what became of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Shipment<AccountId, Unit, Escrow> {
	/// Who sends the goods, is paid for them and owns them until they are accepted.
	pub consignor: AccountId,
	/// What everybody agrees to.
	pub terms: Terms<AccountId, Unit>,
	/// On hold at the consignor for the records, in planck.
	pub deposit: Balance,
	/// The legs, in the order of the terms.
	pub legs: BoundedVec<LegId, ConstU32<MAX_LEGS>>,
	/// Who owned the logger when it was offered: a silence of it is his.
	pub logger_owner: Option<AccountId>,
	/// Whether the consignee has agreed.
	pub agreed: bool,
	/// How many carriers have not agreed.
	pub awaited: u8,
	/// The price of the goods; none before the consignee has agreed, and if there is none.
	pub payment: Option<Escrow>,
	/// Where the shipment stands.
	pub state: ShipmentState,
	/// When the state ends by silence; of no meaning while it is disputed or settled.
	pub until: AgreementMillis,
	/// Under which moment the shipment stands in the index of deadlines; at most `until`.
	pub indexed_at: AgreementMillis,
	/// Who has had the goods, the last one still.
	pub custody: BoundedVec<Hop, ConstU32<MAX_HOPS>>,
	/// The handover that is called and not taken.
	pub tender: Option<Tender>,
	/// Whether somebody who was called since the goods were last handed over has said that nothing was there: one's word
	/// against the other's.
	pub declined: bool,
	/// For each leg that was carried, days that had begun after its transit time.
	pub late_days: [u32; MAX_LEGS as usize],
	/// Carriers who did not come or did not hand over.
	pub faults: BoundedVec<(u8, ClaimKind), ConstU32<MAX_LEGS>>,
	/// What was not accepted of each line; empty as long as nobody has said.
	pub decided: Decisions,
	/// The price of what was not accepted, as far as it is still on hold.
	pub at_stake: Balance,
	/// Hash of the last reason given; zero if none was.
	pub reason: H256,
	/// Of what was at stake, the share that a verdict or an arbiter's silence gave to the consignor.
	pub verdict: Option<Permill>,
	/// What the shipment has counted for the consignor's name.
	pub counted: Counted,
	/// Whether the consignee has rated it.
	pub rated: bool,
}

impl<AccountId: Clone + PartialEq, Unit, Escrow> Shipment<AccountId, Unit, Escrow> {
	/// Whether the goods are paid or not, and free.
	pub fn is_settled(&self) -> bool {
		matches!(self.state, ShipmentState::Settled(_))
	}

	/// The moment after which anybody may end the state; none once it is settled, or while it is disputed.
	pub fn deadline(&self) -> Option<AgreementMillis> {
		match self.state {
			ShipmentState::Disputed(_) | ShipmentState::Settled(_) => None,
			_ => Some(self.until),
		}
	}

	/// Who has the goods.
	pub fn holder(&self) -> Holder {
		self.custody.last().map_or(Holder::Consignor, |hop| hop.holder)
	}

	/// The number of the next handover, which whoever takes part in it names.
	pub fn next_hop(&self) -> u8 {
		u8::try_from(self.custody.len()).unwrap_or(u8::MAX)
	}

	/// The account of a holder; none for a leg that there is not.
	pub fn account_of(&self, holder: Holder) -> Option<&AccountId> {
		match holder {
			Holder::Consignor => Some(&self.consignor),
			Holder::Carrier(leg) => self.terms.leg(leg).map(|leg| &leg.carrier),
			Holder::Consignee => Some(&self.terms.consignee),
		}
	}

	/// Who has the goods.
	pub fn custodian(&self) -> &AccountId {
		self.account_of(self.holder()).unwrap_or(&self.consignor)
	}

	/// Who may take the goods over now.
	pub fn receivers(&self) -> [Option<Holder>; 2] {
		let last = self.terms.last_leg();
		match (self.state, self.holder()) {
			(ShipmentState::Agreed, Holder::Consignor) => [Some(Holder::Carrier(0)), None],
			(ShipmentState::InTransit, Holder::Carrier(leg)) if leg < last => {
				[Some(Holder::Carrier(leg.saturating_add(1))), None]
			}
			(ShipmentState::InTransit, Holder::Carrier(_)) => [Some(Holder::Consignee), None],
			(ShipmentState::Returning(_), Holder::Consignee) => [Some(Holder::Consignor), Some(Holder::Carrier(last))],
			(ShipmentState::Returning(_), Holder::Carrier(_)) => [Some(Holder::Consignor), None],
			_ => [None, None],
		}
	}

	/// The call that counts when the state ends by silence: one that has left its receiver the time to answer it.
	pub fn call_that_counts(&self) -> Option<Tender> {
		let answered_by = |tender: &Tender| tender.at.saturating_add(self.terms.windows.handover);
		self.tender.filter(|tender| answered_by(tender) <= self.until)
	}

	/// Whether a carrier has had the goods.
	pub fn was_carried(&self, leg: u8) -> bool {
		self.custody.iter().any(|hop| hop.holder == Holder::Carrier(leg))
	}

	/// What a carrier did not do.
	pub fn fault_of(&self, leg: u8) -> Option<ClaimKind> {
		self.faults.iter().find(|(of, _)| *of == leg).map(|(_, kind)| *kind)
	}

	/// Whether a carrier has brought the goods back, or had them when nobody would take them back.
	pub fn brought_back(&self, leg: u8) -> bool {
		let carried = |hop: &Hop| hop.holder == Holder::Carrier(leg);
		let handed_back = self
			.custody
			.windows(2)
			.any(|pair| matches!(pair, [one, other] if carried(one) && other.holder == Holder::Consignor));
		let was_left_with = self.fault_of(leg).is_none() && self.holder() == Holder::Carrier(leg);
		handed_back || was_left_with
	}

	/// Whether a carrier had the goods all the time from `from` to `until`.
	pub fn had_all_the_time(&self, leg: u8, from: UnixMillis, until: UnixMillis, now: UnixMillis) -> bool {
		// The moment of a handover is the receiver's.
		let ends = self
			.custody
			.iter()
			.skip(1)
			.map(|hop| hop.at)
			.chain([now.saturating_add(1)]);
		let mut times = self.custody.iter().zip(ends);
		times.any(|(hop, end)| hop.holder == Holder::Carrier(leg) && hop.at <= from && until < end)
	}

	/// Days that have begun between the end of a leg's transit time and `ready`.
	pub fn days_late(&self, leg: u8, ready: AgreementMillis) -> u32 {
		let taken = self.custody.last().map_or(ready, |hop| hop.since);
		let time = self.terms.leg(leg).map_or(0, |leg| leg.transit_time);
		let late = ready.saturating_sub(taken.saturating_add(time)).div_ceil(DAY);
		late.try_into().unwrap_or(u32::MAX)
	}

	/// What was decided about a line; nothing if nobody has said.
	pub fn decision(&self, line: usize) -> Option<Decision> {
		self.decided.get(line).copied()
	}

	/// The price of what was refused, and of what was missing.
	pub fn prices_refused(&self) -> (Balance, Balance) {
		let lines = self.terms.goods.iter().zip(self.decided.iter());
		lines.fold((0, 0), |(refused, missing), (line, decision)| {
			// What is accepted is paid rounded down; the rest is what is not accepted.
			let out = decision.refused.saturating_add(decision.missing);
			let paid = line.price_of(line.quantity.saturating_sub(out));
			let rest = line.price.saturating_sub(paid);
			let absent = match decision.refused {
				0 => rest,
				_ => line.price_of(decision.missing).min(rest),
			};
			(
				refused.saturating_add(rest.saturating_sub(absent)),
				missing.saturating_add(absent),
			)
		})
	}

	/// Whether nobody could decide between two words: who was called says that nothing was there, and the terms name no
	/// arbiter.
	pub fn is_undecided(&self) -> bool {
		self.declined && self.terms.arbiter.is_none()
	}

	/// Of what is at stake, the price of what is said to have been missing.
	pub fn missing_at_stake(&self) -> Balance {
		self.prices_refused().1.min(self.at_stake)
	}

	/// How many units were accepted in all; none as long as nobody has said.
	pub fn accepted(&self) -> u64 {
		let lines = self.terms.goods.iter().zip(self.decided.iter());
		lines.fold(0, |sum, (line, decision)| {
			let out = decision.refused.saturating_add(decision.missing);
			sum.saturating_add(line.quantity.saturating_sub(out))
		})
	}
}

/// The place of a shipment in the list of an account: its id, big-endian, so that the list runs by age.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct ShipmentPlace(pub [u8; 8]);

impl ShipmentPlace {
	/// The place of this shipment.
	pub fn new(id: ShipmentId) -> Self {
		Self(id.0.to_be_bytes())
	}

	/// The shipment in this place.
	pub fn shipment(self) -> ShipmentId {
		ShipmentId(u64::from_be_bytes(self.0))
	}
}
