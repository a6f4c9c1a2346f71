//! Rentals.

use super::{
	super::types::smallest,
	listing::{as_hex, RentalTerms},
	ListingId,
};
use crate::chain::market::AssetKind;
use serde::Serialize;
use subxt::{
	ext::scale_decode::{self, DecodeAsType},
	utils::{AccountId32, H256},
};

/// How a rental ended, or is about to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
	/// It was given back.
	Completed,
	/// It was not given back before the deposit had run down.
	NotReturned,
	/// The owner did not want it.
	Declined,
	/// The owner said nothing.
	NotApproved,
	/// The renter called it off.
	Cancelled,
	/// The renter did not start it in time.
	NoShow,
	/// The owner stopped it.
	Stopped,
	/// When it was to start, the machine was not there for it.
	NotProvided,
	/// It could not begin by no fault of the renter's.
	Blocked,
}

impl Outcome {
	/// The same in words.
	pub fn words(self) -> &'static str {
		match self {
			Self::Completed => "given back",
			Self::NotReturned => "not given back; rent and deposit are the owner's",
			Self::Declined => "declined by the owner",
			Self::NotApproved => "not approved in time",
			Self::Cancelled => "called off by the renter",
			Self::NoShow => "not started in time",
			Self::Stopped => "stopped by the owner",
			Self::NotProvided => "not provided: no bond, or out of service",
			Self::Blocked => "could not begin: who was there before has not given it back, or the chain stood still",
		}
	}
}

/// Where a rental stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Stage {
	/// The owner has not agreed yet.
	Requested,
	/// It is agreed on, and not started.
	Booked,
	/// The renter has it.
	Active,
	/// It is over; the owner may claim damage.
	Returned(Outcome),
	/// He has, and the renter may dispute that.
	Claimed(Outcome),
	/// The arbiter decides.
	Disputed(Outcome),
	/// Everything is paid.
	Settled(Outcome),
}

impl Stage {
	/// The same in words.
	pub fn words(self) -> String {
		match self {
			Self::Requested => "waits for the owner to approve it".to_owned(),
			Self::Booked => "booked".to_owned(),
			Self::Active => "started".to_owned(),
			Self::Returned(outcome) => format!("{}; the owner may claim damage", outcome.words()),
			Self::Claimed(outcome) => format!("{}; the owner claims damage", outcome.words()),
			Self::Disputed(outcome) => format!("{}; the claim is disputed", outcome.words()),
			Self::Settled(outcome) => format!("settled: {}", outcome.words()),
		}
	}
}

/// Somebody whom the renter lets use it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct User {
	/// Who.
	pub account: AccountId32,
	/// From when, in unix milliseconds.
	pub from: u64,
	/// Until when, in unix milliseconds.
	pub until: u64,
	/// What he may do: a bit each.
	pub actions: u16,
}

/// What of rent and deposit has become whose, in the asset's smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Money {
	/// What overdue periods have cost.
	#[serde(serialize_with = "smallest")]
	pub overdue: u128,
	/// On hold, and the owner's whatever is claimed.
	#[serde(serialize_with = "smallest")]
	pub due: u128,
	/// What he claims of the rest.
	#[serde(serialize_with = "smallest")]
	pub claim: u128,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct EscrowAccount {
	asset: AssetKind,
	held: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct AccessRecord {
	machine: [u8; 32],
	renter: AccountId32,
	actions: u16,
	start: u64,
	end: u64,
	stage: Stage,
	users: [Option<User>; 4],
}

/// A rental as its record is.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct RentalRecord {
	access: AccessRecord,
	escrow: EscrowAccount,
	listing: ListingId,
	version: u32,
	periods: u32,
	terms: RentalTerms,
	until: u64,
	returned_at: u64,
	reported_at: u64,
	confirmed: bool,
	money: Money,
	evidence: H256,
	rated: bool,
}

/// A rental and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Rental {
	/// The machine, lock or room.
	#[serde(serialize_with = "as_hex")]
	pub machine: [u8; 32],
	/// Who rents it.
	pub renter: AccountId32,
	/// What is rented: a bit each.
	pub actions: u16,
	/// From when, in unix milliseconds.
	pub start: u64,
	/// Until when, in unix milliseconds.
	pub end: u64,
	/// Where it stands.
	pub stage: Stage,
	/// Whom the renter lets in.
	pub users: Vec<User>,
	/// The asset of all amounts.
	pub asset: AssetKind,
	/// Still on hold of rent and deposit, in its smallest unit.
	#[serde(serialize_with = "smallest")]
	pub held: u128,
	/// The listing that it was rented by.
	pub listing: ListingId,
	/// Its version.
	pub version: u32,
	/// How many periods are rented.
	pub periods: u32,
	/// The terms.
	pub terms: RentalTerms,
	/// The deadline of its stage, on the agreement clock.
	pub until: u64,
	/// When it was given back, in unix milliseconds; zero before.
	pub returned_at: u64,
	/// When the machine's side says that it came back, in unix milliseconds; zero if it has not said so.
	pub reported_at: u64,
	/// Whether both sides agree on that.
	pub confirmed: bool,
	/// Whose what is.
	pub money: Money,
	/// Hash of the owner's last evidence; zero for none.
	pub evidence: H256,
	/// Whether the renter has rated it.
	pub rated: bool,
}

impl From<RentalRecord> for Rental {
	fn from(record: RentalRecord) -> Self {
		let RentalRecord { access, escrow, .. } = record;
		Self {
			machine: access.machine,
			renter: access.renter,
			actions: access.actions,
			start: access.start,
			end: access.end,
			stage: access.stage,
			users: access.users.into_iter().flatten().collect(),
			asset: escrow.asset,
			held: escrow.held,
			listing: record.listing,
			version: record.version,
			periods: record.periods,
			terms: record.terms,
			until: record.until,
			returned_at: record.returned_at,
			reported_at: record.reported_at,
			confirmed: record.confirmed,
			money: record.money,
			evidence: record.evidence,
			rated: record.rated,
		}
	}
}
