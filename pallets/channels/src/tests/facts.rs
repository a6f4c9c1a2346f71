//! What is told of a channel that has ended: to names, and to who rates.

use crate::{mock::*, ChannelId, Error};
use bpiiot_primitives::{AgreementRef, Agreements, AssetKind, JobId};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use pallet_suppliers::{Names, Stars};
use sp_runtime::Permill;

/// Of the payee's name: settled, punctual, failed, lost.
fn name() -> [u128; 4] {
	let sums = Names::<Test>::get(payee()).unwrap_or_default().sums;
	[sums.settled, sums.punctual, sums.failed, sums.lost]
}

fn rate(who: &AccountId, channel: ChannelId) -> DispatchResult {
	let by = RuntimeOrigin::signed(who.clone());
	Suppliers::rate(by, AgreementRef::Channel(channel), Stars::Five)
}

#[test]
fn what_was_paid_counts_once_when_the_channel_has_ended() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(redeem(channel, 4_000));
		assert_eq!(name(), [0; 4]);
		let newest = Some(voucher(channel, 6_000));
		assert_ok!(signed(&payee(), crate::Call::close { channel, newest }));
		assert_eq!(name(), [6_000, 6_000, 0, 0]);
		assert_eq!(record(channel).counted.weight, 6_000);
	});
}

#[test]
fn every_end_counts_and_one_at_which_nothing_was_paid_leaves_no_trace() {
	type End = fn(ChannelId);
	let ends: [End; 4] = [
		|channel| {
			assert_ok!(close(channel));
		},
		|channel| {
			let paid = record(channel).paid.amount;
			assert_ok!(signed(&stranger(), closing_together(channel, paid)));
		},
		|channel| {
			assert_ok!(request_close(channel));
			at(WINDOW + 1);
			idle();
		},
		|_| {
			at(LIFETIME + 1);
			idle();
		},
	];
	for end in ends {
		build_and_execute(|| {
			let channel = opened();
			assert_ok!(redeem(channel, 2_000));
			end(channel);
			assert_eq!(name(), [2_000, 2_000, 0, 0]);
		});
		build_and_execute(|| {
			let channel = opened();
			end(channel);
			assert_eq!(name(), [0; 4]);
			assert_eq!(Names::<Test>::iter().count(), 0);
		});
	}
}

/// A point costs the same as one that is forged by orders: half a percent of it to the chain.
#[test]
fn no_more_counts_than_the_fee_allows() {
	build_and_execute(|| {
		let channel = opened_by(&payer(), opening(AssetKind::Native, 1_000, terms()));
		let amount = 99_000;
		assert_ok!(signed(&payer(), crate::Call::top_up { channel, amount }));
		let newest = Some(voucher(channel, 100_000));
		assert_ok!(signed(&payee(), crate::Call::close { channel, newest }));
		assert_eq!(record(channel).counted.weight, FEE * 200);
	});
}

#[test]
fn who_pays_himself_gains_no_name() {
	build_and_execute(|| {
		registered(1);
		let compressor = registered(2);
		let open = crate::Call::open {
			payee: compressor.clone(),
			asset: AssetKind::Native,
			amount: AMOUNT,
			terms: terms(),
		};
		// Two machines of one owner may keep accounts with each other.
		let channel = opened_by(&key(1), open);
		assert_ok!(redeem(channel, 9_000));
		let newest = None;
		assert_ok!(signed(&key(2), crate::Call::close { channel, newest }));
		assert_eq!(record(channel).counted.weight, 0);
		assert!(Names::<Test>::get(compressor).is_none());
	});
}

#[test]
fn a_channel_is_rated_once_by_its_payer_when_it_has_ended() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(redeem(channel, 4_000));
		assert_noop!(rate(&payer(), channel), Error::<Test>::NotSettled);
		assert_ok!(close(channel));
		for who in [stranger(), payee()] {
			assert_noop!(rate(&who, channel), Error::<Test>::NotThePayer);
		}
		assert_ok!(rate(&payer(), channel));
		assert_noop!(rate(&payer(), channel), Error::<Test>::AlreadyRated);
		let stars = Names::<Test>::get(payee()).expect("he has one").sums.stars;
		assert_eq!(stars, [0, 0, 0, 0, 4_000]);
		assert_noop!(rate(&payer(), ChannelId(1)), Error::<Test>::UnknownChannel);
		// A job of that number is no channel.
		let job = AgreementRef::Job(JobId(channel.0));
		let by = RuntimeOrigin::signed(payer());
		assert_noop!(Suppliers::rate(by, job, Stars::Five), Error::<Test>::UnknownChannel);
	});
}

/// Nothing of a channel is disputed, so nobody ever asks for this.
#[test]
fn no_dispute_of_a_channel_is_resolved() {
	build_and_execute(|| {
		let channel = AgreementRef::Channel(opened());
		let resolved = <Channels as Agreements>::resolve(channel, Permill::one());
		assert_noop!(resolved, Error::<Test>::NoDisputes);
	});
}
