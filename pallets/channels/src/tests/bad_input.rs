//! The inputs that the design names one by one: each has its own clear error, and nothing has moved after it.

use crate::{mock::*, Balance, Call, ChannelId, Error, SignedTally};
use bpiiot_primitives::AssetKind;
use bpiiot_voucher::{Domain, Word};
use frame_support::{assert_noop, assert_ok};
use sp_core::{sr25519::Signature, H256};

fn show(channel: ChannelId, voucher: SignedTally) -> Call<Test> {
	Call::redeem { channel, voucher }
}

/// No way to show a voucher takes it.
fn is_refused(channel: ChannelId, voucher: SignedTally, error: fn() -> Error<Test>) {
	assert_noop!(signed(&stranger(), show(channel, voucher)), error());
	let newest = Some(voucher);
	assert_noop!(signed(&payer(), Call::request_close { channel, newest }), error());
	assert_noop!(signed(&payee(), Call::close { channel, newest }), error());
}

#[test]
fn a_voucher_with_a_lower_amount() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(redeem(channel, 5_000));
		assert_noop!(redeem(channel, 4_999), Error::<Test>::NotNewer);
	});
}

#[test]
fn a_voucher_that_is_replayed() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(redeem(channel, 5_000));
		assert_noop!(redeem(channel, 5_000), Error::<Test>::NotNewer);
	});
}

#[test]
fn a_voucher_for_another_channel() {
	build_and_execute(|| {
		// Of the same two parties, with the same keys.
		let (channel, other) = (opened(), opened());
		is_refused(channel, voucher(other, 5_000), || Error::BadSignature);
		is_refused(other, voucher(channel, 5_000), || Error::BadSignature);
	});
}

#[test]
fn a_voucher_for_another_chain() {
	build_and_execute(|| {
		let channel = opened();
		let elsewhere = Domain {
			genesis: H256::repeat_byte(1),
			channel,
		};
		let voucher = SignedTally::sign(Word::Voucher, &elsewhere, tally(5_000), &payer_key());
		is_refused(channel, voucher, || Error::BadSignature);
	});
}

#[test]
fn a_voucher_over_the_deposit() {
	build_and_execute(|| {
		let channel = opened();
		is_refused(channel, voucher(channel, AMOUNT + 1), || Error::OverDeposit);
		is_refused(channel, voucher(channel, Balance::MAX), || Error::OverDeposit);
	});
}

#[test]
fn a_voucher_of_nothing() {
	build_and_execute(|| {
		let channel = opened();
		assert_noop!(redeem(channel, 0), Error::<Test>::ZeroAmount);
	});
}

#[test]
fn a_voucher_after_the_close() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(close(channel));
		is_refused(channel, voucher(channel, 5_000), || Error::Ended);
		let call = Call::remove { channel };
		assert_ok!(signed(&payer(), call));
		is_refused(channel, voucher(channel, 5_000), || Error::UnknownChannel);
	});
}

#[test]
fn a_voucher_after_the_challenge_window_or_the_channels_life() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(request_close(channel));
		at(WINDOW + 1);
		is_refused(channel, voucher(channel, 5_000), || Error::TooLate);
	});
	build_and_execute(|| {
		let channel = opened();
		at(LIFETIME + 1);
		is_refused(channel, voucher(channel, 5_000), || Error::Expired);
	});
}

#[test]
fn a_forged_voucher() {
	build_and_execute(|| {
		let channel = opened();
		let by = |pair| SignedTally::sign(Word::Voucher, &domain(channel), tally(5_000), &pair);
		is_refused(channel, by(payee_key()), || Error::BadSignature);
		is_refused(channel, by(pair(9)), || Error::BadSignature);
		// What both keys say of the meter is no voucher.
		for word in [Word::Tick, Word::Close] {
			let other = SignedTally::sign(word, &domain(channel), tally(5_000), &payer_key());
			is_refused(channel, other, || Error::BadSignature);
		}
		// Each part is signed.
		let good = voucher(channel, 5_000);
		let spoils: [fn(&mut SignedTally); 5] = [
			|voucher| voucher.tally.amount += 1,
			|voucher| voucher.tally.reading += 1,
			|voucher| voucher.tally.sequence += 1,
			|voucher| voucher.signature.0[0] ^= 1,
			|voucher| voucher.signature = Signature::from_raw([0; 64]),
		];
		for spoil in spoils {
			let mut spoilt = good;
			spoil(&mut spoilt);
			is_refused(channel, spoilt, || Error::BadSignature);
		}
		assert_ok!(signed(&stranger(), show(channel, good)));
	});
}

#[test]
fn a_close_by_a_stranger() {
	build_and_execute(|| {
		let channel = opened();
		let newest = Some(voucher(channel, 5_000));
		for who in [stranger(), owner()] {
			assert_noop!(
				signed(&who, Call::request_close { channel, newest }),
				Error::<Test>::NotThePayer
			);
			assert_noop!(
				signed(&who, Call::close { channel, newest }),
				Error::<Test>::NotThePayee
			);
		}
		// The payer does not end it at once, nor does the payee ask.
		assert_noop!(
			signed(&payer(), Call::close { channel, newest }),
			Error::<Test>::NotThePayee
		);
		assert_noop!(
			signed(&payee(), Call::request_close { channel, newest }),
			Error::<Test>::NotThePayer
		);
	});
}

#[test]
fn a_channel_that_does_not_exist_in_an_asset_that_is_not_listed() {
	build_and_execute(|| {
		assert_noop!(
			signed(&payer(), opening(UNLISTED, AMOUNT, terms())),
			pallet_escrow::Error::<Test>::AssetNotListed
		);
		assert_noop!(redeem(ChannelId(7), 1), Error::<Test>::UnknownChannel);
		assert_eq!(money_in(AssetKind::Native, &payer()), (ENDOWMENT, 0));
	});
}
