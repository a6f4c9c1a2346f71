//! What clients may ask the runtime of stock and assets, without knowing how they are stored.

use crate::{Asset, AssetId, Item, Reservation, Site, SiteId, Stock, Whereabouts};
use alloc::vec::Vec;
use bpiiot_primitives::JobId;
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// Some of what a query finds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Page<Key, Record> {
	/// What was found, in the order of its keys' hashes.
	pub found: Vec<(Key, Record)>,
	/// Where to go on; none at the end.
	pub next: Option<Key>,
}

sp_api::decl_runtime_apis! {
	/// Stock and assets, page by page, at most 32 at a time. Each call does bounded work: whoever wants more asks again with
	/// `next` as the `cursor`. What stays where it is all the while is found exactly once.
	pub trait InventoryApi<AccountId, Balance>
	where
		AccountId: Codec,
		Balance: Codec,
	{
		/// The sites of an owner.
		fn sites_of(owner: AccountId, cursor: Option<SiteId>) -> Page<SiteId, Site<AccountId, Balance>>;

		/// What is kept at a site.
		fn stock_at(site: SiteId, cursor: Option<Item>) -> Page<Item, Stock<AccountId, Balance>>;

		/// At which of an owner's sites an item is kept, and how much.
		fn sites_with(owner: AccountId, item: Item, cursor: Option<SiteId>)
			-> Page<SiteId, Stock<AccountId, Balance>>;

		/// What is put aside for a job: all of it lies at one site, in eight lines at most.
		fn reserved_for(job: JobId) -> Option<Reservation>;

		/// For which jobs something is put aside at a site.
		fn reserved_at(site: SiteId, cursor: Option<JobId>) -> Page<JobId, Reservation>;

		/// The assets at a site, or in somebody's custody.
		fn assets_at(place: Whereabouts<AccountId>, cursor: Option<AssetId>)
			-> Page<AssetId, Asset<AccountId, Balance>>;
	}
}
