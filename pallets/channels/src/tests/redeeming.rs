//! Paying by vouchers.

use crate::{mock::*, Call, Event, SignedTally, Tally};
use bpiiot_primitives::{AssetKind, EscrowView};
use bpiiot_voucher::Word;
use frame_support::assert_ok;

#[test]
fn anybody_may_show_a_voucher_and_the_payee_is_paid_the_difference() {
	build_and_execute(|| {
		let channel = opened();
		assert_ok!(redeem(channel, 3_000));
		assert_eq!((gain(&payee()), gain(&stranger())), (3_000, 0));
		for (who, amount) in [(payee(), 3_001), (payer(), 7_000)] {
			assert_ok!(signed(&who, redeeming(channel, amount)));
			assert_eq!(gain(&payee()), amount as i128);
		}
		let record = record(channel);
		assert_eq!((record.paid, record.escrow.held()), (tally(7_000), AMOUNT - 7_000));
		System::assert_last_event(
			Event::Redeemed {
				channel,
				payer: payer(),
				payee: payee(),
				asset: AssetKind::Native,
				amount: 3_999,
				paid: tally(7_000),
			}
			.into(),
		);
	});
}

#[test]
fn the_last_moment_is_early_enough() {
	build_and_execute(|| {
		let channel = opened();
		at(LIFETIME);
		assert_ok!(redeem(channel, 5_000));
	});
}

/// A payer who signs the highest number over next to nothing, and shows that himself, takes nothing from the payee.
#[test]
fn the_amount_alone_says_which_voucher_is_newer() {
	build_and_execute(|| {
		let channel = opened();
		let poison = Tally {
			sequence: u64::MAX,
			reading: u64::MAX,
			amount: 1,
		};
		let voucher = SignedTally::sign(Word::Voucher, &domain(channel), poison, &payer_key());
		assert_ok!(signed(&payer(), Call::redeem { channel, voucher }));
		assert_ok!(redeem(channel, 9_000));
		assert_eq!(gain(&payee()), 9_000);
	});
}

#[test]
fn a_payee_without_an_account_is_paid() {
	build_and_execute(|| {
		let nobody = account(b"nobody yet");
		let open = |amount| Call::open {
			payee: nobody.clone(),
			asset: AssetKind::Native,
			amount,
			terms: terms(),
		};
		let channel = opened_by(&payer(), open(AMOUNT));
		// Less than an account needs is a credit, and stops nothing.
		assert_ok!(redeem(channel, MINIMUM - 1));
		assert_eq!(money(&nobody).0, 0);
		assert_ok!(redeem(channel, 2 * MINIMUM));
		assert_eq!(money(&nobody).0, MINIMUM + 1);
		let by = RuntimeOrigin::signed(stranger());
		assert_ok!(Escrow::claim_credit(by, payer(), AssetKind::Native, nobody.clone()));
		assert_eq!(money(&nobody).0, 2 * MINIMUM);
	});
}
