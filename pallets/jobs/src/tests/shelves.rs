//! The index by which offers are found.

use super::discovery::{pick, terms_of, updated, withdrawn, Query};
use crate::{mock::*, Offer, OfferRank, OfferTerms, Offers, OffersBy, Shelf};
use bpiiot_primitives::AssetKind;
use frame_support::{storage::with_transaction, StoragePrefixedMap};
use proptest::prelude::*;
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// How many keys of the index `step` writes or removes.
fn moved(chain: &mut sp_io::TestExternalities, step: impl FnOnce()) -> usize {
	chain.commit_all().expect("no transaction is open");
	chain.execute_with(step);
	let index = OffersBy::<Test>::final_prefix();
	let changes = chain.overlayed_changes().changes();
	changes.filter(|(key, _)| key.starts_with(&index)).count()
}

#[test]
fn an_update_moves_only_what_changed() {
	let mut chain = empty();
	let at_first = || terms_of(b"drilling", b"DE-HB", AssetKind::Native, 10);
	let offer = chain.execute_with(|| {
		registered(1);
		published(at_first())
	});
	let mut patient = at_first();
	patient.review_window += 1;
	for (terms, keys) in [
		(patient, 0),
		(at_first(), 0),
		(terms_of(b"drilling", b"DE-HB", AssetKind::Native, 11), 6),
		(at_first(), 6),
		(terms_of(b"drilling", b"DE-BY", AssetKind::Native, 10), 2),
		(terms_of(b"drilling", b"DE", AssetKind::Native, 10), 1),
		(terms_of(b"drilling", b"FR", AssetKind::Native, 10), 2),
		(terms_of(b"drilling", b"", AssetKind::Native, 10), 1),
		(terms_of(b"milling", b"", AssetKind::Native, 10), 2),
		(terms_of(b"milling", b"", DOLLAR, 10), 2),
		(at_first(), 4),
	] {
		let update = || updated(offer, terms.clone());
		assert_eq!(moved(&mut chain, update), keys, "{terms:?}");
		chain.execute_with(try_state);
	}
	assert_eq!(moved(&mut chain, || withdrawn(offer)), 3);
	chain.execute_with(|| assert_eq!(OffersBy::<Test>::iter().count(), 0));
}

#[test]
fn orders_do_not_touch_the_index() {
	let mut chain = empty();
	let offer = chain.execute_with(|| {
		registered(1);
		published(terms())
	});
	let whole_job = || {
		take(ordered(offer, 5), Stage::Settled);
	};
	assert_eq!(moved(&mut chain, whole_job), 0);
}

#[test]
fn try_state_sees_what_is_missing_misplaced_or_left_over_on_the_shelves() {
	let shelf = |region: &[u8]| Shelf {
		capability: terms().capability,
		region: region.to_vec().try_into().expect("short"),
		asset: AssetKind::Native,
	};
	let breaks: [&dyn Fn(OfferRank); 4] = [
		&|rank| OffersBy::<Test>::remove(shelf(b"DE"), rank),
		&|_| OffersBy::<Test>::insert(shelf(b""), OfferRank([7; 24]), ()),
		&|rank| OffersBy::<Test>::insert(shelf(b"FR"), rank, ()),
		&|rank| {
			OffersBy::<Test>::remove(shelf(b""), rank);
			OffersBy::<Test>::insert(shelf(b""), OfferRank::new(rank.unit_price() + 1, rank.offer()), ());
		},
	];
	for break_it in breaks {
		build_and_execute(|| {
			registered(1);
			let rank = OfferRank::new(UNIT_PRICE, published(terms()));
			let said = with_transaction(|| {
				break_it(rank);
				TransactionOutcome::Rollback(Ok::<_, DispatchError>(Jobs::do_try_state()))
			});
			assert_eq!(
				said,
				Ok(Err(TryRuntimeError::Other(
					"the offers on the shelves differ from the offers"
				)))
			);
		});
	}
}

/// Something that happens to one of the offers of four machines.
#[derive(Clone, Debug)]
enum Step {
	Publish(u8, usize),
	Update(usize, usize),
	Withdraw(usize),
	SetService(u8, bool),
}

const CAPABILITIES: [&[u8]; 2] = [b"drilling", b"milling"];
const REGIONS: [&[u8]; 5] = [b"", b"DE", b"DE-HB", b"DE-BY", b"FR-75"];

/// The `which`-th of many terms.
fn some_terms(which: usize) -> OfferTerms<AccountId, Balance> {
	let (asset, ..) = ASSETS[which % 2];
	let capability = CAPABILITIES[which / 2 % 2];
	let region = REGIONS[which / 4 % 5];
	terms_of(capability, region, asset, 1 + (which / 20 % 3) as Balance)
}

fn step() -> impl Strategy<Value = Step> {
	let (seed, terms) = (1..=4u8, 0..60usize);
	prop_oneof![
		4 => (seed.clone(), terms.clone()).prop_map(|(seed, terms)| Step::Publish(seed, terms)),
		3 => (any::<usize>(), terms).prop_map(|(offer, terms)| Step::Update(offer, terms)),
		1 => any::<usize>().prop_map(Step::Withdraw),
		1 => (seed, any::<bool>()).prop_map(|(seed, in_service)| Step::SetService(seed, in_service)),
	]
}

fn run(step: Step) {
	let owner = signed(&owner());
	// Refusals are part of the game; what matters is the state after them.
	let _ = match step {
		Step::Publish(seed, terms) => Jobs::publish_offer(owner, machine(seed), some_terms(terms)),
		Step::Update(offer, terms) => Jobs::update_offer(owner, pick(offer), some_terms(terms)),
		Step::Withdraw(offer) => Jobs::withdraw_offer(owner, pick(offer)),
		Step::SetService(seed, in_service) => Machines::set_service(owner, machine(seed), in_service),
	};
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	/// Whatever happens to offers, the index is the one that they make, and each query finds what a look at all of them
	/// would.
	#[test]
	fn the_index_is_that_of_the_offers(steps in proptest::collection::vec(step(), 1..60)) {
		build_and_execute(|| {
			for seed in 1..=4 {
				penniless(seed);
			}
			for step in steps {
				run(step);
				assert_eq!(Jobs::do_try_state(), Ok(()));
			}
			let shelves = |offer: Offer<_, _>| match offer.terms.region.len() {
				0 => 1,
				2 => 2,
				_ => 3,
			};
			assert_eq!(OffersBy::<Test>::iter().count(), Offers::<Test>::iter_values().map(shelves).sum::<usize>());
			for capability in CAPABILITIES {
				for region in REGIONS {
					for (asset, ..) in ASSETS {
						for max_price in [None, Some(2)] {
							let query = Query { capability, region, asset, max_price };
							assert_eq!(query.all(), query.expected(), "{query:?}");
						}
					}
				}
			}
		});
	}
}
