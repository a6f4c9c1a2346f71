//! Finding what is where.

use crate::{
	runtime_api::Page, AssetId, AssetOf, Assets, AssetsAt, Config, Item, JobsAt, Pallet, Reservation, Reservations,
	SiteId, SiteOf, Sites, SitesOf, SitesWith, StockOf, Stocks, WhereaboutsOf,
};
use alloc::vec::Vec;
use bpiiot_primitives::JobId;

/// Records in a page.
pub(crate) const RECORDS_A_PAGE: usize = 32;

/// See [`InventoryApi`](crate::runtime_api::InventoryApi) for all of them.
impl<T: Config> Pallet<T> {
	/// The sites of an owner.
	pub fn sites_of(owner: T::AccountId, cursor: Option<SiteId>) -> Page<SiteId, SiteOf<T>> {
		let keys = match cursor {
			Some(cursor) => SitesOf::<T>::iter_key_prefix_from(&owner, SitesOf::<T>::hashed_key_for(&owner, cursor)),
			None => SitesOf::<T>::iter_key_prefix(&owner),
		};
		page(keys, |site| Sites::<T>::get(site))
	}

	/// What is kept at a site.
	pub fn stock_at(site: SiteId, cursor: Option<Item>) -> Page<Item, StockOf<T>> {
		let keys = match cursor {
			Some(cursor) => Stocks::<T>::iter_key_prefix_from(site, Stocks::<T>::hashed_key_for(site, cursor)),
			None => Stocks::<T>::iter_key_prefix(site),
		};
		page(keys, |item| Stocks::<T>::get(site, item))
	}

	/// At which of an owner's sites an item is kept.
	pub fn sites_with(owner: T::AccountId, item: Item, cursor: Option<SiteId>) -> Page<SiteId, StockOf<T>> {
		let shelf = (owner, item);
		let keys = match cursor {
			Some(cursor) => {
				SitesWith::<T>::iter_key_prefix_from(&shelf, SitesWith::<T>::hashed_key_for(&shelf, cursor))
			}
			None => SitesWith::<T>::iter_key_prefix(&shelf),
		};
		page(keys, |site| Stocks::<T>::get(site, &shelf.1))
	}

	/// What is put aside for a job.
	pub fn reserved_for(job: JobId) -> Option<Reservation> {
		Reservations::<T>::get(job)
	}

	/// For which jobs something is put aside at a site.
	pub fn reserved_at(site: SiteId, cursor: Option<JobId>) -> Page<JobId, Reservation> {
		let keys = match cursor {
			Some(cursor) => JobsAt::<T>::iter_key_prefix_from(site, JobsAt::<T>::hashed_key_for(site, cursor)),
			None => JobsAt::<T>::iter_key_prefix(site),
		};
		page(keys, |job| Reservations::<T>::get(job))
	}

	/// The assets at a site, or in somebody's custody.
	pub fn assets_at(place: WhereaboutsOf<T>, cursor: Option<AssetId>) -> Page<AssetId, AssetOf<T>> {
		let keys = match cursor {
			Some(cursor) => AssetsAt::<T>::iter_key_prefix_from(&place, AssetsAt::<T>::hashed_key_for(&place, cursor)),
			None => AssetsAt::<T>::iter_key_prefix(&place),
		};
		page(keys, |asset| Assets::<T>::get(asset))
	}
}

/// The first records that these keys have.
fn page<Key: Clone, Record>(
	keys: impl Iterator<Item = Key>,
	record: impl Fn(&Key) -> Option<Record>,
) -> Page<Key, Record> {
	let mut keys = keys.peekable();
	let page: Vec<_> = keys.by_ref().take(RECORDS_A_PAGE).collect();
	let last = page.last().cloned();
	let found = page.into_iter().filter_map(|key| {
		let record = record(&key)?;
		Some((key, record))
	});
	Page {
		found: found.collect(),
		next: keys.peek().and(last),
	}
}
