//! Finding offers and jobs: asked as a client asks, through the runtime API and its encoding.

use crate::{
	discovery::page_of_jobs,
	mock::*,
	runtime_api::{JobPage, OfferPage},
	Capability, EscrowAccountOf, Offer, OfferRank, OfferTerms, Offers, OffersOf, Region,
};
use bpiiot_primitives::{Actors, AssetKind, JobId, MachineId, OfferId};
use codec::{Decode, Encode};
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use frame_support::assert_ok;
use proptest::prelude::*;
use sp_runtime::{traits::Block as BlockT, ExtrinsicInclusionMode, Permill};
use std::collections::{BTreeMap, BTreeSet};

type Block = <Test as frame_system::Config>::Block;
type Found = OfferPage<AccountId, Balance>;

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

	impl crate::runtime_api::JobsApi<Block, AccountId, Balance, EscrowAccountOf<Test>> for Test {
		fn offers_by(
			capability: Capability,
			region: Region,
			asset: AssetKind,
			max_price: Option<Balance>,
			cursor: Option<OfferRank>,
		) -> OfferPage<AccountId, Balance> {
			Jobs::offers_by(capability, region, asset, max_price, cursor)
		}

		fn jobs_for(machine: MachineId, cursor: Option<JobId>) -> JobPage<EscrowAccountOf<Test>, Balance> {
			Jobs::jobs_for(machine, cursor)
		}
	}
}

/// What a node answers to `state_call`.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let answer = api::dispatch(method, &arguments.encode()).expect("the runtime has it");
	Answer::decode(&mut answer.as_slice()).expect("it is of this type")
}

/// A query for offers. All regions, native and at any price, unless told otherwise.
#[derive(Clone, Debug)]
pub(super) struct Query {
	pub(super) capability: &'static [u8],
	pub(super) region: &'static [u8],
	pub(super) asset: AssetKind,
	pub(super) max_price: Option<Balance>,
}

impl Query {
	const DRILLING: Self = Self {
		capability: b"drilling",
		region: b"",
		asset: AssetKind::Native,
		max_price: None,
	};

	fn page(&self, cursor: Option<OfferRank>) -> Found {
		let capability: Capability = self.capability.to_vec().try_into().expect("short");
		let region: Region = self.region.to_vec().try_into().expect("short");
		ask(
			"JobsApi_offers_by",
			(capability, region, self.asset, self.max_price, cursor),
		)
	}

	/// All pages.
	pub(super) fn all(&self) -> Vec<OfferId> {
		let (mut ids, mut cursor) = (vec![], None);
		loop {
			let page = self.page(cursor);
			ids.extend(page.offers.iter().map(|found| found.id));
			match page.next {
				Some(next) => cursor = Some(next),
				None => return ids,
			}
		}
	}

	/// What must be found, the long way.
	pub(super) fn expected(&self) -> Vec<OfferId> {
		let mut found: Vec<_> = Offers::<Test>::iter()
			.filter(|(_, offer)| {
				let terms = &offer.terms;
				let there = terms.region.as_slice() == self.region
					|| self.region.is_empty()
					|| self.region.len() == 2 && terms.region.starts_with(self.region);
				let cheap = self.max_price.is_none_or(|max| terms.unit_price <= max);
				terms.capability.as_slice() == self.capability
					&& there && terms.asset == self.asset
					&& cheap && Machines::ensure_in_service(&offer.machine).is_ok()
			})
			.map(|(id, offer)| (offer.terms.unit_price, id))
			.collect();
		found.sort_unstable();
		found.into_iter().map(|(_, id)| id).collect()
	}
}

pub(super) fn terms_of(
	capability: &[u8],
	region: &[u8],
	asset: AssetKind,
	unit_price: Balance,
) -> OfferTerms<AccountId, Balance> {
	OfferTerms {
		capability: capability.to_vec().try_into().expect("short"),
		region: region.to_vec().try_into().expect("short"),
		unit_price,
		// So that a cheap unit's fee is not too small to be paid.
		rejection_fee: Permill::zero(),
		..terms_in(asset)
	}
}

fn drilling_at(unit_price: Balance) -> OfferTerms<AccountId, Balance> {
	terms_of(b"drilling", b"DE-HB", AssetKind::Native, unit_price)
}

pub(super) fn offered(seed: u8, terms: OfferTerms<AccountId, Balance>) -> OfferId {
	assert_ok!(Jobs::publish_offer(signed(&owner()), machine(seed), terms));
	*OffersOf::<Test>::get(machine(seed)).last().expect("just published")
}

pub(super) fn updated(offer: OfferId, terms: OfferTerms<AccountId, Balance>) {
	assert_ok!(Jobs::update_offer(signed(&owner()), offer, terms));
}

pub(super) fn withdrawn(offer: OfferId) {
	assert_ok!(Jobs::withdraw_offer(signed(&owner()), offer));
}

/// Writes an offer of a machine that is not registered, past all checks.
fn unorderable(nth: u32) -> OfferId {
	let (id, terms) = (OfferId(nth.into()), drilling_at(nth.into()));
	let mut machine = MachineId([0xdd; 32]);
	machine.0[..4].copy_from_slice(&(nth / 3).to_le_bytes());
	OffersOf::<Test>::try_append(machine, id).expect("three at most");
	Jobs::shelve(id, None, Some(&terms));
	Offers::<Test>::insert(
		id,
		Offer {
			machine,
			depositor: owner(),
			deposit: 0,
			version: 1,
			terms,
		},
	);
	id
}

#[test]
fn offers_are_found_by_capability_place_and_asset_the_cheapest_first() {
	build_and_execute(|| {
		for seed in 1..=3 {
			registered(seed);
		}
		let native = AssetKind::Native;
		let bremen = offered(1, terms_of(b"drilling", b"DE-HB", native, 30));
		let germany = offered(1, terms_of(b"drilling", b"DE", native, 20));
		let bavaria = offered(1, terms_of(b"drilling", b"DE-BY", native, 15));
		let anywhere = offered(2, terms_of(b"drilling", b"", native, 40));
		let paris = offered(2, terms_of(b"drilling", b"FR-75", native, 30));
		let dollars = offered(2, terms_of(b"drilling", b"DE-HB", DOLLAR, 15));
		let mill = offered(3, terms_of(b"drilling-deep", b"DE-HB", native, 15));

		let drilling = Query::DRILLING;
		let in_region = |region| Query {
			region,
			..drilling.clone()
		};
		assert_eq!(drilling.all(), [bavaria, germany, bremen, paris, anywhere]);
		assert_eq!(in_region(b"DE").all(), [bavaria, germany, bremen]);
		assert_eq!(in_region(b"DE-HB").all(), [bremen]);
		assert_eq!(in_region(b"FR").all(), [paris]);
		for nowhere in [b"IT".as_slice(), b"DE-BE", b"FR-7", b"D", b"de", b"DE-"] {
			let region = nowhere;
			assert_eq!(in_region(region).all(), [], "{region:?}");
		}
		let in_dollars = Query {
			asset: DOLLAR,
			..drilling.clone()
		};
		assert_eq!(in_dollars.all(), [dollars]);
		let deep = Query {
			capability: b"drilling-deep",
			..drilling.clone()
		};
		assert_eq!(deep.all(), [mill]);

		let page = in_region(b"DE-HB").page(None);
		assert_eq!(page.offers[0].offer, offer_record(bremen));
		assert_eq!(page.next, None);
	});
}

#[test]
fn no_unit_costs_more_than_asked_for() {
	build_and_execute(|| {
		registered(1);
		let [two, one, high] = [20, 19, Balance::MAX].map(|price| offered(1, drilling_at(price)));
		for (max_price, found) in [
			(None, vec![one, two, high]),
			(Some(Balance::MAX), vec![one, two, high]),
			(Some(Balance::MAX - 1), vec![one, two]),
			(Some(20), vec![one, two]),
			(Some(19), vec![one]),
			(Some(18), vec![]),
			(Some(0), vec![]),
		] {
			let query = Query {
				max_price,
				..Query::DRILLING
			};
			assert_eq!(query.all(), found, "{max_price:?}");
		}
	});
}

#[test]
fn offers_of_machines_that_take_no_orders_are_passed_over() {
	build_and_execute(|| {
		let offers = [1, 2].map(|seed| {
			registered(seed);
			offered(seed, drilling_at(10))
		});
		let owner = signed(&owner());
		assert_ok!(Machines::set_service(owner.clone(), machine(1), false));
		assert_eq!(Query::DRILLING.all(), [offers[1]]);
		assert_ok!(Machines::freeze(owner.clone(), machine(2)));
		assert_eq!(Query::DRILLING.all(), []);
		assert_ok!(Machines::set_service(owner.clone(), machine(1), true));
		assert_ok!(Machines::unfreeze(owner.clone(), machine(2)));
		assert_eq!(Query::DRILLING.all(), offers);

		// What a decommissioned machine leaves behind is its owner's to withdraw, for the deposit.
		assert_ok!(Machines::decommission(owner.clone(), machine(1)));
		assert_eq!(Query::DRILLING.all(), [offers[1]]);
		assert_ok!(Jobs::withdraw_offer(owner, offers[0]));
		assert_eq!(Query::DRILLING.all(), [offers[1]]);
	});
}

#[test]
fn a_page_does_bounded_work_however_many_offers_cannot_be_ordered() {
	build_and_execute(|| {
		registered(1);
		let dead: Vec<_> = (1..=1_000).map(unorderable).collect();
		let alive = offered(1, drilling_at(Balance::MAX));
		let mut cursor = None;
		for looked_at in dead.chunks_exact(128) {
			let page = Query::DRILLING.page(cursor);
			assert_eq!(page.offers, []);
			cursor = page.next;
			assert_eq!(cursor.map(|next| next.offer()), looked_at.last().copied());
		}
		let page = Query::DRILLING.page(cursor);
		assert_eq!(page.offers.len(), 1);
		assert_eq!((page.offers[0].id, page.next), (alive, None));
	});
}

#[test]
fn a_page_has_32_offers_and_the_last_one_no_next() {
	build_and_execute(|| {
		let mut offers = vec![];
		for seed in 1..=22 {
			penniless(seed);
			(0..3).for_each(|_| offers.push(offered(seed, drilling_at(10))));
		}
		// 66 at one price are in the order of their ids.
		let first = Query::DRILLING.page(None);
		let second = Query::DRILLING.page(first.next);
		let third = Query::DRILLING.page(second.next);
		let pages = [&first, &second, &third];
		assert_eq!(pages.map(|page| page.offers.len()), [32, 32, 2]);
		assert_eq!(pages.map(|page| page.next.is_some()), [true, true, false]);
		assert_eq!(Query::DRILLING.all(), offers);

		offers.drain(64..).for_each(withdrawn);
		assert_eq!(Query::DRILLING.page(first.next).next, None, "64 offers are two pages");
		let cheap = Query {
			max_price: Some(10),
			..Query::DRILLING
		};
		offered(22, drilling_at(11));
		assert_eq!(cheap.page(first.next).next, None, "what is too dear is not ahead");
		assert!(Query::DRILLING.page(first.next).next.is_some());
	});
}

#[test]
fn a_cursor_of_another_query_only_skips_what_is_cheaper() {
	build_and_execute(|| {
		registered(1);
		let [one, two, three] = [10, 20, 30].map(|price| offered(1, drilling_at(price)));
		for (cursor, found) in [
			(OfferRank([0; 24]), vec![one, two, three]),
			(OfferRank::new(10, OfferId(0)), vec![one, two, three]),
			(OfferRank::new(10, one), vec![two, three]),
			(OfferRank::new(10, OfferId(u64::MAX)), vec![two, three]),
			(OfferRank::new(25, one), vec![three]),
			(OfferRank([0xff; 24]), vec![]),
		] {
			let page = Query::DRILLING.page(Some(cursor));
			let ids: Vec<_> = page.offers.iter().map(|found| found.id).collect();
			assert_eq!((ids, page.next), (found, None), "{cursor:?}");
		}
	});
}

#[test]
fn the_open_jobs_of_a_machine_are_found_the_oldest_first() {
	type Jobs = JobPage<EscrowAccountOf<Test>, Balance>;
	build_and_execute(|| {
		registered(1);
		registered(2);
		let offer = published(terms());
		let [one, two, three] = [1, 2, 3].map(|units| ordered(offer, units));
		let ask = |seed, cursor: Option<JobId>| ask::<Jobs>("JobsApi_jobs_for", (machine(seed), cursor));
		let page = ask(1, None);
		assert_eq!(page.jobs, [one, two, three].map(|job| (job, record(job))));
		assert_eq!(page.next, None);
		assert_eq!(ask(1, Some(one)).jobs, [two, three].map(|job| (job, record(job))));
		assert_eq!(ask(1, Some(three)).jobs, []);

		assert_ok!(crate::Pallet::<Test>::decline(signed(&key(1)), two, Default::default()));
		assert_eq!(ask(1, None).jobs, [one, three].map(|job| (job, record(job))));
		assert_eq!(ask(1, Some(two)).jobs, [(three, record(three))]);
		assert_eq!(ask(2, None).jobs, []);
		assert_eq!(ask(9, None).jobs, []);
	});
}

#[test]
fn the_api_is_in_the_metadata_with_names_and_types() {
	let opaque = empty().execute_with(|| Test::metadata_at_version(15)).expect("is made");
	let prefixed = RuntimeMetadataPrefixed::decode(&mut opaque.as_slice()).expect("it is metadata");
	let RuntimeMetadata::V15(metadata) = prefixed.1 else {
		panic!("version 15 was asked for");
	};
	let name_of = |id: u32| {
		let ty = metadata.types.resolve(id).expect("the type is described");
		ty.path.ident().unwrap_or_default()
	};
	let api = metadata
		.apis
		.iter()
		.find(|api| api.name == "JobsApi")
		.expect("it is there");
	let methods: Vec<_> = api
		.methods
		.iter()
		.map(|method| {
			let inputs: Vec<_> = method.inputs.iter().map(|input| input.name.as_str()).collect();
			(method.name.as_str(), inputs, name_of(method.output.id))
		})
		.collect();
	assert_eq!(
		methods,
		[
			(
				"offers_by",
				vec!["capability", "region", "asset", "max_price", "cursor"],
				"OfferPage".into()
			),
			("jobs_for", vec!["machine", "cursor"], "JobPage".into()),
		]
	);
	assert!(
		api.methods.iter().all(|method| !method.docs.is_empty()),
		"they say what they do"
	);
}

/// The `which`-th offer that there is, counted round.
pub(super) fn pick(which: usize) -> OfferId {
	let ids: BTreeSet<OfferId> = Offers::<Test>::iter_keys().collect();
	let place = which.checked_rem(ids.len()).unwrap_or_default();
	ids.into_iter().nth(place).unwrap_or_default()
}

/// What happens between two pages: to an offer that is there already, or to a new one, at which price.
fn between_pages() -> impl Strategy<Value = Vec<Vec<(Option<usize>, Balance)>>> {
	let change = (proptest::option::of(any::<usize>()), 0..30 as Balance);
	proptest::collection::vec(proptest::collection::vec(change, 0..8), 5)
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	/// A rank's bytes are in the order of price and id.
	#[test]
	fn ranks_sort_by_price_and_then_by_id(
		left in (any::<u128>(), any::<u64>()),
		right in (any::<u128>(), any::<u64>()),
	) {
		let rank = |(price, id)| OfferRank::new(price, OfferId(id));
		prop_assert_eq!(rank(left).encode().cmp(&rank(right).encode()), left.cmp(&right));
		prop_assert_eq!(rank((left.0, 1)).cmp(&rank((left.0, 2))), core::cmp::Ordering::Less);
		prop_assert_eq!((rank(left).unit_price(), rank(left).offer().0), left);
	}

	/// Pages of jobs leave none out and give none twice.
	#[test]
	fn pages_of_jobs_have_each_once(ids in proptest::collection::hash_set(any::<u64>(), 0..70)) {
		let (mut found, mut cursor) = (vec![], None);
		loop {
			let (page, next) = page_of_jobs(ids.iter().copied().map(JobId), cursor);
			prop_assert!(page.len() == 16 || next.is_none());
			found.extend(page);
			match next {
				Some(next) => cursor = Some(next),
				None => break,
			}
		}
		prop_assert_eq!(found, ids.into_iter().map(JobId).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
	}

	/// Whatever happens between the pages, offers that stay as they are are found exactly once, and the ranks rise.
	#[test]
	fn pages_give_what_stays_exactly_once(changes in between_pages()) {
		build_and_execute(|| {
			for seed in 1..=33 {
				penniless(seed);
				for nth in 1..=2 {
					offered(seed, drilling_at(Balance::from(seed) % 10 * 3 + nth + 20));
				}
			}
			let mut steady: BTreeSet<_> = Offers::<Test>::iter_keys().collect();
			let (mut found, mut cursor, mut seeds) = (BTreeMap::<_, usize>::new(), None, 1..=33);
			let mut last = None;
			for changes in changes.into_iter().chain(std::iter::repeat(vec![])) {
				let page = Query::DRILLING.page(cursor);
				for offer in &page.offers {
					let rank = Some((offer.offer.terms.unit_price, offer.id));
					assert!(last < rank, "{last:?} before {rank:?}");
					last = rank;
					*found.entry(offer.id).or_default() += 1;
				}
				match page.next {
					Some(next) => cursor = Some(next),
					None => break,
				}
				for (which, price) in changes {
					let changed = which.map(pick);
					steady.retain(|offer| Some(*offer) != changed);
					match changed {
						Some(offer) if price == 0 => withdrawn(offer),
						Some(offer) => updated(offer, drilling_at(price + 20)),
						None => drop(seeds.next().map(|seed| offered(seed, drilling_at(price + 21)))),
					}
				}
			}
			assert!(!steady.is_empty());
			for offer in steady {
				assert_eq!(found.get(&offer), Some(&1), "{offer:?}");
			}
		});
	}
}
