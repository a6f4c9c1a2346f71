//! How many records each step writes: what the chain's throughput hangs on.

use crate::{mock::*, CountReason, Need, SiteId, StockOf, Whereabouts};
use bpiiot_primitives::{JobId, Materials, PurchaseOrderId, Receiving};
use codec::MaxEncodedLen;
use frame_support::assert_ok;
use std::collections::BTreeSet;

/// What every block writes anyway, or forgets again, and what benchmarks leave out: events and their number, the depth
/// of transactions. And what only the mock writes: its clock.
fn is_the_blocks_own(key: &[u8]) -> bool {
	if key == frame_support::storage::transactional::TRANSACTION_LEVEL_KEY {
		return true;
	}
	let of_system = sp_io::hashing::twox_128(b"System");
	let account = sp_io::hashing::twox_128(b"Account");
	key.starts_with(&of_system) && !key[16..].starts_with(&account)
}

/// How many keys `step` writes.
fn written(chain: &mut sp_io::TestExternalities, step: impl FnOnce()) -> usize {
	chain.commit_all().expect("no transaction is open");
	chain.execute_with(step);
	let changes = chain.overlayed_changes().changes();
	let keys: BTreeSet<_> = changes.map(|(key, _)| key.clone()).collect();
	keys.iter().filter(|key| !is_the_blocks_own(key)).count()
}

/// Two shops with every lot that there may be, all but one of the second one's, and a reorder point whose request is open.
fn full(chain: &mut sp_io::TestExternalities) -> [SiteId; 2] {
	chain.execute_with(|| {
		let sites = [shop(&OWNER), shop(&OWNER)];
		for site in sites {
			for number in 1..16 {
				assert_ok!(receive(&OWNER, site, &format!("L{number}"), 100));
			}
			assert_ok!(set_rule(&OWNER, site, Some(rule(None))));
		}
		assert_ok!(receive(&OWNER, sites[0], "L0", 100));
		assert_eq!(requests().len(), 2);
		assert_ok!(appoint(&OWNER, sites[0], &[keeper(PRESS.account(), "ip")]));
		job(1, PRESS);
		sites
	})
}

const JOB: JobId = JobId(1);

#[test]
fn a_move_writes_two_records_and_what_comes_and_goes_one() {
	let mut chain = empty();
	let [from, to] = full(&mut chain);
	let chain = &mut chain;
	assert_eq!(
		written(chain, || move_stock(&OWNER, from, to, "L0", 50).expect("allowed")),
		2
	);
	assert_eq!(
		written(chain, || move_stock(&OWNER, from, to, "L0", 50).expect("allowed")),
		2
	);
	assert_eq!(written(chain, || receive(&OWNER, from, "L0", 50).expect("allowed")), 1);
	assert_eq!(written(chain, || consume(&OWNER, from, None, 950).expect("allowed")), 1);
	let counted = || {
		let basis = stock(from).basis(&lot("L15"));
		assert_ok!(count(&OWNER, from, "L15", basis, 5, CountReason::Lost));
	};
	assert_eq!(written(chain, counted), 1);
	let delivered =
		|| <Inventory as Receiving<AccountId>>::received(&OWNER, Some(from), &oil(), None, 1, PurchaseOrderId(1));
	assert_eq!(written(chain, delivered), 1);
	chain.execute_with(try_state);
}

#[test]
fn what_is_put_aside_writes_the_reservation_too() {
	let mut chain = empty();
	let [site, _] = full(&mut chain);
	let chain = &mut chain;
	// The stock, the reservation; with the first goods and the last also the site's count and the job at the site.
	assert_eq!(
		written(chain, || reserve(&OWNER, JOB, site, None, 150).expect("allowed")),
		4
	);
	assert_eq!(
		written(chain, || reserve(&OWNER, JOB, site, None, 1).expect("allowed")),
		2
	);
	assert_eq!(
		written(chain, || consume_reserved(&key(PRESS), JOB, "L1", 5).expect("allowed")),
		2
	);
	assert_eq!(written(chain, || release(&OWNER, JOB, "L1", 5).expect("allowed")), 2);
	assert_eq!(
		written(chain, || {
			let _ = <Inventory as Materials>::consume(JOB, 1, 2);
		}),
		2
	);
	assert_eq!(
		written(chain, || {
			let _ = <Inventory as Materials>::release(JOB);
		}),
		4
	);
	let needs = [Need {
		item: oil(),
		lot: None,
		quantity: 150,
	}];
	let accepted = || <Inventory as Materials>::reserve(JOB, &PRESS, site, &needs).expect("allowed");
	assert_eq!(written(chain, accepted), 4);
	assert_eq!(
		written(chain, || {
			let _ = <Inventory as Materials>::consume(JOB, 1, 1);
		}),
		4
	);
	chain.execute_with(try_state);
}

#[test]
fn asking_for_more_writes_no_record_more_than_the_request_does() {
	let mut chain = empty();
	let site = chain.execute_with(|| {
		let site = shop(&OWNER);
		assert_ok!(receive(&OWNER, site, "", 6_000));
		assert_ok!(set_rule(&OWNER, site, Some(rule(None))));
		site
	});
	let below = || consume(&OWNER, site, None, 2_000).expect("allowed");
	assert_eq!(written(&mut chain, below), 1 + 1);
	chain.execute_with(|| assert_eq!(requests().len(), 1));
}

#[test]
fn a_handover_writes_the_asset_and_when_it_is_taken_its_places() {
	let mut chain = empty();
	let asset = chain.execute_with(|| tool(&OWNER, "T-1", None));
	let give = || hand_over(&OWNER, asset, Whereabouts::Custodian(KEEPER)).expect("allowed");
	assert_eq!(written(&mut chain, give), 1);
	assert_eq!(written(&mut chain, || take(&KEEPER, asset).expect("allowed")), 3);
}

/// A record with all its lots must stay small enough to be read and written by every use of the goods.
#[test]
fn the_largest_record_is_small() {
	let most = StockOf::<Test>::max_encoded_len();
	assert!(most <= 1_400, "{most} bytes");
}
