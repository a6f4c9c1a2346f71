//! How many records each step writes: what the chain's throughput hangs on.

use crate::{mock::*, Call, TermsOf};
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

/// The goal is at most 2 for each.
#[test]
fn a_handover_writes_the_shipment_and_at_most_a_deadline() {
	let mut chain = empty();
	let shipment = chain.execute_with(|| agreed(cold_two_legs()));
	let mut counts = vec![];
	for (to, millis) in [(carrier(), 1), (second(), 2), (consignee(), PICKUP_WINDOW + 1)] {
		chain.execute_with(|| {
			at(millis);
			idle();
		});
		counts.push(written(&mut chain, || done(tender(shipment))));
		counts.push(written(&mut chain, || done(take_over(&to, shipment))));
	}
	// The consignee's time to look is shorter than what the carrier had left, so that the deadline comes nearer.
	assert_eq!(counts, [1, 1, 1, 1, 1, 2]);
	chain.execute_with(try_state);
}

fn cold_two_legs() -> TermsOf<Test> {
	registered_for(&stranger(), LOGGER);
	cold(two_legs())
}

#[test]
fn a_handover_by_token_writes_no_more() {
	let mut chain = empty();
	let shipment = chain.execute_with(|| agreed(terms()));
	let mut counts = vec![];
	for (giver, to, millis) in [("consignor", carrier(), 1), ("carrier", consignee(), PICKUP_WINDOW + 1)] {
		let token = chain.execute_with(|| {
			at(millis);
			idle();
			token_by(&pair_of(giver), shipment, &to)
		});
		counts.push(written(&mut chain, || done(present(&to, shipment, token))));
	}
	assert_eq!(counts, [1, 2]);
	chain.execute_with(try_state);
}

#[test]
fn a_shipment_of_two_lines_and_one_leg_writes_little() {
	let mut chain = empty();
	chain.execute_with(|| made_for(&consignor(), &terms()));
	let mut shipment = None;
	let offer = written(&mut chain, || shipment = Some(offered(terms())));
	let shipment = shipment.expect("just offered");
	let agree = written(&mut chain, || done(agree(shipment)));
	let leg = chain.execute_with(|| leg_of(shipment, 0));
	let carry = written(&mut chain, || done(signed(&carrier(), Call::agree_to_carry { leg })));
	chain.execute_with(|| {
		pass(shipment);
		pass(shipment);
	});
	let accept = written(&mut chain, || done(accept(shipment)));
	let remove = written(&mut chain, || done(signed(&consignor(), Call::remove { shipment })));
	chain.execute_with(try_state);
	// Offering: shipment, leg, deadline, three lists, the count, the consignor's account and holds, the account of fees, and
	// the two units of the mock.
	// Agreeing: shipment, count, account, holds; the carrier his leg as well.
	// Accepting: shipment, leg, deadline, three counts, four accounts and three holds, two names and two pairs, and the two
	// units of the mock.
	assert_eq!([offer, agree, carry, accept, remove], [12, 4, 5, 19, 7]);
}

#[test]
fn a_breach_writes_the_leg_alone() {
	let mut chain = empty();
	let leg = chain.execute_with(|| leg_of(collected(cold_two_legs()), 0));
	let proof = chain.execute_with(|| Loggers::anchor(readings(0, 0, 20_000, 20_000)));
	let breach = crate::Breach::Limit(0);
	let call = Call::claim_breach { leg, breach, proof };
	assert_eq!(written(&mut chain, || done(signed(&stranger(), call))), 1);
}
