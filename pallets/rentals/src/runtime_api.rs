//! What clients may ask the runtime of listings, bookings and access, without knowing how they are stored.

use crate::{Actions, Balance, Denied, Listing, ListingId, ListingRank, RentalId, Right, Target};
use alloc::vec::Vec;
use bpiiot_primitives::{AssetKind, Category, Region, UnixMillis};
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// A listing whose machine is in service.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundListing<AccountId> {
	/// Its id, which a rental names.
	pub id: ListingId,
	/// The listing, with the version that a rental names.
	pub listing: Listing<AccountId>,
}

/// Some of the listings that a query finds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ListingPage<AccountId> {
	/// By rising price of an hour, and at one price by age. May be empty although there are more.
	pub listings: Vec<FoundListing<AccountId>>,
	/// Where to go on; none at the end.
	pub next: Option<ListingRank>,
}

/// Time that is taken.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct BookedTime {
	/// By what.
	pub rental: RentalId,
	/// From when, in unix milliseconds.
	pub start: UnixMillis,
	/// Until when, in unix milliseconds; this one is free.
	pub end: UnixMillis,
}

/// Some of the bookings between two moments.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct BookingPage {
	/// In the order of time.
	pub bookings: Vec<BookedTime>,
	/// The moment from which on to ask for the rest; none at the end.
	pub next: Option<UnixMillis>,
}

/// The time that can be booked between two moments.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct FreeTime {
	/// From when and until when, in unix milliseconds, in the order of time: open by the calendar, and not booked. The second
	/// moment is the first that is not free.
	pub spans: Vec<(UnixMillis, UnixMillis)>,
	/// The moment from which on to ask for the rest; none at the end. What is free up to it and from it on is one span.
	pub next: Option<UnixMillis>,
}

sp_api::decl_runtime_apis! {
	/// Finding listings and free time, page by page, and asking who may use a machine. Each call does bounded work.
	pub trait RentalsApi<AccountId>
	where
		AccountId: Codec,
	{
		/// Whether an account may do all of `actions` at a moment, and if so what else it may; if not, why.
		///
		/// - `target`: a rental, or a listing for whichever rental has it then.
		/// - `at`: in unix milliseconds. For now, the timestamp of the block that is asked.
		fn can_access(target: Target, account: AccountId, actions: Actions, at: UnixMillis) -> Result<Right, Denied>;

		/// The listings of a category whose machines are in service, the cheapest hour first.
		///
		/// At most 32 are given, and at most 128 looked at. Whoever wants more asks again with `next`. A listing that stays as
		/// it is all the while is found exactly once; one that changes meanwhile may be missed or found again.
		///
		/// - `category`: the exact word of the listings.
		/// - `area`: a country ("DE") finds what is in it or in a part of it, a part ("DE-HB") what names that; empty for all.
		/// - `asset`: what the listings are paid in.
		/// - `max_hourly`: the most that an hour may cost; none for whatever.
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn listings_by(
			category: Category,
			area: Region,
			asset: AssetKind,
			max_hourly: Option<Balance>,
			cursor: Option<ListingRank>,
		) -> ListingPage<AccountId>;

		/// When the machine of a listing is booked, by whatever listing: at most 64 bookings that touch the time between two
		/// moments, in unix milliseconds.
		fn bookings_of(listing: ListingId, from: UnixMillis, until: UnixMillis) -> BookingPage;

		/// When the machine of a listing is open and not booked between two moments, in unix milliseconds. At most five weeks
		/// and 64 bookings are looked at.
		fn free_time_of(listing: ListingId, from: UnixMillis, until: UnixMillis) -> FreeTime;
	}
}
