//! Finding what is where: asked as a client asks, through the runtime API and its encoding.

use crate::{
	discovery::RECORDS_A_PAGE, mock::*, runtime_api::Page, Asset, AssetId, Item, Keepers, Reservation, Site, SiteId,
	Sites, SitesOf, SitesWith, Stock, Stocks, Whereabouts,
};
use bpiiot_primitives::JobId;
use codec::{Decode, Encode};
use frame_support::assert_ok;
use sp_runtime::{traits::Block as BlockT, ExtrinsicInclusionMode};
use std::collections::BTreeSet;

type Block = <Test as frame_system::Config>::Block;

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Test {
		fn version() -> sp_version::RuntimeVersion {
			Default::default()
		}

		fn execute_block(_: <Block as BlockT>::LazyBlock) {}

		fn initialize_block(_: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			ExtrinsicInclusionMode::AllExtrinsics
		}
	}

	impl crate::runtime_api::InventoryApi<Block, AccountId, u128> for Test {
		fn sites_of(owner: AccountId, cursor: Option<SiteId>) -> Page<SiteId, Site<AccountId, u128>> {
			Inventory::sites_of(owner, cursor)
		}

		fn stock_at(site: SiteId, cursor: Option<Item>) -> Page<Item, Stock<AccountId, u128>> {
			Inventory::stock_at(site, cursor)
		}

		fn sites_with(
			owner: AccountId,
			item: Item,
			cursor: Option<SiteId>,
		) -> Page<SiteId, Stock<AccountId, u128>> {
			Inventory::sites_with(owner, item, cursor)
		}

		fn reserved_for(job: JobId) -> Option<Reservation> {
			Inventory::reserved_for(job)
		}

		fn reserved_at(site: SiteId, cursor: Option<JobId>) -> Page<JobId, Reservation> {
			Inventory::reserved_at(site, cursor)
		}

		fn assets_at(
			place: Whereabouts<AccountId>,
			cursor: Option<AssetId>,
		) -> Page<AssetId, Asset<AccountId, u128>> {
			Inventory::assets_at(place, cursor)
		}
	}
}

/// What a node answers to `state_call`.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let method = format!("InventoryApi_{method}");
	let answer = api::dispatch(&method, &arguments.encode()).expect("the runtime has it");
	Answer::decode(&mut answer.as_slice()).expect("it is of this type")
}

/// All pages.
fn all<Key: Clone + Decode + Encode, Record: Decode>(method: &str, of: impl Encode + Clone) -> Vec<(Key, Record)> {
	let (mut found, mut cursor) = (vec![], None::<Key>);
	loop {
		let page: Page<Key, Record> = ask(method, (of.clone(), cursor));
		assert!(page.found.len() <= RECORDS_A_PAGE);
		found.extend(page.found);
		match page.next {
			Some(next) => cursor = Some(next),
			None => return found,
		}
	}
}

#[test]
fn a_site_shows_what_is_kept_reserved_and_placed_there() {
	build_and_execute(|| {
		let (site, other) = (shop(&OWNER), shop(&OWNER));
		shop(&NEIGHBOUR);
		assert_ok!(open(&OWNER, site, text("water")));
		assert_ok!(receive(&OWNER, site, "A", 5));
		let job = job(1, PRESS);
		assert_ok!(reserve(&OWNER, job, site, None, 2));
		let (tool, away) = (tool(&OWNER, "T-1", Some(site)), tool(&OWNER, "T-2", None));

		let sites: Vec<(SiteId, Site<AccountId, u128>)> = all("sites_of", OWNER);
		let sites: BTreeSet<_> = sites.into_iter().map(|(id, _)| id).collect();
		assert_eq!(sites, [site, other].into());

		let kept: Vec<(Item, Stock<AccountId, u128>)> = all("stock_at", site);
		let kept: BTreeSet<_> = kept.into_iter().map(|(item, stock)| (item, stock.on_hand())).collect();
		assert_eq!(kept, [(oil(), 5), (text("water"), 0)].into());

		// Item by item, and of this owner's sites alone.
		let at: Page<SiteId, Stock<AccountId, u128>> = ask("sites_with", (OWNER, oil(), None::<SiteId>));
		let at: BTreeSet<_> = at
			.found
			.into_iter()
			.map(|(site, stock)| (site, stock.on_hand()))
			.collect();
		assert_eq!(at, [(site, 5), (other, 0)].into());

		let reservation: Option<Reservation> = ask("reserved_for", job);
		let reservation = reservation.expect("just reserved");
		assert_eq!((reservation.site, reservation.lines[0].quantity), (site, 2));
		assert_eq!(all::<JobId, Reservation>("reserved_at", site), [(job, reservation)]);
		assert_eq!(all::<JobId, Reservation>("reserved_at", other), []);

		let placed: Vec<(AssetId, Asset<AccountId, u128>)> = all("assets_at", Whereabouts::<AccountId>::Site(site));
		assert_eq!(placed.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [tool]);
		let held: Vec<(AssetId, Asset<AccountId, u128>)> = all("assets_at", Whereabouts::Custodian(OWNER));
		assert_eq!(held.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [away]);
	});
}

/// Writes sites that keep oil, without deposits and past all checks.
fn planted(number: u64) -> SiteId {
	let id = SiteId(number);
	let site = Site {
		owner: OWNER,
		machine: None,
		profile: profile("x"),
		room: 1,
		used: 1,
		deposit: 0,
		keepers: Keepers::default(),
		appointed_by: OWNER,
	};
	Sites::<Test>::insert(id, site);
	SitesOf::<Test>::insert(OWNER, id, ());
	SitesWith::<Test>::insert((OWNER, oil()), id, ());
	Stocks::<Test>::insert(id, oil(), Stock::new(Default::default(), text("LTR")));
	id
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
	for number in [0, 1, 31, 32, 33, 64, 70] {
		build_and_execute(|| {
			let sites: BTreeSet<_> = (1..=number).map(planted).collect();
			let found: Vec<(SiteId, Site<AccountId, u128>)> = all("sites_of", OWNER);
			assert_eq!(found.len(), sites.len(), "each once");
			assert_eq!(found.into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>(), sites);
			let first: Page<SiteId, Stock<AccountId, u128>> = ask("sites_with", (OWNER, oil(), None::<SiteId>));
			assert_eq!(first.found.len(), sites.len().min(RECORDS_A_PAGE));
			assert_eq!(first.next.is_some(), sites.len() > RECORDS_A_PAGE);
		});
	}
}

#[test]
fn a_cursor_that_is_gone_loses_nothing_and_repeats_nothing() {
	build_and_execute(|| {
		let sites: BTreeSet<_> = (1..=40).map(planted).collect();
		let first: Page<SiteId, Site<AccountId, u128>> = ask("sites_of", (OWNER, None::<SiteId>));
		let cursor = first.next.expect("there are more");
		SitesOf::<Test>::remove(OWNER, cursor);
		let second: Page<SiteId, Site<AccountId, u128>> = ask("sites_of", (OWNER, Some(cursor)));
		SitesOf::<Test>::insert(OWNER, cursor, ());
		let found: Vec<_> = first.found.into_iter().chain(second.found).map(|(id, _)| id).collect();
		assert_eq!(found.len(), 40);
		assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), sites);
	});
}
