//! How many records each step writes: what the chain's throughput hangs on.

use crate::{mock::*, Call};
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

/// What a channel of a person, or of a machine, writes: open, top up, redeem, ask for the end, its end, its removal.
fn written_by_a_channel(asset: AssetKind, by_machine: bool) -> [usize; 6] {
	let mut chain = empty();
	let who = if by_machine { key(1) } else { payer() };
	if by_machine {
		chain.execute_with(|| registered(1));
	}
	let mut channel = None;
	let open = written(&mut chain, || {
		channel = Some(opened_by(&who, opening(asset, AMOUNT, terms())))
	});
	let channel = channel.expect("just opened");
	let top_up = written(&mut chain, || done(signed(&who, Call::top_up { channel, amount: 5 })));
	let redeem = written(&mut chain, || done(redeem(channel, 4_000)));
	let newest = None;
	let ask = written(&mut chain, || {
		done(signed(&who, Call::request_close { channel, newest }))
	});
	let end = written(&mut chain, || {
		at(WINDOW + 1);
		done(expire(channel));
	});
	let remove = written(&mut chain, || done(signed(&who, Call::remove { channel })));
	chain.execute_with(try_state);
	[open, top_up, redeem, ask, end, remove]
}

#[test]
fn a_channel_in_the_native_token_writes_little() {
	// Opening: the payer's account and holds, the channel, the payer's list, the deadline.
	// Redeeming: these two, the payee's account and the channel.
	// The end: the payer's account and holds, the channel, the deadline, the account of fees, the name and the pair, and the
	// clock and the time of the new block.
	assert_eq!(written_by_a_channel(AssetKind::Native, false), [5, 3, 4, 3, 10, 4]);
}

#[test]
fn a_machine_writes_its_spending_beside() {
	let [open, top_up, redeem, ..] = written_by_a_channel(AssetKind::Native, true);
	assert_eq!((open, top_up, redeem), (6, 4, 4));
}

#[test]
fn a_channel_in_an_asset_writes_little_more() {
	let [open, top_up, redeem, ask, _, remove] = written_by_a_channel(DOLLAR, false);
	assert!(
		open <= 7 && top_up <= 5 && redeem <= 6 && ask == 3 && remove <= 6,
		"{open} {top_up} {redeem} {ask} {remove}"
	);
}

#[test]
fn a_batch_writes_one_record_a_channel_and_what_the_parties_share_once() {
	let mut chain = empty();
	let channels: Vec<_> = chain.execute_with(|| (0..MAX_BATCH).map(|_| opened()).collect());
	let vouchers: Vec<_> = channels
		.iter()
		.map(|channel| crate::Redemption {
			channel: *channel,
			voucher: voucher_outside(&mut chain, *channel),
		})
		.collect();
	let call = Call::redeem_batch {
		vouchers: vouchers.try_into().expect("no more than there may be"),
	};
	assert_eq!(
		written(&mut chain, || done(signed(&payee(), call))),
		3 + MAX_BATCH as usize
	);
}

fn voucher_outside(chain: &mut sp_io::TestExternalities, channel: crate::ChannelId) -> crate::SignedTally {
	chain.execute_with(|| voucher(channel, 1_000))
}
