//! Finding suppliers: asked as a client asks, through the runtime API and its encoding.

use crate::{
	discovery::SUPPLIERS_A_PAGE, mock::*, runtime_api::SupplierPage, Category, Place, Profile, Region, Standing, Stars,
	Supplier, Suppliers as Records, SuppliersBy,
};
use codec::{Decode, Encode};
use frame_support::{assert_ok, StoragePrefixedMap};
use proptest::prelude::*;
use sp_runtime::{traits::Block as BlockT, ExtrinsicInclusionMode, Permill};
use std::collections::BTreeSet;

type Block = <Test as frame_system::Config>::Block;
type Found = SupplierPage<u64, u128>;

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

	impl crate::runtime_api::SuppliersApi<Block, u64, u128> for Test {
		fn suppliers_by(category: Category, area: Region, cursor: Option<Place>) -> SupplierPage<u64, u128> {
			Suppliers::suppliers_by(category, area, cursor)
		}

		fn standing(supplier: u64) -> Standing {
			Suppliers::standing(&supplier)
		}
	}
}

/// What a node answers to `state_call`.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let answer = api::dispatch(method, &arguments.encode()).expect("the runtime has it");
	Answer::decode(&mut answer.as_slice()).expect("it is of this type")
}

fn page(category: &str, area: &str, cursor: Option<Place>) -> Found {
	let (category, area): (Category, Region) = (text(category), text(area));
	ask("SuppliersApi_suppliers_by", (category, area, cursor))
}

/// All pages.
fn all(category: &str, area: &str) -> Vec<u64> {
	let (mut found, mut cursor) = (vec![], None);
	loop {
		let page = page(category, area, cursor);
		assert!(page.suppliers.len() <= SUPPLIERS_A_PAGE);
		found.extend(page.suppliers.iter().map(|found| found.account));
		match page.next {
			Some(next) => cursor = Some(next),
			None => return found,
		}
	}
}

/// What must be found, the long way.
fn expected(category: &str, area: &str) -> Vec<u64> {
	let serves = |profile: &Profile| {
		let there = |region: &Region| {
			region.as_slice() == area.as_bytes() || area.len() == 2 && region.starts_with(area.as_bytes())
		};
		let deals = profile
			.categories
			.iter()
			.any(|word| word.as_slice() == category.as_bytes());
		deals && (area.is_empty() || profile.areas.iter().any(there))
	};
	let mut found: Vec<_> = Records::<Test>::iter()
		.filter(|(_, supplier)| serves(&supplier.profile))
		.map(|(account, supplier)| (supplier.place, account))
		.collect();
	found.sort_unstable();
	found.into_iter().map(|(_, account)| account).collect()
}

/// Writes a profile without a deposit, past all checks.
fn planted(account: u64) {
	let (place, profile) = (Place::new(account), oil());
	Suppliers::shelve(&account, place, None, Some(&profile));
	let supplier = Supplier {
		depositor: OWNER,
		deposit: 0,
		place,
		version: 1,
		profile,
	};
	Records::<Test>::insert(account, supplier);
}

#[test]
fn suppliers_are_found_by_category_and_area_the_oldest_first() {
	build_and_execute(|| {
		assert_ok!(publish(
			STRANGER,
			STRANGER,
			profile(&["oil", "coolant"], &["DE-HB", "FR"])
		));
		assert_ok!(publish(SUPPLIER, SUPPLIER, profile(&["oil"], &["DE"])));
		assert_ok!(publish(OWNER, ROBOT, profile(&["oil"], &[])));
		for (category, area, found) in [
			("oil", "", vec![STRANGER, SUPPLIER, ROBOT]),
			("oil", "DE", vec![STRANGER, SUPPLIER]),
			("oil", "DE-HB", vec![STRANGER]),
			("oil", "FR", vec![STRANGER]),
			("oil", "FR-75", vec![]),
			("coolant", "", vec![STRANGER]),
			("oi", "", vec![]),
		] {
			assert_eq!(all(category, area), found, "{category} in {area}");
		}
	});
}

#[test]
fn a_page_tells_what_suppliers_say_and_what_is_known_of_them() {
	build_and_execute(|| {
		assert_ok!(publish(SUPPLIER, SUPPLIER, oil()));
		let deal = Deal::over(DOUBT).settled();
		assert_ok!(rate(CUSTOMER, deal, Stars::Five));
		let found = page("cutting-oil", "DE", None).suppliers.remove(0);
		assert_eq!(found.supplier.profile, oil());
		let known: Standing = ask("SuppliersApi_standing", SUPPLIER);
		assert_eq!(found.standing, known);
		assert_eq!(known.score, Permill::from_percent(75));
		let unknown: Standing = ask("SuppliersApi_standing", STRANGER);
		assert_eq!(unknown.score, PRIOR);
	});
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
	for suppliers in [0, 1, 31, 32, 33, 64, 70] {
		build_and_execute(|| {
			let accounts: Vec<_> = (1..=suppliers).collect();
			accounts.iter().copied().for_each(planted);
			assert_eq!(all("cutting-oil", "DE-HB"), accounts);
			let first = page("cutting-oil", "", None);
			assert_eq!(first.suppliers.len(), accounts.len().min(SUPPLIERS_A_PAGE));
			assert_eq!(first.next.is_some(), accounts.len() > SUPPLIERS_A_PAGE);
		});
	}
}

/// How many keys of the shelves `step` writes or removes.
fn moved(chain: &mut sp_io::TestExternalities, step: impl FnOnce()) -> usize {
	chain.commit_all().expect("no transaction is open");
	chain.execute_with(step);
	let index = SuppliersBy::<Test>::final_prefix();
	let changes = chain.overlayed_changes().changes();
	changes.filter(|(key, _)| key.starts_with(&index)).count()
}

#[test]
fn an_update_moves_only_what_changed() {
	let mut chain = empty();
	let first = || profile(&["oil"], &["DE-HB"]);
	chain.execute_with(|| publish(SUPPLIER, SUPPLIER, first()).expect("allowed"));
	let mut certified = first();
	certified.certificates = Default::default();
	for (profile, keys) in [
		(certified, 0),
		(first(), 0),
		(profile(&["oil"], &["DE-HB", "DE"]), 0),
		(profile(&["oil"], &["DE-BY"]), 2),
		(profile(&["oil"], &["DE-BY", "FR"]), 1),
		(profile(&["oil", "coolant"], &["FR"]), 2 + 2),
		(profile(&["coolant", "coolant"], &["FR", "FR"]), 2),
		(profile(&["coolant"], &[]), 1),
	] {
		let update = || update(SUPPLIER, SUPPLIER, profile.clone()).expect("allowed");
		assert_eq!(moved(&mut chain, update), keys, "{profile:?}");
		chain.execute_with(try_state);
	}
	let remove = || remove(SUPPLIER, SUPPLIER).expect("allowed");
	assert_eq!(moved(&mut chain, remove), 1);
}

#[test]
fn agreements_and_ratings_do_not_touch_the_shelves() {
	let mut chain = empty();
	chain.execute_with(|| publish(SUPPLIER, SUPPLIER, oil()).expect("allowed"));
	let whole_deal = || {
		let deal = Deal::over(BPI).settled();
		assert_ok!(rate(CUSTOMER, deal, Stars::Three));
	};
	assert_eq!(moved(&mut chain, whole_deal), 0);
}

/// Something that happens to one of the profiles.
#[derive(Clone, Debug)]
enum Step {
	Publish(u64, usize, usize),
	Update(u64, usize, usize),
	Remove(u64),
}

const CATEGORIES: [&[&str]; 4] = [&["oil"], &["coolant"], &["oil", "coolant"], &["oil", "oil", "bearings"]];
const AREAS: [&[&str]; 5] = [&[], &["DE"], &["DE-HB"], &["DE-HB", "DE-BY", "FR"], &["FR-75", "FR"]];

fn step() -> impl Strategy<Value = Step> {
	let (who, categories, areas) = (CROWD..CROWD + 5, 0..CATEGORIES.len(), 0..AREAS.len());
	prop_oneof![
		2 => (who.clone(), categories.clone(), areas.clone()).prop_map(|(who, what, place)| Step::Publish(who, what, place)),
		2 => (who.clone(), categories, areas).prop_map(|(who, what, place)| Step::Update(who, what, place)),
		1 => who.prop_map(Step::Remove),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	/// Whatever happens to profiles, the shelves are those that they make, and each query finds what a look at all of them
	/// would.
	#[test]
	fn the_shelves_are_those_of_the_profiles(steps in proptest::collection::vec(step(), 1..40)) {
		build_and_execute(|| {
			for step in steps {
				// Refusals are part of the game; what matters is the state after them.
				let _ = match step {
					Step::Publish(who, what, place) => publish(who, who, profile(CATEGORIES[what], AREAS[place])),
					Step::Update(who, what, place) => update(who, who, profile(CATEGORIES[what], AREAS[place])),
					Step::Remove(who) => remove(who, who),
				};
				assert_eq!(Suppliers::do_try_state(), Ok(()));
			}
			for category in ["oil", "coolant", "bearings"] {
				for area in ["", "DE", "DE-HB", "DE-BY", "FR", "FR-75"] {
					assert_eq!(all(category, area), expected(category, area), "{category} in {area}");
				}
			}
			let places: BTreeSet<_> = Records::<Test>::iter_values().map(|supplier| supplier.place).collect();
			assert_eq!(places.len(), Records::<Test>::iter().count());
		});
	}
}
