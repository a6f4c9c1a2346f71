//! Rentals.

use super::{Balance, RentalTerms};
use bpiiot_access::{Access, Stage};
use bpiiot_primitives::{AgreementMillis, Counted, EscrowView, ListingId, MachineId, RentalId, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// When a booking ends, big-endian, so that keys are in the order of time.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct EndKey(pub [u8; 8]);

impl EndKey {
	/// The key of what ends then, in unix milliseconds.
	pub fn new(end: UnixMillis) -> Self {
		Self(end.to_be_bytes())
	}

	/// When it ends, in unix milliseconds.
	pub fn end(&self) -> UnixMillis {
		UnixMillis::from_be_bytes(self.0)
	}
}

/// Time that is taken. Its end is its key.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Booking {
	/// When it begins, in unix milliseconds.
	pub start: UnixMillis,
	/// By what.
	pub rental: RentalId,
}

/// What of rent and deposit has become whose.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Money {
	/// Of the deposit, what overdue periods have cost.
	pub overdue: Balance,
	/// What is still on hold and the owner's whatever is claimed: used time and overdue periods.
	pub due: Balance,
	/// What he claims of the rest of the deposit.
	pub claim: Balance,
}

/// A rental and what became of it. Who may use the machine stands first, so that a door reads that and nothing else.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Rental<AccountId, Escrow> {
	/// Who may use what and when, and where the rental stands.
	pub access: Access<AccountId, MachineId>,
	/// The money: who rents and pays, whose machine is paid, the asset, and all that is on hold.
	pub escrow: Escrow,
	/// The listing, which may be gone.
	pub listing: ListingId,
	/// The version of it that was read.
	pub version: u32,
	/// How many periods are rented.
	pub periods: u32,
	/// The terms.
	pub terms: RentalTerms,
	/// The deadline of its stage: to approve, to start, to give back (overdue begins), to claim, to answer.
	pub until: AgreementMillis,
	/// Under which moment the rental stands in the index of deadlines; at most the deadline of its stage.
	pub indexed_at: AgreementMillis,
	/// When it was given back, in unix milliseconds; zero before.
	pub returned_at: UnixMillis,
	/// When the machine's side says that it came back, in unix milliseconds; zero if it has not said so.
	pub reported_at: UnixMillis,
	/// Whether both sides agree when it was given back. Then used and unused time are paid.
	pub confirmed: bool,
	/// Whose what is.
	pub money: Money,
	/// Hash of the last evidence of the owner's side: the lock's report, or what a claim is about; zero for none.
	pub evidence: H256,
	/// Hash of the last reason given for declining, calling off or stopping; zero for none.
	pub reason: H256,
	/// Of what is claimed, the share that a verdict or silence gave to the owner.
	pub verdict: Option<Permill>,
	/// What the rental has counted for the machine's name.
	pub counted: Counted,
	/// Whether the renter has rated it.
	pub rated: bool,
}

impl<AccountId, Escrow: EscrowView> Rental<AccountId, Escrow> {
	/// The asset of all amounts.
	pub fn asset(&self) -> Escrow::AssetId {
		self.escrow.asset()
	}
}

impl<AccountId, Escrow> Rental<AccountId, Escrow> {
	/// Where it stands.
	pub fn stage(&self) -> Stage {
		self.access.stage
	}

	/// Whether everything is paid.
	pub fn is_settled(&self) -> bool {
		self.access.stage.is_settled()
	}

	/// The rent of all periods.
	pub fn rent(&self) -> Balance {
		self.rent_of(self.periods)
	}

	/// The rent of so many periods.
	pub fn rent_of(&self, periods: u32) -> Balance {
		self.terms.price.saturating_mul(periods.into())
	}

	/// What calling off later than all stages costs, and not starting it.
	pub fn no_show_fee(&self) -> Balance {
		self.terms.no_show.mul_floor(self.rent())
	}

	/// What calling off so long before the start costs.
	pub fn cancellation_fee(&self, before: u64) -> Balance {
		let stage = self.terms.cancellation.iter().find(|stage| stage.before <= before);
		stage.map_or_else(|| self.no_show_fee(), |stage| stage.fee.mul_floor(self.rent()))
	}

	/// Periods that are over at a moment.
	pub fn periods_over(&self, at: UnixMillis) -> u32 {
		let over = at.saturating_sub(self.access.start) / self.terms.period.max(1);
		u32::try_from(over).unwrap_or(u32::MAX).min(self.periods)
	}

	/// What the time is worth that a renter has used who gives it back then: the periods that have begun, the fewest that are
	/// rented at least, and no less than calling it off at the last moment would have cost.
	pub fn used_rent(&self, at: UnixMillis) -> Balance {
		let begun = at.saturating_sub(self.access.start).div_ceil(self.terms.period.max(1));
		let begun = u32::try_from(begun).unwrap_or(u32::MAX).max(self.terms.min_periods);
		self.rent_of(begun.min(self.periods)).max(self.no_show_fee())
	}

	/// What being so late costs, in milliseconds: the deposit at most.
	pub fn overdue_charge(&self, late: u64) -> Balance {
		let begun = late.div_ceil(self.terms.period.max(1));
		let charge = self.terms.overdue_price.saturating_mul(begun.into());
		charge.min(self.terms.deposit)
	}

	/// The last moment before which an active rental must be given back: when the deposit has run down. When the machine's
	/// side has reported it back already, and where nothing runs down, that is its end.
	pub fn lost_after(&self) -> AgreementMillis {
		let runs_down = self.terms.runs_down_in().filter(|_| self.reported_at == 0);
		self.until.saturating_add(runs_down.unwrap_or_default())
	}

	/// The moment after which anybody may end the rental's stage; none once it is settled, or while it is disputed, when
	/// escrow keeps the deadline.
	pub fn deadline(&self) -> Option<AgreementMillis> {
		match self.stage() {
			Stage::Requested | Stage::Booked | Stage::Returned(_) | Stage::Claimed(_) => Some(self.until),
			Stage::Active => Some(self.lost_after()),
			Stage::Disputed(_) | Stage::Settled(_) => None,
		}
	}

	/// What is left of the deposit: the most that can be claimed.
	pub fn claimable(&self) -> Balance {
		self.terms.deposit.saturating_sub(self.money.overdue)
	}
}

impl RentalTerms {
	/// In which time the deposit runs down after the end, in milliseconds; none if it does not.
	pub fn runs_down_in(&self) -> Option<u64> {
		if self.deposit == 0 || self.overdue_price == 0 {
			return None;
		}
		let periods = self.deposit.div_ceil(self.overdue_price);
		let time = periods.saturating_mul(self.period.into());
		Some(u64::try_from(time).unwrap_or(u64::MAX))
	}

	/// The moment until which a rental of this time may be started, in unix milliseconds.
	pub fn start_by(&self, start: UnixMillis, end: UnixMillis) -> UnixMillis {
		start.saturating_add(self.show_window).min(end)
	}
}
