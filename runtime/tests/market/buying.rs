//! Orders by a quote and by a request, from the first call to the supplier's good name.

use crate::world::*;
use bpiiot_primitives::{AgreementRef, EscrowView};
use bpiiot_runtime::{
	configs::market::{GoodsOrderDeposit, Prior, RequestFee},
	Procurement, Runtime, RuntimeCall, Suppliers, BPI, MILLI_BPI,
};
use frame_support::{assert_noop, assert_ok};
use pallet_procurement::{Error, OrderState, Outcome};
use pallet_suppliers::{Profile, Stars};
use sp_core::H256;
use sp_runtime::Permill;

fn rate(order: bpiiot_primitives::PurchaseOrderId, stars: Stars) -> RuntimeCall {
	let agreement = AgreementRef::Order(order);
	pallet_suppliers::Call::rate { agreement, stars }.into()
}

#[test]
fn a_machine_buys_from_a_quote_pays_and_rates() {
	story(|| {
		// GIVEN a supplier who is found by what he deals in, and his quote by its price
		let profile = Profile {
			categories: vec![cutting_oil()].try_into().expect("one"),
			areas: vec![text("DE")].try_into().expect("one"),
			certificates: Default::default(),
		};
		let supplier = account(SUPPLIER);
		act(
			SUPPLIER,
			pallet_suppliers::Call::publish_profile {
				supplier: supplier.clone(),
				profile,
			},
		);
		let quote = quoted();
		let found = Suppliers::suppliers_by(cutting_oil(), text("DE"), None).suppliers;
		assert_eq!(found.first().map(|found| &found.account), Some(&supplier));
		let found = Procurement::quotes_by(cutting_oil(), text("DE"), Default::default(), None, None).quotes;
		assert_eq!(found.first().map(|found| found.id), Some(quote));
		assert_eq!(Suppliers::standing(&supplier).score, Prior::get());

		// WHEN the press's key orders ten litres for 20 BPI, they come in time, and its sensor confirms
		let (before, _) = money(&press().account());
		press_sends(buy(quote, 10, None));
		let id = order();
		// Half a percent of the price, so that all of it counts.
		let fee = 100 * MILLI_BPI;
		assert_eq!(order_record(id).escrow.fee(), fee);
		let held = 20 * BPI + fee + GoodsOrderDeposit::get();
		assert_eq!(money(&press().account()), (before, held));
		delivered(SUPPLIER, id);
		let (poor, _) = money(&supplier);
		press_sends(pallet_procurement::Call::confirm {
			order: id,
			quantity: 10_000,
			reading: Some(H256::repeat_byte(1)),
		});

		// THEN the supplier is paid, the goods are on stock, and his name has counted all of the price
		assert_eq!(money(&supplier).0, poor + 20 * BPI);
		assert_eq!(order_record(id).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(levels(), (10_000, 10_000));
		assert_eq!(order_record(id).counted.weight, 20 * BPI);
		let before_stars = Suppliers::standing(&supplier).score;
		assert!(before_stars > Prior::get());
		// The press rates it, once, and removes the record.
		press_sends(rate(id, Stars::Five));
		assert!(Suppliers::standing(&supplier).score > before_stars);
		assert_noop!(by(OWNER, rate(id, Stars::One)), Error::<Runtime>::AlreadyRated);
		press_sends(pallet_procurement::Call::remove { order: id });
		assert_eq!(money(&press().account()), (before - 20 * BPI - fee, 0));
	});
}

#[test]
fn a_request_is_awarded_by_the_chain_and_silence_pays() {
	story(|| {
		let (before, _) = money(&account(CUSTOMER));
		act(CUSTOMER, pallet_procurement::Call::raise_request { wanted: wanted() });
		let asked = request();
		let found = Procurement::requests_by(cutting_oil(), text("DE"), None).requests;
		assert_eq!(found.first().map(|found| found.id), Some(asked));
		// Cheap and late, dear and prompt: what it saves is worth less than the time.
		bid(SUPPLIER, asked, 30 * BPI, 2 * DAY);
		bid(RIVAL, asked, 34 * BPI, 6 * HOUR);
		// Nobody calls: the chain awards when bidding is over, and accepts when the review is.
		pass(HOUR + 2 * MINUTE);
		let id = order();
		assert_eq!(*order_record(id).supplier(), account(RIVAL));
		delivered(RIVAL, id);
		let (poor, _) = money(&account(RIVAL));
		pass(HOUR + 2 * MINUTE);
		assert_eq!(order_record(id).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(money(&account(RIVAL)), (poor + 34 * BPI, 0));
		assert_ok!(by(CUSTOMER, rate(id, Stars::Four)));
		for call in [
			RuntimeCall::from(pallet_procurement::Call::remove { order: id }),
			pallet_procurement::Call::remove_request { request: asked }.into(),
		] {
			act(CUSTOMER, call);
		}
		let (fees, paid) = (RequestFee::get() + 170 * MILLI_BPI, 34 * BPI);
		assert_eq!(money(&account(CUSTOMER)), (before - paid - fees, 0));
	});
}

#[test]
fn a_disputed_order_is_decided_and_its_loser_has_lost() {
	story(|| {
		let fee = Permill::from_percent(10);
		act(
			ARBITER,
			pallet_escrow::Call::register_arbiter {
				fee,
				profile: Default::default(),
			},
		);
		act(CUSTOMER, buy(quoted(), 10, Some(account(ARBITER))));
		let (id, agreement) = (order(), AgreementRef::Order(order()));
		delivered(SUPPLIER, id);
		let (quantity, reason) = (10_000, H256::repeat_byte(2));
		act(
			CUSTOMER,
			pallet_procurement::Call::reject {
				order: id,
				quantity,
				reason,
			},
		);
		let evidence = H256::repeat_byte(3);
		act(SUPPLIER, pallet_procurement::Call::dispute { order: id, evidence });
		act(ARBITER, pallet_escrow::Call::accept_case { agreement });
		act(
			ARBITER,
			pallet_escrow::Call::rule {
				agreement,
				to_payee: Permill::zero(),
				bond_to: bpiiot_primitives::Side::Payer,
				ruling: H256::zero(),
			},
		);
		let record = order_record(id);
		assert_eq!(record.state, OrderState::Settled(Outcome::Completed));
		assert_eq!(record.verdict, Some(Permill::zero()));
		let lost = Suppliers::standing(&account(SUPPLIER)).lost;
		assert_eq!((lost.share, lost.weight), (Permill::one(), 20 * BPI));
		// Rejected goods are on nobody's stock.
		assert_eq!(levels(), (0, 0));
	});
}
