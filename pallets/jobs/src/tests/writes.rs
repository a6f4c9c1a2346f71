//! How many records each step of a job writes: what the chain's throughput hangs on.

use crate::mock::*;
use bpiiot_primitives::{AgreementRef, AssetKind, SpendPurpose};
use pallet_machines::{SpendingCap, SpendingPolicy};
use sp_core::H256;
use std::collections::BTreeSet;

/// What every block writes anyway, or forgets again, and what benchmarks leave out: events and their number, the depth
/// of transactions.
fn is_the_blocks_own(key: &[u8]) -> bool {
	if key == frame_support::storage::transactional::TRANSACTION_LEVEL_KEY {
		return true;
	}
	// What those who hear of a job write is theirs.
	if key.starts_with(&sp_io::hashing::twox_128(b"OthersPallet")) {
		return true;
	}
	let of_system = sp_io::hashing::twox_128(b"System");
	let account = sp_io::hashing::twox_128(b"Account");
	key.starts_with(&of_system) && !key[16..].starts_with(&account)
}

/// The keys that `step` writes.
fn written(chain: &mut sp_io::TestExternalities, step: impl FnOnce()) -> usize {
	chain.commit_all().expect("no transaction is open");
	chain.execute_with(step);
	let changes = chain.overlayed_changes().changes();
	let keys: BTreeSet<_> = changes.map(|(key, _)| key.clone()).collect();
	keys.iter().filter(|key| !is_the_blocks_own(key)).count()
}

/// What a job writes at worst: order, accept, start, progress, deliver, approve, remove. It is indexed anew at delivery,
/// and fewer units are delivered than ordered, so that everybody gets something at the end. Without a bond the machine
/// has no account before it is paid.
fn written_by_a_job(asset: AssetKind, bond: Balance) -> [usize; 7] {
	let mut chain = empty();
	let offer = chain.execute_with(|| {
		let mut terms = terms_in(asset);
		terms.bond = bond;
		terms.review_window = 10_000;
		if bond == 0 {
			penniless(1);
		} else {
			registered(1);
		}
		published(terms)
	});
	let mut id = None;
	let order = written(&mut chain, || id = Some(ordered(offer, 5)));
	let job = id.expect("just ordered");
	let machine = || signed(&key(1));
	let accept = written(&mut chain, || Jobs::accept(machine(), job).expect("accepts"));
	let start = written(&mut chain, || Jobs::start(machine(), job).expect("starts"));
	let progress = written(&mut chain, || Jobs::progress(machine(), job, 2).expect("goes on"));
	let deliver = written(&mut chain, || {
		Jobs::deliver(machine(), job, 4, H256::zero()).expect("delivers");
	});
	let approve = written(&mut chain, || {
		Jobs::approve(signed(&customer()), job, 4).expect("approves");
	});
	let remove = written(&mut chain, || Jobs::remove(signed(&customer()), job).expect("removes"));
	chain.execute_with(try_state);
	[order, accept, start, progress, deliver, approve, remove]
}

#[test]
fn a_job_in_the_native_token_writes_little() {
	// Order: the customer's account and holds, the job, the machine's list, the deadline.
	// Approval: these, the machine's account and the one that fees go to.
	assert_eq!(written_by_a_job(AssetKind::Native, 0), [5, 1, 1, 1, 2, 7, 3]);
	// A bond writes the machine's account and holds, and its spending when it is forfeited, as here.
	assert_eq!(written_by_a_job(AssetKind::Native, BOND), [5, 3, 1, 1, 2, 9, 3]);
}

#[test]
fn a_job_in_an_asset_writes_little_more() {
	// The asset itself, two records of what is on hold, and for a new account its reference in the system.
	assert_eq!(written_by_a_job(DOLLAR, 0), [7, 1, 1, 1, 2, 10, 5]);
	assert_eq!(written_by_a_job(DOLLAR, BOND), [7, 5, 1, 1, 2, 12, 5]);
}

/// What the ways beside the straight one write at worst: a counter-offer, agreeing to a dearer and sooner one, rejection
/// of all units, dispute, and the end of it; and then of a second job rework and the end by conceding.
fn written_beside(asset: AssetKind) -> [usize; 7] {
	let mut chain = empty();
	let offer = chain.execute_with(|| {
		registered(1);
		registered_arbiter();
		let mut terms = full_terms();
		terms.asset = asset;
		// Each deadline is before the one of the state before it, so that the job is indexed anew.
		terms.review_window = 40_000;
		terms.rework = Some(crate::Rework {
			rounds: 1,
			window: 20_000,
		});
		terms.disputes.as_mut().expect("it has them").challenge_window = 10_000;
		published(terms)
	});
	let (customer, machine) = (|| signed(&customer()), || signed(&key(1)));
	let job = chain.execute_with(|| ordered_before(offer, Some(arbiter())));
	let (price, by) = (2 * UNIT_PRICE, START + 50_000);
	let counter = written(&mut chain, || {
		Jobs::counter_offer(machine(), job, price, by).expect("answers");
	});
	let agree = written(&mut chain, || {
		Jobs::accept_counter_offer(customer(), job, price, by).expect("agrees");
	});
	chain.execute_with(|| {
		take(job, Stage::Started);
		Jobs::deliver(machine(), job, 4, H256::zero()).expect("delivers");
	});
	let reject = written(&mut chain, || {
		Jobs::reject(customer(), job, 4, H256::zero()).expect("rejects");
	});
	let dispute = written(&mut chain, || {
		Jobs::dispute(signed(&owner()), job, H256::zero()).expect("disputes");
	});
	chain.execute_with(|| at(CASE_WINDOW + 1));
	let lapse = written(&mut chain, || {
		Escrow::end_dispute(customer(), AgreementRef::Job(job)).expect("ends");
	});

	let job = chain.execute_with(|| take(ordered_before(offer, Some(arbiter())), Stage::Delivered));
	let rework = written(&mut chain, || {
		Jobs::request_rework(customer(), job, H256::zero()).expect("sends back");
	});
	chain.execute_with(|| {
		Jobs::deliver(machine(), job, 4, H256::zero()).expect("delivers");
		Jobs::reject(customer(), job, 4, H256::zero()).expect("rejects");
	});
	let concede = written(&mut chain, || {
		Jobs::concede(machine(), job).expect("concedes");
	});
	chain.execute_with(try_state);
	[counter, agree, reject, dispute, lapse, rework, concede]
}

#[test]
fn the_ways_beside_the_straight_one_write_little_too() {
	// Agreeing writes the customer's account and holds, the job, and one deadline for another. A dispute writes its own
	// record, the opener's account and holds, the job, and one deadline for another.
	assert_eq!(written_beside(AssetKind::Native), [1, 5, 2, 6, 13, 2, 9]);
	assert_eq!(written_beside(DOLLAR), [1, 7, 2, 8, 17, 2, 12]);
}

#[test]
fn an_order_before_an_arbiter_writes_no_more_than_another() {
	let mut chain = empty();
	let offer = chain.execute_with(|| {
		registered(1);
		registered_arbiter();
		published(full_terms())
	});
	let order = written(&mut chain, || {
		ordered_before(offer, Some(arbiter()));
	});
	assert_eq!(order, 5);
}

#[test]
fn an_order_of_a_machine_writes_its_budget_too() {
	for (asset, writes) in [(AssetKind::Native, 6), (DOLLAR, 8)] {
		let mut chain = empty();
		let offer = chain.execute_with(|| {
			registered(1);
			let buyer = registered(2);
			let policy = SpendingPolicy {
				purposes: vec![SpendPurpose::Purchase].try_into().expect("one of 8"),
				period: 0,
				caps: vec![SpendingCap {
					asset,
					per_period: Balance::MAX,
				}]
				.try_into()
				.expect("one of 8"),
			};
			Machines::set_spending_policy(signed(&owner()), buyer, Some(policy)).expect("he owns it");
			published(terms_in(asset))
		});
		let order = || {
			let (uri, deliver_by) = (Default::default(), START + DEADLINE);
			Jobs::order(
				signed(&key(2)),
				offer,
				1,
				5,
				Balance::MAX,
				H256::zero(),
				uri,
				deliver_by,
				None,
			)
			.expect("it may");
		};
		assert_eq!(written(&mut chain, order), writes, "in {asset:?}");
	}
}
