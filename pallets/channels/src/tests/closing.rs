//! How channels end.

use crate::{mock::*, Call, ChannelState, Error, Outcome, SignedTally, Tally};
use bpiiot_primitives::EscrowView;
use bpiiot_voucher::Word;
use frame_support::{assert_noop, assert_ok};

fn is_settled(channel: crate::ChannelId, outcome: Outcome, paid: i128) {
	let record = record(channel);
	assert_eq!(record.state, ChannelState::Settled(outcome));
	assert!(record.escrow.has_ended());
	assert_eq!((gain(&payee()), gain(&payer())), (paid, -paid - ITS_FEE as i128));
	assert_eq!(money(&payer()).1, DEPOSIT);
}

#[test]
fn the_payee_ends_it_at_any_time_with_its_newest_voucher() {
	build_and_execute(|| {
		let channel = opened();
		let newest = Some(voucher(channel, 4_000));
		assert_ok!(signed(&payee(), Call::close { channel, newest }));
		is_settled(channel, Outcome::ClosedByPayee, 4_000);
		assert_eq!(record(channel).paid, tally(4_000));
	});
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(redeem(channel, 4_000));
		assert_ok!(request_close(channel));
		assert_ok!(close(channel));
		is_settled(channel, Outcome::ClosedByPayee, 4_000);
	});
	// Its life is over and nobody has looked yet: without a voucher it can still be ended.
	build_and_execute(|| {
		let channel = opened();
		at(LIFETIME + 1);
		let newest = Some(voucher(channel, 4_000));
		assert_noop!(
			signed(&payee(), Call::close { channel, newest }),
			Error::<Test>::Expired
		);
		assert_ok!(close(channel));
		is_settled(channel, Outcome::ClosedByPayee, 0);
	});
}

#[test]
fn a_payer_who_asks_for_the_end_waits_for_the_window() {
	build_and_execute(|| {
		let channel = opened();
		let newest = Some(voucher(channel, 4_000));
		assert_ok!(signed(&payer(), Call::request_close { channel, newest }));
		assert_eq!(gain(&payee()), 4_000);
		at(WINDOW);
		assert_noop!(expire(channel), Error::<Test>::NotExpired);
		at(WINDOW + 1);
		assert_ok!(expire(channel));
		is_settled(channel, Outcome::ClosedByPayer, 4_000);
	});
}

#[test]
fn a_stale_end_is_challenged_by_anybody_and_the_newest_voucher_wins() {
	build_and_execute(|| {
		let channel = opened();
		let stale = Some(voucher(channel, 100));
		assert_ok!(signed(&payer(), Call::request_close { channel, newest: stale }));
		assert_ok!(redeem(channel, 5_000));
		at(WINDOW);
		assert_ok!(redeem(channel, 9_000));
		assert_noop!(redeem(channel, 5_000), Error::<Test>::NotNewer);
		at(WINDOW + 1);
		assert_noop!(redeem(channel, 9_500), Error::<Test>::TooLate);
		assert_ok!(expire(channel));
		is_settled(channel, Outcome::ClosedByPayer, 9_000);
	});
}

/// Whoever sees the end in the pool may have its voucher paid before: that is no reason for it to fail.
#[test]
fn a_voucher_that_was_paid_in_the_meantime_keeps_nobody_from_the_end() {
	for known in [4_000, 3_999] {
		build_and_execute(|| {
			let channel = opened();
			let newest = Some(voucher(channel, known));
			assert_ok!(redeem(channel, 4_000));
			assert_ok!(signed(&payer(), Call::request_close { channel, newest }));
			assert_ok!(signed(&payee(), Call::close { channel, newest }));
			is_settled(channel, Outcome::ClosedByPayee, 4_000);
		});
	}
}

#[test]
fn the_end_is_asked_for_once() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(request_close(channel));
		at(WINDOW / 2);
		assert_noop!(request_close(channel), Error::<Test>::AlreadyClosing);
	});
}

#[test]
fn to_ask_for_the_end_never_makes_it_later() {
	build_and_execute(|| {
		let channel = opened();
		at(LIFETIME - 10);
		assert_ok!(request_close(channel));
		let until = record(channel).expires_at;
		assert_eq!(record(channel).state, ChannelState::Closing { until });
		assert_eq!(record(channel).deadline(), Some(until));
		try_state();
		at(LIFETIME + 1);
		assert_noop!(redeem(channel, 1), Error::<Test>::Expired);
		assert_ok!(expire(channel));
		is_settled(channel, Outcome::ClosedByPayer, 0);
	});
}

#[test]
fn both_end_it_at_once_with_whatever_they_agree_on() {
	// What was paid before, and what is agreed on: more, the same, and all.
	for (paid, agreed) in [(0, 0), (1_000, 3_000), (2_000, 2_000), (0, AMOUNT)] {
		build_and_execute(|| {
			let channel = opened();
			if paid > 0 {
				assert_ok!(redeem(channel, paid));
			}
			assert_ok!(signed(&stranger(), closing_together(channel, agreed)));
			is_settled(channel, Outcome::Agreed, agreed as i128);
		});
	}
	// Less than a voucher that was not shown: both have signed that too.
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(request_close(channel));
		assert_ok!(signed(&payer(), closing_together(channel, 1_000)));
		assert_noop!(redeem(channel, 2_000), Error::<Test>::Ended);
		is_settled(channel, Outcome::Agreed, 1_000);
	});
}

#[test]
fn one_signature_or_the_wrong_ones_end_nothing() {
	build_and_execute(|| {
		let (channel, other) = (opened(), opened());
		assert_ok!(redeem(channel, 1_000));
		let last = tally(2_000);
		let sign = |word, channel, last: Tally, pair| SignedTally::sign(word, &domain(channel), last, &pair).signature;
		let end = |payer_signature, payee_signature| {
			let call = Call::close_together {
				channel,
				last,
				payer_signature,
				payee_signature,
			};
			signed(&payer(), call)
		};
		let payers = sign(Word::Close, channel, last, payer_key());
		let payees = sign(Word::Close, channel, last, payee_key());
		for (one, other) in [
			(payers, payers),
			(payees, payees),
			(payees, payers),
			(sign(Word::Voucher, channel, last, payer_key()), payees),
			(payers, sign(Word::Tick, channel, last, payee_key())),
			(payers, sign(Word::Close, other, last, payee_key())),
			(payers, sign(Word::Close, channel, tally(2_001), payee_key())),
		] {
			assert_noop!(end(one, other), Error::<Test>::BadSignature);
		}
		assert_noop!(
			signed(&payer(), closing_together(channel, 999)),
			Error::<Test>::LessThanPaid
		);
		assert_noop!(
			signed(&payer(), closing_together(channel, AMOUNT + 1)),
			Error::<Test>::OverDeposit
		);
		assert_ok!(end(payers, payees));
	});
}

#[test]
fn a_channel_expires_and_the_rest_goes_back() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(redeem(channel, 1_000));
		at(LIFETIME);
		assert_noop!(expire(channel), Error::<Test>::NotExpired);
		at(LIFETIME + 1);
		assert_ok!(expire(channel));
		is_settled(channel, Outcome::Expired, 1_000);
		assert_noop!(expire(channel), Error::<Test>::Ended);
	});
}

#[test]
fn a_halted_chain_costs_nobody_a_right() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(request_close(channel));
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		at(10 * WINDOW);
		assert_noop!(expire(channel), pallet_escrow::Error::<Test>::AgreementsPaused);
		// The payee is paid all the while.
		assert_ok!(redeem(channel, 1_000));
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		assert_noop!(expire(channel), Error::<Test>::NotExpired);
		at(11 * WINDOW);
		assert_ok!(redeem(channel, 2_000));
		at(11 * WINDOW + 1);
		assert_ok!(expire(channel));
	});
}

#[test]
fn the_record_goes_with_its_deposit() {
	build_and_execute(|| {
		let channel = opened();
		let remove = || signed(&payer(), Call::remove { channel });
		assert_noop!(remove(), Error::<Test>::NotSettled);
		assert_ok!(close(channel));
		assert_ok!(remove());
		assert_eq!(money(&payer()), (ENDOWMENT - ITS_FEE, 0));
		assert_noop!(remove(), Error::<Test>::UnknownChannel);
		assert_eq!(crate::ChannelsOf::<Test>::iter().count(), 0);
	});
}
