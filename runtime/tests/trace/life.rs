//! The life of a product from the steel to the recall.

use crate::world::*;
use bpiiot_runtime::{
	configs::{
		bpiiot::StakingPot,
		trace::{ContestBond, RecallBond, RecallFee, ShipmentDeposit, ShipmentFee},
	},
	Products, Runtime, Suppliers, BPI,
};
use frame_support::{assert_noop, assert_ok};
use pallet_products::{runtime_api::RecallStatus, Scope, State, Thing};
use pallet_shipments::{Breach, LegState, Outcome, Refusal, ShipmentState};
use sp_core::H256;
use sp_runtime::{DispatchError, Permill};

fn status(thing: &Thing) -> RecallStatus {
	Products::recall_status(thing.clone(), None)
}

fn owner_of(thing: &Thing) -> Option<bpiiot_runtime::AccountId> {
	Products::owner_of(thing)
}

/// Steel becomes brackets on a machine, brackets become shelves, shelves go out on two pallets, one comes back; then one lot of
/// the steel is recalled, and the other one falsely.
#[test]
fn a_product_is_made_joined_sent_paid_on_delivery_and_recalled() {
	story(|| {
		// GIVEN two lots of steel, of which a press makes brackets by jobs
		an_arbiter();
		let (good, bad) = (steel_lot("GOOD"), steel_lot("BAD"));
		let makings = two_pallets(&bad, &good);
		let [of_bad, of_good, shelves_of_bad, shelves_of_good] = makings;
		let record = Products::production(of_bad).expect("a delivery records how it was made");
		assert_eq!(record.work.machine, press());
		assert!(record.job.is_some());
		let (pages, _) = (Products::made_of(item(shelf(), "12"), None).found, ());
		let ancestors: Vec<_> = pages.into_iter().map(|(id, _)| id).collect();
		assert_eq!(ancestors, [shelves_of_bad, of_bad]);

		// WHEN both pallets travel in two legs, and the customer refuses one
		let (before, _) = money(OWNER);
		let id = agreed(terms(vec![pallet(1), pallet(2)], Some(ARBITER)));
		let on_hold = ShipmentDeposit::get() + 2 * bpiiot_runtime::configs::trace::LegDeposit::get();
		assert!(money(OWNER).1 >= on_hold);
		assert!(money(OWNER).0 == before - ShipmentFee::get());
		delivered(id);
		// Nobody but the customer says that it has come.
		let refused = pallet_shipments::Call::accept_delivery {
			shipment: id,
			refusals: Default::default(),
			reason: H256::zero(),
		};
		assert_noop!(
			by(HAULIER, refused),
			pallet_shipments::Error::<Runtime>::NotTheConsignee
		);
		let (before, _) = money(OWNER);
		let refusal = Refusal {
			line: 1,
			refused: 1,
			missing: 0,
		};
		accept(id, vec![refusal].try_into().expect("one"));

		// THEN what is accepted is his and paid at once, and the other goes back
		assert_eq!(money(OWNER).0, before + PRICE);
		assert_eq!(owner_of(&pallet(1)), Some(account(CUSTOMER)));
		assert_eq!(owner_of(&item(shelf(), "12")), Some(account(CUSTOMER)));
		assert_eq!(owner_of(&pallet(2)), Some(account(OWNER)));
		pass_on(id, CUSTOMER, HAULIER);
		pass_on(id, HAULIER, OWNER);
		pass(2 * MINUTE);
		assert_eq!(
			crate::world::record(id).state,
			ShipmentState::Refused(Outcome::PartlyRefused)
		);
		act(OWNER, pallet_shipments::Call::concede { shipment: id });
		assert_eq!(
			crate::world::record(id).state,
			ShipmentState::Settled(Outcome::PartlyRefused)
		);
		// Five percent of the refused price stay with him.
		assert_eq!(money(OWNER).0, before + PRICE + PRICE / 20);
		assert_eq!(owner_of(&pallet(2)), Some(account(OWNER)));

		// AND a breach costs the carrier a part of his liability, once it is shown; a word of the carrier's own settles it here.
		let (first, second) = (leg(id, 0), leg(id, 1));
		let proof = pallet_shipments::Call::claim_breach {
			leg: second,
			breach: Breach::Limit(0),
			proof: Default::default(),
		};
		assert_noop!(by(CUSTOMER, proof), DispatchError::Unavailable);
		let (share, evidence) = (Permill::from_percent(25), H256::repeat_byte(4));
		let claim = pallet_shipments::Call::report_damage {
			leg: second,
			share,
			evidence,
		};
		act(CUSTOMER, claim);
		let (before, _) = money(OWNER);
		act(HAULIER, pallet_shipments::Call::concede_claim { leg: second });
		assert_eq!(money(OWNER).0, before + LIABILITY / 4);
		let (poor, _) = money(CARRIER);
		pass(2 * HOUR);
		let legs = [first, second].map(|leg| pallet_shipments::Legs::<Runtime>::get(leg).expect("it is there"));
		assert!(legs.iter().all(|leg| leg.state == LegState::Settled));
		assert_eq!(money(CARRIER).0, poor + FREIGHT);
		// The carrier's name has heard of it, the haulier's of what he has lost.
		assert!(Suppliers::standing(&account(CARRIER)).score > Suppliers::standing(&account(HAULIER)).score);
		act(OWNER, pallet_shipments::Call::remove { shipment: id });

		// WHEN one lot is recalled
		let recall = recalled(MILL, Scope::Thing(bad.clone()));
		// THEN nothing is called clear that is not, before it has spread
		assert!(matches!(
			status(&item(shelf(), "12")),
			RecallStatus::Pending { .. } | RecallStatus::Affected { .. }
		));
		pass(2 * MINUTE);
		// AND exactly its descendants are affected, and their holder is found
		let affected: Vec<_> = Products::affected_by(recall, None)
			.found
			.into_iter()
			.map(|found| found.making)
			.collect();
		assert_eq!(affected, [shelves_of_bad, of_bad]);
		assert_eq!(status(&bad), RecallStatus::Recalled { recall });
		let contested = false;
		for thing in [item(shelf(), "12"), range(shelf(), "19"), range(bracket(), "149")] {
			assert_eq!(status(&thing), RecallStatus::Affected { recall, contested });
		}
		for thing in [&good, &item(shelf(), "32"), &range(bracket(), "249")] {
			assert_eq!(status(thing), RecallStatus::Clear);
		}
		let holders = Products::holders_of(range(shelf(), "19"), None).found;
		assert_eq!(holders, [(range(shelf(), "19"), account(CUSTOMER), 0)]);
		for making in [of_bad, shelves_of_bad] {
			act(OWNER, pallet_products::Call::confirm { recall, making });
		}
		assert_eq!(status(&item(shelf(), "12")), RecallStatus::Recalled { recall });
		// What is made of it from now on is recalled from the start.
		act(CUSTOMER, unpack(1, range(shelf(), "19")));
		assert_eq!(
			Products::facts(range(shelf(), "19")).and_then(|facts| facts.state),
			Some(State::Free)
		);

		// WHEN the other lot is recalled falsely, and its maker's customer contests that
		let (rich, _) = money(MILL);
		let false_one = recalled(MILL, Scope::Thing(good.clone()));
		pass(2 * MINUTE);
		let contest = pallet_products::Call::contest {
			recall: false_one,
			making: shelves_of_good,
			evidence,
		};
		let (_, held) = money(OWNER);
		act(OWNER, contest);
		assert_eq!(money(OWNER).1, held + ContestBond::get());
		let pot = bpiiot_runtime::Balances::free_balance(StakingPot::get());
		decided(pallet_products::Call::judge {
			recall: false_one,
			upheld: false,
		});
		// THEN its bond is the chain's, and nothing is affected any more
		assert_eq!(
			bpiiot_runtime::Balances::free_balance(StakingPot::get()),
			pot + RecallBond::get()
		);
		assert_eq!(money(MILL).0, rich - RecallFee::get() - RecallBond::get());
		assert_eq!(status(&item(shelf(), "32")), RecallStatus::Clear);
		assert_ok!(by(
			CUSTOMER,
			pallet_products::Call::settle_contest {
				recall: false_one,
				making: shelves_of_good,
			}
		));
		assert_eq!(money(OWNER).1, held);
		pass(2 * MINUTE);
		assert_ok!(by(MILL, pallet_products::Call::close_recall { recall: false_one }));
		assert_eq!(Products::affected_by(false_one, None).found, []);
		assert_eq!(of_good, makings[1]);
		assert!(money(MILL).0 > BPI);
	});
}

fn unpack(number: u64, thing: Thing) -> pallet_products::Call<Runtime> {
	pallet_products::Call::unpack {
		sscc: sscc(number),
		things: vec![thing].try_into().expect("one"),
	}
}
