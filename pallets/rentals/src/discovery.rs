//! Finding listings, bookings and free time, and whether somebody may use a machine.

use crate::{
	calendar::{self, Span},
	runtime_api::{BookedTime, BookingPage, FoundListing, FreeTime, ListingPage},
	Actions, Balance, Bookings, Config, Denied, EndKey, ListingId, ListingRank, ListingShelf, ListingTermsOf, Listings,
	ListingsBy, Pallet, RentalOf, Rentals, Right, Target,
};
use alloc::{collections::BTreeSet, vec::Vec};
use bpiiot_primitives::{regions_around, Actors, AssetKind, Category, MachineId, Region, UnixMillis};

/// Listings in a page.
pub(crate) const LISTINGS_A_PAGE: usize = 32;
/// Entries of the shelf that are looked at for a page, whether or not they can be rented.
pub(crate) const LISTINGS_LOOKED_AT: usize = 128;
/// Bookings in a page, and that are looked at for free time.
pub(crate) const BOOKINGS_A_PAGE: usize = 64;
/// The longest time that is looked at for free time, in milliseconds: five weeks.
pub(crate) const LONGEST_LOOK: u64 = 35 * 86_400_000;

/// The index of listings.
impl<T: Config> Pallet<T> {
	/// Moves a listing from the shelves that its former terms want to those that its new terms want. What both want is left
	/// alone.
	pub(crate) fn shelve(id: ListingId, former: Option<&ListingTermsOf<T>>, new: Option<&ListingTermsOf<T>>) {
		let [former, new] =
			[former, new].map(|terms| terms.map_or_else(BTreeSet::new, |terms| Self::places(id, terms)));
		for (shelf, rank) in former.difference(&new) {
			ListingsBy::<T>::remove(shelf, rank);
		}
		for (shelf, rank) in new.difference(&former) {
			ListingsBy::<T>::insert(shelf, rank, ());
		}
	}

	/// Where a listing stands: on the shelves of everywhere, of its country and of its part of the country.
	pub(crate) fn places(id: ListingId, terms: &ListingTermsOf<T>) -> BTreeSet<(ListingShelf, ListingRank)> {
		let rank = ListingRank::new(terms.rental.price, terms.rental.period, id);
		let place = |area| {
			let (category, asset) = (terms.category.clone(), terms.asset);
			(ListingShelf { category, area, asset }, rank)
		};
		regions_around(&terms.area).into_iter().map(place).collect()
	}
}

/// What [`RentalsApi`](crate::runtime_api::RentalsApi) answers.
impl<T: Config> Pallet<T> {
	/// See [`RentalsApi::listings_by`](crate::runtime_api::RentalsApi::listings_by).
	pub fn listings_by(
		category: Category,
		area: Region,
		asset: AssetKind,
		max_hourly: Option<Balance>,
		cursor: Option<ListingRank>,
	) -> ListingPage<T::AccountId> {
		let shelf = ListingShelf { category, area, asset };
		let ranks = match cursor {
			Some(cursor) => {
				ListingsBy::<T>::iter_key_prefix_from(&shelf, ListingsBy::<T>::hashed_key_for(&shelf, cursor))
			}
			None => ListingsBy::<T>::iter_key_prefix(&shelf),
		};
		let most = max_hourly.unwrap_or(Balance::MAX);
		let mut ranks = ranks.take_while(|rank| rank.hourly() <= most).peekable();
		let (mut listings, mut last) = (Vec::new(), None);
		for rank in ranks.by_ref().take(LISTINGS_LOOKED_AT) {
			last = Some(rank);
			listings.extend(Self::rentable(rank.listing()));
			if listings.len() == LISTINGS_A_PAGE {
				break;
			}
		}
		ListingPage {
			listings,
			next: ranks.peek().and(last),
		}
	}

	/// The listing, if its machine is in service.
	fn rentable(id: ListingId) -> Option<FoundListing<T::AccountId>> {
		let listing = Listings::<T>::get(id)?;
		T::Actors::ensure_in_service(&listing.machine).ok()?;
		Some(FoundListing { id, listing })
	}

	/// See [`RentalsApi::bookings_of`](crate::runtime_api::RentalsApi::bookings_of).
	pub fn bookings_of(listing: ListingId, from: UnixMillis, until: UnixMillis) -> BookingPage {
		let Some(listing) = Listings::<T>::get(listing) else {
			return BookingPage::default();
		};
		let (bookings, next) = Self::booked(&listing.machine, from, until);
		BookingPage { bookings, next }
	}

	/// See [`RentalsApi::free_time_of`](crate::runtime_api::RentalsApi::free_time_of).
	pub fn free_time_of(listing: ListingId, from: UnixMillis, until: UnixMillis) -> FreeTime {
		let Some(listing) = Listings::<T>::get(listing) else {
			return FreeTime::default();
		};
		let last = until.min(from.saturating_add(LONGEST_LOOK));
		let (bookings, next) = Self::booked(&listing.machine, from, last);
		// What is behind the last booking that was looked at is not known.
		let known = next.unwrap_or(last);
		let open = calendar::open_spans(&listing.terms.calendar, from, known);
		let taken = bookings.iter().map(|booked| (booked.start, booked.end));
		let spans: Vec<Span> = calendar::without(&open, taken);
		FreeTime {
			spans,
			next: Some(known).filter(|known| *known < until),
		}
	}

	/// The bookings of a machine that touch the time between two moments, and where to go on if there are more.
	fn booked(machine: &MachineId, from: UnixMillis, until: UnixMillis) -> (Vec<BookedTime>, Option<UnixMillis>) {
		let first = Bookings::<T>::hashed_key_for(machine, EndKey::new(from));
		let all = Bookings::<T>::iter_prefix_from(machine, first);
		let mut all = all.take_while(|(_, booking)| booking.start < until).peekable();
		let bookings: Vec<_> = all
			.by_ref()
			.take(BOOKINGS_A_PAGE)
			.map(|(key, booking)| BookedTime {
				rental: booking.rental,
				start: booking.start,
				end: key.end(),
			})
			.collect();
		let last = bookings.last().map(|booked| booked.end);
		(bookings, all.peek().and(last))
	}

	/// See [`RentalsApi::can_access`](crate::runtime_api::RentalsApi::can_access).
	///
	/// # Errors
	/// Why not.
	pub fn can_access(
		target: Target,
		account: &T::AccountId,
		actions: Actions,
		at: UnixMillis,
	) -> Result<Right, Denied> {
		let rental = match target {
			Target::Rental(rental) => Rentals::<T>::get(rental),
			Target::Listing(listing) => Self::rental_at(listing, at),
		};
		let rental = rental.ok_or(Denied::NotRented)?;
		rental.access.allows(account, actions, at)
	}

	/// Whose turn it is at that moment.
	fn rental_at(listing: ListingId, at: UnixMillis) -> Option<RentalOf<T>> {
		let machine = Listings::<T>::get(listing)?.machine;
		let (_, booking) = Self::first_ending_after(&machine, at)?;
		Rentals::<T>::get(booking.rental).filter(|_| booking.start <= at)
	}
}
