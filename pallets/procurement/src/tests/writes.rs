//! How many records each step writes: what the chain's throughput hangs on.

use crate::{mock::*, Wanted};
use bpiiot_primitives::AssetKind;
use frame_support::{assert_ok, dispatch::DispatchResult};
use std::collections::BTreeSet;

/// What every block writes anyway, or forgets again, and what benchmarks leave out: events and their number, the depth
/// of transactions.
fn is_the_blocks_own(key: &[u8]) -> bool {
	if key == frame_support::storage::transactional::TRANSACTION_LEVEL_KEY {
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

fn done(step: DispatchResult) {
	assert_ok!(step);
}

fn asked(wanted: Wanted<AccountId>) {
	raised(wanted);
}

/// What an order from a quote writes, its delivery, its confirmation and its removal.
fn written_by_an_order(asset: AssetKind) -> [usize; 4] {
	let mut chain = empty();
	let quote = chain.execute_with(|| published(crate::QuoteTerms { asset, ..quote_terms() }));
	let mut order = None;
	let buy = written(&mut chain, || order = Some(ordered(buying(quote, 10))));
	let order = order.expect("just ordered");
	let deliver = written(&mut chain, || done(deliver(order, 10)));
	let confirm = written(&mut chain, || {
		// What is told to whoever keeps stock is his to count.
		assert_ok!(confirm(order, 10));
	});
	let remove = written(&mut chain, || done(signed(&buyer(), crate::Call::remove { order })));
	chain.execute_with(try_state);
	[buy, deliver, confirm, remove]
}

#[test]
fn an_order_from_a_quote_writes_little() {
	// Ordering: quote, order, deadline, both books, and for each side its account and its holds.
	// Confirming: the order, its deadline, both books, three accounts and two holds, the name and the pair, and the stock of
	// the mock.
	assert_eq!(written_by_an_order(AssetKind::Native), [9, 2, 12, 3]);
}

#[test]
fn an_order_in_an_asset_writes_little_more() {
	let [buy, deliver, confirm, remove] = written_by_an_order(DOLLAR);
	assert!(
		buy <= 12 && deliver == 2 && confirm <= 17 && remove <= 5,
		"{buy} {deliver} {confirm} {remove}"
	);
}

#[test]
fn an_award_among_64_bids_writes_8_records() {
	let mut chain = empty();
	let request = chain.execute_with(|| {
		let request = raised(wanted());
		for nth in 0..MAX_BIDS {
			assert_ok!(bid(&one_of_many(nth), request, 10_000 + u128::from(nth), DAY));
		}
		at(BID_WINDOW + 1);
		request
	});
	// The request, the order, its deadline, the supplier's book, and for each side its account and its holds.
	assert_eq!(written(&mut chain, || done(award(request))), 8);
	chain.execute_with(try_state);
}

#[test]
fn a_bid_writes_the_request_and_its_fee() {
	let mut chain = empty();
	let request = chain.execute_with(|| raised(wanted()));
	assert_eq!(written(&mut chain, || done(bid(&supplier(), request, 10_000, DAY))), 3);
}

#[test]
fn a_request_writes_its_record_its_shelves_and_what_it_costs() {
	let mut chain = empty();
	// The request, its deadline, the book, three shelves, the buyer's account and holds, and the account of fees.
	assert_eq!(written(&mut chain, || asked(wanted())), 9);
	let mut chain = empty();
	let anywhere = Wanted {
		area: text(""),
		..wanted()
	};
	assert_eq!(written(&mut chain, || asked(anywhere)), 7);
}
