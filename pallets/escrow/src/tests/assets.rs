use super::money::{free, held};
use crate::{mock::*, Error, Event, HoldReason};
use bpiiot_primitives::{AssetKind, BondOutcome::Returned};
use frame_support::{assert_noop, assert_ok, traits::tokens::ConversionToAssetBalance};
use sp_runtime::{traits::BadOrigin, ArithmeticError, FixedPointNumber, FixedU128};

const UNKNOWN: AssetKind = AssetKind::Asset(9);

#[test]
fn governance_alone_lists_and_delists() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(ISSUER), RuntimeOrigin::none()] {
			assert_noop!(Escrow::list_asset(origin.clone(), COUPON), BadOrigin);
			assert_noop!(Escrow::delist_asset(origin, DOLLAR), BadOrigin);
		}
	});
}

#[test]
fn the_native_token_is_listed_for_ever() {
	build_and_execute(|| {
		assert!(Escrow::is_listed(AssetKind::Native));
		assert_noop!(
			Escrow::list_asset(RuntimeOrigin::root(), AssetKind::Native),
			Error::<Test>::AlreadyListed
		);
		assert_noop!(
			Escrow::delist_asset(RuntimeOrigin::root(), AssetKind::Native),
			Error::<Test>::NativeStaysListed
		);
	});
}

#[test]
fn an_asset_is_listed_once_and_only_if_it_exists() {
	build_and_execute(|| {
		assert_noop!(
			Escrow::list_asset(RuntimeOrigin::root(), DOLLAR),
			Error::<Test>::AlreadyListed
		);
		assert_noop!(
			Escrow::list_asset(RuntimeOrigin::root(), UNKNOWN),
			Error::<Test>::UnknownAsset
		);
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		System::assert_last_event(Event::AssetDelisted { asset: DOLLAR }.into());
		assert_noop!(
			Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR),
			Error::<Test>::AssetNotListed
		);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), DOLLAR));
		System::assert_last_event(Event::AssetListed { asset: DOLLAR }.into());
	});
}

#[test]
fn an_asset_is_not_listed_while_the_smallest_fee_would_not_arrive() {
	build_and_execute(|| {
		let list = || Escrow::list_asset(RuntimeOrigin::root(), DOLLAR);
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_ok!(Assets::transfer(RuntimeOrigin::signed(POT), DOLLAR_ID, PAYER, MINIMUM));
		assert_noop!(list(), Error::<Test>::NoFeeAccount);
		assert_ok!(Assets::transfer(RuntimeOrigin::signed(PAYER), DOLLAR_ID, POT, MINIMUM));
		block(POT);
		assert_noop!(list(), Error::<Test>::NoFeeAccount);
		thaw(POT);
		assert_ok!(list());
	});
}

#[test]
fn an_asset_is_listed_only_if_it_keeps_an_account_alive() {
	build_and_execute(|| {
		let list = || Escrow::list_asset(RuntimeOrigin::root(), COUPON);
		assert_ok!(Assets::transfer(RuntimeOrigin::signed(PAYER), COUPON_ID, POT, 1));
		assert_noop!(list(), Error::<Test>::NotSufficient);
		coupons_keep_alive(true);
		assert_ok!(list());
	});
}

#[test]
fn only_listed_assets_open_an_escrow() {
	build_and_execute(|| {
		for asset in [COUPON, UNKNOWN] {
			assert_noop!(open(PAYER, terms(asset, PAYEE, 300)), Error::<Test>::AssetNotListed);
		}
	});
}

#[test]
fn delisting_stops_no_running_escrow() {
	build_and_execute(|| {
		let id = opened(DOLLAR);
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		DollarRate::set(&None);
		assert_noop!(open(PAYER, terms(DOLLAR, PAYEE, 300)), Error::<Test>::AssetNotListed);

		assert_ok!(post_bond(id, PAYEE, 50));
		assert_ok!(release(id, 100));
		assert_ok!(refund(id, 20));
		assert_ok!(settle(id, 180, Returned));
		assert_ok!(remove(id));
		assert_eq!(free(DOLLAR, PAYEE), 1_280);
		assert_eq!(free(DOLLAR, PAYER), 720 - DOLLAR_FEE);
		assert_eq!(held(DOLLAR, HoldReason::Agreement, PAYER), 0);
	});
}

#[test]
fn an_asset_without_a_rate_opens_no_escrow() {
	build_and_execute(|| {
		for rate in [None, Some(FixedU128::from_u32(0))] {
			DollarRate::set(&rate);
			assert_noop!(open(PAYER, terms(DOLLAR, PAYEE, 300)), Error::<Test>::NoRate);
		}
		// With nothing to convert there is nothing to know.
		let mut free_of_charge = terms(DOLLAR, PAYEE, 300);
		(free_of_charge.deposit, free_of_charge.fee) = (0, 0);
		assert_ok!(open(PAYER, free_of_charge));
	});
}

#[test]
fn what_the_native_token_is_worth_is_rounded_up() {
	let rate = |numerator, denominator| FixedU128::saturating_from_rational(numerator, denominator);
	let cases = [
		// An asset's unit is worth more planck than are asked for: still one unit.
		(1, rate(1_000_000_000u64, 1), Ok(1)),
		(3, rate(3, 1), Ok(1)),
		(4, rate(3, 1), Ok(2)),
		(40, rate(3, 1), Ok(14)),
		// And less.
		(7, rate(1, 2), Ok(14)),
		(1, rate(1, 3), Ok(4)), // a third is a little less in 18 digits
		(1, rate(1, 1_000_000_000_000_000_000u64), Ok(1_000_000_000_000_000_000)),
		(u64::MAX, rate(1, 1), Ok(u64::MAX)),
		(u64::MAX, rate(1, 2), Err(ArithmeticError::Overflow.into())),
		(0, rate(3, 1), Ok(0)),
	];
	build_and_execute(|| {
		for (native, rate, worth) in cases {
			DollarRate::set(&Some(rate));
			assert_eq!(Escrow::to_asset_balance(native, DOLLAR), worth, "{native} at {rate}");
			assert_eq!(Escrow::to_asset_balance(native, AssetKind::Native), Ok(native));
		}
	});
}

#[test]
fn nothing_is_worth_anything_in_an_asset_that_is_not_listed() {
	build_and_execute(|| {
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_eq!(
			Escrow::to_asset_balance(1, DOLLAR),
			Err(Error::<Test>::AssetNotListed.into())
		);
	});
}
