//! Everything in a stablecoin.

use crate::{mock::*, Call, ChannelState, Outcome};
use bpiiot_primitives::EscrowView;
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_channel_in_dollars_costs_dollars_alone() {
	build_and_execute(|| {
		let channel = opened_in_dollars();
		// Of 10,000 that are worth 30,000 half a percent is 150, which is 50 dollars; a deposit of 300 is 100.
		assert_eq!(
			(record(channel).escrow.fee(), record(channel).escrow.deposit()),
			(50, 100)
		);
		assert_eq!(money_in(DOLLAR, &payer()), (ENDOWMENT, AMOUNT + 150));
		assert_eq!(money(&payer()), (ENDOWMENT, 0));
		assert_ok!(signed(&payer(), Call::top_up { channel, amount: 500 }));
		assert_ok!(redeem(channel, AMOUNT + 200));
		assert_eq!(money_in(DOLLAR, &payee()), (ENDOWMENT + AMOUNT + 200, 0));
		let newest = Some(voucher(channel, AMOUNT + 201));
		assert_ok!(signed(&payee(), Call::close { channel, newest }));
		assert_ok!(signed(&payer(), Call::remove { channel }));
		assert_eq!(money_in(DOLLAR, &payer()), (ENDOWMENT - AMOUNT - 251, 0));
	});
}

#[test]
fn a_payee_who_cannot_be_paid_stops_nothing() {
	build_and_execute(|| {
		let channel = opened_in_dollars();
		assert_ok!(Assets::block(RuntimeOrigin::signed(issuer()), DOLLAR_ID, payee()));
		assert_ok!(redeem(channel, 4_000));
		assert_ok!(request_close(channel));
		at(WINDOW + 1);
		idle();
		assert_eq!(record(channel).state, ChannelState::Settled(Outcome::ClosedByPayer));
		assert_eq!(money_in(DOLLAR, &payee()).0, ENDOWMENT);
		assert_ok!(Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, payee()));
		let anybody = RuntimeOrigin::signed(stranger());
		assert_ok!(Escrow::claim_credit(anybody, payer(), DOLLAR, payee()));
		assert_eq!(money_in(DOLLAR, &payee()).0, ENDOWMENT + 4_000);
	});
}

#[test]
fn an_asset_that_is_not_listed_any_more_ends_no_channel_and_begins_none() {
	build_and_execute(|| {
		let channel = opened_in_dollars();
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_noop!(
			signed(&payer(), opening(DOLLAR, AMOUNT, terms())),
			pallet_escrow::Error::<Test>::AssetNotListed
		);
		assert_ok!(redeem(channel, 4_000));
		assert_ok!(close(channel));
	});
}

#[test]
fn an_asset_without_a_rate_pays_no_deposit_and_so_nothing_is_opened() {
	build_and_execute(|| {
		let channel = opened_in_dollars();
		DollarRate::set(&None);
		assert!(signed(&payer(), opening(DOLLAR, AMOUNT, terms())).is_err());
		assert_ok!(redeem(channel, 4_000));
		assert_ok!(close(channel));
		// And counts for nobody's name.
		assert_eq!(record(channel).counted.weight, 0);
	});
}
