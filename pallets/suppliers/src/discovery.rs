//! Finding suppliers.

use crate::{
	regions_around,
	runtime_api::{FoundSupplier, SupplierPage},
	BalanceOf, Category, Config, Pallet, Place, Profile, Region, Shelf, Suppliers, SuppliersBy,
};
use alloc::{collections::BTreeSet, vec::Vec};

/// Suppliers in a page.
pub(crate) const SUPPLIERS_A_PAGE: usize = 32;

/// The index of suppliers.
impl<T: Config> Pallet<T> {
	/// Moves a supplier from the shelves that his former profile wants to those that his new one wants. What both want is
	/// left alone.
	pub(crate) fn shelve(supplier: &T::AccountId, place: Place, former: Option<&Profile>, new: Option<&Profile>) {
		let [former, new] = [former, new].map(|profile| profile.map_or_else(BTreeSet::new, shelves));
		for shelf in former.difference(&new) {
			SuppliersBy::<T>::remove(shelf, place);
		}
		for shelf in new.difference(&former) {
			SuppliersBy::<T>::insert(shelf, place, supplier);
		}
	}

	/// See [`SuppliersApi::suppliers_by`](crate::runtime_api::SuppliersApi::suppliers_by).
	pub fn suppliers_by(
		category: Category,
		area: Region,
		cursor: Option<Place>,
	) -> SupplierPage<T::AccountId, BalanceOf<T>> {
		let shelf = Shelf { category, area };
		let mut entries = match cursor {
			Some(cursor) => {
				SuppliersBy::<T>::iter_prefix_from(&shelf, SuppliersBy::<T>::hashed_key_for(&shelf, cursor))
			}
			None => SuppliersBy::<T>::iter_prefix(&shelf),
		}
		.peekable();
		let page: Vec<_> = entries.by_ref().take(SUPPLIERS_A_PAGE).collect();
		let last = page.last().map(|(place, _)| *place);
		let suppliers = page.into_iter().filter_map(|(_, account)| {
			let supplier = Suppliers::<T>::get(&account)?;
			let standing = Self::standing(&account);
			Some(FoundSupplier {
				account,
				supplier,
				standing,
			})
		});
		SupplierPage {
			suppliers: suppliers.collect(),
			next: entries.peek().and(last),
		}
	}
}

/// The shelves that a profile wants: for each of its categories those of everywhere, of each country and of each part of one
/// that it names.
pub(crate) fn shelves(profile: &Profile) -> BTreeSet<Shelf> {
	let everywhere = [Region::default()];
	let areas = profile.areas.iter().flat_map(regions_around).chain(everywhere);
	let areas: BTreeSet<_> = areas.collect();
	let of_category = |category: &Category| {
		let category = category.clone();
		areas.clone().into_iter().map(move |area| Shelf {
			category: category.clone(),
			area,
		})
	};
	profile.categories.iter().flat_map(of_category).collect()
}
