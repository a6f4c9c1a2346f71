//! Finding offers and jobs.

use crate::{
	runtime_api::{FoundOffer, JobPage, OfferPage},
	BalanceOf, Capability, Config, EscrowAccountOf, Jobs, JobsOf, OfferRank, OfferTermsOf, Offers, OffersBy, Pallet,
	Region, Shelf,
};
use alloc::{collections::BTreeSet, vec::Vec};
use bpiiot_primitives::{regions_around, Actors, AssetKind, JobId, MachineId, OfferId};
use sp_runtime::SaturatedConversion;

/// Offers in a page.
pub(crate) const OFFERS_A_PAGE: usize = 32;
/// Entries of the index that are looked at for a page, whether or not they can be ordered.
pub(crate) const ENTRIES_A_PAGE: usize = 128;
/// Jobs in a page.
pub(crate) const JOBS_A_PAGE: usize = 16;

/// The index of offers.
impl<T: Config> Pallet<T> {
	/// Moves an offer from the shelves that its former terms want to those that its new terms want. What both want is
	/// left alone.
	pub(crate) fn shelve(id: OfferId, former: Option<&OfferTermsOf<T>>, new: Option<&OfferTermsOf<T>>) {
		let [former, new] =
			[former, new].map(|terms| terms.map_or_else(BTreeSet::new, |terms| Self::places(id, terms)));
		for (shelf, rank) in former.difference(&new) {
			OffersBy::<T>::remove(shelf, rank);
		}
		for (shelf, rank) in new.difference(&former) {
			OffersBy::<T>::insert(shelf, rank, ());
		}
	}

	/// Where an offer stands: on the shelves of everywhere, of its country and of the part of the country, as far as its
	/// terms name them.
	pub(crate) fn places(id: OfferId, terms: &OfferTermsOf<T>) -> BTreeSet<(Shelf, OfferRank)> {
		let rank = OfferRank::new(terms.unit_price.saturated_into(), id);
		let place = |region| {
			let (capability, asset) = (terms.capability.clone(), terms.asset);
			(
				Shelf {
					capability,
					region,
					asset,
				},
				rank,
			)
		};
		regions_around(&terms.region).into_iter().map(place).collect()
	}
}

/// What [`JobsApi`](crate::runtime_api::JobsApi) answers.
impl<T: Config> Pallet<T> {
	/// See [`JobsApi::offers_by`](crate::runtime_api::JobsApi::offers_by).
	pub fn offers_by(
		capability: Capability,
		region: Region,
		asset: AssetKind,
		max_price: Option<BalanceOf<T>>,
		cursor: Option<OfferRank>,
	) -> OfferPage<T::AccountId, BalanceOf<T>> {
		let shelf = Shelf {
			capability,
			region,
			asset,
		};
		let ranks = match cursor {
			Some(cursor) => OffersBy::<T>::iter_key_prefix_from(&shelf, OffersBy::<T>::hashed_key_for(&shelf, cursor)),
			None => OffersBy::<T>::iter_key_prefix(&shelf),
		};
		let max_price = max_price.map_or(u128::MAX, |price| price.saturated_into());
		let mut ranks = ranks.take_while(|rank| rank.unit_price() <= max_price).peekable();

		let (mut offers, mut last) = (Vec::new(), None);
		for rank in ranks.by_ref().take(ENTRIES_A_PAGE) {
			last = Some(rank);
			offers.extend(Self::orderable(rank.offer()));
			if offers.len() == OFFERS_A_PAGE {
				break;
			}
		}
		OfferPage {
			offers,
			next: ranks.peek().and(last),
		}
	}

	/// The offer, if its machine takes orders.
	fn orderable(id: OfferId) -> Option<FoundOffer<T::AccountId, BalanceOf<T>>> {
		let offer = Offers::<T>::get(id)?;
		T::Actors::ensure_in_service(&offer.machine).ok()?;
		Some(FoundOffer { id, offer })
	}

	/// See [`JobsApi::jobs_for`](crate::runtime_api::JobsApi::jobs_for).
	pub fn jobs_for(machine: MachineId, cursor: Option<JobId>) -> JobPage<EscrowAccountOf<T>, BalanceOf<T>> {
		let open = JobsOf::<T>::get(machine).open.into_iter().map(|open| open.job);
		let (ids, next) = page_of_jobs(open, cursor);
		let jobs = ids.into_iter().filter_map(|id| Jobs::<T>::get(id).map(|job| (id, job)));
		JobPage {
			jobs: jobs.collect(),
			next,
		}
	}
}

/// The first of the jobs after the cursor, and where to go on if there are more.
pub(crate) fn page_of_jobs(all: impl Iterator<Item = JobId>, cursor: Option<JobId>) -> (Vec<JobId>, Option<JobId>) {
	let mut ids: Vec<_> = all.filter(|id| Some(*id) > cursor).collect();
	ids.sort_unstable();
	let there_are_more = ids.len() > JOBS_A_PAGE;
	ids.truncate(JOBS_A_PAGE);
	let next = ids.last().copied().filter(|_| there_are_more);
	(ids, next)
}
