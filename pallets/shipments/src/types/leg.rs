//! Legs: what stands between a carrier and those whom he carries for.

use super::{Balance, ShipmentId, MAX_LIMITS};
use bpiiot_primitives::{AgreementMillis, Counted};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// Where a leg stands. It only moves down this list.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LegState {
	/// The carrier may agree.
	#[codec(index = 0)]
	Offered,
	/// He is bound, until the custody of the shipment is over.
	#[codec(index = 1)]
	Agreed,
	/// Custody is over; damage may be claimed.
	#[codec(index = 2)]
	Closing,
	/// Something is claimed of his liability; he may dispute it.
	#[codec(index = 3)]
	Claimed,
	/// The arbiter decides about the claim; escrow keeps the dispute and its deadlines.
	#[codec(index = 4)]
	Disputed,
	/// Freight is paid or not, and nothing is on hold.
	#[codec(index = 5)]
	Settled,
}

/// What is claimed of a carrier's liability.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClaimKind {
	/// He did not take the goods over.
	#[codec(index = 0)]
	NoShow,
	/// He did not hand them over.
	#[codec(index = 1)]
	Loss,
	/// He handed them over damaged.
	#[codec(index = 2)]
	Damage,
}

/// What a logger shows of a carrier.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Breach {
	/// A condition was out of this limit, counted from zero.
	#[codec(index = 0)]
	Limit(u8),
	/// The carrier's own logger was silent for longer than `max_gap`.
	#[codec(index = 1)]
	Silence,
}

/// A claim against a carrier. The consignor gets what comes of it: the goods are his until they are accepted.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Claim<AccountId> {
	/// What for.
	pub kind: ClaimKind,
	/// How much of the liability.
	pub amount: Balance,
	/// Hash of what shows it; zero where the chain's own record does.
	pub evidence: H256,
	/// Who has made it, and what he has on hold for it, in planck; nobody where the rules have.
	pub claimant: Option<(AccountId, Balance)>,
}

/// A leg and what became of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Leg<AccountId, Escrow> {
	/// Of which shipment.
	pub shipment: ShipmentId,
	/// Which of its legs, counted from zero: the shipment's terms say what it is.
	pub number: u8,
	/// Freight and return freight, on hold at who pays them; none before he has agreed, and if there are none.
	pub freight: Option<Escrow>,
	/// The carrier's bond, on hold at him; none before he has agreed, and if there is none.
	pub liability: Option<Escrow>,
	/// Where the leg stands.
	pub state: LegState,
	/// When the states `Closing` and `Claimed` end by silence; of no meaning in others.
	pub until: AgreementMillis,
	/// Under which moment the leg stands in the index of deadlines; at most `until`.
	pub indexed_at: AgreementMillis,
	/// What he has earned, before breaches; zero until custody is over.
	pub earned: Balance,
	/// For each limit the worst step that was shown, counted from one; zero for none.
	pub breaches: BoundedVec<u8, ConstU32<MAX_LIMITS>>,
	/// Whether a silence of his own logger was shown.
	pub silent: bool,
	/// What is claimed of him.
	pub claim: Option<Claim<AccountId>>,
	/// Of the claim, the share that a verdict or an arbiter's silence gave to the consignor.
	pub verdict: Option<Permill>,
	/// What the leg has counted for the carrier's name.
	pub counted: Counted,
	/// Whether who paid the freight has rated it.
	pub rated: bool,
}

impl<AccountId, Escrow> Leg<AccountId, Escrow> {
	/// Whether everything is paid.
	pub fn is_settled(&self) -> bool {
		self.state == LegState::Settled
	}

	/// The moment after which anybody may end the state; none while the shipment is on its way, while it is disputed, and once
	/// it is settled.
	pub fn deadline(&self) -> Option<AgreementMillis> {
		matches!(self.state, LegState::Closing | LegState::Claimed).then_some(self.until)
	}
}
