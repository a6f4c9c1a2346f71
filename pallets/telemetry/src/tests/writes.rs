//! How many records each step writes, and how many bytes: what the chain's throughput hangs on.

use crate::{mock::*, Anchor, Call};
use bpiiot_seal::{Batch, Run, MAX_READINGS};
use codec::{Encode, MaxEncodedLen};
use frame_support::assert_ok;
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
fn changes(chain: &mut sp_io::TestExternalities, step: impl FnOnce()) -> BTreeSet<Vec<u8>> {
	chain.commit_all().expect("no transaction is open");
	chain.execute_with(step);
	let changes = chain.overlayed_changes().changes();
	let keys = changes.map(|(key, _)| key.clone());
	keys.filter(|key| !is_the_blocks_own(key)).collect()
}

fn written(chain: &mut sp_io::TestExternalities, step: impl FnOnce()) -> usize {
	changes(chain, step).len()
}

/// A batch of so many readings over so many sessions, which follows the series.
fn large(count: u32, sessions: u32) -> Batch {
	let series = series();
	let epoch = series.end.map_or(0, |end| end.epoch + 1);
	let each = u64::from(count / sessions);
	let run = |number: u32| Run {
		epoch: epoch + number,
		session: number,
		first: 0,
		last: each - 1,
	};
	Batch {
		number: series.number + 1,
		previous: series.last,
		root: [5; 32],
		count,
		lost: 0,
		from: series.anchored_at,
		to: series.anchored_at,
		channels: TABLE,
		jumps: 0,
		runs: (0..sessions).map(run).collect(),
	}
}

#[test]
fn an_anchor_writes_two_records_whatever_it_holds() {
	let mut chain = empty();
	for (count, sessions) in [(1, 1), (65_536, 1), (65_536, 16), (MAX_READINGS, 16)] {
		let batch = chain.execute_with(|| large(count, sessions));
		assert_eq!(written(&mut chain, || anchor(PRESS, batch).expect("it may be next")), 2);
	}
	chain.execute_with(try_state);
}

#[test]
fn of_65536_readings_less_than_a_fiftieth_of_a_byte_each_is_on_chain() {
	let mut chain = empty();
	let batch = chain.execute_with(|| large(65_536, 1));
	let call = Call::<Test>::anchor { batch: batch.clone() }.encoded_size();
	// Pallet, signature (MultiSignature 65, address 33) and what the runtime's extensions add.
	let extrinsic = call + 1 + 4 + 1 + 33 + 65 + 32;
	let changes = changes(&mut chain, || anchor(PRESS, batch).expect("it may be next"));
	let size = |key: &Vec<u8>| key.len() + sp_io::storage::get(key).map_or(0, |value| value.len());
	let state: usize = chain.execute_with(|| changes.iter().map(size).sum());
	assert_eq!((call, state), (156, 500));
	// Both together, though blocks are not state, and of the series' record no new byte is added.
	assert!((extrinsic + state) * 50 <= 65_536, "{extrinsic} and {state} bytes");
}

#[test]
fn an_anchor_has_the_size_that_verifiers_expect() {
	assert_eq!(Anchor::max_encoded_len(), 147);
	let mut chain = empty();
	chain.execute_with(|| {
		anchored();
		assert_eq!(kept(1).encoded_size(), 147);
	});
}

#[test]
fn pruning_writes_the_series_and_what_goes() {
	let mut chain = empty();
	chain.execute_with(|| {
		for _ in 0..5 {
			anchored();
		}
		time_passes(RETENTION);
	});
	assert_eq!(written(&mut chain, || prune(&OWNER, 3).expect("old enough")), 4);
}

#[test]
fn a_challenge_writes_its_record_and_its_ends_forget_it() {
	let mut chain = empty();
	let readings = chain.execute_with(anchored);
	// The challenge, the list, the deadline, the series; the challenger's account and what is on hold there.
	let asked = || challenge(&PARTY, 1, 0, 1).expect("a party");
	assert_eq!(written(&mut chain, asked), 6);
	// And the pot's account; the mock's note of what was forfeited.
	let id = chain.execute_with(last_challenge);
	let answered = || produce(&OWNER, id, proof(1, &readings, 0)).expect("it proves");
	assert_eq!(written(&mut chain, answered), 8);
	chain.execute_with(|| {
		assert_ok!(challenge(&PARTY, 1, 0, 1));
		time_passes(MIN_WINDOW + 1);
	});
	// And the anchor.
	let id = chain.execute_with(last_challenge);
	assert_eq!(written(&mut chain, || expire(id).expect("it is over")), 7);
}
