//! That each check of try-state fails on a broken state.

use super::{claims, disputes};
use crate::{
	mock::*, Call, ClaimKind, Decision, HoldReason, Holder, LegId, LegOf, LegState, Legs, OpenOf, Outcome, ShipmentId,
	ShipmentOf, ShipmentPlace, ShipmentState, Shipments, ShipmentsOf, Tender,
};
use frame_support::{assert_ok, storage::with_transaction, traits::fungible::MutateHold};
use sp_runtime::{DispatchError, Permill, TransactionOutcome, TryRuntimeError};

/// Runs `make` and then `break_it`, and tells what try-state says.
fn broken<Made>(make: impl FnOnce() -> Made, break_it: impl FnOnce(Made)) -> &'static str {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let made = make();
			assert_eq!(Shipping::do_try_state(), Ok(()), "before the damage");
			break_it(made);
			said = Shipping::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	match said {
		Err(TryRuntimeError::Other(broken)) => broken,
		other => panic!("try-state must see the damage, and says {other:?}"),
	}
}

fn shipment(id: ShipmentId, change: impl FnOnce(&mut ShipmentOf<Test>)) {
	Shipments::<Test>::mutate(id, |record| change(record.as_mut().expect("it exists")));
}

fn leg(id: LegId, change: impl FnOnce(&mut LegOf<Test>)) {
	Legs::<Test>::mutate(id, |record| change(record.as_mut().expect("it exists")));
}

fn first_leg(id: ShipmentId, change: impl FnOnce(&mut LegOf<Test>)) {
	leg(leg_of(id, 0), change);
}

fn just_offered() -> ShipmentId {
	offered(terms())
}

fn under_way() -> ShipmentId {
	collected(two_legs())
}

fn at_the_consignee() -> ShipmentId {
	delivered(terms())
}

fn settled() -> ShipmentId {
	let shipment = at_the_consignee();
	assert_ok!(accept(shipment));
	shipment
}

fn claimed() -> ShipmentId {
	let shipment = claims::accepted();
	let share = Permill::from_percent(50);
	assert_ok!(claims::damage(&consignee(), leg_of(shipment, 0), share));
	shipment
}

#[test]
fn try_state_sees_money_that_does_not_fit() {
	let payment = "invariant 1: a shipment's escrow differs from what is not paid";
	assert_eq!(
		broken(under_way, |id| shipment(id, |record| record.terms.goods[0].price += 1)),
		payment
	);
	assert_eq!(
		broken(disputes::refused, |id| shipment(id, |record| record.at_stake += 1)),
		payment
	);
	assert_eq!(
		broken(under_way, |id| shipment(id, |record| record.payment = None)),
		"invariant 1: goods that are not paid travel without their price on hold"
	);
	let of_leg = "invariant 1: a leg's escrow differs from its terms";
	assert_eq!(
		broken(under_way, |id| shipment(id, |record| record.terms.legs[1].freight += 1)),
		of_leg
	);
	assert_eq!(
		broken(under_way, |id| shipment(id, |record| record.terms.legs[1].liability +=
			1)),
		of_leg
	);
	assert_eq!(
		broken(under_way, |id| first_leg(id, |leg| leg.liability = None)),
		"invariant 1: a carrier is bound without his liability on hold"
	);
}

#[test]
fn try_state_sees_what_has_not_ended_together() {
	assert_eq!(
		broken(at_the_consignee, |id| shipment(id, |record| record.state =
			ShipmentState::Settled(Outcome::Delivered))),
		"invariant 3: a shipment and its escrow have not ended together"
	);
	assert_eq!(
		broken(claims::accepted, |id| first_leg(id, |leg| leg.state =
			LegState::Settled)),
		"invariant 3: a leg and its escrows have not ended together"
	);
	let outcome = Outcome::PartlyRefused;
	assert_eq!(
		broken(disputes::disputed, |id| shipment(id, |record| record.state =
			ShipmentState::Refused(outcome))),
		"invariant 3: a shipment's state and its dispute differ"
	);
	assert_eq!(
		broken(claimed, |id| first_leg(id, |leg| leg.state = LegState::Disputed)),
		"invariant 3: a leg's state and its dispute differ"
	);
}

#[test]
fn try_state_sees_what_does_not_fit_its_state() {
	let state = "invariant 4: a shipment does not fit its state";
	assert_eq!(
		broken(just_offered, |id| shipment(id, |record| record.state =
			ShipmentState::Agreed)),
		state
	);
	assert_eq!(
		broken(under_way, |id| shipment(id, |record| record.state =
			ShipmentState::Agreed)),
		state
	);
	assert_eq!(
		broken(at_the_consignee, |id| shipment(id, |record| record.state =
			ShipmentState::InTransit)),
		state
	);
	assert_eq!(
		broken(under_way, |id| shipment(id, |record| record.tender = Some(Tender {
			to: Holder::Consignee,
			at: 0,
		}))),
		"invariant 4: somebody is called who may not take over"
	);
	assert_eq!(
		broken(at_the_consignee, |id| shipment(id, |record| record.declined = true)),
		"invariant 4: somebody has declined what was not to be handed over"
	);
	let refused = "invariant 4: more is refused than was sent";
	let too_much = Decision {
		refused: UNITS,
		missing: 1,
	};
	assert_eq!(
		broken(disputes::refused, |id| shipment(id, |record| record.decided[1] =
			too_much)),
		refused
	);
	assert_eq!(
		broken(disputes::refused, |id| shipment(id, |record| {
			let _ = record.decided.pop();
		})),
		refused
	);
	let of_leg = "invariant 4: a leg does not fit its state";
	assert_eq!(
		broken(under_way, |id| first_leg(id, |leg| leg.state = LegState::Closing)),
		of_leg
	);
	assert_eq!(broken(claimed, |id| first_leg(id, |leg| leg.claim = None)), of_leg);
}

#[test]
fn try_state_sees_a_broken_chain_of_custody() {
	let chain = "invariant 4: a chain of custody is broken";
	assert_eq!(
		broken(at_the_consignee, |id| shipment(id, |record| {
			let _ = record.custody.remove(1);
		})),
		chain
	);
	assert_eq!(
		broken(at_the_consignee, |id| shipment(id, |record| {
			let _ = record.custody.remove(0);
		})),
		chain
	);
	assert_eq!(
		broken(at_the_consignee, |id| shipment(id, |record| record.custody[2].at -= 1)),
		chain
	);
	assert_eq!(
		broken(at_the_consignee, |id| shipment(id, |record| record.custody[1].since +=
			1)),
		chain
	);
}

#[test]
fn try_state_sees_a_rating_before_the_end() {
	assert_eq!(
		broken(at_the_consignee, |id| shipment(id, |record| record.rated = true)),
		"invariant 8: a shipment was rated before it has ended"
	);
	assert_eq!(
		broken(under_way, |id| first_leg(id, |leg| leg.rated = true)),
		"invariant 8: a leg was rated before it has ended"
	);
}

#[test]
fn try_state_sees_legs_and_shipments_that_do_not_know_each_other() {
	assert_eq!(broken(just_offered, Shipments::<Test>::remove), "a leg of no shipment");
	assert_eq!(
		broken(just_offered, |id| first_leg(id, |leg| leg.number = 1)),
		"a leg that its shipment's terms do not have"
	);
	assert_eq!(
		broken(settled, |id| Legs::<Test>::remove(leg_of(id, 0))),
		"the legs of a shipment differ from its terms"
	);
	assert_eq!(
		broken(just_offered, |id| {
			let another = leg_record(leg_of(id, 0));
			Legs::<Test>::insert(
				LegId(7),
				LegOf::<Test> {
					freight: None,
					..another
				},
			);
		}),
		"a leg of no shipment"
	);
	assert_eq!(
		broken(just_offered, |id| shipment(id, |record| record.awaited += 1)),
		"a shipment does not know whom it awaits"
	);
}

#[test]
fn try_state_sees_lists_and_counts_that_differ() {
	let lists = "the lists of shipments differ from whom the shipments name";
	assert_eq!(
		broken(just_offered, |id| ShipmentsOf::<Test>::remove(
			carrier(),
			ShipmentPlace::new(id)
		)),
		lists
	);
	assert_eq!(
		broken(just_offered, |id| ShipmentsOf::<Test>::insert(
			stranger(),
			ShipmentPlace::new(id),
			()
		)),
		lists
	);
	let counts = "what accounts are counted for differs from what they are bound by";
	assert_eq!(broken(under_way, |_| OpenOf::<Test>::insert(carrier(), 2)), counts);
	assert_eq!(broken(under_way, |_| OpenOf::<Test>::remove(consignee())), counts);
}

#[test]
fn try_state_sees_deadlines_that_nobody_looks_at() {
	let late = "deadlines: something open is looked at too late";
	let lost = "deadlines: something open is not in the index";
	assert_eq!(
		broken(under_way, |id| shipment(id, |record| record.indexed_at =
			record.until + 1)),
		late
	);
	assert_eq!(
		broken(claims::accepted, |id| first_leg(id, |leg| leg.indexed_at =
			leg.until + 1)),
		late
	);
	assert_eq!(
		broken(under_way, |id| {
			at(1_000);
			shipment(id, |record| record.indexed_at -= 1);
		}),
		lost
	);
	assert_eq!(
		broken(claims::accepted, |id| first_leg(id, |leg| leg.indexed_at -= 1)),
		lost
	);
}

#[test]
fn try_state_sees_deposits_of_nothing() {
	assert_eq!(
		broken(just_offered, |id| shipment(id, |record| record.deposit -= 1)),
		"invariant 9: deposits for shipments differ from the shipments"
	);
	assert_eq!(
		broken(claims::accepted, |_| done(Balances::hold(
			&HoldReason::Claim.into(),
			&stranger(),
			1
		))),
		"invariant 9: deposits for claims differ from the claims"
	);
}

#[test]
fn kinds_of_claims_are_told_apart() {
	build_and_execute(|| {
		let shipment = claimed();
		let claim = leg_record(leg_of(shipment, 0)).claim.expect("it is claimed");
		assert_eq!(claim.kind, ClaimKind::Damage);
		assert_eq!(claim.claimant, Some((consignee(), CLAIM_DEPOSIT)));
		assert_ok!(signed(
			&carrier(),
			Call::concede_claim {
				leg: leg_of(shipment, 0)
			}
		));
	});
}
