//! Listings.

use super::Balance;
use bpiiot_access::Actions;
use bpiiot_primitives::{AssetKind, Calendar, Category, ListingId, MachineId, Region};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// Milliseconds of an hour.
const HOUR: Balance = 3_600_000;

/// Whether the owner looks at each booking.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BookingMode {
	/// Whoever may rent it has it at once.
	#[codec(index = 0)]
	Instant,
	/// The owner approves each booking, or it ends.
	#[codec(index = 1)]
	Approved {
		/// How long he may take, in milliseconds. No rental starts sooner than that.
		window: u64,
	},
}

/// What it costs to call a rental off in time.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct CancellationStage {
	/// At least so long before the start, in milliseconds.
	pub before: u64,
	/// The share of the rent that the owner gets.
	pub fee: Permill,
}

/// The terms of a listing that a rental keeps: nothing of it changes when the listing does.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct RentalTerms {
	/// The price of a period, in the asset's smallest unit.
	pub price: Balance,
	/// A period, in milliseconds.
	pub period: u64,
	/// The fewest periods that are rented, and that are paid when it is given back early.
	pub min_periods: u32,
	/// What the renter has on hold beside the rent, for overdue periods and for damage.
	pub deposit: Balance,
	/// What each period costs that has begun after the end, from the deposit. When that has run down the rental is over.
	pub overdue_price: Balance,
	/// What the owner has on hold from when he approves, or where booking is instant from the start; the renter gets it when
	/// the owner stops the rental.
	pub stop_penalty: Balance,
	/// How long before its beginning a rental may be started, in milliseconds, so that a door without a network knows of it.
	pub check_in: u64,
	/// How long after its beginning it may still be started, in milliseconds, if it is not over before.
	pub show_window: u64,
	/// How long the owner may look at what was given back, in milliseconds. Silence claims nothing.
	pub claim_window: u64,
	/// How long the renter may think about a claim, in milliseconds. Silence accepts it.
	pub answer_window: u64,
	/// What calling off costs, by falling time before the start and rising fee.
	pub cancellation: BoundedVec<CancellationStage, ConstU32<3>>,
	/// What it costs to call off later than all of these, or not to start it: a share of the rent.
	pub no_show: Permill,
}

/// The terms of a listing. A rental fixes those of the version that it names.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ListingTerms<AccountId> {
	/// What it is looked for by, as a short word of the trade.
	pub category: Category,
	/// Where it is; empty for anywhere.
	pub area: Region,
	/// The asset of all amounts, and of what a rental costs besides.
	pub asset: AssetKind,
	/// What a rental keeps.
	pub rental: RentalTerms,
	/// The most periods of a rental, with all extensions.
	pub max_periods: u32,
	/// Whether the owner looks at each booking.
	pub booking: BookingMode,
	/// When it can be rented.
	pub calendar: Calendar,
	/// What a renter may do with it.
	pub actions: Actions,
	/// Who alone may rent it, by account or by the account that controls it; none for everybody.
	pub allow: BoundedVec<AccountId, ConstU32<16>>,
	/// Who may not.
	pub deny: BoundedVec<AccountId, ConstU32<16>>,
	/// Whom the owner takes as arbiter. A rental names one of them, or nobody.
	pub arbiters: BoundedVec<AccountId, ConstU32<4>>,
	/// How long the arbiter may take to accept the case, in milliseconds.
	pub case_window: u64,
	/// How long he may then take to rule, in milliseconds.
	pub ruling_window: u64,
	/// Hash of the house rules; zero for none.
	pub contract: H256,
}

impl<AccountId: PartialEq> ListingTerms<AccountId> {
	/// Whether an account, or one of the two, is on no list that keeps it out.
	pub fn admits(&self, account: &AccountId, controller: &AccountId) -> bool {
		let is_on = |list: &[AccountId]| list.contains(account) || list.contains(controller);
		!is_on(&self.deny) && (self.allow.is_empty() || is_on(&self.allow))
	}
}

/// A published listing.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Listing<AccountId> {
	/// The machine, lock or room.
	pub machine: MachineId,
	/// Whose deposit is on hold for this record.
	pub depositor: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// Counts changes, from 1. A rental names the version that it read.
	pub version: u32,
	/// The terms of this version.
	pub terms: ListingTerms<AccountId>,
}

/// What listings are looked for by. All that share these stand on one shelf, by rising price of an hour.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct ListingShelf {
	/// What is to be rented.
	pub category: Category,
	/// The country or the part of one; empty for all listings wherever they are.
	pub area: Region,
	/// The asset of the price.
	pub asset: AssetKind,
}

/// The place of a listing on a shelf: the price of an hour and the listing's id, both big-endian, so that its bytes sort by
/// price and then by id.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct ListingRank(pub [u8; 24]);

impl ListingRank {
	/// The place of a listing where a period of so many milliseconds costs so much.
	pub fn new(price: Balance, period: u64, listing: ListingId) -> Self {
		let hourly = price.saturating_mul(HOUR) / Balance::from(period.max(1));
		Self::at(hourly, listing)
	}

	/// The place of a listing at this price of an hour.
	pub fn at(hourly: Balance, listing: ListingId) -> Self {
		let mut bytes = hourly.to_be_bytes().into_iter().chain(listing.0.to_be_bytes());
		Self(core::array::from_fn(|_| bytes.next().unwrap_or_default()))
	}

	/// The price of an hour, rounded down.
	pub fn hourly(&self) -> Balance {
		let bytes = self.0.iter().take(16);
		bytes.fold(0, |price, byte| price << 8 | Balance::from(*byte))
	}

	/// The listing.
	pub fn listing(&self) -> ListingId {
		let bytes = self.0.iter().skip(16);
		ListingId(bytes.fold(0, |id, byte| id << 8 | u64::from(*byte)))
	}
}
