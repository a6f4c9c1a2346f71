//! Finding shipments: asked as a client asks, through the runtime API and its encoding.

use crate::{
	discovery::{CUSTODY_A_PAGE, SHIPMENTS_A_PAGE},
	mock::*,
	runtime_api::{CustodyPage, ShipmentPage, WholeShipment},
	Call, EscrowAccountOf, Holder, ShipmentId, ShipmentPlace, ShipmentState, ShipmentsOf, TermsOf,
};
use codec::{Decode, Encode};
use frame_support::assert_ok;
use sp_runtime::{traits::Block as BlockT, ExtrinsicInclusionMode};

type Block = <Test as frame_system::Config>::Block;

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Test {
		fn version() -> sp_version::RuntimeVersion {
			Default::default()
		}

		fn execute_block(_: <Block as BlockT>::LazyBlock) {}

		fn initialize_block(_: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			ExtrinsicInclusionMode::AllExtrinsics
		}
	}

	impl crate::runtime_api::ShipmentsApi<Block, AccountId, Unit, EscrowAccountOf<Test>> for Test {
		fn shipments_of(party: AccountId, cursor: Option<ShipmentPlace>) -> ShipmentPage<AccountId> {
			Shipping::shipments_of(&party, cursor)
		}

		fn shipment(id: ShipmentId) -> Option<WholeShipment<AccountId, Unit, EscrowAccountOf<Test>>> {
			Shipping::whole_shipment(id)
		}

		fn in_custody_of(holder: AccountId, cursor: Option<ShipmentPlace>) -> CustodyPage<AccountId, Unit> {
			Shipping::in_custody_of(&holder, cursor)
		}
	}
}

/// What a node answers to `state_call`.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let answer = api::dispatch(method, &arguments.encode()).expect("the runtime has it");
	Answer::decode(&mut answer.as_slice()).expect("it is of this type")
}

fn shipments_of(party: &AccountId, cursor: Option<ShipmentPlace>) -> ShipmentPage<AccountId> {
	ask("ShipmentsApi_shipments_of", (party, cursor))
}

fn in_custody_of(holder: &AccountId, cursor: Option<ShipmentPlace>) -> CustodyPage<AccountId, Unit> {
	ask("ShipmentsApi_in_custody_of", (holder, cursor))
}

/// Ordinary terms of other goods.
fn of_goods(nth: u32) -> TermsOf<Test> {
	let mut terms = terms();
	for (line, place) in terms.goods.iter_mut().zip(0..) {
		line.unit = Unit(100 + 10 * nth + place);
	}
	terms
}

#[test]
fn everybody_who_is_named_finds_the_shipment() {
	build_and_execute(|| {
		let (one, other) = (offered(of_goods(0)), offered(two_legs()));
		let found = |who: &AccountId| -> Vec<ShipmentId> {
			let page = shipments_of(who, None);
			assert_eq!(page.next, None);
			page.shipments.iter().map(|found| found.id).collect()
		};
		for who in [consignor(), consignee(), carrier()] {
			assert_eq!(found(&who), [one, other]);
		}
		assert_eq!(found(&second()), [other]);
		assert_eq!(found(&stranger()), []);
		all_agree(one);
		pass(one);
		let page = shipments_of(&consignee(), None);
		let first = &page.shipments[0];
		assert_eq!((first.state, first.next_hop), (ShipmentState::InTransit, 2));
		assert_eq!(first.custodian, carrier());
		assert_eq!(first.deadline, Some(START + TRANSIT + LATE_WINDOW));
	});
}

#[test]
fn a_shipment_shows_its_custody_and_its_legs() {
	build_and_execute(|| {
		let shipment = delivered(two_legs());
		let whole: Option<WholeShipment<AccountId, Unit, EscrowAccountOf<Test>>> =
			ask("ShipmentsApi_shipment", shipment);
		let whole = whole.expect("it exists");
		let chain: Vec<_> = whole.shipment.custody.iter().map(|hop| hop.holder).collect();
		assert_eq!(
			chain,
			[
				Holder::Consignor,
				Holder::Carrier(0),
				Holder::Carrier(1),
				Holder::Consignee
			]
		);
		assert_eq!(whole.legs.len(), 2);
		assert_eq!(whole.legs[1].1, leg_record(whole.legs[1].0));
		let none: Option<WholeShipment<AccountId, Unit, EscrowAccountOf<Test>>> =
			ask("ShipmentsApi_shipment", ShipmentId(1));
		assert_eq!(none, None);
	});
}

#[test]
fn what_an_account_has_is_what_was_handed_over_to_it() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		let has = |who: &AccountId| -> Vec<(Unit, u64)> {
			let page = in_custody_of(who, None);
			page.units.iter().map(|held| (held.unit, held.quantity)).collect()
		};
		assert_eq!(has(&consignor()), []);
		pass(shipment);
		assert_eq!(has(&carrier()), [(Unit(1), 1), (Unit(2), UNITS)]);
		assert_eq!(in_custody_of(&carrier(), None).units[0].owner, consignor());
		pass(shipment);
		assert_eq!(has(&carrier()), []);
		assert_eq!(has(&consignee()), [(Unit(1), 1), (Unit(2), UNITS)]);
		assert_ok!(review(shipment, &[(1, 20, 5)]));
		assert_eq!(has(&consignee()), [(Unit(2), 20)]);
		pass_to(shipment, &consignor());
		for who in [consignor(), consignee(), carrier()] {
			assert_eq!(has(&who), []);
		}
	});
}

/// More shipments than fit in a page, as records alone.
fn many(count: u64) {
	let one = record(collected(terms()));
	for id in 0..count {
		crate::Shipments::<Test>::insert(ShipmentId(id + 1), &one);
		ShipmentsOf::<Test>::insert(carrier(), ShipmentPlace::new(ShipmentId(id + 1)), ());
	}
}

#[test]
fn pages_go_on_where_they_ended() {
	empty().execute_with(|| {
		many(SHIPMENTS_A_PAGE as u64 + 3);
		let page = shipments_of(&carrier(), None);
		assert_eq!(page.shipments.len(), SHIPMENTS_A_PAGE);
		let rest = shipments_of(&carrier(), page.next);
		// And the one that was collected.
		assert_eq!((rest.shipments.len(), rest.next), (4, None));
		let ids: Vec<_> = page
			.shipments
			.iter()
			.chain(&rest.shipments)
			.map(|found| found.id)
			.collect();
		assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "by age");

		let (mut units, mut cursor, mut pages) = (0, None, 0);
		loop {
			let page = in_custody_of(&carrier(), cursor);
			assert!(page.units.len() <= 2 * CUSTODY_A_PAGE);
			units += page.units.len();
			pages += 1;
			match page.next {
				Some(next) => cursor = Some(next),
				None => break,
			}
		}
		assert_eq!((units, pages), (2 * (SHIPMENTS_A_PAGE + 4), 3));
	});
}

#[test]
fn a_removed_shipment_is_found_by_nobody() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		assert_ok!(accept(shipment));
		assert_eq!(shipments_of(&carrier(), None).shipments.len(), 1);
		assert_ok!(signed(&consignor(), Call::remove { shipment }));
		for who in [consignor(), consignee(), carrier()] {
			assert_eq!(shipments_of(&who, None).shipments.len(), 0);
		}
	});
}
