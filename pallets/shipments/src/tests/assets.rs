//! Prices, freights and liabilities in a stablecoin, each in its own asset.

use crate::{mock::*, Call, LegState, Outcome, ShipmentState, TermsOf};
use bpiiot_primitives::{AssetKind, EscrowView};
use frame_support::{assert_noop, assert_ok};

fn in_dollars() -> TermsOf<Test> {
	let mut terms = TermsOf::<Test> {
		asset: DOLLAR,
		..terms()
	};
	terms.legs.iter_mut().for_each(|leg| leg.asset = DOLLAR);
	terms
}

#[test]
fn a_shipment_in_dollars_costs_who_buys_dollars_alone() {
	build_and_execute(|| {
		let shipment = delivered(in_dollars());
		// Of a price that is worth 60,000 half a percent is 300, which is 100 dollars.
		let fee = record(shipment).payment.expect("it has a price").fee();
		assert_eq!(fee, 100);
		assert_eq!(money_in(DOLLAR, &consignee()), (ENDOWMENT, PRICE + fee));
		assert_eq!(money_in(DOLLAR, &carrier()), (ENDOWMENT, LIABILITY));
		assert_eq!(money(&consignee()), (ENDOWMENT, 0));
		assert_ok!(accept(shipment));
		assert_eq!(money_in(DOLLAR, &carrier()), (ENDOWMENT + FREIGHT, 0));
		// All of it counts.
		assert_eq!(record(shipment).counted.weight, 3 * PRICE);
	});
}

#[test]
fn goods_and_freight_may_be_in_two_assets() {
	build_and_execute(|| {
		let shipment = delivered(TermsOf::<Test> {
			asset: DOLLAR,
			..terms()
		});
		assert_ok!(accept(shipment));
		assert_eq!(money_in(DOLLAR, &consignor()).0, ENDOWMENT + PRICE);
		assert_eq!(money(&carrier()).0, ENDOWMENT + FREIGHT);
	});
}

#[test]
fn an_asset_that_is_not_listed_any_more_ends_no_shipment_and_begins_none() {
	build_and_execute(|| {
		let shipment = collected(in_dollars());
		let mut others = in_dollars();
		others.goods[0].unit = Unit(71);
		others.goods[1].unit = Unit(72);
		let waiting = offered(others);
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_noop!(agree(waiting), pallet_escrow::Error::<Test>::AssetNotListed);
		pass(shipment);
		assert_ok!(accept(shipment));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Delivered));
	});
}

#[test]
fn what_cannot_be_paid_is_a_credit_and_stops_nothing() {
	build_and_execute(|| {
		let shipment = delivered(in_dollars());
		for who in [consignor(), carrier()] {
			assert_ok!(Assets::block(RuntimeOrigin::signed(issuer()), DOLLAR_ID, who));
		}
		assert_ok!(accept(shipment));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Delivered));
		assert_eq!(leg_record(leg_of(shipment, 0)).state, LegState::Settled);
		for who in [consignor(), carrier()] {
			assert_ok!(Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, who));
		}
		let claim = |holder, payee| {
			let anybody = RuntimeOrigin::signed(stranger());
			Escrow::claim_credit(anybody, holder, DOLLAR, payee)
		};
		assert_ok!(claim(consignee(), consignor()));
		assert_ok!(claim(consignor(), carrier()));
		assert_eq!(money_in(DOLLAR, &carrier()).0, ENDOWMENT + FREIGHT);
		let remove = Call::remove { shipment };
		assert_ok!(signed(&consignor(), remove));
	});
}

#[test]
fn an_asset_without_a_rate_is_agreed_to_by_nobody() {
	build_and_execute(|| {
		let shipment = offered(TermsOf::<Test> {
			asset: AssetKind::Asset(DOLLAR_ID),
			..terms()
		});
		DollarRate::set(&None);
		assert!(agree(shipment).is_err());
		assert_eq!(money_in(DOLLAR, &consignee()), (ENDOWMENT, 0));
		DollarRate::set(&Some(sp_runtime::FixedU128::from_u32(3)));
		assert_ok!(agree(shipment));
	});
}
